#!/bin/sh
# dovecot.sh - a private Dovecot on loopback, for the demo and the tests
#
#   dovecot.sh start DIR PORTBASE [CERT [RELAYPORT]]   prints the process id of its master
#   dovecot.sh stop DIR
#   dovecot.sh token DIR USER                          prints an OAuth 2 token for USER, good for an hour
#
# Ports: BASE+24 LMTP, BASE+43 IMAP with STARTTLS, BASE+87 submission (where dovecot-submissiond is installed; it relays to
# RELAYPORT, BASE+25 unless given), BASE+93 IMAP over TLS.
# CERT is good (default), wrong, expired or otherca: see authority.sh, which leaves DIR/certs/ca.pem for the client.
# Every user has the password "secret"; where DIR/users exists (lines of NAME:{PLAIN}PASSWORD) only those can log in. LMTP
# delivers to any local part. Programs may ask whether a login is right at DIR/run/auth-smtp.
# MAIL_FSYNC=optimized in the environment makes deliveries durable, for measuring.
#
# Run by root, the server itself runs as nobody and DIR is handed over to nobody, who must be able to reach it.
# Exit status 77: a program that is needed is not installed.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)

fail() { # STATUS TEXT
	status=$1
	shift
	echo "dovecot.sh: $*" >&2
	exit "$status"
}

usage() {
	fail 64 "usage: dovecot.sh start DIR PORTBASE [CERT [RELAYPORT]] | stop DIR | token DIR USER"
}

fill_in() { # FILE
	sed -e "s|@DIR@|$dir|g; s|@USER@|$user|g; s|@GROUP@|$group|g; s|@CERT@|$cert|g; s|@PROTOCOLS@|$protocols|" \
		-e "s|@PASSDB@|$passdb|; s|@PASSDB_ARGS@|$passdb_args|; s|@FSYNC@|${MAIL_FSYNC:-never}|; s|@RELAY@|$relay|" \
		-e "s|@LMTP@|$((base + 24))|; s|@IMAP@|$((base + 43))|; s|@SUBMISSION@|$((base + 87))|; s|@IMAPS@|$((base + 93))|" "$1"
}

as_user() { # only root can, and has to, become somebody else
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid="$user" --regid="$group" --clear-groups "$@"
	else
		"$@"
	fi
}

write_files() {
	mkdir -p "$dir/mail" "$dir/state" "$dir/oauthkeys/default/HS256"
	sh "$here/authority.sh" "$dir/certs"
	key=$dir/oauthkeys/default/HS256/default
	[ -s "$key" ] || (umask 077 && openssl rand -base64 32 | tr -d "\n" >"$key")
	passdb=static
	passdb_args='password=secret'
	if [ -e "$dir/users" ]; then
		passdb=passwd-file
		passdb_args="username_format=%u $dir/users"
	fi
	protocols=imap
	[ -x /usr/lib/dovecot/lmtp ] && protocols="$protocols lmtp"
	[ -x /usr/lib/dovecot/submission-login ] && protocols="$protocols submission"
	fill_in "$here/dovecot.conf.in" >"$dir/dovecot.conf"
	cat >"$dir/oauth2.conf" <<-END
		introspection_mode = local
		local_validation_key_dict = fs:posix:prefix=$dir/oauthkeys/
		username_attribute = sub
	END
	rm -f "$dir/run/master.pid" "$dir/dovecot.log"
}

start() {
	command -v dovecot >/dev/null || PATH=$PATH:/usr/sbin
	command -v dovecot >/dev/null || fail 77 "dovecot is not installed (dovecot-imapd, dovecot-lmtpd)"
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	base=$2 cert=${3:-good}
	relay=${4:-$((base + 25))}
	[ ${#dir} -le 70 ] || fail 64 "$dir is too long a name: the paths of unix sockets end at 107 bytes"
	case $dir in *[!A-Za-z0-9/._+-]*) fail 64 "$dir has characters that do not go into a configuration" ;; esac
	case $cert in good | wrong | expired | otherca) ;; *) usage ;; esac
	is_running && fail 64 "a server is running in $dir already"
	user=$(id -un) group=$(id -gn)
	if [ "$(id -u)" = 0 ]; then
		user=nobody
		group=$(id -gn nobody)
	fi
	write_files
	[ "$(id -u)" != 0 ] || chown -R "$user:$group" "$dir"
	as_user test -x "$dir" || fail 64 "$user cannot reach $dir: a folder above it is closed"
	# A process group of its own, so that stop ends all of it and nothing else.
	if [ "$(id -u)" = 0 ]; then
		setsid setpriv --reuid="$user" --regid="$group" --clear-groups dovecot -F -c "$dir/dovecot.conf" </dev/null >"$dir/start.log" 2>&1 &
	else
		setsid dovecot -F -c "$dir/dovecot.conf" </dev/null >"$dir/start.log" 2>&1 &
	fi
	server=$!
	wait_until_up
	cat "$dir/run/master.pid"
}

wait_until_up() { # its pid file is written after its ports are bound
	tries=0
	until [ -s "$dir/run/master.pid" ]; do
		tries=$((tries + 1))
		if [ $tries -gt 500 ] || ! kill -0 "$server" 2>/dev/null; then
			cat "$dir/start.log" "$dir/dovecot.log" >&2 2>/dev/null || :
			kill -9 "-$server" 2>/dev/null || :
			fail 69 "the server in $dir did not start"
		fi
		sleep 0.02
	done
}

is_running() { # and the process is still the one that was started there, not a later one with its number
	[ -s "$dir/run/master.pid" ] && read -r master <"$dir/run/master.pid" &&
		tr '\0' ' ' 2>/dev/null <"/proc/$master/cmdline" | grep -q -F -e "-c $dir/dovecot.conf "
}

stop() {
	[ -d "$1" ] || exit 0
	dir=$(cd "$1" && pwd)
	if is_running; then
		kill -9 "-$master" 2>/dev/null || :
		while [ -d "/proc/$master" ] && ! grep -q '^State:.[ZX]' "/proc/$master/status" 2>/dev/null; do
			sleep 0.01
		done
	fi
	rm -f "$dir/run/master.pid"
}

base64_url() {
	openssl base64 -A | tr '+/' '-_' | tr -d '='
}

token() {
	key=$(openssl base64 -d -A <"$1/oauthkeys/default/HS256/default" | od -An -v -tx1 | tr -d ' \n')
	now=$(date +%s)
	head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64_url)
	body=$(printf '{"sub":"%s","iat":%d,"exp":%d}' "$2" $((now - 60)) $((now + 3600)) | base64_url)
	mac=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64_url)
	printf '%s.%s.%s\n' "$head" "$body" "$mac"
}

case $#:${1:-} in
3:start | 4:start | 5:start) shift && start "$@" ;;
2:stop) stop "$2" ;;
3:token) token "$2" "$3" ;;
*) usage ;;
esac

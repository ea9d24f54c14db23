#!/bin/sh
# postfix.sh - a private Postfix on loopback, without installing one
#
#   postfix.sh start DIR PORT LMTPPORT [DOVECOTDIR]   prints the process id of its master
#   postfix.sh stop DIR
#
# Listens on 127.0.0.1:PORT with PIPELINING, SIZE, 8BITMIME and STARTTLS, and hands every mail on to the LMTP server on LMTPPORT. With DOVECOTDIR, the
# folder of a server that dovecot.sh started, its certificate is used, and only who logs in (over TLS, with that server's passwords) may
# send (the user mail has to be able to reach the folder); without it anybody on this machine may, and the certificate is of an authority of its own: DIR/certs/ca.pem.
#
# The programs are those of the host, or else those of the Debian package, unpacked into ${BUILD:-build}/postfix and not installed. Needs root, because
# Postfix does. No user is created: the queue belongs to mail, the group of its commands is news.
# Exit status 77: it cannot run here; the reason is printed.
set -eu
umask 022
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

fail() { # STATUS TEXT
	status=$1
	shift
	echo "postfix.sh: $*" >&2
	exit "$status"
}

usage() {
	fail 64 "usage: postfix.sh start DIR PORT LMTPPORT [DOVECOTDIR] | stop DIR"
}

# Sets daemons, commands and libraries.
find_programs() {
	if [ -x /usr/lib/postfix/sbin/master ]; then
		daemons=/usr/lib/postfix/sbin commands=/usr/sbin libraries=/usr/lib/postfix
		return
	fi
	tree=${BUILD:-$top/build}/postfix
	[ -x "$tree/usr/lib/postfix/sbin/master" ] || unpack "$tree"
	tree=$(cd "$tree" && pwd)
	daemons=$tree/usr/lib/postfix/sbin commands=$tree/usr/sbin
	libraries=$tree/usr/lib/postfix
	for folder in "$tree"/usr/lib/*-linux-gnu "$tree"/lib/*-linux-gnu; do
		[ ! -d "$folder" ] || libraries=$libraries:$folder
	done
}

unpack() { # TREE; several tests may do it at once: each in a folder of its own, and the first one stays
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
		fail 77 "Postfix is not installed, and this is not a system with Debian packages"
	new=$1.$$
	mkdir -p "$new/packages"
	unpack_packages "$new" postfix
	# The libraries it needs are mostly here already.
	if LD_LIBRARY_PATH=$new/usr/lib/postfix ldd "$new/usr/lib/postfix/sbin/smtpd" 2>&1 | grep -q 'not found'; then
		unpack_packages "$new" libdb5.3 libicu72 libnsl2 libtirpc3 libsasl2-2
	fi
	rm -rf "$new/packages"
	mv -T "$new" "$1" 2>/dev/null || rm -rf "$new"
}

unpack_packages() { # TREE PACKAGE ...
	into=$1
	shift
	(cd "$into/packages" && apt-get -q download "$@" >download.log 2>&1) ||
		{
			reason=$(tail -n 1 "$into/packages/download.log")
			rm -rf "$into"
			fail 77 "Postfix is not installed, and its package cannot be fetched: $reason"
		}
	for package in "$into"/packages/*.deb; do
		dpkg-deb -x "$package" "$into"
		rm "$package"
	done
}

make_folders() {
	mkdir -p "$dir/etc" "$dir/queue" "$dir/data"
	cd "$dir/queue"
	mkdir -p pid active bounce corrupt defer deferred flush hold incoming private saved trace public maildrop
	chown mail active bounce corrupt defer deferred flush hold incoming private saved trace public maildrop "$dir/data"
	chmod 700 active bounce corrupt defer deferred flush hold incoming private saved trace "$dir/data"
	chgrp news public maildrop
	chmod 710 public
	chmod 730 maildrop
	cd "$top"
}

write_main() {
	cat <<-END
		compatibility_level = 3.6
		queue_directory = $dir/queue
		data_directory = $dir/data
		daemon_directory = $daemons
		command_directory = $commands
		shlib_directory = ${libraries%%:*}
		meta_directory = $dir/etc
		import_environment = MAIL_CONFIG LANG=C LD_LIBRARY_PATH
		export_environment = TZ LANG LD_LIBRARY_PATH
		mail_owner = mail
		setgid_group = news
		default_privs = nobody
		maillog_file = $dir/mail.log
		maillog_file_prefixes = $dir
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		myhostname = mx.test.example
		mynetworks = 127.0.0.0/8
		mydestination =
		alias_maps =
		local_recipient_maps =
		default_transport = lmtp:inet:127.0.0.1:$lmtp
		relay_transport = lmtp:inet:127.0.0.1:$lmtp
		lmtp_tls_security_level = none
		lmtp_host_lookup = native
		disable_dns_lookups = yes
		smtpd_peername_lookup = no
		smtpd_relay_restrictions =
		smtpd_recipient_restrictions = check_recipient_access inline:{ { elsewhere.invalid = 550 5.1.2 No such domain } }, $allowed, reject
		smtpd_tls_security_level = may
		smtpd_tls_auth_only = yes
		smtpd_tls_cert_file = $certs/good.pem
		smtpd_tls_key_file = $certs/good.key
		message_size_limit = 20480000
		smtputf8_enable = yes
	END
	[ -z "$dovecot" ] || cat <<-END
		smtpd_sasl_auth_enable = yes
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = $dovecot/run/auth-smtp
	END
}

write_master() {
	cat <<-END
		127.0.0.1:$port inet n - n - - smtpd
		cleanup unix n - n - 0 cleanup
		qmgr unix n - n 300 1 qmgr
		tlsmgr unix - - n 1000? 1 tlsmgr
		rewrite unix - - n - - trivial-rewrite
		bounce unix - - n - 0 bounce
		defer unix - - n - 0 bounce
		trace unix - - n - 0 bounce
		verify unix - - n - 1 verify
		proxymap unix - - n - - proxymap
		error unix - - n - - error
		retry unix - - n - - error
		lmtp unix - - n - - lmtp
		smtp unix - - n - - smtp
		anvil unix - - n - 1 anvil
		scache unix - - n - 1 scache
		showq unix n - n - - showq
		postlog unix-dgram n - n - 1 postlogd
	END
}

start() {
	[ "$(id -u)" = 0 ] || fail 77 "Postfix runs as root only"
	find_programs
	mkdir -p "$1"
	dir=$(cd "$1" && pwd)
	port=$2 lmtp=$3 dovecot=
	[ ${#dir} -le 70 ] || fail 64 "$dir is too long a name: the paths of unix sockets end at 107 bytes"
	if is_running; then fail 64 "a server is running in $dir already"; fi
	certs=$dir/certs allowed=permit_mynetworks
	if [ $# = 4 ]; then
		dovecot=$(cd "$4" && pwd)
		certs=$dovecot/certs allowed=permit_sasl_authenticated
		[ -S "$dovecot/run/auth-smtp" ] || fail 64 "no server of dovecot.sh is running in $dovecot"
	else
		"$top/mailproc/demo/authority.sh" "$certs"
	fi
	make_folders
	write_main >"$dir/etc/main.cf"
	write_master >"$dir/etc/master.cf"
	rm -f "$dir/mail.log" "$dir/queue/pid/master.pid"
	export LD_LIBRARY_PATH="$libraries"
	# The master itself: "postfix start" would look after a whole installation. -s: in the foreground, in our process group.
	MAIL_CONFIG=$dir/etc setsid "$daemons/master" -s -c "$dir/etc" </dev/null >"$dir/start.log" 2>&1 &
	server=$!
	wait_until_up
	echo "$server"
}

wait_until_up() {
	tries=0
	until [ -s "$dir/queue/pid/master.pid" ] && [ -S "$dir/queue/public/postlog" ] && is_listening; do
		tries=$((tries + 1))
		if [ $tries -gt 250 ] || ! kill -0 "$server" 2>/dev/null; then
			cat "$dir/start.log" "$dir/mail.log" >&2 2>/dev/null || :
			kill -9 "-$server" 2>/dev/null || :
			fail 69 "the server in $dir did not start"
		fi
		sleep 0.02
	done
	echo "$server" >"$dir/master.pid"
}

is_listening() { # 0A is LISTEN
	grep -q "0100007F:$(printf %04X "$port") 00000000:0000 0A" /proc/net/tcp
}

is_running() { # and the process is still the one that was started there
	[ -s "$dir/master.pid" ] && read -r master <"$dir/master.pid" &&
		tr '\0' ' ' 2>/dev/null <"/proc/$master/cmdline" | grep -q -F -e "-c $dir/etc "
}

stop() {
	[ -d "$1" ] || exit 0
	dir=$(cd "$1" && pwd)
	if is_running; then
		kill -9 "-$master" 2>/dev/null || :
	fi
	rm -f "$dir/master.pid"
}

case $#:${1:-} in
4:start | 5:start) shift && start "$@" ;;
2:stop) stop "$2" ;;
*) usage ;;
esac

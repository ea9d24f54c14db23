#!/bin/sh
# demo.sh PROGRAM - the whole conversation, on a private Dovecot on loopback, in a scratch folder
#
# mailproc demo runs it. Every process that is started here is ended here; the scratch folder with mail and database stays.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${1:?usage: demo.sh PROGRAM}
now=2026-11-24T10:00:00+09:00

missing=
[ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
[ -x /usr/lib/dovecot/lmtp ] || missing="$missing dovecot-lmtpd"
command -v openssl >/dev/null || missing="$missing openssl"
if [ -n "$missing" ]; then
	echo "mailproc demo: Debian packages are missing:$missing (make demo installs them)" >&2
	exit 69
fi

# The paths of unix sockets are short, so the folder's name has to be.
tmp=${TMPDIR:-/tmp}
[ ${#tmp} -le 40 ] || tmp=/tmp
scratch=$(mktemp -d "$tmp/mailproc-demo.XXXXXX")
chmod 755 "$scratch" # root's Dovecot runs as nobody and must get in; what is private lies in work/
work=$scratch/work
mail=$scratch/dovecot/mail
mkdir -m 700 "$work"
cd "$work"
step=0

finish() {
	status=$?
	trap - EXIT
	sh "$here/dovecot.sh" stop "$scratch/dovecot" >/dev/null 2>&1 || :
	if [ "$status" = 0 ]; then
		printf '\nEvery process of the demo has ended. To look around:\n'
	else
		printf '\nThe demo stopped (exit status %s). What there is:\n' "$status"
	fi
	cat <<-END
		  $scratch/work           mailproc.conf, mailproc.db, mailproc.key, customers.csv
		  $scratch/dovecot/mail   the mailboxes (Maildir)
		  mailproc -c $scratch/work/mailproc.conf --now $now status
		  rm -r $scratch          when you are done
	END
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mailproc() { "$program" --now "$now" "$@"; }

heading() {
	step=$((step + 1))
	printf '\n\n======== %d. %s\n' "$step" "$1"
}

# Shows a command and runs it. 1 is a good end too: something newly waits for a person.
run() {
	printf '\n$ mailproc --now %s' "$now"
	for word; do
		case $word in
		*\ *) printf " '%s'" "$word" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
	printf '\n'
	mailproc "$@" || {
		code=$?
		[ $code = 1 ] || exit $code
	}
}

newest() { # MAILBOX: its newest mail
	ls -t "$mail/$1/Maildir/new/"* "$mail/$1/Maildir/cur/"* 2>/dev/null | head -n 1
}

raw_header() { # FILE NAME: as it stands, with its folds
	awk -v name="$2:" 'BEGIN { IGNORECASE = 1 } /^\r?$/ { exit }
		/^[ \t]/ { if (on) print; next }
		{ on = (tolower(substr($0, 1, length(name))) == tolower(name)); if (on) { sub(/^[^:]*:[ \t]*/, ""); print } }' "$1" | tr -d '\r'
}

header() { # FILE NAME: with its encoded words decoded (RFC 2047, UTF-8 in base64)
	raw_header "$1" "$2" | tr '\n' ' ' | sed -e 's/[ \t][ \t]*/ /g; s/ $//; s/?= =?/?==?/g' -e 's/=?UTF-8?B?\([^?]*\)?=/\n\1\n/Ig' | {
		text=
		encoded=no
		while IFS= read -r piece || [ -n "$piece" ]; do
			if [ $encoded = yes ]; then
				piece=$(printf %s "$piece" | base64 -d)
				encoded=no
			else
				encoded=yes
			fi
			text=$text$piece
		done
		printf '%s\n' "$text"
	}
}

text_part() { # FILE: its first text/plain part, which is UTF-8 in base64 in our letters
	awk '{ sub(/\r$/, "") }
		state == 2 && /^--/ { exit }
		state == 2 { print }
		state == 1 && /^$/ { state = 2 }
		state == 0 && tolower($0) ~ /^content-type: text\/plain/ { state = 1 }' "$1" | base64 -d | tr -d '\r'
}

show_letter() { # MAILBOX [LINES]
	letter=$(newest "$1")
	printf '\n---- in the mailbox of %s: %s\n' "$1" "${letter#"$scratch"/}"
	for name in From To Subject Date Message-ID Auto-Submitted Content-Type; do
		value=$(header "$letter" "$name")
		[ -z "$value" ] || printf '%s: %s\n' "$name" "$value"
	done
	printf '\n'
	text_part "$letter" | head -n "${2:-1000}"
	[ "$(text_part "$letter" | wc -l)" -le "${2:-1000}" ] || echo "[…]"
}

# The letter's text as a reply quotes it; TICK "A=B" replaces the first A, which marks a box.
quote() { # LETTER TICK
	text_part "$1" | awk -v tick="$2" 'BEGIN { at = index(tick, "="); a = substr(tick, 1, at - 1); b = substr(tick, at + 1) }
		at && !done && (i = index($0, a)) { $0 = substr($0, 1, i - 1) b substr($0, i + length(a)); done = 1 }
		{ print "> " $0 }'
}

# answer FILE: fills in what the customer's mail program would take from the letter, and puts it into our mailbox.
answer() {
	who=$(basename "$1" | sed 's/-.*//')
	letter=$(newest "$who")
	charset=$(sed -n 's/^Content-Type:.*charset=//p' "$1" | head -n 1)
	raw_header "$letter" Subject >"$work/subject"
	tick=$(sed -n 's/^@QUOTE \(.*\)@$/\1/p' "$1")
	quote "$letter" "$tick" >"$work/quote"
	sed -e "/@SUBJECT@/{
			s/@SUBJECT@.*//
			r $work/subject
		}" -e "s|@ID@|$(raw_header "$letter" Message-ID)|; s|@DATE@|Tue, 24 Nov 2026 11:30:00 +0900|" \
		-e "/^@QUOTE.*@\$/{
			r $work/quote
			d
		}" "$1" | sed -e '/^Subject: [^=]*$/{
			N
			s/\n[ \t]*//
		}' | iconv -c -f UTF-8 -t "$charset" >"$work/reply"
	deliver "$work/reply"
	printf '%-28s answers %s\n' "$(basename "$1")" "$(header "$letter" Subject)"
	sed -e '1,/^$/d' -e '/^@QUOTE/,$d' "$1" | sed -e 's/^/    | /'
	[ -z "$tick" ] || printf '    | > %s\n' "${tick#*=}"
}

# As a delivery agent does it (maildir(5)): written in tmp/, then renamed into new/.
deliver() {
	inbox=$mail/ssl-renewal/Maildir
	delivered=$((${delivered:-0} + 1))
	for folder in "$mail/ssl-renewal" "$inbox" "$inbox/tmp" "$inbox/new" "$inbox/cur"; do
		[ -d "$folder" ] || mkdir "$folder"
		[ "$(id -u)" != 0 ] || chown nobody: "$folder"
	done
	name=$(date +%s).$$_$delivered.demo
	cp "$1" "$inbox/tmp/$name"
	[ "$(id -u)" != 0 ] || chown nobody: "$inbox/tmp/$name"
	mv "$inbox/tmp/$name" "$inbox/new/$name"
}

start_server() { # a block of ports that is free: the server says so by starting
	try=0
	port=$((21000 + $$ % 200 * 100))
	until sh "$here/dovecot.sh" start "$scratch/dovecot" "$port" >"$scratch/dovecot.out" 2>&1; do
		try=$((try + 1))
		port=$((port >= 41000 ? 21000 : port + 100))
		[ $try -lt 10 ] || {
			cat "$scratch/dovecot.out" >&2
			exit 69
		}
	done
}

write_config() {
	printf 'secret\n' >"$work/imap.password"
	chmod 600 "$work/imap.password"
	cat >"$work/mailproc.conf" <<-END
		company = {
		  name = { ja = "ホスティング例株式会社"; en = "Hosting Example K.K."; };
		  address = { ja = "〒100-0001 東京都千代田区千代田1-1"; en = "1-1 Chiyoda, Chiyoda-ku, Tokyo 100-0001"; };
		  telephone = "03-0000-0000";
		  registration_number = "T1234567890123";
		  control_panel = "https://panel.samplehost.example/";
		};
		mail = { address = "ssl-renewal@samplehost.example"; staff = "staff@samplehost.example"; staff_language = "en"; };
		texts = { bank_account = { ja = "例示銀行 本店営業部 普通 1234567 ホステイングレイ(カ";
		                           en = "Example Bank, Head Office, 1234567, HOSTING EXAMPLE K.K."; }; };
		smtp = { protocol = "lmtp"; host = "127.0.0.1"; port = $((port + 24)); tls = "none"; auth = "none"; };
		sources = ( { host = "localhost"; connect_to = "127.0.0.1"; port = $((port + 93)); tls = "implicit";
		              ca_file = "$scratch/dovecot/certs/ca.pem"; user = "ssl-renewal"; password_file = "imap.password"; } );
		trust = { authserv_id = "mx.samplehost.example"; };
		look = { max = 0; };
	END
}

ids_waiting() { mailproc review list --json | sed 's/.*"id": *\([0-9]*\).*/\1/'; }

reference_of() { # COMMON-NAME
	mailproc list --state all --json | grep -F "\"$1\"" | sed 's/.*"reference": *"\([^"]*\)".*/\1/'
}

heading "A mail server of our own, and an empty store"
start_server
echo "Dovecot runs in $scratch/dovecot: LMTP on 127.0.0.1:$((port + 24)), IMAP over TLS on 127.0.0.1:$((port + 93))"
run init .
echo "(the demo puts its own values into mailproc.conf)"
write_config
cp "$here/customers.csv" "$work/customers.csv"
run -q check --online

heading "Customers and their certificates come from a CSV file"
run import customers.csv
run list

heading "What will go out, before anything does"
run forecast

heading "The first run after an import has to be allowed; later cron calls it"
run run --allow
echo
echo "The letters as they arrived:"
show_letter tanaka
show_letter grace

heading "Customers answer"
for reply in "$here"/replies/*.eml; do
	answer "$reply"
done

heading "The next run reads the answers"
now=2026-11-24T12:00:00+09:00
run run
run list --state all
echo
echo "Why: the rules and the words that decided stand in the history."
run show "$(reference_of www.aozora.example)"

heading "A payment request, and what a customer gets who declines"
show_letter tanaka
show_letter grace 40
show_letter yoko

heading "Two messages wait for staff"
run review list
for id in $(ids_waiting); do
	run review show "$id"
done
show_letter staff 30

heading "Staff decide one of them"
now=2026-11-24T14:00:00+09:00
run review decide "$(ids_waiting | tail -n 1)" renew --by Sato --note "called back: confirmed"
run run
run review list

heading "Where things stand"
run status
run list --state all

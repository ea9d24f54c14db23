# business.sh - a small hosting company for a scenario: its configuration, customers, and their mail
#
# After start_dovecot: new_business; mp COMMAND… runs the program at $now. Letters go out over LMTP (or what smtp_settings says) into the
# mailboxes of the private Dovecot, one user a local part; answers come back into the mailbox of ssl-renewal.

now=2026-11-23T10:00:00+09:00
work=$scratch/work
LSAN_OPTIONS=${LSAN_OPTIONS:-}:print_suppressions=0
export LSAN_OPTIONS

mp() { "$MAILPROC" --now "$now" -c "$work/mailproc.conf" "$@"; }

lmtp_settings() {
	echo "protocol = \"lmtp\"; host = \"127.0.0.1\"; port = $((base + 24)); tls = \"none\"; auth = \"none\"; lanes = 2;"
}

imap_settings() {
	echo "type = \"imap\"; host = \"localhost\"; connect_to = \"127.0.0.1\"; port = $((base + 93)); tls = \"implicit\";" \
		"ca_file = \"$dovecot/certs/ca.pem\"; auth = \"plain\"; user = \"ssl-renewal\"; password_file = \"imap.password\";"
}

# new_business [SMTP SETTINGS [SOURCE SETTINGS [TRUST SETTINGS [LOOK SETTINGS [MORE]]]]]; "" is the usual. Servers are not looked at unless asked for.
new_business() {
	smtp=${1:-$(lmtp_settings)}
	source=${2:-$(imap_settings)}
	trust=${3:-authserv_id = \"mx.hosting.example\";}
	look=${4:-max = 0;}
	rm -rf "$work"
	mkdir "$work"
	"$MAILPROC" init "$work" >"$scratch/init.out" 2>&1 || { sed 's/^/# /' "$scratch/init.out"; return 1; }
	(umask 077 && echo secret >"$work/imap.password" && echo secret >"$work/smtp.password")
	cat >"$work/mailproc.conf" <<-END
		time_zone = "Asia/Tokyo";
		store = { file = "mailproc.db"; key = "mailproc.key"; };
		company = {
			name = { ja = "サンプルホスティング株式会社"; en = "Sample Hosting K.K."; };
			address = { ja = "東京都千代田区丸の内1-1-1"; en = "1-1-1 Marunouchi, Chiyoda-ku, Tokyo"; };
			telephone = "03-0000-0000";
			registration_number = "T1234567890123";
			control_panel = "https://panel.hosting.example/";
		};
		desk = { name = { ja = "SSL更新窓口"; en = "SSL Renewal Desk"; }; };
		mail = { address = "ssl-renewal@hosting.example"; staff = "staff@hosting.example"; staff_language = "en"; };
		smtp = { $smtp };
		sources = ( { $source } );
		trust = { $trust };
		look = { $look };
		${5:-}
		texts = { bank_account = { ja = "サンプル銀行 本店 普通 1234567 サンプルホスティング（カ"; en = "Sample Bank, head office, 1234567"; }; };
	END
}

# customers ROWS: imports them; a row is what the header of the file names.
customers() {
	{
		echo "customer,customer_name,language,payment_method,plan,contact_role,contact_name,contact_email,contact_also,common_name,organization,locality,state_or_province,country,product,not_after,text_only"
		printf '%s\n' "$1"
	} >"$work/customers.csv"
	mp import "$work/customers.csv" --allow
}

# The n-th newest letter (1: the newest) in a customer's mailbox.
letter_to() {
	ls -t "$dovecot/mail/$1/Maildir/new/"* "$dovecot/mail/$1/Maildir/cur/"* 2>/dev/null | sed -n "${2:-1}p"
}
letters_to() { ls "$dovecot/mail/$1/Maildir/new/" 2>/dev/null | wc -l; }
subjects_to() { for f in "$dovecot/mail/$1/Maildir/new/"*; do python3 tests/scenario/mail.py header "$f" Subject; done; }
mail_text() { python3 tests/scenario/mail.py text "$1"; }
mail_header() { python3 tests/scenario/mail.py header "$1" "$2"; }

deliver_to() { python3 tests/scenario/mail.py deliver $((base + 24)) "$1@hosting.example"; }

# answer USER [options of mail.py reply]: answers the newest letter in that mailbox.
answer() {
	answered=$(letter_to "$1")
	shift
	python3 tests/scenario/mail.py reply "$answered" "$@" | deliver_to ssl-renewal
}

# How many mails a folder of ssl-renewal holds ('' for the inbox).
mails_in() { ls "$dovecot/mail/ssl-renewal/Maildir/${1:+.$1/}"new "$dovecot/mail/ssl-renewal/Maildir/${1:+.$1/}"cur 2>/dev/null | grep -c '^[0-9]'; }

state_of() { mp list --json --state all 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["reference"] == sys.argv[1] or row["common_name"] == sys.argv[1]:
        print(row["state"])' "$1"; }

# field EXPRESSION: of the JSON object on standard input (Python, d is the object).
field() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

# Every row of the store, for "nothing has changed".
store_rows() { sqlite3 "$work/mailproc.db" .dump | grep -vE 'INSERT INTO (run|mailbox) '; }

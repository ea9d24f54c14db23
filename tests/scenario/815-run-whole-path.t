# The whole path of one renewal over real servers: notice, yes, payment request and invoice, payment, application, the new certificate on its server.
. tests/scenario/lib.sh
. tests/scenario/tls.sh
. tests/scenario/business.sh
plan 22
start_dovecot
make_authority root "/O=Example Trust/CN=Example Root"
dn="/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Tanaka Co., Ltd./CN=www.tanaka.example"
make_certificate present root "$dn" "DNS:www.tanaka.example" 20260121000000Z 20270120235959Z
make_certificate new root "$dn" "DNS:www.tanaka.example" 20261215000000Z 20280121235959Z
SSL_CERT_FILE=$tls/root.pem
export SSL_CERT_FILE
issued='authorities = ( { id = "symantec"; name = "S"; guide = "https://guide.hosting.example/s"; issuers = "example trust"; },
	{ id = "geotrust"; name = "G"; guide = "https://a.example/"; }, { id = "cybertrust"; name = "C"; guide = "https://a.example/"; } );'
serve present
new_business "" "" "" "seconds = 5; connect_to = \"127.0.0.1\"; port = $port;" "$issued" >/dev/null
{
	echo "customer,customer_name,language,payment_method,payer_kana,contact_name,contact_email,common_name,organization,locality,state_or_province,country,product,not_after"
	echo 'C-1,田中商事株式会社,ja,transfer,カ）タナカショウジ,田中,tanaka@tanaka.example,www.tanaka.example,"Tanaka Co., Ltd.",Chiyoda-ku,Tokyo,JP,secureserver-id,2027-01-20T23:59:59Z'
} >"$work/customers.csv"
mp import "$work/customers.csv" --allow >"$scratch/import.out" 2>&1
is 0 $? "the customer is imported"
ref=SSL-2026-00001
on() { now=${1}T10:00:00+09:00; mp run >"$scratch/run.out" 2>&1; }
kinds() { for f in $(ls -tr "$dovecot/mail/tanaka/Maildir/new/"*); do mail_header "$f" X-Mailproc-Letter; done | tr '\n' ' '; }

on 2026-11-24
is "notice " "$(kinds)" "the notice goes out"
answer tanaka --charset iso-2022-jp --body '更新をお願いします。'
on 2026-11-25
is same "$(mp show --json $ref | field 'd["sighting"]["finding"]')" "the server is looked at: what is on record is served"
is ordered "$(state_of $ref)" "the yes becomes an order"
like '^notice (payment-request invoice|invoice payment-request) $' "$(kinds)" "payment request and invoice follow"
number=$(mp show --json $ref | field 'd["invoice"]["number"]')
total=$(mp show --json $ref | field 'd["invoice"]["total"]')
like "登録番号.*T1234567890123" "$(mp invoice show "$number")" "the invoice has the issuer's number"
printf '%s\n' '日付,入金額,振込依頼人名,摘要' "2026-12-02,$total,ｶ)ﾀﾅｶｼﾖｳｼﾞ,振込" >"$work/bank.csv"
now=2026-12-03T09:00:00+09:00
mp payment import "$work/bank.csv" >/dev/null 2>&1
is 0 $? "the bank's file is imported"
is paid "$(state_of $ref)" "name and amount pay the invoice"
on 2026-12-03
is paid "$(state_of $ref)" "the application waits for staff"
mp record $ref applied --by Sato --note "sent to the authority" >/dev/null 2>&1
on 2026-12-04
like 'application-started $' "$(kinds)" "then the customer is told that it has started"
like 'guide\.hosting\.example/s' "$(mail_text "$(letter_to tanaka)")" "with the guide of the authority"
is applied "$(state_of $ref)" "the renewal is applied for"
on 2026-12-14
is applied "$(state_of $ref)" "while the old certificate is served nothing happens"
stop_server $server_pid
old=$port
serve new
sed -i "s/port = $old;/port = $port;/" "$work/mailproc.conf"
on 2026-12-16
is renewed "$(state_of $ref)" "the new certificate on the server closes it"
like 'renewed $' "$(kinds)" "and the customer is told"
next=$(mp list --json | head -1 | field 'd["reference"]')
like '^SSL-2026-0000[2-9]$' "$next" "the next renewal begins"
like '2028-01-2' "$(mp show "$next")" "from the new end"
like '\+ 1 year \+ 14 days' "$(mp show $ref)$(mp show "$next")" "with the fourteen days that the product adds"
is "$(ls "$dovecot/mail/tanaka/Maildir/new" | wc -l)" "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM letter WHERE state = 'accepted' AND contact IS NOT NULL")" "what arrived is what the books say"
is "imported window-opened said-renew paid application-started installed" \
	"$(sqlite3 "$work/mailproc.db" "SELECT group_concat(event, ' ') FROM (SELECT event FROM event WHERE renewal = 1 AND event NOT LIKE 'review%' ORDER BY id)")" "the history has each step once"
rows=$(store_rows)
mp run >/dev/null 2>&1
is 0 $? "another run ends well"
is "$rows" "$(store_rows)" "and changes nothing"

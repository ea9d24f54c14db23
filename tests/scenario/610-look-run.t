# look: the server of a renewal shows the new certificate, a changed one, one that loses names, one of another authority; and what staff see of it.
. tests/scenario/lib.sh
. tests/scenario/tls.sh
. tests/scenario/business.sh
plan 56
base=20000
now=2027-01-08T10:00:00+09:00
until=20270120235959Z
dn="/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Tanaka Co., Ltd./CN=www.tanaka.example"
both="DNS:www.tanaka.example,DNS:tanaka.example"

make_authority root "/O=Example Trust/CN=Example Root"
make_authority middle "/O=Example Trust/CN=Example CA 1" root
make_authority cheap "/O=Cheap Trust/CN=Cheap CA" root
cp "$tls/middle.pem" "$tls/chain.pem"
SSL_CERT_FILE=$tls/root.pem
export SSL_CERT_FILE

make_certificate present middle "$dn/OU=Sales" "$both" 20260120000000Z $until
make_certificate renewed middle "$dn" "$both" 20270107000000Z 20270720235959Z
make_certificate moved middle "/C=JP/ST=Tokyo/O=Tanaka Holdings/CN=www.tanaka.example" "$both" 20270107000000Z 20270720235959Z
make_certificate fewer middle "$dn" "DNS:www.tanaka.example" 20270107000000Z 20270720235959Z
make_certificate other cheap "$dn" "$both" 20270107000000Z 20270720235959Z
make_certificate forged self "$dn" "$both" 20270107000000Z 20270720235959Z
make_certificate older middle "$dn" "$both" 20250120000000Z 20260120235959Z
make_certificate inside middle "$dn" "$both" 20270107000000Z 20270115235959Z

issued='authorities = ( { id = "symantec"; name = "S"; guide = "https://a.example/"; issuers = "Digital; example trust"; },
	{ id = "geotrust"; name = "G"; guide = "https://a.example/"; }, { id = "cybertrust"; name = "C"; guide = "https://a.example/"; } );'
ref=SSL-2026-00001

# begin SERVER STATE: one customer, his renewal in that state, that certificate on his server.
begin() {
	serve "$1" "$([ "$1" = forged ] || echo chain.pem)"
	[ "$1" != other ] || { stop_server $server_pid; serve other cheap.pem; }
	new_business "" "" "" "seconds = 5; connect_to = \"127.0.0.1\"; port = $port;" "$issued" >/dev/null
	{
		echo "customer,customer_name,language,payment_method,contact_email,common_name,organization,organizational_unit,locality,state_or_province,country,san,product,not_after"
		echo 'C1,Tanaka,en,card,tanaka@tanaka.example,www.tanaka.example,"TANAKA CO.,LTD.",Sales,Chiyoda-ku,Tokyo,JP,tanaka.example,secureserver-id,2027-01-20T23:59:59Z'
	} >"$work/customers.csv"
	"$MAILPROC" --now 2026-11-23T10:00:00+09:00 -c "$work/mailproc.conf" import "$work/customers.csv" >"$scratch/import.out" 2>&1 || sed 's/^/# /' "$scratch/import.out"
	sqlite3 "$work/mailproc.db" "UPDATE renewal SET state = '$2', next_day = NULL"
}
look() { mp look 2>&1; }

begin present noticed
out=$(look)
is 0 $? "a look ends well"
like 'servers looked at +1' "$out" "and says at how many servers it looked"
is same "$(mp show --json $ref | field 'd["sighting"]["finding"]')" "the certificate on record is served"
is None "$(mp list --json | field 'd["seen"]')" "which is nothing for staff"
unlike 'looked at' "$(look)" "a second look on the same day looks at nothing"
now=2027-01-09T00:00:00+09:00
like 'looked at +1' "$(look)" "on the next day it looks again"
like 'since 2027-01-08 10:00' "$(mp show $ref)" "and since when it is so is kept"
now=2027-01-08T10:00:00+09:00
stop_server $server_pid

begin renewed applied
out=$(look)
is 0 $? "a look that finds the new certificate ends well"
like 'new certificates that closed a renewal +1' "$out" "it closes the renewal"
is renewed "$(state_of $ref)" "which is renewed"
out=$(mp show $ref)
like 'installed, applied → renewed \(mailproc\)' "$out" "the history has it"
like 'www.tanaka.example serves a certificate until 2027-07-21 08:59, serial [0-9a-f]+, issued by Example Trust' "$out" "with what was seen"
unlike 'Seen on servers' "$(mp status)" "and nothing is left for staff"
next=$(mp list --json | head -1 | field 'd["reference"]')
is "$(openssl x509 -in "$tls/renewed.pem" -noout -serial | cut -d= -f2 | tr A-F a-f | sed 's/^0*//')" "$(mp show --json "$next" | field 'd["certificate"]["serial"]')" \
	"the next renewal is about the certificate that was seen"
is symantec "$(mp show --json "$next" | field 'd["certificate"]["authority"]')" "with its authority"
unlike 'looked at' "$(now=2027-01-09T10:00:00+09:00 && look)" "a renewed one is not looked at any more"
stop_server $server_pid

is 1 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM letter WHERE kind = 'renewed'")" "the customer is told"
begin renewed applied
sqlite3 "$work/mailproc.db" "UPDATE customer SET paused = 1"
look >/dev/null
is "renewed 0" "$(mp show --json $ref | field 'd["state"]') $(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM letter')" "a paused customer is not told"
stop_server $server_pid

begin renewed paid
out=$(look)
is 1 $? "a new certificate before the application is for a person"
is paid "$(state_of $ref)" "the renewal stays as it is"
is new "$(mp list --json | field 'd["seen"]')" "list says that a new one is there"
like "the renewal is 'paid': staff say whether" "$(mp status)" "status says why it was not closed"
sqlite3 "$work/mailproc.db" "UPDATE renewal SET state = 'applied'"
now=2027-01-09T10:00:00+09:00
out=$(look)
is 0 $? "when it has been applied for, the next look"
is renewed "$(state_of $ref)" "closes it"
now=2027-01-08T10:00:00+09:00
stop_server $server_pid

begin moved applied
out=$(look)
is 1 $? "a changed name is for a person"
is applied "$(state_of $ref)" "and closes nothing"
out=$(mp status)
like "^$ref +www.tanaka.example: changed, since 2027-01-08 10:00" "$out" "status names it"
like 'O=TANAKA CO.,LTD. to O=Tanaka Holdings: no renewal but a new purchase' "$out" "and what has changed"
like "www.tanaka.example \(seen: changed\)" "$(mp list)" "list shows it"
like 'not what was expected \(for a person\)' "$(mp show $ref)" "so does show"
is 0 "$(now=2027-01-09T10:00:00+09:00 && look >/dev/null; echo $?)" "on the next day it is no news"
like 'since 2027-01-08 10:00' "$(mp status)" "but still shown"
stop_server $server_pid

begin fewer applied
look >/dev/null
is applied "$(state_of $ref)" "a certificate that lacks a name closes nothing"
like 'these host names lose cover: tanaka.example' "$(mp status)" "and the name is told"
stop_server $server_pid

begin other applied
look >/dev/null
is applied "$(state_of $ref)" "a certificate of another authority closes nothing"
like 'it is issued by another authority: Cheap Trust' "$(mp status)" "and the authority is told"
stop_server $server_pid

begin forged applied
look >/dev/null
is applied "$(state_of $ref)" "a self-signed certificate closes nothing"
like 'it is self-signed' "$(mp status)" "and that is told"
stop_server $server_pid

begin older applied
look >/dev/null
is other "$(mp list --json | field 'd["seen"]')" "an older certificate than on record is told"
like 'on record is one until 2027-01-21 08:59' "$(mp status)" "with both ends"
like 'it has expired' "$(mp status)" "and what is wrong with it"
stop_server $server_pid

begin renewed applied
echo 'products = ( { id = "other"; authority = "symantec"; name = "O"; price = 1; } );' >>"$work/mailproc.conf"
out=$(look)
is 1 $? "a renewal that cannot be closed because its product is gone is for a person"
is applied "$(mp show --json $ref | field 'd["state"]')" "it stays as it is"
like 'it cannot close the renewal: .*product' "$(mp status)" "what was seen, and why, is kept"
unlike 'looked at' "$(look)" "and it is not looked at again on that day"
stop_server $server_pid

begin present applied
stop_server $server_pid
out=$(look)
is 0 $? "a server that is away is no fault of the run"
like 'servers that were away +1' "$out" "it is counted"
is away "$(mp show --json $ref | field 'd["sighting"]["finding"]')" "and on record"
is None "$(mp list --json | field 'd["seen"]')" "but nothing for staff"

begin renewed upcoming
sqlite3 "$work/mailproc.db" "UPDATE renewal SET kind = 're-issue', next_day = 1, state = 'upcoming'; UPDATE term SET ends_at = ends_at + 300 * 86400"
look >/dev/null
is renewed "$(mp show --json $ref | field 'd["state"]')" "a re-issue is closed by its new certificate"
stop_server $server_pid

begin inside applied
sqlite3 "$work/mailproc.db" "UPDATE certificate SET not_after = not_after - 10 * 86400"
look >/dev/null
is applied "$(state_of $ref)" "a newer certificate that ends before the term does is not the renewal"
like 'a re-issue, not the renewal' "$(mp status)" "and that is told"
stop_server $server_pid

begin renewed applied
cp "$work/mailproc.db" "$scratch/before.db"
mp look --dry-run >/dev/null 2>&1
is 64 $? "a dry run of it is refused"
sed -i 's/^look = .*/look = { max = 0; };/' "$work/mailproc.conf"
unlike 'looked at' "$(look)" "with max = 0 nothing is looked at"
is applied "$(state_of $ref)" "and nothing changes"
mp look extra >/dev/null 2>&1
is 64 $? "a word too many is a wrong command line"

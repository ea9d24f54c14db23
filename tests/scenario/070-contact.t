# Whom letters go to, as staff know it: added, changed, removed, with an event; what is wrong changes nothing.
. tests/scenario/lib.sh
plan 35
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
mp() { "$MAILPROC" -q --now 2026-11-23T10:00:00+09:00 -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
rows() { sqlite3 "$work/mailproc.db" .dump | sha256sum; }
sql() { sqlite3 "$work/mailproc.db" "$1"; }
mp import mailproc/demo/customers.csv >/dev/null
customer=$(sql 'SELECT code FROM customer ORDER BY id LIMIT 1')
first=$(sql 'SELECT address FROM contact WHERE customer = 1')

out=$(mp contact add "$customer" --role billing --address 'Keiri@AOZORA.example' --name 経理部 --text-only yes --by Sato)
is 0 $? "a contact is added"
is "billing|Keiri@aozora.example|経理部|1" "$(sql "SELECT role, address, name, text_only FROM contact WHERE name = '経理部'")" "as it was said, with the domain in lower case"
is "contact-changed|Sato" "$(sql 'SELECT event, by FROM event ORDER BY id DESC LIMIT 1')" "and the history says who said so"
like '"new":( )?true' "$(sql 'SELECT evidence FROM event ORDER BY id DESC LIMIT 1')" "and what"
is "" "$(sql 'SELECT evidence FROM event' | grep -i aozora)" "but not which address: events cannot be erased"
like 'billing +Keiri@aozora.example +経理部 +text only' "$(mp contact list "$customer")" "contact list shows it"

mp contact set "$customer" keiri@aozora.example --address accounts@aozora.example --role technical --text-only no --also-from backup@aozora.example >/dev/null
is 0 $? "it can be changed"
is "technical|accounts@aozora.example|経理部|0|" "$(sql "SELECT role, address, name, text_only, removed_at FROM contact WHERE name = '経理部'")" "what was not named stays"
is "backup@aozora.example" "$(sql 'SELECT address FROM contact_address')" "a further address is remembered"
n=$(sql "SELECT id FROM contact WHERE name = '経理部'")
mp contact set "$customer" "$n" --remove >/dev/null
is 0 $? "it can be removed, by its number too"
unlike accounts "$(mp contact list "$customer")" "then it is not listed"
is 1 "$(sql "SELECT count(*) FROM contact WHERE address = 'accounts@aozora.example'")" "but kept for the history"

before=$(rows)
# STATUS PATTERN WORDS…
refused() {
	want=$1
	pattern=$2
	shift 2
	out=$(mp "$@")
	is "$want" $? "mailproc $*: exit status $want"
	like "$pattern" "$out" "mailproc $*: says why"
}
refused 64 'a step is missing' contact
refused 64 'role and --address are needed' contact add "$customer" --role admin
refused 64 'nothing is to be changed' contact set "$customer" "$first"
refused 65 'no customer C-none' contact add C-none --role admin --address a@b.example
refused 65 'is no role' contact add "$customer" --role boss --address a@b.example
refused 65 'is no address' contact add "$customer" --role admin --address 'a at b'
refused 65 'has this contact already' contact add "$customer" --role admin --address "$first"
refused 65 'no contact nobody@x.example' contact set "$customer" nobody@x.example --name x
refused 65 'nobody to write to' contact set "$customer" "$first" --remove
refused 65 'yes or no' contact set "$customer" "$first" --text-only perhaps
is "$before" "$(rows)" "nothing of this changed the store"
refused 64 'belongs to set' contact add "$customer" --role admin --address a@b.example --remove

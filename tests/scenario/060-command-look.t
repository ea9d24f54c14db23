# Commands that look change nothing: a dry run, preview, list, show; and two runs never overlap.
. tests/scenario/lib.sh
plan 29
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
mkdir -p "$work/in/new" "$work/in/cur" "$work/in/tmp"
cat >"$work/mailproc.conf" <<-END
	company = { name = "Sample K.K."; control_panel = "https://panel.sample.example/"; };
	mail = { address = "ssl@sample.example"; staff = "staff@sample.example"; };
	texts = { bank_account = "Sample Bank 1"; };
	smtp = { protocol = "lmtp"; host = "127.0.0.1"; port = 9; tls = "none"; auth = "none"; connect_timeout = 2; };
	sources = ( { type = "maildir"; path = "in"; } );
	look = { max = 0; };
END
mp() { "$MAILPROC" -q --now 2026-11-24T10:00:00+09:00 -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
rows() { sqlite3 "$work/mailproc.db" .dump | sha256sum; }
lines_are_objects() { python3 -c 'import json, sys
n = 0
for line in sys.stdin:
    row = json.loads(line); n += 1
    missing = [k for k in sys.argv[2:] if k not in row]
    if missing: sys.exit("missing: %s" % missing)
sys.exit(0 if n == int(sys.argv[1]) else "%d lines" % n)' "$@"; }

mp import mailproc/demo/customers.csv --allow >/dev/null
is 0 $? "customers are imported"
before=$(rows)
out=$(mp run --dry-run)
is 0 $? "a dry run ends well"
like 'customers asked +6' "$out" "it says how many would be asked"
like 'letters rendered +6' "$out" "and that the letters can be rendered"
is "$before" "$(rows)" "the store is as it was"
is "mailproc.conf mailproc.db mailproc.db.lock mailproc.key" "$(ls "$work" | grep -v '^in$' | tr '\n' ' ' | sed 's/ $//')" "no copy is left"

exec 8>"$work/mailproc.db.lock"
flock 8
out=$(mp run)
is 75 $? "a run beside another one is told to come later"
like 'another run is at work' "$out" "and why"
mp run --dry-run >/dev/null
is 75 $? "so is a dry run"
mp list >/dev/null
is 0 $? "looking is possible meanwhile"
exec 8>&-

mp due >/dev/null
is 0 $? "due alone works without servers"
out=$(mp send)
is 69 $? "a server that is away is told by the exit status"
mp list --json | lines_are_objects 7 reference state state_at customer customer_name common_name product authority term_ends_at certificate_ends_at next_day kind
is 0 $? "list --json is one object a line with its keys"
is 6 "$(mp list --state noticed --json | wc -l)" "list --state takes one state"
is 7 "$(mp list --state all --json | wc -l)" "list --state all takes all"
like 'SSL-2026-00001 +noticed +2027-01-21 +www\.aozora\.example +株式会社青空商事' "$(mp list)" "list has what a person looks for"
wide=$(mp list | cut -d' ' -f1 | sort -u | wc -l)
is 8 "$wide" "one line each"
mp show SSL-2026-00001 --json | lines_are_objects 1 reference contacts certificate letters events messages order invoice
is 0 $? "show --json is one object"
out=$(mp show SSL-2026-00001)
like '^certificate +CN=www\.aozora\.example, O=Aozora Shoji K\.K\., L=Chiyoda-ku, ST=Tokyo, C=JP' "$out" "show has the distinguished name"
like '^notice day +2026-11-20, 60 days before the end' "$out" "the notice day, on an open day"
like '^last safe day +2027-01-08' "$out" "the last safe day"
like 'window-opened, upcoming → noticed' "$out" "and the history"
mp status --json | lines_are_objects 1 states letters reviews_open due outcomes last_run mailboxes held
is 0 $? "status --json is one object"

before=$(rows)
like '^Subject: .*SSL-2026-00001' "$(mp preview notice SSL-2026-00001)" "preview shows subject and text"
like '^Content-Type: multipart/alternative' "$(mp preview notice SSL-2026-00001 --raw)" "--raw shows the whole mail"
mp preview payment-request SSL-2026-00002 --html "$scratch/x.html" >/dev/null
is 0 $? "--html writes a file"
like '<html' "$(cat "$scratch/x.html" 2>/dev/null)" "with HTML"
is "$before" "$(rows)" "none of these has changed the store"
like '^digraph' "$(mp workflow --dot)" "workflow --dot is a graph"

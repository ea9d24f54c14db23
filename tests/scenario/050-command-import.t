# Bad customer files: every problem is told with line and column, exit status 65, and the store stays as it was.
. tests/scenario/lib.sh
plan 14
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
mp() { "$MAILPROC" -q -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
rows() { sqlite3 "$work/mailproc.db" .dump | sha256sum; }
good=mailproc/demo/customers.csv
before=$(rows)

sed -e '2s/secureserver-id/no-such-product/' -e '3s/grace@harbour.example/grace at harbour/' -e '4s/,ja,/,fr,/' "$good" >"$scratch/bad.csv"
out=$(mp import "$scratch/bad.csv")
is 65 $? "a file with mistakes is refused"
like 'bad\.csv:2: product: ' "$out" "an unknown product, with line and column"
like 'bad\.csv:3: contact_email: ' "$out" "an address that is none"
like 'bad\.csv:4: language: ' "$out" "a language that is none"
like '3 problems: nothing was imported' "$out" "and how many there are"
is "$before" "$(rows)" "the store is as it was"

printf 'customer,colour\nC-1,red\n' >"$scratch/columns.csv"
out=$(mp import "$scratch/columns.csv")
is 65 $? "unknown and missing columns are refused"
like 'columns\.csv:1: colour' "$out" "the unknown one is named"
mp import "$scratch/none.csv" >/dev/null
is 65 $? "a file that is not there is bad input"
is "$before" "$(rows)" "the store is as it was, still"

out=$(mp import "$good" --dry-run)
is 0 $? "a dry run of a good file ends well"
like 'nothing was kept' "$out" "and says that it was one"
mp import "$good" >/dev/null
imported=$(rows)
out=$(mp import "$good")
like '0 customers, 0 contacts, 0 certificates, 0 renewals' "$out" "the same file again changes nothing"
is "$imported" "$(rows)" "not a row"

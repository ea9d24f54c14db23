# Each order goes to the billing program; a card customer's letter waits for it, a transfer customer's does not.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 19
start_dovecot
new_business
cat >>"$work/mailproc.conf" <<-END
	billing = { command = "cd '$work' && sh billing.sh"; };
END
cat >"$work/billing.sh" <<-'END'
	cat >last.json
	[ ! -e down ] || { echo 'no connection to the ledger'; exit 75; }
	cat last.json >>ledger.json
END
: >"$work/down"
customers 'C-1,花屋すみれ,ja,card,standard,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,transfer,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no' >/dev/null 2>&1
mp run >/dev/null 2>&1
answer sumire --body '更新をお願いします。'
answer jane --body 'Yes, please renew.'
mp run >"$scratch/out" 2>&1
is 0 $? "a billing program that fails does not fail the run"
like 'no connection to the ledger' "$(cat "$scratch/out")" "the run says what it said"
is ordered "$(state_of www.hanaya.example)" "the order stands"
is 1 "$(letters_to sumire)" "the card customer's payment request waits"
is 3 "$(letters_to jane)" "the transfer customer has hers, and the invoice"
like 'not taken yet' "$(mp status)" "status tells of it"
is 2 "$(mp status --json | field 'd["billing_failing"]')" "and counts it"
like 'O-2026-0000[12] +order +waiting' "$(mp orders list)" "orders list shows what waits"
rm "$work/down"
now=2026-11-23T10:03:00+09:00
mp run >/dev/null 2>&1
is 1 "$(letters_to sumire)" "it is not tried again at once"
now=2026-11-23T10:06:00+09:00
mp run >/dev/null 2>&1
is 2 "$(letters_to sumire)" "when it was accepted the letter goes out"
is 2 "$(wc -l <"$work/ledger.json")" "each order was handed over once"
is "www.hanaya.example" "$(grep -h C-1 "$work/ledger.json" | field 'd["lines"][0]["description"].split("（")[1].rstrip("）")')" "with its lines"
mp run >/dev/null 2>&1
is 2 "$(letters_to sumire)" "another run brings nothing"
mp orders export --json >"$scratch/export.json"
is "$(sort "$work/ledger.json")" "$(sort "$scratch/export.json")" "the export says the same"
is 3 "$(mp orders export | wc -l)" "as CSV it has a heading and a line each"
mp orders export --since 2026-11-24 --json >"$scratch/later.json"
is 0 "$(wc -c <"$scratch/later.json")" "nothing is newer than that day"
like 'accepted: exit status 0' "$(mp show "$(mp list --json --state all | grep www.hanaya | field 'd["reference"]')")" "show tells that the program has it"
like 'mailproc_invoices_open 2' "$(mp status --metrics)" "and monitoring reads the numbers"
mp orders export --since yesterday >/dev/null 2>&1
is 64 $? "a day that is none is refused"

# Customers are brought over in mid-year, with what was done already: nothing is sent again, and what comes next is what comes next.
. tests/scenario/lib.sh
plan 41
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
now=2026-11-23T10:00:00+09:00
mp() { "$MAILPROC" -q --now "$now" -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
rows() { sqlite3 "$work/mailproc.db" .dump | grep -v 'INSERT INTO run ' | sha256sum; }
sql() { sqlite3 "$work/mailproc.db" "$1"; }
header="customer,customer_name,language,payment_method,contact_email,common_name,product,not_after,state,answer,answered_on,last_letter,order_number,invoice_number,invoice_amount,invoice_issued,invoice_due,paid_on"
file() { { echo "$header"; cat; } >"$scratch/$1.csv"; }
letters() { sql "SELECT group_concat(kind, ' ') FROM (SELECT l.kind FROM letter l JOIN customer c ON c.id = l.customer WHERE c.code = '$1' AND l.state <> 'accepted' ORDER BY l.id)"; }
state() { sql "SELECT r.state FROM renewal r JOIN term t ON t.id = r.term WHERE t.common_name = '$1'"; }

file good <<'END'
T-UP,Up,en,card,up@up.example,www.up.example,cybertrust-sureserver,2026-12-13,,,,,,,,,,
T-ASKED,Asked,en,card,a@asked.example,www.asked.example,cybertrust-sureserver,2027-01-05,noticed,,,2026-11-05,,,,,,
T-BEFORE,Before,en,card,a@before.example,www.before.example,cybertrust-sureserver,2026-12-22,noticed,,,,,,,,,
T-NO,No,en,card,a@no.example,www.no.example,cybertrust-sureserver,2027-01-10,noticed,decline,2026-11-20,,,,,,,
T-YES,Yes,en,card,a@yes.example,www.yes.example,cybertrust-sureserver,2027-01-12,noticed,renew,2026-11-20,,,,,,,
T-ORD,Ordered,en,transfer,a@ord.example,www.ord.example,cybertrust-sureserver,2027-01-15,ordered,renew,2026-11-18,2026-11-18,A-77,2026-000041,66000,2026-11-18,2026-12-02,
T-TWO,Two,ja,transfer,a@two.example,www.two.example,cybertrust-sureserver,2027-01-14,paid,renew,2026-11-10,,B-1,OLD-9,66000,2026-11-10,2026-11-24,2026-11-20
T-TWO,Two,ja,transfer,a@two.example,api.two.example,cybertrust-sureserver,2027-01-14,paid,renew,2026-11-10,,B-1,OLD-9,33000,2026-11-10,2026-11-24,2026-11-20
T-APP,Applied,en,card,a@app.example,www.app.example,cybertrust-sureserver,2026-12-20,applied,renew,2026-11-01,,,OLD-10,66000,2026-11-01,,2026-11-04
END
before=$(rows)
mp import "$scratch/good.csv" --dry-run >/dev/null
is "$before" "$(rows)" "a dry run changes nothing"
mp import "$scratch/good.csv" --as-of 2026-11-22 >/dev/null
is 0 $? "the file is imported"
is "upcoming noticed noticed declined ordered ordered paid paid applied" \
	"$(sql "SELECT group_concat(state, ' ') FROM (SELECT state FROM renewal WHERE kind = 'renewal' ORDER BY id)")" "each renewal is in its state"
is "A-77|2026-000041|66000|60000|6000|open|2026-11-18|2026-12-02" "$(sql "SELECT o.number, i.number, i.total, i.net, i.tax, i.state, date(i.issued_day * 86400, 'unixepoch'), date(i.due_day * 86400, 'unixepoch') FROM invoice i JOIN orders o ON o.id = i.orders WHERE i.number = '2026-000041'")" "the invoice is the one that went out"
is "1|99000|paid|2|99000" "$(sql "SELECT count(*), total, state, (SELECT count(*) FROM invoice_line WHERE invoice = invoice.id), (SELECT sum(amount) FROM payment WHERE invoice = invoice.id) FROM invoice WHERE number = 'OLD-9'")" "two certificates on one invoice are one invoice, paid"
is 2026-000042 "$(sql "SELECT i.number FROM invoice i JOIN customer c ON c.id = i.customer WHERE c.code = 'T-YES'")" "our numbers go on after those that look like ours"
is "payment-request" "$(letters T-YES)" "who has answered and has no order gets one now"
is "" "$(letters T-ORD)$(letters T-TWO)$(letters T-APP)$(letters T-NO)$(letters T-ASKED)" "nobody else gets a letter"
like 'said-decline' "$(mp show "$(sql "SELECT r.reference FROM renewal r JOIN term t ON t.id = r.term WHERE t.common_name = 'www.no.example'")")" "the history has the answer"
is "2026-11-20" "$(sql "SELECT date(e.at + 9 * 3600, 'unixepoch') FROM event e JOIN renewal r ON r.id = e.renewal JOIN term t ON t.id = r.term WHERE t.common_name = 'www.no.example' AND e.event = 'said-decline'")" "on its day"

all=$(rows)
mp import "$scratch/good.csv" --as-of 2026-11-22 >/dev/null
is 0 $? "the same file again is fine"
is "$all" "$(rows)" "and changes nothing"
mp due >/dev/null
is 78 $? "nothing is due before it is allowed"
mp due --allow >/dev/null
is "notice" "$(letters T-UP)" "20 days before the end the first letter is the notice"
is "" "$(letters T-ASKED)" "a reminder whose day has not come is not sent"
is "" "$(letters T-BEFORE)" "nor one whose day was before the takeover"
now=2026-12-04T10:00:00+09:00
mp due >/dev/null
is "reminder" "$(letters T-ASKED)" "the next reminder comes on its day"
now=2027-01-16T10:00:00+09:00
mp due >/dev/null
is "lapsed lapsed declined" "$(state www.asked.example) $(state www.ord.example | sed s/ordered/lapsed/) $(state www.no.example | sed s/lapsed/declined/)" "terms end as for all others"
now=2026-11-23T10:00:00+09:00

all=$(rows)
# PATTERN ROW
refused() {
	printf '%s\n' "$2" | file bad
	out=$(mp import "$scratch/bad.csv")
	is 65 $? "refused: $1"
	like "bad\.csv:2: $1" "$out" "with file, line and column"
}
base="T-X,X,en,card,x@x.example,www.x.example,cybertrust-sureserver,2027-01-15"
refused "state: 'asked' is not one of" "$base,asked,,,,,,,,,"
refused "answer: 'maybe' is not one of" "$base,noticed,maybe,,,,,,,,"
refused "invoice_number: is empty" "$base,ordered,renew,,,,,66000,,2026-12-01,"
refused "invoice_due: is empty" "$base,ordered,renew,,,,I-1,66000,,,"
refused "paid_on: is empty" "$base,paid,renew,,,,I-1,66000,,2026-12-01,"
refused "paid_on: is given" "$base,noticed,,,,,,,,,2026-11-01"
refused "answer: is decline" "$base,ordered,decline,,,,I-1,66000,,2026-12-01,"
refused "answered_on: 2026-12-24 lies after" "$base,noticed,renew,2026-12-24,,,,,,,"
refused "invoice_amount: '66,000' is not an amount" "$base,ordered,renew,,,,I-1,\"66,000\",,2026-12-01,"
refused "invoice_number: invoice OLD-9 belongs to another customer" "$base,ordered,renew,,,,OLD-9,66000,,2026-12-01,"
is "$all" "$(rows)" "the store is as it was"
mp import "$scratch/good.csv" --as-of 2027-12-01 >/dev/null
is 64 $? "states of a day to come are refused"
mp import "$scratch/good.csv" --as-of yesterday >/dev/null
is 64 $? "what is no day is refused"

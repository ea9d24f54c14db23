# After an import nothing goes out before a person has seen the forecast; and what the forecast says is what then happens, day by day.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 21
start_dovecot
new_business
last=2026-12-16
{
	echo "customer,customer_name,language,payment_method,contact_role,contact_name,contact_email,common_name,organization,product,not_after"
	python3 - <<-'END'
		import datetime
		first = datetime.date(2026, 11, 20)
		products = ["cybertrust-sureserver", "geotrust-truebusiness", "secureserver-id"]
		for i in range(24):
		    end = first + datetime.timedelta(days=4 * i)
		    print(f"C-{i},Firm {i},{'ja' if i % 2 else 'en'},{'card' if i % 3 else 'transfer'},admin,,c{i}@firm{i}.example,"
		          f"www.firm{i}.example,FIRM {i},{products[i % 3]},{end}")
	END
} >"$work/customers.csv"
mp import "$work/customers.csv" >"$scratch/import.out" 2>&1
is 0 $? "customers are imported"
like 'waits for --allow' "$(cat "$scratch/import.out")" "and it is said that the next run waits"

rows=$(store_rows)
out=$(mp run 2>&1)
is 78 $? "the first run after an import does nothing"
like '[0-9]+ notice' "$out" "it shows what would go out"
n=$(printf '%s\n' "$out" | sed -n 's/.*run --allow \([0-9][0-9]*\)".*/\1/p')
is "$rows" "$(store_rows)" "it changes no row"
mp send >/dev/null 2>&1
is 78 $? "nor does send"
mp poll >/dev/null 2>&1
is 0 $? "poll needs no permission"
mp run --dry-run >/dev/null 2>&1
is 0 $? "nor does a dry run"
like '"alarm": "guard"' "$(mp status --json)" "status has an alarm for it"
mp run --allow $((n - 1)) >/dev/null 2>&1
is 78 $? "fewer letters allowed than would go out: nothing is done"
is "$rows" "$(store_rows)" "and no row has changed"
mp run --allow many >/dev/null 2>&1
is 64 $? "what is no number is refused"

forecast=$(mp forecast --until "$last" --json)
is 0 $? "forecast ends well"
like '"letters": \{"notice": [0-9]+\}' "$forecast" "it counts letters by kind"
is "$rows" "$(store_rows)" "it changes nothing"
like 'no payment comes' "$(mp forecast --until "$last")" "it says what it assumes"
mp forecast --until 2026-11-01 >/dev/null 2>&1
is 64 $? "a forecast of the past is refused"

mp run --allow "$n" >/dev/null 2>&1
is 0 $? "as many letters as were shown may go out"
mp status --json | grep -q '"alarm": "guard"' && not_ok "the alarm is gone" || ok "the alarm is gone"
day=2026-11-24
while [ "$(echo "$day" | tr -d -)" -le "$(echo "$last" | tr -d -)" ]; do
	now=${day}T10:00:00+09:00
	mp -q due >/dev/null 2>&1 && mp -q send >/dev/null 2>&1 || echo "# $day: $?"
	day=$(date -d "$day + 1 day" +%F)
done
happened=$(sqlite3 "$work/mailproc.db" "SELECT date(state_at + 9 * 3600, 'unixepoch'), kind, count(*) FROM letter WHERE state = 'accepted' GROUP BY 1, 2 ORDER BY 1, 2")
said=$(printf '%s\n' "$forecast" | python3 -c '
import json, sys
for line in sys.stdin:
    d = json.loads(line)
    for kind in sorted(d["letters"]):
        print(d["day"], kind, d["letters"][kind], sep="|")')
is "$said" "$happened" "the letters of each day are those that were forecast"
is "$(printf '%s\n' "$forecast" | python3 -c 'import json, sys; print(sum(json.loads(l)["ended"] for l in sys.stdin))')" \
	"$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM renewal WHERE state = 'lapsed'")" "so are the terms that end"

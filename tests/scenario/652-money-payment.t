# Payments: from a bank's file and by hand; short, double and late ones wait for staff.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 34
start_dovecot
new_business
cat >"$work/customers.csv" <<-END
	customer,customer_name,language,payment_method,payer_kana,contact_email,common_name,product,not_after
	C-1,花屋すみれ,ja,transfer,ハナヤスミレ,sumire@hanaya.example,www.hanaya.example,cybertrust-sureserver,2027-01-21
	C-2,さくら商事株式会社,ja,transfer,カ）サクラショウジ,ito@sakura.example,www.sakura.example,geotrust-truebusiness,2027-01-21
	C-3,Acme Ltd,en,transfer,,jane@acme.example,shop.acme.example,geotrust-truebusiness,2027-01-21
END
mp import "$work/customers.csv" >/dev/null 2>&1
mp run --allow 9 >/dev/null 2>&1 || mp run >/dev/null 2>&1
for who in sumire ito; do answer "$who" --body '更新をお願いします。'; done
answer jane --body 'Yes, please renew.'
mp run >/dev/null 2>&1
is "ordered ordered ordered" "$(state_of www.hanaya.example) $(state_of www.sakura.example) $(state_of shop.acme.example)" "three orders stand"
number_of() { mp show "$(mp list --json --state all | grep "$1" | field 'd["reference"]')" --json | field 'd["invoice"]["number"]'; }
hanaya=$(number_of www.hanaya.example) sakura=$(number_of www.sakura.example) acme=$(number_of shop.acme.example)
is 3 "$(mp status --json | field 'd["invoices_open"]')" "status counts the open invoices"

now=2026-11-26T10:00:00+09:00
printf '%s\r\n' '口座番号,1234567' '' '取引日,お支払金額,お預り金額,差引残高,振込依頼人名,摘要' \
	'2026/11/25,,"82,500","1,082,500",ﾊﾅﾔｽﾐﾚ,振込' '2026/11/25,,51260,"1,133,760",ｼﾗﾅｲﾋﾄ,'"$(echo "$acme" | sed 's/-/ー/')" \
	'2026/11/25,550,,1133210,,手数料' | iconv -f UTF-8 -t CP932 >"$work/bank.csv"
store_rows >"$scratch/before"
mp payment import "$work/bank.csv" --dry-run >"$scratch/out" 2>&1
is 0 $? "a dry run ends well"
like '1 no deposits.* 1 matched, 1 short' "$(cat "$scratch/out")" "and says what would be"
store_rows >"$scratch/after"
ok "a dry run changes nothing" cmp -s "$scratch/before" "$scratch/after"
mp payment import "$work/bank.csv" >"$scratch/out" 2>&1
is 1 $? "what waits for staff makes the exit status 1"
is paid "$(state_of www.hanaya.example)" "name and amount of a file in CP932 pay an invoice"
is ordered "$(state_of shop.acme.example)" "a short payment does not"
like 'short.*440 JPY too little' "$(mp payment list --open)" "it is listed with what is missing"
is 1 "$(mp status --json | field 'd["payments_open"]')" "status counts it"
store_rows >"$scratch/before"
mp payment import "$work/bank.csv" >"$scratch/out" 2>&1
is 0 $? "the same file again has nothing for staff"
like '2 on record already' "$(cat "$scratch/out")" "and says so"
store_rows >"$scratch/after"
ok "and changes nothing" cmp -s "$scratch/before" "$scratch/after"
short=$(mp payment list --open --json | field 'd["id"]')
mp payment match "$short" "$acme" --accept >/dev/null 2>&1
is 64 $? "who accepts must be named"
like 'is paid' "$(mp payment match "$short" "$acme" --accept --by Sato --note 'the transfer fee')" "staff accept it"
is paid "$(state_of shop.acme.example)" "then it is paid"
mp payment match "$short" "$acme" --accept --by Sato >/dev/null 2>&1
is 65 $? "once only"

mp payment record "$hanaya" 82500 --date 2026-11-26 --by Sato >"$scratch/out" 2>&1
is 1 $? "a second payment waits for staff"
like 'double' "$(cat "$scratch/out")" "as a double one"
double=$(mp payment list --open --json | field 'd["id"]')
mp payment close "$double" --by Sato >/dev/null 2>&1
is 64 $? "closing needs a note"
mp payment close "$double" --by Sato --note 'paid back on 27 November' >/dev/null 2>&1
is 0 $? "staff close it"
is 0 "$(mp status --json | field 'd["payments_open"]')" "nothing waits any more"

store_rows >"$scratch/before"
printf '日付,入金額\n2026-11-26,51700\n26.11.2026,51700\n' >"$work/wrong.csv"
mp payment import "$work/wrong.csv" >"$scratch/out" 2>&1
is 65 $? "a wrong file is refused"
like 'wrong.csv:3: 日付: ' "$(cat "$scratch/out")" "with line and column"
mp payment import "$work/nowhere.csv" >/dev/null 2>&1
is 65 $? "a file that is not there too"
mp payment record SSL-2026-99999 100 --date 2026-11-26 --by Sato >/dev/null 2>&1
is 65 $? "so is a reference that is none"
mp payment record "$sakura" 0 --date 2026-11-26 --by Sato >/dev/null 2>&1
is 64 $? "and an amount of nothing"
mp payment record "$sakura" 51700 --date 2026-12-26 --by Sato >/dev/null 2>&1
is 65 $? "and a day that is still to come"
mp payment frob >/dev/null 2>&1
is 64 $? "and a step that is none"
store_rows >"$scratch/after"
ok "nothing of it is kept" cmp -s "$scratch/before" "$scratch/after"

now=2027-01-20T10:00:00+09:00
mp payment record "$sakura" 51700 --date 2027-01-20 --by Sato >"$scratch/out" 2>&1
like 'late.*last safe day' "$(cat "$scratch/out")" "after the last safe day it waits"
is ordered "$(state_of www.sakura.example)" "and nothing is promised"
mp payment match "$(mp payment list --open --json | field 'd["id"]')" "$sakura" --accept --by Sato >/dev/null 2>&1
is paid "$(state_of www.sakura.example)" "staff may take it all the same"
is 4 "$(mp payment list --json | wc -l)" "every payment is on record"

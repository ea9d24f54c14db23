# Orders taken back: a no after the order, an invoice that was wrong; and what the customer wishes to read on the invoice.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 31
start_dovecot
new_business
cat >>"$work/mailproc.conf" <<-END
	billing = { command = "cat >> $work/ledger.json"; };
END
customers 'C-1,花屋すみれ,ja,transfer,standard,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-1,花屋すみれ,ja,transfer,standard,admin,,sumire@hanaya.example,,shop.hanaya.example,,,,JP,geotrust-truebusiness,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no' >/dev/null 2>&1
mp run >/dev/null 2>&1
answer sumire --body '2件とも更新をお願いします。'
answer jane --body 'Yes, please renew.'
mp run >/dev/null 2>&1
is "ordered ordered ordered" "$(state_of www.hanaya.example) $(state_of shop.hanaya.example) $(state_of shop.acme.example)" "three are ordered"
reference_of() { mp list --json --state all | grep "\"$1\"" | field 'd["reference"]'; }
number_of() { mp show "$(reference_of "$1")" --json | field 'd["invoice"]["number"]'; }
acme=$(number_of shop.acme.example) hanaya=$(number_of www.hanaya.example)
is "$hanaya" "$(number_of shop.hanaya.example)" "one invoice stands for both of a customer"

mp invoice show "$hanaya" >"$scratch/invoice"
like '適格請求書' "$(cat "$scratch/invoice")" "the invoice is shown in the customer's language"
like '登録番号 +T1234567890123' "$(cat "$scratch/invoice")" "with the issuer's number"
like '花屋すみれ 御中' "$(cat "$scratch/invoice")" "the addressee"
like '消費税（10%） +12,200 JPY' "$(cat "$scratch/invoice")" "the tax of its rate"
like 'Consumption tax \(10%\) +4,700 JPY' "$(mp invoice show "$acme")" "an English customer's in English"
is 51700 "$(mp invoice show "$acme" --json | field 'd["total"]')" "and as JSON"
mp invoice show 2026-009999 >/dev/null 2>&1
is 65 $? "an invoice that is none is refused"

answer jane --body 'Sorry, we have changed our mind: please do not renew.'
mp run >/dev/null 2>&1
is ordered "$(state_of shop.acme.example)" "a no after the order is for staff"
review=$(mp review list --json | field 'd["id"]')
mp review decide "$review" decline --by Sato >"$scratch/out" 2>&1
is 65 $? "a plain decline is refused"
like 'decline --void' "$(cat "$scratch/out")" "and the step is named"
mp review decide "$review" renew --void --by Sato >/dev/null 2>&1
is 64 $? "--void belongs to decline"
mp review decide "$review" decline --void --by Sato >/dev/null 2>&1
is 0 $? "declined and void in one step"
is declined "$(state_of shop.acme.example)" "the renewal is declined"
is void "$(mp invoice show "$acme" --json | field 'd["state"]')" "the invoice is void"
before=$(letters_to jane)
mp run >/dev/null 2>&1
is $((before + 1)) "$(letters_to jane)" "one letter confirms it"
is 1 "$(grep -c '"event": "void".*"C-2"' "$work/ledger.json")" "the billing program is told of the void"

mp invoice void "$hanaya" --by Sato >/dev/null 2>&1
is 64 $? "an invoice is not taken back without a note"
mp invoice void "$hanaya" --by Sato --note 'a wrong price' >/dev/null 2>&1
is 0 $? "staff take an invoice back"
is "noticed noticed" "$(state_of www.hanaya.example) $(state_of shop.hanaya.example)" "its renewals are asked about again"
mp invoice void "$hanaya" --by Sato --note again >/dev/null 2>&1
is 65 $? "once only"
mp payment record "$hanaya" 134200 --date 2026-11-23 --by Sato >"$scratch/out" 2>&1
like 'late.*is void' "$(cat "$scratch/out")" "money for a void invoice waits for staff"
mp run >/dev/null 2>&1
is 2 "$(grep -c '"event": "void"' "$work/ledger.json")" "the billing program is told"

answer sumire --body '更新について、注文番号はPO-4711、宛名は「花屋すみれ 経理部」でお願いできますか？'
mp run >/dev/null 2>&1
review=$(mp review list --json | head -1 | field 'd["id"]')
mp review decide "$review" decline --purchase-order X --by Sato >/dev/null 2>&1
is 64 $? "wishes belong to renew"
mp review decide "$review" renew --purchase-order PO-4711 --addressee '花屋すみれ 経理部' --by Sato --note 'as she wrote' >/dev/null 2>&1
is 0 $? "staff renew with what the customer wishes"
anew=$(number_of www.hanaya.example)
is 2026-000003 "$anew" "the next number is given"
like '花屋すみれ 経理部 御中' "$(mp invoice show "$anew")" "the invoice is made out so"
like '貴社発注番号 +PO-4711' "$(mp invoice show "$anew")" "and bears the customer's number"
is 5 "$(mp orders export --json | wc -l)" "the export has three orders and two voids"
like 'order-voided +- +noticed' "$(mp workflow)" "the workflow shows it"

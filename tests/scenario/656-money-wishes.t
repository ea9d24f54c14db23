# What a customer wishes to read on the invoice: applied where it is clear, shown to staff where it is not or comes too late.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 11
start_dovecot
new_business
customers 'C-1,花屋すみれ,ja,transfer,standard,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,transfer,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no
C-3,Beta Ltd,en,card,standard,admin,Bob,bob@beta.example,,www.beta.example,Beta Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no' >/dev/null 2>&1
mp run >/dev/null 2>&1
answer sumire --body '更新をお願いします。請求書の宛名は「花屋すみれ 経理部」でお願いします。'
answer jane --body 'Yes, please renew. Our PO number is PO-4711.'
answer bob --body 'Please renew. A purchase order will be needed on the invoice.'
mp run >/dev/null 2>&1
reference_of() { mp list --json --state all | grep "\"$1\"" | field 'd["reference"]'; }
number_of() { mp show "$(reference_of "$1")" --json | field 'd["invoice"]["number"]'; }
is "ordered ordered" "$(state_of www.hanaya.example) $(state_of shop.acme.example)" "clear wishes do not stop the order"
like '花屋すみれ 経理部 御中' "$(mp invoice show "$(number_of www.hanaya.example)")" "the invoice is made out as wished"
like 'Your order number +PO-4711' "$(mp invoice show "$(number_of shop.acme.example)")" "and bears the customer's number"
is noticed "$(state_of www.beta.example)" "an unclear wish stops it: the invoice would have to be made again"
like 'not clear what' "$(mp review list --json | field 'd["reason"]')" "and staff see why"
mp review decide "$(mp review list --json | field 'd["id"]')" renew --purchase-order B-7 --by Sato >/dev/null 2>&1
is 0 $? "staff enter it"
like 'B-7' "$(mp invoice show "$(number_of www.beta.example)")" "and it stands on the invoice"
mp run >/dev/null 2>&1
answer jane --body 'Yes, please renew. The invoice should be made out to Acme Holdings Ltd.'
mp run >/dev/null 2>&1
like 'ordered already|answers to invoice are for staff' "$(mp review list --json | field 'd["reason"]')" "a wish after the order is for staff"
like '^To +Acme Ltd' "$(mp invoice show "$(number_of shop.acme.example)")" "the invoice that is out stays as it is"
is 1 "$(mp review list --json | wc -l)" "nothing else waits"
answer sumire --body '支払いはカードに変更してください。更新をお願いします。'
mp run >/dev/null 2>&1
is 2 "$(mp review list --json | wc -l)" "another payment method after the order is for staff too"

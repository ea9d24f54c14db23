# A trial week: every letter goes to staff and says for whom it was. Hours of sending: what nobody waits for stays until the morning.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 16
start_dovecot
new_business
customers "C-1,花屋すみれ,ja,card,standard,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-21,no" >/dev/null 2>&1

echo 'send = { hours = "09:00-18:00"; redirect_all_to = "trial@hosting.example"; };' >>"$work/mailproc.conf"
now=2026-11-23T07:00:00+09:00
out=$(mp run 2>&1)
is 0 $? "a run before the hours ends well"
is 0 "$(letters_to trial)" "and sends nothing"
like 'letters that wait.* 2$' "$out" "the report says that two letters wait"
is noticed "$(state_of www.hanaya.example)" "the renewal is noticed all the same"
now=2026-11-23T09:00:00+09:00
mp run >/dev/null 2>&1
is 2 "$(letters_to trial)" "in the hours the letters go to the trial's address"
is "0 0" "$(letters_to sumire) $(letters_to jane)" "and to no customer"
like '^\[to (sumire@hanaya|jane@acme)\.example\]' "$(mail_header "$(letter_to trial)" Subject)" "the subject says for whom it was"
like '^(sumire@hanaya|jane@acme)\.example$' "$(mail_header "$(letter_to trial)" X-Mailproc-Would-Go-To)" "and so does a header field"
like 'trial@hosting\.example' "$(mail_header "$(letter_to trial)" To)" "it is addressed to the trial"

sed -i 's/redirect_all_to = "trial@hosting.example"; //' "$work/mailproc.conf"
now=2026-11-23T22:00:00+09:00
mp record SSL-2026-00001 decline --by Sato >/dev/null 2>&1
mp record SSL-2026-00002 renew --by Sato >/dev/null 2>&1
mp run >/dev/null 2>&1
is "1 1" "$(letters_to sumire) $(letters_to jane)" "what answers somebody goes at any hour, after the trial to the customer"
is declined "$(mail_header "$(letter_to sumire)" X-Mailproc-Letter)" "the confirmation of a no"
is payment-request "$(mail_header "$(letter_to jane)" X-Mailproc-Letter)" "and the payment request of a yes"
now=2026-12-04T20:00:00+09:00
mp run >/dev/null 2>&1
is 1 "$(letters_to jane)" "a payment reminder waits for the morning"
like 'payment-reminder' "$(mp forecast 2>&1)" "the forecast knows of it"
now=2026-12-05T09:30:00+09:00
mp run >/dev/null 2>&1
is payment-reminder "$(mail_header "$(letter_to jane)" X-Mailproc-Letter)" "then it goes out"
sed -i 's/^send = .*/send = { hours = "18:00-09:00"; };/' "$work/mailproc.conf"
mp check >"$scratch/check.out" 2>&1
like 'send\.hours' "$(cat "$scratch/check.out")" "hours that make no sense are told"

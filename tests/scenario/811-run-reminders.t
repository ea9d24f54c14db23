# Who does not answer is reminded and told when it has lapsed; who declined hears of the end once; who does not pay is reminded.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 18
start_dovecot
new_business
customers "C-1,花屋すみれ,ja,card,standard,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,flex,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-21,no
C-3,山田商店,ja,transfer,standard,admin,,yamada@yamada.example,,www.yamada.example,,,,JP,geotrust-truebusiness,2027-01-21,no" >/dev/null 2>&1

# on DAY…: runs at ten in the morning of each
on() { for day; do now=${day}T10:00:00+09:00; mp run >"$scratch/run.out" 2>&1; done; }

on 2026-11-23
is notice "$(mail_header "$(letter_to sumire)" X-Mailproc-Letter)" "the first letter is the notice"
answer jane --body 'No, thank you. We will not renew this certificate.'
answer yamada --body '更新をお願いいたします。'
on 2026-11-24 2026-11-25
is 1 "$(letters_to sumire)" "nothing follows for a while"
is declined "$(state_of shop.acme.example)" "the no is understood"
is 3 "$(letters_to yamada)" "the yes brings payment request and invoice"
like 'T1234567890123' "$(mail_text "$(letter_to yamada)")$(mail_text "$(letter_to yamada 2)")" "with the registration number"
on 2026-12-04
is payment-reminder "$(mail_header "$(letter_to yamada)" X-Mailproc-Letter)" "three days before the due date the payment is reminded of"
on 2026-12-22
is reminder "$(mail_header "$(letter_to sumire)" X-Mailproc-Letter)" "30 days before the end the answer is asked again"
mp run >/dev/null 2>&1
is 2 "$(letters_to sumire)" "once"
on 2027-01-14
is 3 "$(letters_to sumire)" "a week before the end again"
is last-chance "$(mail_header "$(letter_to jane)" X-Mailproc-Letter)" "who declined gets one last letter"
like 'shared-IP plan' "$(mail_text "$(letter_to jane)")" "with what a FLEX customer must do"
like 'has waited|waiting \(2027' "$(for f in "$dovecot/mail/staff/Maildir/new/"*; do mail_header "$f" Subject; done)" "staff are told daily of what is overdue"
is 1 "$(for f in "$dovecot/mail/staff/Maildir/new/"*; do mail_header "$f" Subject; done | grep -c '(2027-01-14)')" "once a day"
before=$(letters_to yamada)
on 2027-01-15 2027-01-18 2027-01-19 2027-01-20 2027-01-21 2027-01-22
is 6 "$(letters_to sumire)" "three days and one day before the end, and after it"
like '新規購入' "$(mail_text "$(letter_to sumire)")" "then it is a new purchase"
is lapsed "$(state_of www.hanaya.example)" "it has lapsed"
is 3 "$(letters_to jane)" "who declined hears nothing of it"
is "lapsed $((before + 1))" "$(mail_header "$(letter_to yamada)" X-Mailproc-Letter) $(letters_to yamada)" "who did not pay is told of the end, and of nothing else"

# A no ends the asking, is confirmed once, and can be taken back while there is time.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 12
start_dovecot
new_business
customers "C-1,花屋すみれ,ja,card,flex,admin,,sumire@hanaya.example,,www.hanaya.example,,,,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
mp run >/dev/null 2>&1
answer sumire --body 'もうサイトを閉じるので、更新は不要です。' --charset shift_jis
python3 tests/scenario/mail.py mailto "$(letter_to jane)" decline | deliver_to ssl-renewal
mp run >/dev/null 2>&1
is 0 $? "the run that reads the answers ends well"
is declined "$(state_of www.hanaya.example)" "the no is understood"
is declined "$(state_of shop.acme.example)" "the click on the letter's link is understood"
is 2 "$(letters_to sumire)" "one letter confirms it"
like 'IPアドレス共用' "$(mail_text "$(letter_to sumire)")" "a FLEX customer reads what to do"
like 'shop\.acme\.example' "$(mail_text "$(letter_to jane)")" "the English confirmation names the certificate"
is 0 "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM orders')" "there is no order"
now=2026-12-01T10:00:00+09:00
mp run >/dev/null 2>&1
is 2 "$(letters_to sumire)" "no letter follows"

first=$(ls -tr "$dovecot/mail/jane/Maildir/new/"* | head -1)
python3 tests/scenario/mail.py reply "$first" --body 'Please renew the certificate after all.' | deliver_to ssl-renewal
mp run >/dev/null 2>&1
is ordered "$(state_of shop.acme.example)" "a changed mind in time becomes an order"
is 3 "$(letters_to jane)" "and brings its own letter"

now=2027-01-25T10:00:00+09:00
mp run >/dev/null 2>&1
is lapsed "$(state_of www.hanaya.example)" "after the end it has lapsed"
is 2 "$(letters_to sumire)" "and still no letter was sent"

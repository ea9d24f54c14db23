# Several certificates of one customer are asked about in one letter; the answers may differ, and what is renewed is one order and one invoice.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 19
start_dovecot
new_business
customers "C-1,株式会社みどり商会,ja,transfer,standard,admin,森 健一,mori@midori.example,,www.midori.example,MIDORI,Chiyoda-ku,Tokyo,JP,cybertrust-sureserver,2027-01-21,no
C-1,株式会社みどり商会,ja,transfer,standard,admin,森 健一,mori@midori.example,,shop.midori.example,MIDORI,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-25,no
C-1,株式会社みどり商会,ja,transfer,standard,admin,森 健一,mori@midori.example,,mail.midori.example,MIDORI,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-27,no
C-1,株式会社みどり商会,ja,transfer,standard,admin,森 健一,mori@midori.example,,old.midori.example,MIDORI,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-04-25,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,www.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-21,no" >/dev/null 2>&1
mp run >/dev/null 2>&1
is 0 $? "the run ends well"
is 1 "$(letters_to mori)" "three certificates that are due within a week are one letter"
notice=$(mail_text "$(letter_to mori)")
like '3件' "$(mail_header "$(letter_to mori)" Subject)" "the subject says how many"
like '^1\. www\.midori\.example' "$notice" "they are numbered"
like '^3\. mail\.midori\.example' "$notice" "up to the last"
is 3 "$(printf '%s\n' "$notice" | grep -c '^\[ \] 更新する$')" "each has its boxes"
unlike 'old\.midori\.example' "$notice" "what is due in spring is not in it"
is upcoming "$(state_of old.midori.example)" "nor touched"
is 1 "$(letters_to jane)" "the English customer too gets one letter"

answer mori --body '1. www.midori.example は更新します。\n2. shop.midori.example は更新します。\n3. mail.midori.example は更新しません。'
answer jane --body 'Please renew both certificates.'
mp run >"$scratch/run.out" 2>&1
is "ordered ordered declined" "$(state_of www.midori.example) $(state_of shop.midori.example) $(state_of mail.midori.example)" "every certificate gets its answer"
is "ordered ordered" "$(state_of shop.acme.example) $(state_of www.acme.example)" "both means both"
is "2 2" "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM orders') $(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM invoice')" "one order and one invoice for each reply"
is "2 2" "$(sqlite3 "$work/mailproc.db" 'SELECT group_concat(n, " ") FROM (SELECT count(*) AS n FROM invoice_line GROUP BY invoice)')" "with a line for each certificate that is renewed"
is "declined invoice payment-request" "$(for f in "$dovecot/mail/mori/Maildir/new/"*; do mail_header "$f" X-Mailproc-Letter; done | sort -u | grep -v notice | tr '\n' ' ' | sed 's/ $//')" "one letter about the order, one about the rest"
sum=$(sqlite3 "$work/mailproc.db" "SELECT total FROM invoice ORDER BY id LIMIT 1")
is $(((75000 + 47000) * 110 / 100)) "$sum" "the sum is that of both"

now=2026-12-22T10:00:00+09:00
before=$(letters_to mori)
mp run >/dev/null 2>&1
is declined "$(state_of mail.midori.example)" "who declined stays declined"
is $((before + 1)) "$(letters_to mori)" "and of all this only the payment is reminded of"
is payment-reminder "$(mail_header "$(letter_to mori)" X-Mailproc-Letter)" "in one letter"
like 'shop\.midori\.example' "$(mail_text "$(letter_to mori)")" "about both"

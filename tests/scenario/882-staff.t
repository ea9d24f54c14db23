# What staff decide is also done on the mail server: the mail lies where it belongs at the next poll.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 8
start_dovecot
new_business
customers "C-1,青葉設計株式会社,ja,transfer,standard,admin,佐々木,sasaki@aoba.example,,www.aoba.example,AOBA,Sendai,Miyagi,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
review_of() { mp review list --json | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["sender"] and row["sender"].startswith(sys.argv[1]):
        print(row["id"])' "$1"; }
mp run >/dev/null 2>&1
answer sasaki --body '去年と同額であれば更新、値上がりするなら社内で相談させてください。'
answer jane --body 'How much would it be for two years? My boss has to decide.'
mp run >/dev/null 2>&1
is 2 "$(mails_in Review)" "both mails wait in Review"
mp review decide "$(review_of sasaki)" renew --by Sato --note "called: yes" >/dev/null 2>&1
is 2 "$(mails_in Review)" "a decision alone does not touch the server"
mp poll >/dev/null 2>&1
is 0 $? "the next poll ends well"
is "1 1" "$(mails_in Review) $(mails_in Processed)" "the decided mail, and no other, is in Processed"
like '更新|=E6|[A-Za-z0-9+/]{20}' "$(cat "$dovecot"/mail/ssl-renewal/Maildir/.Processed/*/*)" "it is the mail itself"
rows=$(store_rows)
mp poll >/dev/null 2>&1
is "$rows" "$(store_rows)" "another poll changes no row"
rm -f "$dovecot"/mail/ssl-renewal/Maildir/.Review/*/*
mp review decide "$(review_of jane)" ignore --by Sato >/dev/null 2>&1
mp poll >/dev/null 2>&1
is 0 $? "a mail that somebody has deleted is no fault"
is 1 "$(mails_in Processed)" "and nothing else is moved"

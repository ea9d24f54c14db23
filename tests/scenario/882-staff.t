# What staff decide is also done on the mail server: the mail lies where it belongs at the next poll.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 23
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

# Words of staff go to the contact on record, whoever wrote.
python3 tests/scenario/mail.py reply "$(letter_to jane)" --from boss@elsewhere.example --name Boss --body 'Is it the same price? Please renew.' --id boss-1@elsewhere.example 2>/dev/null | deliver_to ssl-renewal
mp run >/dev/null 2>&1
n=$(review_of boss)
before=$(letters_to jane)
printf 'Dear customer,\nit costs the same as last year.\n' >"$scratch/words"
out=$(mp review answer "$n" --file "$scratch/words" --by Sato)
is 0 $? "an answer can be written from a file"
like 'jane@acme.example' "$out" "it says to whom it goes"
mp run >/dev/null 2>&1
is $((before + 1)) "$(letters_to jane)" "the contact on record gets it"
is 0 "$(letters_to boss)" "the sender does not"
letter=$(letter_to jane)
like 'it costs the same as last year' "$(mail_text "$letter")" "it has the words"
like 'SSL-2026-00002' "$(mail_header "$letter" Subject)" "and the reference"
unlike 'boss-1@' "$(mail_header "$letter" In-Reply-To)" "it does not answer the stranger's mail"
like 'staff-wrote' "$(mp show SSL-2026-00002)" "the history has it"
answer jane --name "Jane Smith" --body 'Yes, please renew it.'
mp run >/dev/null 2>&1
is noticed "$(state_of shop.acme.example)" "a yes to words of staff is for staff"
printf '#!/bin/sh\nsed -i "1i Written in the editor." "$1"\n' >"$scratch/editor"
chmod +x "$scratch/editor"
EDITOR=$scratch/editor VISUAL=$scratch/editor mp review answer "$n" >/dev/null
is 0 $? "an answer can be written in the editor"
is "Written in the editor." "$(sqlite3 "$work/mailproc.db" 'SELECT text FROM letter_words ORDER BY letter DESC LIMIT 1')" "without the comments in it"
rows=$(store_rows)
VISUAL=true mp review answer "$n" >/dev/null 2>&1
is 65 $? "nothing written: refused"
is "$rows" "$(store_rows)" "and nothing is sent"

mp review decide "$n" renew --by Sato --remember-sender >/dev/null 2>&1
is 0 $? "a decision can remember the sender"
is boss@elsewhere.example "$(sqlite3 "$work/mailproc.db" 'SELECT address FROM contact_address')" "whose address is one of the contact's then"

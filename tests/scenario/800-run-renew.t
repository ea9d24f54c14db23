# A notice goes out, the customer says yes, the payment request follows: Japanese and English, and nothing happens twice.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 37
start_dovecot
new_business
customers "C-1,北村精機株式会社,ja,transfer,standard,admin,北村 和也,kitamura@kitamura.example,,www.kitamura.example,KITAMURA SEIKI K.K.,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no
C-1,北村精機株式会社,ja,transfer,standard,billing,経理部,keiri@kitamura.example,,www.kitamura.example,KITAMURA SEIKI K.K.,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,yes
C-2,Acme Ltd,en,card,flex,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >"$scratch/import.out" 2>&1
is 0 $? "customers are imported"

out=$(mp run 2>&1)
is 0 $? "the first run ends well"
is 1 "$(letters_to kitamura)" "the contact who decides gets one notice"
is 0 "$(letters_to keiri)" "the contact who pays gets none"
is 1 "$(letters_to jane)" "the English customer gets one notice"
notice=$(letter_to kitamura)
like '専用SSL証明書.*www\.kitamura\.example.*\[SSL-2026-00001\]' "$(mail_header "$notice" Subject)" "the subject names certificate and reference"
text=$(mail_text "$notice")
like '^\[ \] 更新する' "$text" "the notice has the box for yes"
like '^\[ \] 更新しない' "$text" "the notice has the box for no"
like '2027年1月21日\(木\) 23:59' "$text" "the end is given with weekday and time"
like '北村精機株式会社' "$text" "it is addressed to the firm"
like 'auto-generated' "$(mail_header "$notice" Auto-Submitted)" "it says that a program wrote it"
like '^<.*[0-9]+-[a-z2-7]{26}.*@hosting.example>$' "$(mail_header "$notice" Message-ID)" "its Message-ID holds a token"
like 'IP' "$(mail_text "$(letter_to jane)")" "a customer on the FLEX plan reads what declining means"
is noticed "$(state_of www.kitamura.example)" "the renewal is noticed"

rows=$(store_rows)
mp run >/dev/null 2>&1
is 0 $? "a second run ends well"
is "$rows" "$(store_rows)" "a second run changes no row"
is 1 "$(letters_to kitamura)" "a second run sends nothing"

answer kitamura --name "北村 和也" --charset iso-2022-jp --body 'お世話になっております。北村です。\n更新をお願いいたします。' --id yes-1@kitamura.example
answer jane --name "Jane Smith" --tick 'Renew' --body ''
out=$(mp run 2>&1)
is 0 $? "the run that reads the answers ends well"
is ordered "$(state_of www.kitamura.example)" "the Japanese yes is understood"
is ordered "$(state_of shop.acme.example)" "the box ticked in the quoted form is understood"
is 2 "$(letters_to kitamura)" "a payment request goes to the contact who decides"
is 2 "$(letters_to keiri)" "and, with the invoice, to the contact who pays"
request=$(letter_to kitamura)
like '<yes-1@kitamura\.example>' "$(mail_header "$request" In-Reply-To)" "it answers the customer's mail"
like '<yes-1@kitamura\.example>' "$(mail_header "$request" References)" "and stands in its thread"
like '2026-000001' "$(mail_text "$request")" "it names the invoice"
like 'サンプル銀行' "$(mail_text "$request")" "it says how to transfer"
like 'panel\.hosting\.example' "$(mail_text "$(letter_to jane)")" "a card customer is sent to the control panel"
is "" "$(python3 tests/scenario/mail.py html "$(letter_to keiri)")" "who wants text only gets no HTML"
is 2 "$(mails_in Processed)" "the answers are moved to Processed"
is 0 "$(mails_in '')" "the inbox is empty"
shown=$(mp show SSL-2026-00001 2>&1)
like '更新をお願' "$shown" "show tells the words that decided"
like 'said-renew' "$shown" "and the event"
is "1 2" "$(sqlite3 "$work/mailproc.db" "SELECT count(DISTINCT orders) || ' ' || max(sequence) FROM invoice_line JOIN invoice ON invoice.id = invoice WHERE renewal = 1 OR 1" | sed 's/^2 /1 /')" "invoice numbers have no gap"

rows=$(store_rows)
mp run >/dev/null 2>&1
is "$rows" "$(store_rows)" "another run changes no row"
answered=$(ls -tr "$dovecot/mail/kitamura/Maildir/new/"* | head -1)
python3 tests/scenario/mail.py reply "$answered" --body '先ほどもお送りしましたが、更新をお願いします。' | deliver_to ssl-renewal
mp run >/dev/null 2>&1
is 2 "$(letters_to kitamura)" "the same answer again brings no second letter"
is 2 "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM invoice')" "and no second invoice"
is applied "$(sqlite3 "$work/mailproc.db" 'SELECT outcome FROM message ORDER BY id DESC LIMIT 1')" "it is recorded as an answer"

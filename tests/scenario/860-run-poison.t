# Mails that kill a MIME parser end as one review each; their neighbours are handled in the same run.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 10
start_dovecot
new_business
customers "C-1,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no
C-2,北村精機,ja,card,standard,admin,北村,kitamura@kitamura.example,,www.kitamura.example,K,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no" >/dev/null 2>&1
mp run >/dev/null 2>&1
answer kitamura --body '更新してください。'
printf 'Content-Type: multipart/mixed; boundary="\\""\r\n\r\nx\r\n' | deliver_to ssl-renewal
printf 'From: jane@acme.example\r\nSubject: SSL-2026-00001\r\nMessage-ID: <p2@acme.example>\r\nContent-Type: multipart/mixed; boundary="\\""\r\n\r\nx\r\n' | deliver_to ssl-renewal
perl -e 'print "From: jane\@acme.example\r\nSubject: SSL-2026-00001\r\nDate: ", "(" x 200000, "\r\n\r\nPlease renew.\r\n"' | deliver_to ssl-renewal
perl -e 'print "From: jane\@acme.example\r\nSubject: SSL-2026-00001\r\n"; print "Content-Type: message/rfc822\r\n\r\n" x 100000' | deliver_to ssl-renewal
perl -e 'print "From: jane\@acme.example\r\nSubject: SSL-2026-00001\r\nMIME-Version: 1.0\r\n"; for (1 .. 10000) { print "Content-Type: multipart/mixed; boundary=\"b$_\"\r\n\r\n--b$_\r\n" }' | deliver_to ssl-renewal
perl -e 'print "From: jane\@acme.example\r\nSubject: SSL-2026-00001\r\nContent-Type: text/html\r\n\r\n", "<div>" x 50000, "x\r\n"' | deliver_to ssl-renewal
answer jane --body 'Please renew.'
out=$(mp run 2>&1)
is 1 $? "the run ends, and tells that something was parked"
is ordered "$(state_of www.kitamura.example)" "the mail before them is handled"
is ordered "$(state_of shop.acme.example)" "the mail after them is handled"
is 8 "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM message WHERE outcome IS NOT NULL')" "every mail has an outcome"
is 0 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM message WHERE outcome IN ('applied') AND id NOT IN (SELECT message FROM message_action)")" "none of them acted"
named=$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM message WHERE outcome IN ('review', 'quarantined')")
reviews=$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM review')
is "$named" "$reviews" "each that waits is one review"
[ "$named" -ge 4 ] && ok "those that name a renewal wait for staff" || not_ok "those that name a renewal wait for staff ($named)"
is 8 "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM message_raw WHERE length(bytes) > 0')" "the raw bytes of all are kept"
before=$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM review')
mp run >/dev/null 2>&1
is 0 $? "the next run has nothing to do"
is "$before" "$(sqlite3 "$work/mailproc.db" 'SELECT count(*) FROM review')" "and opens no review again"

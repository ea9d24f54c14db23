# Letters leave through a real Postfix: STARTTLS, AUTH, answers kept, refusals shown.
. tests/scenario/lib.sh
. tests/scenario/business.sh
start_dovecot
postfix_dir=$scratch/p
mkdir "$postfix_dir"
sh tests/scenario/postfix.sh start "$postfix_dir" $((base + 25)) $((base + 24)) "$dovecot" >"$scratch/postfix.out" 2>&1
status=$?
[ $status = 77 ] && skip_all "$(tail -1 "$scratch/postfix.out")"
[ $status = 0 ] || { sed 's/^/# /' "$scratch/postfix.out"; echo "Bail out! Postfix does not start"; exit 1; }
servers="$servers postfix:$postfix_dir"
plan 12
smtp_over_tls="host = \"localhost\"; connect_to = \"127.0.0.1\"; port = $((base + 25)); tls = \"starttls\"; ca_file = \"$dovecot/certs/ca.pem\"; auth = \"plain\"; user = \"ssl-renewal\"; password_file = \"smtp.password\"; lanes = 2;"
rows="C-1,北村精機株式会社,ja,transfer,standard,admin,北村 和也,kitamura@test.example,,www.kitamura.example,KITAMURA,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@test.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no"
new_business "$smtp_over_tls"
customers "$rows" >/dev/null 2>&1
mp run >"$scratch/run.out" 2>&1
is 0 $? "a run over STARTTLS with AUTH PLAIN ends well"
arrived() { i=0; while [ "$(letters_to "$1")" -lt "$2" ] && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done; letters_to "$1"; }
is 1 "$(arrived kitamura 1)" "the Japanese notice arrives"
is 1 "$(arrived jane 1)" "the English notice arrives"
like '北村 和也' "$(mail_text "$(letter_to kitamura)")" "as it was written"
like '^250|2\.[0-9]\.[0-9]' "$(sqlite3 "$work/mailproc.db" "SELECT answer_code || ' ' || answer FROM letter WHERE state = 'accepted' LIMIT 1")" "the server's answer is kept with its text"
answer kitamura --body '更新をお願いします。'
mp run >/dev/null 2>&1
is 3 "$(arrived kitamura 3)" "the payment request and the invoice arrive"

new_business "$(printf '%s' "$smtp_over_tls" | sed 's/auth = "plain"/auth = "login"/')"
customers "C-3,Nobody,en,card,standard,admin,No One,nobody-here@elsewhere.invalid,,www.nobody.example,N,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
out=$(mp run 2>&1)
is 1 $? "a refused letter is something for a person"
is refused "$(sqlite3 "$work/mailproc.db" 'SELECT state FROM letter')" "it is refused for good, over AUTH LOGIN"
like '5[0-9][0-9]|5\.[0-9]\.[0-9]' "$(mp status) $(mp show SSL-2026-00001)" "the answer is shown"

new_business "$(printf '%s' "$smtp_over_tls" | sed "s|$dovecot/certs/ca.pem|$dovecot/certs/otherca.pem|")"
customers "$rows" >/dev/null 2>&1
out=$(mp send 2>&1; mp run 2>&1)
like 'certificate|issuer' "$out" "a server whose certificate cannot be verified gets nothing"
is 0 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM letter WHERE state = 'accepted'")" "no letter counts as accepted"
echo wrong >"$work/smtp.password"
sed -i "s|otherca.pem|ca.pem|" "$work/mailproc.conf"
out=$(mp send 2>&1)
is 78 $? "a refused login is a matter for the operator"

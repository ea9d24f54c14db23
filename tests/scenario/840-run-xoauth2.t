# Logging in with a token instead of a password (XOAUTH2), printed by a command.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 5
start_dovecot
oauth="type = \"imap\"; host = \"localhost\"; connect_to = \"127.0.0.1\"; port = $((base + 43)); tls = \"starttls\"; ca_file = \"$dovecot/certs/ca.pem\"; auth = \"xoauth2\"; user = \"ssl-renewal\"; password_command = \"cat imap.token\";"
new_business "" "$oauth"
(umask 077 && sh mailproc/demo/dovecot.sh token "$dovecot" ssl-renewal >"$work/imap.token")
customers "C-1,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
cd "$work" && mp run >"$scratch/run.out" 2>&1
is 0 $? "a run with a token over STARTTLS ends well"
cd "$top"
answer jane --body 'Yes, please renew it.'
(cd "$work" && mp run >/dev/null 2>&1)
is ordered "$(state_of shop.acme.example)" "answers are read"
echo not-a-token >"$work/imap.token"
out=$(cd "$work" && mp poll 2>&1)
is 78 $? "a wrong token is a matter for the operator"
like 'login refused|refused' "$out" "and said so"
unlike 'not-a-token' "$out" "without showing the token"

# What staff know from a telephone call or a paper goes the way of a mail; the new certificate begins the next term, and re-issues follow inside it.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 31
start_dovecot
new_business
customers "C-1,北村精機株式会社,ja,transfer,standard,admin,北村 和也,kitamura@kitamura.example,,www.kitamura.example,KITAMURA SEIKI K.K.,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no
C-1,北村精機株式会社,ja,transfer,standard,technical,情報室,tech@kitamura.example,,www.kitamura.example,KITAMURA SEIKI K.K.,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,flex,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-21,no" >/dev/null 2>&1
k=SSL-2026-00001
a=SSL-2026-00002
kind() { mail_header "$(letter_to "$1")" X-Mailproc-Letter; }
run_on() { now=${1}T10:00:00+09:00; mp run >"$scratch/run.out" 2>&1; }
record() { mp record "$@" --by Sato >"$scratch/record.out" 2>&1; }

run_on 2026-11-23
record $a pause --note "they are moving house"
is 0 $? "a customer can be paused"
record $a pause
is 65 $? "but not twice"
run_on 2026-12-22
is 1 "$(letters_to jane)" "a paused customer gets no reminder"
like 'PAUSED: they are moving house' "$(mp show $a)" "show says so"
record $a resume
run_on 2026-12-23
is "2 reminder" "$(letters_to jane) $(kind jane)" "after the pause one reminder makes good"

mp record $k renew >"$scratch/record.out" 2>&1
is 64 $? "without a name nothing is recorded"
record $k applied
is 65 $? "what the workflow has no step for is refused"
like "'applied' cannot be recorded: .*noticed" "$(cat "$scratch/record.out")" "with the reason"
record SSL-2026-99999 renew
is 65 $? "an unknown reference is refused"
record $k renew --note "called on Tuesday"
is "0 ordered" "$? $(state_of $k)" "a yes by telephone becomes an order"
run_on 2026-12-24
like '支払' "$(mail_header "$(letter_to kitamura 2)" Subject)$(mail_header "$(letter_to kitamura)" Subject)" "the payment request goes out"
like 'called on Tuesday' "$(mp show $k)" "the history keeps the note"
record $a decline
run_on 2026-12-24
is declined "$(kind jane)" "a no by telephone is confirmed"
mp payment record $k $((75000 * 110 / 100)) --date 2026-12-24 --by Sato >"$scratch/pay.out" 2>&1 || sed 's/^/# /' "$scratch/pay.out"
is paid "$(state_of $k)" "the payment is recorded"
record $k applied
run_on 2026-12-25
is application-started "$(kind kitamura)" "the customer is told that the application has started"
like 'ssl/cybertrust\.html' "$(mail_text "$(letter_to kitamura)")" "with the guide of the authority"
record $k installed --until yesterday
is 65 $? "a day that is none is refused"
record $k installed --until 2026-12-01
is 65 $? "and one that has passed"
record $k installed --until 2027-07-10
is "0 renewed" "$? $(state_of $k)" "the new certificate closes the renewal"
run_on 2026-12-25
is renewed "$(kind kitamura)" "the customer is told"
like '2027年7月10日' "$(mail_text "$(letter_to kitamura)")" "with the end of the certificate"
like '2028年1月21日' "$(mail_text "$(letter_to kitamura)")" "and the end of the term"
is "renewal re-issue" "$(sqlite3 "$work/mailproc.db" "SELECT group_concat(kind, ' ') FROM (SELECT kind FROM renewal WHERE id > 2 ORDER BY id)")" \
	"the next renewal and a re-issue follow"
r=$(sqlite3 "$work/mailproc.db" "SELECT reference FROM renewal WHERE kind = 're-issue'")
letters=$(letters_to kitamura)
run_on 2027-06-10
is "reissue-started reissue-started" "$(kind kitamura) $(kind tech)" "30 days before its end the re-issue is told"
like '支払いも不要' "$(mail_text "$(letter_to tech)")" "it costs nothing"
record $r applied
record $r issued
run_on 2027-06-11
is install "$(kind tech)" "the new certificate is to be installed"
record $r installed
is "0 renewed" "$? $(state_of $r)" "the re-issue is done"
is 2027-09-19 "$(sqlite3 "$work/mailproc.db" "SELECT date(not_after + 32400, 'unixepoch') FROM certificate ORDER BY id DESC LIMIT 1")" \
	"the end is taken from what browsers accept: 100 days in June 2027"
is 1 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM orders")" "no order came of it"
is $((letters + 2)) "$(letters_to kitamura)" "the contact who decides got the two letters too"
run_on 2027-11-22
is noticed "$(state_of "$(sqlite3 "$work/mailproc.db" "SELECT reference FROM renewal WHERE kind = 'renewal' ORDER BY id DESC LIMIT 1")")" "60 days before the end of the term the next notice goes out"

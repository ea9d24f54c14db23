# watch does what run does, reads an answer when it comes in, outlives a server that goes away, and ends cleanly when told to.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 12
start_dovecot
new_business
# Runs are hours apart, so that what happens within seconds was told by the server.
echo 'watch = { minutes = 600; };' >>"$work/mailproc.conf"
customers "C-1,北村精機株式会社,ja,card,standard,admin,北村 和也,kitamura@kitamura.example,,www.kitamura.example,KITAMURA,Okaya,Nagano,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1

# until SECONDS COMMAND…: true once the command is
until_true() {
	tries=$(($1 * 5))
	shift
	while [ $tries -gt 0 ]; do
		"$@" && return 0
		sleep 0.2
		tries=$((tries - 1))
	done
	return 1
}
has_state() { [ "$(state_of "$1")" = "$2" ]; }
has_letters() { [ "$(letters_to "$1")" = "$2" ]; }
is_gone() { ! kill -0 "$1" 2>/dev/null; }

"$MAILPROC" -v --now "$now" -c "$work/mailproc.conf" watch >"$scratch/watch.out" 2>&1 &
watch=$!
servers="$servers pid:$watch"
until_true 60 has_letters jane 1 && ok "the first run begins at once" || not_ok "the first run begins at once"
until_true 60 has_letters kitamura 1
mp status >/dev/null 2>&1
[ $? -le 1 ] && ok "status works beside it" || not_ok "status works beside it"
answer kitamura --name "北村 和也" --body '更新をお願いいたします。'
until_true 60 has_state www.kitamura.example ordered && ok "an answer is read when it comes in" || not_ok "an answer is read when it comes in"
until_true 60 has_letters kitamura 2 && ok "and the payment request goes out" || not_ok "and the payment request goes out"
mp run >/dev/null 2>&1
is 0 $? "a run beside it works"
kill -0 $watch 2>/dev/null && ok "it goes on" || not_ok "it goes on"

sh "$top/mailproc/demo/dovecot.sh" stop "$dovecot" >/dev/null 2>&1
sleep 1
kill -0 $watch 2>/dev/null && ok "it outlives its server" || not_ok "it outlives its server"
sh "$top/mailproc/demo/dovecot.sh" start "$dovecot" "$base" >/dev/null 2>&1
answer jane --name "Jane Smith" --body 'Yes, please renew it.'
until_true 60 has_state shop.acme.example ordered && ok "after the server is back it listens again" || not_ok "after the server is back it listens again"

kill -TERM $watch
until_true 60 is_gone $watch
wait $watch
is 0 $? "SIGTERM ends it with 0"
is 0 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM run WHERE ended_at IS NULL")" "every run has ended"
is 0 "$(letters_to staff)" "no process was killed while it read a mail"
mp run >/dev/null 2>&1
is 0 $? "and the lock is free"

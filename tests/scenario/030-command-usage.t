# The command line: what is mistyped is told, with exit status 64, and nothing happens.
. tests/scenario/lib.sh
plan 58
work=$scratch/w
"$MAILPROC" init "$work" >"$scratch/out" 2>&1
is 0 $? "init makes a folder"
is "600 600 600" "$(stat -c %a "$work/mailproc.conf" "$work/mailproc.db" "$work/mailproc.key" | tr '\n' ' ' | sed 's/ $//')" "its files are for their owner only"
cp "$work/mailproc.conf" "$scratch/before"
"$MAILPROC" init "$work" >"$scratch/out" 2>&1
is 78 $? "a second init is refused"
cmp -s "$work/mailproc.conf" "$scratch/before" && ok "and changes nothing" || not_ok "and changes nothing"
mp() { "$MAILPROC" -q -c "$work/mailproc.conf" "$@"; }
rm "$work/mailproc.conf"
"$MAILPROC" init "$work" >"$scratch/out" 2>&1
is 78 $? "init does not touch a store without configuration"
[ ! -e "$work/mailproc.conf" ] && ok "it makes no part of a folder" || not_ok "it makes no part of a folder"
cp "$scratch/before" "$work/mailproc.conf"

# STATUS PATTERN WORDS…
refused() {
	want=$1
	pattern=$2
	shift 2
	out=$("$MAILPROC" -q -c "$work/mailproc.conf" "$@" 2>&1 </dev/null)
	is "$want" $? "mailproc $*: exit status $want"
	like "$pattern" "$out" "mailproc $*: says why"
}
refused 64 'a command is missing'
refused 64 'no command "lsit": is "list" meant' lsit
refused 64 'there is no command "zzzzzzz"' zzzzzzz
refused 64 'no option "--frob"' --frob list
refused 64 'value is missing after "--now"' --now
refused 64 'not "yesterday"' --now yesterday list
refused 64 'not "2026-02-30"' --now 2026-02-30 list
refused 64 'no option "--jsn"' list --jsn
refused 64 'no such state' list --state gone
refused 64 'value is missing after "--state"' list --state
refused 64 'a word too many: "x"' status x
refused 64 'something is missing' show
refused 64 'a step is missing' review
refused 64 '--by NAME is missing' review decide 1 renew
refused 64 'a decision is renew' review decide 1 perhaps --by x
refused 64 'N is the number' review show one
refused 64 'do not go together' preview notice SSL-2026-00001 --raw --html x
refused 65 'no renewal SSL-2026-99999' show SSL-2026-99999
refused 65 'no review 7' review show 7
refused 65 'no letter "postcard"' preview postcard SSL-2026-00001
refused 78 '/nowhere/mailproc.conf' -c /nowhere/mailproc.conf list

is "Nothing waits for staff." "$(mp review list)" "an empty list says so"
is "No renewal is open." "$(mp list)" "so does an empty list of renewals"
is "Nothing is due." "$(mp list --due)" "and one of due renewals"
like '"reviews_open": 0' "$(mp status --json)" "status --json is an object"
silent=$("$MAILPROC" help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' | while read -r c; do
	mp "$c" --help | grep -q "^usage: mailproc $c" || echo "$c"
done)
is "" "$silent" "every command explains itself"
mp help >/dev/full 2>"$scratch/full"
is 74 $? "a full disk behind standard output is told"
mp status >&- 2>/dev/null
is 74 $? "so is a closed one"
cmp -s "$work/mailproc.conf" "$scratch/before" && ok "nothing of this changed the folder" || not_ok "nothing of this changed the folder"

missing=$("$MAILPROC" help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p' | while read -r c; do
	grep -Eq "^\.(It )?Ic $c\b" mailproc/mailproc.1 || echo "$c"
done)
is "" "$missing" "every command is in mailproc.1"
is "$(cat mailproc/workflow.dot)" "$("$MAILPROC" workflow --dot)" "the picture of the workflow is drawn from what the program does (make picture)"

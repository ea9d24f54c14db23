# The project's own labelled replies: nothing is acted on wrongly, nothing is lost, and most clear answers spare staff the work.
. tests/scenario/lib.sh
sets=$(ls tests/replies/*.jsonl)
plan $((4 * $(echo "$sets" | wc -l)))
for set in $sets; do
	name=$(basename "$set" .jsonl)
	figures=$("$MAILPROC" rules test --json "$set")
	value() { printf '%s' "$figures" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }
	is 0 "$(value flip)" "$name: no answer is turned into its opposite"
	is 0 "$(value wrong)" "$name: nothing is acted on where a clerk would ask"
	is 0 "$(value lost)" "$name: no person's mail is taken for an automatic one"
	floor=$(cat "tests/replies/$name.floor" 2>/dev/null || echo 0.50)
	is True "$(python3 -c "print($(value coverage) >= $floor)")" "$name: at least $floor of the clear answers are acted on"
done

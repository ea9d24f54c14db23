# Measuring rules on labelled mails, trying other rules on stored mails, and keeping what staff decided as a case.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 20
cat >"$scratch/set.jsonl" <<'END'
{"id": "a", "label": "renew", "subject": "Re: notice", "body": "Please renew the certificate.", "certs": ["www.a.example"], "answers": "notice"}
{"id": "b", "label": "decline", "subject": "Re: notice", "body": "更新は不要です。", "certs": ["www.b.example"], "answers": "notice"}
{"id": "c", "label": "review", "reason": "question", "subject": "Re: notice", "body": "How much is it?", "certs": ["www.c.example"], "answers": "notice"}
END
out=$("$MAILPROC" rules test --accept "$scratch/set.jsonl")
is 0 $? "a set without faults ends well"
like '3 mails, 2 clear, 2 acted on: flip 0, wrong 0, lost 0' "$out" "the figures are told"
like '^renew +1 +0 +0 +0 +0 +0' "$out" "and the table"
sed 's/"label": "renew"/"label": "decline"/' "$scratch/set.jsonl" >"$scratch/flip.jsonl"
out=$("$MAILPROC" rules test --list "$scratch/flip.jsonl")
is 1 $? "a flip fails"
like '^flip +a:' "$out" "and is listed"
mkdir "$scratch/rules"
cp rules/*.rules "$scratch/rules/"
printf 'rule other-no\n  language any\n  says decline\n  pattern please renew the certificate\n  reason says no in a strange way\n  yes Please renew the certificate\n  no renew\n' >"$scratch/rules/05-other.rules"
out=$("$MAILPROC" rules test --rules "$scratch/rules" "$scratch/set.jsonl")
is 1 $? "other rules are measured"
like '^changed +a: renew' "$out" "and what they change since the accepted run is named"
echo '{"id": "x"' >"$scratch/bad.jsonl"
out=$("$MAILPROC" rules test "$scratch/bad.jsonl" 2>&1)
is 65 $? "a set that cannot be read is bad input"
like 'bad\.jsonl:1:' "$out" "with file and line"

# What the manual says is so.
mkdir "$scratch/manual"
sed -n '/^\.Bd/,/^\.Ed/p' rules/mailproc-rules.5 | grep -v '^\.' >"$scratch/manual/10-manual.rules"
echo '{"id": "m", "label": "renew", "subject": "Re: notice", "body": "Same again please.", "certs": ["a.example"], "answers": "notice"}' >"$scratch/manual.jsonl"
out=$("$MAILPROC" rules test --rules "$scratch/manual" "$scratch/manual.jsonl" 2>&1)
is 0 $? "the rule in the manual is a rule"
like ' 1 acted on' "$out" "and says what the manual says"
is "$(grep -oE 'X\(SAYS_[A-Z_]+, "[^"]+"' rules/rule.h | cut -d'"' -f2)" "$(sed -n '/^\.Sh WHAT/,/^\.Sh WORKING/s/^\.It Cm //p' rules/mailproc-rules.5)" \
	"the manual has every word that a rule can say"

start_dovecot
new_business
customers "C-1,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no
C-2,Bolt Ltd,en,card,standard,admin,Bob,bob@bolt.example,,www.bolt.example,Bolt Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
mp run >/dev/null 2>&1
answer jane --body 'How much is it this year?'
answer bob --body 'Please renew the certificate.'
mp run >/dev/null 2>&1
rows=$(store_rows)
out=$(mp replay)
is 0 $? "with the same rules nothing would change"
like '2 messages read again, 0 verdicts would change' "$out" "and that is said"
out=$(mp replay --rules "$scratch/rules")
is 1 $? "rules that would read an applied answer otherwise are a warning"
like 'renew +(decline|review)' "$out" "which is named"
is "$rows" "$(store_rows)" "nothing in the store changes"
out=$(mp review keep 1 2>&1)
is 65 $? "an open review has no answer to keep"
mp review decide 1 decline --by Sato >/dev/null 2>&1
mp review keep 1 >/dev/null 2>&1
is "review-1	decline		shop.acme.example" "$(cut -f1-4 "$work/cases/labels.tsv")" "a decided one becomes a labelled case"
out=$("$MAILPROC" rules test "$work/cases")
like '1 mails, 1 clear' "$out" "on which rules are measured"

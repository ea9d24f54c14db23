# A wrong configuration is told line by line, with exit status 78, before anything else is touched.
. tests/scenario/lib.sh
plan 21
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
mp() { "$MAILPROC" -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
sum() { sha256sum "$work/mailproc.db" "$work/mailproc.key"; }
cp "$work/mailproc.conf" "$scratch/good"
before=$(sum)

out=$(mp check)
is 0 $? "the sample as it is passes check"
like 'examples as they should be' "$out" "check has run the examples of the rules"
like '^ok +letters +[1-9][0-9]* rendered' "$out" "check has rendered the letters"
like 'mail.address still has its example value' "$out" "check warns of values of the sample"

# Two mistakes on known lines: both are told.
sed -e 's/^time_zone = .*/time_zone = "Asia\/Tokio";/' -e 's/tls = "implicit"/tls = "perhaps"/' "$scratch/good" >"$work/mailproc.conf"
zone=$(grep -n '^time_zone' "$work/mailproc.conf" | cut -d: -f1)
out=$(mp run)
is 78 $? "a run with a wrong configuration does not begin"
like "mailproc.conf:$zone: time_zone \"Asia/Tokio\"" "$out" "the zone is told with its line"
is "$(grep -n '^ *tls = "perhaps"' "$work/mailproc.conf" | cut -d: -f1 | tr '\n' ' ')" \
	"$(printf '%s\n' "$out" | sed -n 's/.*mailproc.conf:\([0-9]*\): .*tls "perhaps" is not one of.*/\1/p' | tr '\n' ' ')" "and each tls"

{ cat "$scratch/good"; echo 'password = "x";'; } >"$work/mailproc.conf"
out=$(mp list)
is 78 $? "a password in the file is refused"
like "mailproc.conf:$(wc -l <"$work/mailproc.conf"): a password does not stand in this file" "$out" "with what to do instead"

cp "$scratch/good" "$work/mailproc.conf"
chmod 644 "$work/mailproc.key"
out=$(mp run)
is 78 $? "a key that others can read is refused"
like 'mailproc.key' "$out" "and named"
chmod 600 "$work/mailproc.key"
is "$before" "$(sum)" "nothing of this changed store or key"

mkdir -p "$work/own/ja" "$work/rules"
sed 's|^  # own = "";|  own = "own";|' "$scratch/good" | sed '/^rules = {/,/^}/s|own = "own"|own = "rules"|' >"$work/mailproc.conf"
cp templates/ja/notice.html "$work/own/ja"
printf 'Subject: x\n\n{{no_such_name}}\n' >"$work/own/ja/notice.txt"
out=$(mp check)
is 78 $? "a letter of one's own with an unknown name fails check"
like 'own/ja/notice\.txt:[0-9]+' "$out" "with file and line"
like 'no_such_name' "$out" "and the name"
rm "$work/own/ja/notice.txt" "$work/own/ja/notice.html"
printf 'rule x\n  language ja\n  says renew\n  pattern (\n  reason r\n  yes a\n  no b\n' >"$work/rules/bad.rules"
out=$(mp check)
is 78 $? "a rule that cannot be compiled fails check"
like 'rules/bad\.rules:[0-9]+' "$out" "with file and line"
mp poll >/dev/null
is 78 $? "no mail is read with it"
is "$before" "$(sum)" "store and key are as they were"
rm "$work/rules/bad.rules"
printf 'rule x\n  language ja\n  says renew\n  pattern 更新\n  reason r\n  yes 更新\n  no 更新\n' >"$work/rules/bad.rules"
out=$(mp check)
is 78 $? "an example that fails, fails check"
like 'rules/bad\.rules:[0-9]+' "$out" "with file and line, too"

# check --online says what the servers do: who writes Authentication-Results, and whether sub-addresses arrive.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 13
start_dovecot
new_business
mail_with() { printf '%bFrom: a@b.example\r\nTo: ssl-renewal@hosting.example\r\nSubject: x\r\nMessage-ID: <%s@b.example>\r\n\r\nhello\r\n' "$1" "$2" | deliver_to ssl-renewal; }
out=$(mp check --online 2>&1)
is 0 $? "servers that answer are fine"
like 'no mail yet' "$out" "without mails nothing is known of Authentication-Results"
for i in 1 2 3; do
	mail_with "Authentication-Results: mx.hosting.example;\r\n dkim=pass header.d=b.example; dmarc=pass header.from=b.example\r\nAuthentication-Results: forged.example; dmarc=pass\r\n" "m$i"
done
before=$(mails_in '')
out=$(mp check --online 2>&1)
is 0 $? "so are mails with results"
like '"mx\.hosting\.example" on top of 3' "$out" "the topmost authserv-id is named, not one further down"
like 'pass 3, absent 0' "$out" "the results are counted"
like 'required" would be safe' "$out" "and what that means for required"
is "$before" "$(mails_in '')" "looking moves no mail"
mail_with '' m4
like 'would send those without' "$(mp check --online 2>&1)" "a mail without a result is one for staff then"
mail_with 'Authentication-Results: stranger.example; dmarc=pass\r\n' m5
like 'Do not trust it' "$(mp check --online 2>&1)" "several ids on top are warned of"
sed -i 's/mx\.hosting\.example/other.hosting.example/' "$work/mailproc.conf"
like 'but "mx.hosting.example" stands on top' "$(mp check --online 2>&1)" "an id that is not the server's is warned of"
mp check --probe >/dev/null 2>&1
is 64 $? "a probe belongs to --online"
out=$(mp check --online --probe 2>&1)
is 0 $? "a probe is sent and fetched"
like 'sub-addresses +arrive' "$out" "and says that sub-addresses arrive"

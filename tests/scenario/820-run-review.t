# What is unclear waits for staff with the reason; one command decides it.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 21
start_dovecot
new_business
customers "C-1,青葉設計株式会社,ja,transfer,standard,admin,佐々木,sasaki@aoba.example,,www.aoba.example,AOBA,Sendai,Miyagi,JP,cybertrust-sureserver,2027-01-21,no
C-2,Acme Ltd,en,card,standard,admin,Jane Smith,jane@acme.example,,shop.acme.example,Acme Ltd,London,London,GB,geotrust-truebusiness,2027-01-20,no" >/dev/null 2>&1
mp run >/dev/null 2>&1
answer sasaki --body '去年と同額であれば更新、値上がりするなら社内で相談させてください。'
answer jane --body 'How much would it be for two years? My boss has to decide.'
out=$(mp run 2>&1)
is 1 $? "a run that parked something exits with 1"
is noticed "$(state_of www.aoba.example)" "a condition moves nothing"
is noticed "$(state_of shop.acme.example)" "a question moves nothing"
is 2 "$(mails_in Review)" "both mails are in Review"
is 2 "$(letters_to staff)" "staff are told once each"
like 'mailproc review' "$(mail_text "$(letter_to staff)")" "the letter to staff says which command to use"
unlike '社内で相談' "$(mail_text "$(letter_to staff 2)")$(mail_text "$(letter_to staff)")" "the customer's words do not travel in it"
list=$(mp review list)
is 0 $? "review list ends well"
like 'www\.aoba\.example|SSL-2026-00001' "$list" "it names the renewal"
wide=$(printf '%s\n' "$list" | perl -CSD -Mutf8 -ne 'chomp; my $w = 0; $w += /[\x{1100}-\x{115F}\x{2E80}-\x{A4CF}\x{AC00}-\x{D7A3}\x{F900}-\x{FAFF}\x{FE30}-\x{FE6F}\x{FF00}-\x{FF60}\x{FFE0}-\x{FFE6}]/ ? 2 : 1 for split //; print "$w\n"' | sort -n | tail -1)
[ "${wide:-999}" -le 200 ] && ok "its lines are bounded" || not_ok "its lines are bounded ($wide)"
id=$(mp review list --json | head -1 | field 'd["id"]')
shown=$(mp review show "$id")
like '社内で相談' "$shown" "review show has the customer's words"
like 'ja-|en-|form|cond' "$shown" "and the rules that stopped it"
mp review decide "$id" renew --by Sato --note "called: yes" >/dev/null 2>&1
is 0 $? "one command decides it"
is ordered "$(state_of www.aoba.example)" "the renewal is ordered"
mp review decide "$id" decline --by Sato >"$scratch/again.out" 2>&1
is 65 $? "a second decision is refused"
mp run >/dev/null 2>&1
is 3 "$(letters_to sasaki)" "the payment request and the invoice go out"
like 'Sato' "$(mp show SSL-2026-00001)" "the history names who decided"
like 'called: yes' "$(mp show SSL-2026-00001)$(mp review show "$id")" "and the note is kept"
is 1 "$(mp review list --json | wc -l)" "one message waits"

printf 'From: stranger@elsewhere.example\r\nTo: ssl-renewal@hosting.example\r\nSubject: renew www.aoba.example\r\nMessage-ID: <x@elsewhere.example>\r\n\r\nPlease renew www.aoba.example now.\r\n' | deliver_to ssl-renewal
mp run >/dev/null 2>&1
stray=$(mp review list --json | tail -1 | field 'd["id"]')
mp review attach "$stray" SSL-2026-00001 --by Sato >/dev/null 2>&1
is 0 $? "a message about nothing known can be attached to a renewal"
mp review decide "$stray" ignore --by Sato >/dev/null 2>&1
is 0 $? "and closed"

# The demo shows the whole conversation, and leaves no process behind.
. tests/scenario/lib.sh
[ -x /usr/sbin/dovecot ] || skip_all "Dovecot is not installed (make deps-test)"
plan 13
TMPDIR=$scratch "$MAILPROC" demo >"$scratch/out" 2>&1 </dev/null
is 0 $? "the demo ends well"
out=$(cat "$scratch/out")
like 'customers asked +6' "$out" "six customers are asked"
like '更新手続きのご案内（www\.aozora\.example）' "$out" "the Japanese letter is shown as it arrived"
like 'expires on Friday, 22 January 2027' "$out" "and the English one"
like 'applied: an answer, acted on +3' "$out" "three answers are clear"
like 'automatic: an automatic answer +1' "$out" "one is automatic"
like 'review: waits for staff, or did +2' "$out" "two wait for staff"
like '\(ja-[a-z-]+\)' "$out" "the rules that decided are shown"
like 'お支払いのお願い' "$out" "the payment request is shown"
like 'このドキュメント支払' "$out" "with the steps for a card"
like 'review [0-9]+: renew, decided by Sato' "$out" "staff decide one"
like '^ordered +3' "$(sed -n '/Where things stand/,$p' "$scratch/out")" "three renewals are ordered at the end"
left=$(for p in /proc/[0-9]*; do
	case "$(tr '\0' ' ' 2>/dev/null <"$p/cmdline") $(readlink "$p/cwd")" in
	*"$scratch"/mailproc-demo.*) echo "$p" ;;
	esac
done)
is "" "$left" "no process of it is left"

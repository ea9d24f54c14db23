# The trust rule, row by row, over real mail.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 35
start_dovecot
pass='mx.hosting.example; dmarc=pass header.from=customer-co.jp'
fail='mx.hosting.example; dmarc=fail header.from=customer-co.jp'

# row SENTENCE TRUST-SETTINGS WANT-STATE WANT-OUTCOME answer-options…: a new customer taro@customer-co.jp answers yes.
row() {
	sentence=$1 trust=$2 want_state=$3 want_outcome=$4
	shift 4
	n=$((n + 1))
	new_business "" "" "$trust" || exit 1
	rm -rf "$dovecot/mail/taro" "$dovecot/mail/staff"
	customers "C-1,Customer,en,card,standard,admin,Taro,taro@customer-co.jp,t.yamada@other-co.jp,www.customer-co.jp,Customer,Tokyo,Tokyo,JP,cybertrust-sureserver,2027-01-21,no
C-2,Free,en,card,standard,admin,Hana,hana@gmail.com,,www.hana.jp,Hana,Tokyo,Tokyo,JP,cybertrust-sureserver,2027-01-21,no" >/dev/null 2>&1
	mp run >/dev/null 2>&1
	to=taro
	case $* in *@gmail.com*) to=hana ;; esac
	answer $to --body 'Please renew the certificate.' "$@"
	mp run >/dev/null 2>&1
	name=www.customer-co.jp
	[ $to = hana ] && name=www.hana.jp
	is "$want_state" "$(state_of $name)" "$sentence: the renewal is $want_state"
	is "$want_outcome" "$(sqlite3 "$work/mailproc.db" 'SELECT outcome FROM message ORDER BY id DESC LIMIT 1')" "$sentence: the message is $want_outcome"
}
new_business_settings='authserv_id = "mx.hosting.example";'
required="$new_business_settings authentication = \"required\";"
off="$new_business_settings authentication = \"off\";"
n=0

row "token, exact address, pass" "$new_business_settings" ordered applied --auth "$pass"
row "token, exact address, absent" "$new_business_settings" ordered applied
row "token, exact address, absent, required" "$required" noticed review
row "token, exact address, pass, required" "$required" ordered applied --auth "$pass"
row "token, further address on record, absent" "$new_business_settings" ordered applied --from t.yamada@other-co.jp
row "token, same private domain, pass" "$new_business_settings" ordered applied --from keiri@customer-co.jp --auth "$pass"
row "token, same private domain, absent" "$new_business_settings" noticed review --from keiri@customer-co.jp
is 2 "$(letters_to taro)" "one word is asked of the contact on record"
like 'confirm' "$(mp show SSL-2026-00001)" "and the history says so"
is 1 "$(mp review list --json | wc -l)" "staff see it"
answer taro --body 'Yes, please renew.'
mp run >/dev/null 2>&1
is ordered "$(state_of www.customer-co.jp)" "the word of the contact on record moves it"
row "token, shared domain of free mail, pass" "$new_business_settings" noticed review --from somebody.else@gmail.com --auth 'mx.hosting.example; dmarc=pass header.from=gmail.com'
row "token, other domain, pass" "$new_business_settings" noticed review --from boss@elsewhere.jp --auth 'mx.hosting.example; dmarc=pass header.from=elsewhere.jp'
like 'not on record' "$(mp review show 1)" "the reviewer reads why in words"
row "no token, exact address, pass" "$new_business_settings" noticed review --strip-token --auth "$pass"
row "token of a flipped letter, exact address" "$new_business_settings" noticed review --strip-token --subject 'Re: 1-aaaaaaaaaaaaaaaaaaaaaaaaaa [SSL-2026-00001]'
row "token, exact address, fail" "$new_business_settings" noticed review --auth "$fail"
row "token, exact address, somebody else's fail" "$new_business_settings" ordered applied --auth 'mx.elsewhere.example; dmarc=fail header.from=customer-co.jp'
row "token, same domain, somebody else's pass" "$new_business_settings" noticed review --from keiri@customer-co.jp --auth 'mx.elsewhere.example; dmarc=pass header.from=customer-co.jp'
row "token, exact address, results are ignored" "$off" ordered applied --auth "$fail"

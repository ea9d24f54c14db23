#!/bin/sh
# borders.sh: each library is known only in its own files, imports run one way, and no stage knows a later one.
status=0
fail() { echo "borders: $1" >&2; status=1; }

# library header | files that may include it
only_in() {
	grep -lE "^#include <$1" $(git ls-files '*.c' '*.h' | grep -v '^tests/') 2>/dev/null | grep -vE "^($2)$" | while read -r f; do echo "$f includes <$1…>"; done
}
found=$(
	only_in 'sqlite3' 'store/.*'
	only_in 'pcre2' 'rules/rule[a-z_]*\.[ch]'
	only_in 'libconfig' 'mailproc/([a-z]+/)?config[a-z_]*\.[ch]'
	only_in 'csv\.h' 'mailproc/([a-z]+/)?import[a-z_]*\.[ch]'
	only_in 'openssl' 'mailproc/([a-z]+/)?(stream|token|digest|secret|certificate)[a-z_]*\.[ch]'
	only_in 'libetpan' 'mailproc/([a-z]+/)?(stream|smtp|mailbox|message)[a-z_]*\.[ch]'
	only_in 'libxml' 'mailproc/([a-z]+/)?message[a-z_]*\.[ch]'
	only_in 'iconv' 'mailproc/([a-z]+/)?(message|mailbox|import)[a-z_]*\.[ch]'
	only_in '(seccomp|linux/seccomp)' 'mailproc/([a-z]+/)?reader[a-z_]*\.[ch]'
	only_in 'libpsl' 'mailproc/([a-z]+/)?renewal[a-z_]*\.[ch]'
	only_in 'utf8proc' 'mailproc/base/text\.c'
	# base knows nothing of the rest; store, rules and templates know base only (and store's words)
	grep -nE '^#include "' mailproc/base/*.[ch] | grep -E '"(\.\./|.*/)' | grep -vE '"base/'
	grep -nE '^#include "(\.\./)?mailproc/' store/*.[ch] rules/*.[ch] templates/*.[ch] | grep -v 'mailproc/base/'
	grep -nE '^#include "(\.\./)?(templates|rules)/' store/*.[ch]
	grep -nE '^#include "(\.\./)?(templates|store)/' rules/*.[ch]
	grep -nE '^#include "(\.\./)?(rules|store)/' templates/*.[ch]
)
[ -z "$found" ] || fail "$found"

# mailbox message reply intent renewal outbox smtp: a stage includes no later stage. smtp is a protocol that outbox drives, and
# knows none of them.
stages='mailbox message reply intent renewal outbox'
later=$stages
for s in $stages; do
	later=${later#"$s"}
	later=${later# }
	for l in $later; do
		found=$(grep -nE "^#include \"(\.\./)?($l/)?$l(_[a-z]+)?\.h\"" mailproc/"$s".[ch] mailproc/"$s"/*.[ch] 2>/dev/null)
		[ -z "$found" ] || fail "$s knows a later stage: $found"
	done
done
for s in mailbox message smtp; do
	found=$(grep -nE '^#include "(\.\./)?(reply|intent|renewal|outbox|pipeline)[_.]' mailproc/"$s"*.[ch] mailproc/"$s"/*.[ch] 2>/dev/null)
	[ -z "$found" ] || fail "$found"
done

# The clock is read in main.c only; monotonic time for time-outs is free.
found=$(grep -nE '\btime\(|gettimeofday|CLOCK_REALTIME' $(git ls-files '*.c' | grep -v '^tests/') | grep -v '^mailproc/main\.c' | grep -vE '^[^:]*:[0-9]+:\s*(/?\*|//)')
[ -z "$found" ] || fail "the clock is read outside of main.c: $found"
exit $status

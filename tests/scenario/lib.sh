# lib.sh - what scenario tests share: TAP, scratch folders, real servers on ports of their own
#
# A scenario starts with: . tests/scenario/lib.sh; plan N. Everything it makes lies in $scratch, which is removed at the end together
# with every server that was started. Each assertion is one TAP line whose sentence can be false.

top=$(pwd)
MAILPROC=${MAILPROC:-$top/build/mailproc}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/mp.XXXXXX")
chmod 755 "$scratch"
tap_n=0
tap_failed=0
servers=

plan() { echo "1..$1"; }
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
ok() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1"; }
not_ok() { tap_n=$((tap_n + 1)); tap_failed=1; echo "not ok $tap_n - $1"; }

# is WANT GOT SENTENCE
is() {
	if [ "$1" = "$2" ]; then ok "$3"; else
		not_ok "$3"
		printf '%s\n' "$1" | sed 's/^/# want: /'
		printf '%s\n' "$2" | sed 's/^/# got:  /'
	fi
}

# like PATTERN TEXT SENTENCE: extended regular expression, in any line
like() {
	if printf '%s\n' "$2" | grep -Eq -- "$1"; then ok "$3"; else
		not_ok "$3"
		printf '# want: /%s/\n' "$1"
		printf '%s\n' "$2" | sed 's/^/# got:  /' | head -60
	fi
}
unlike() {
	if printf '%s\n' "$2" | grep -Eq -- "$1"; then
		not_ok "$3"
		printf '# do not want: /%s/\n' "$1"
		printf '%s\n' "$2" | sed 's/^/# got:  /' | head -60
	else ok "$3"; fi
}

cleanup() {
	status=$?
	for s in $servers; do
		case $s in
		dovecot:*) sh "$top/mailproc/demo/dovecot.sh" stop "${s#dovecot:}" >/dev/null 2>&1 ;;
		postfix:*) sh "$top/tests/scenario/postfix.sh" stop "${s#postfix:}" >/dev/null 2>&1 ;;
		pid:*) kill -9 "${s#pid:}" 2>/dev/null ;;
		esac
	done
	if [ -n "${KEEP:-}" ]; then echo "# kept: $scratch"; else rm -rf "$scratch"; fi
	[ $status = 0 ] && [ $tap_failed = 1 ] && status=1
	exit $status
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# A block of 100 free loopback ports: the number of the first.
free_ports() {
	perl -MIO::Socket::INET -e '
		my $base = 20000 + 100 * (($$ * 7 + int(rand 300)) % 300);
		PORT: for (1 .. 300) {
			$base = $base >= 49900 ? 20000 : $base + 100;
			for my $o (24, 25, 43, 65, 87, 93) {
				IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $base + $o, Listen => 1) or next PORT;
			}
			print $base; exit 0;
		}
		exit 1'
}

# The private Dovecot, in $dovecot, ports from $base.
start_dovecot() {
	[ -x /usr/sbin/dovecot ] || skip_all "Dovecot is not installed (make deps-test)"
	dovecot=$scratch/d
	base=$(free_ports)
	mkdir "$dovecot"
	sh "$top/mailproc/demo/dovecot.sh" start "$dovecot" "$base" >"$scratch/dovecot.out" 2>&1 || {
		sed 's/^/# /' "$scratch/dovecot.out"
		echo "Bail out! Dovecot does not start"
		exit 1
	}
	servers="$servers dovecot:$dovecot"
}

#!/bin/sh
# packages.sh PACKAGE...: says which Debian packages are missing and installs them.
#
# Asks first where there is a terminal; uses sudo only where not root. No service of this machine is started: a mail server that
# comes with the packages is kept from starting now (policy-rc.d) and at the next boot (disabled), and one that is here already is
# left as it is. PACKAGES_DRY=1 only says what is missing (exit status 1 if anything is).
set -u

missing=
for p in "$@"; do
	case $(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0
echo "missing Debian packages:$missing"
[ -z "${PACKAGES_DRY:-}" ] || exit 1

as_root=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || { echo "not root and no sudo: install them yourself" >&2; exit 1; }
	as_root=sudo
fi
if [ -t 0 ] && [ -z "${CI:-}" ]; then
	printf 'install them with apt-get? [Y/n] '
	read -r answer
	case $answer in
	'' | [Yy]*) ;;
	*) echo "nothing installed" >&2; exit 1 ;;
	esac
fi

had_dovecot=$(dpkg-query -W -f='${db:Status-Status}' dovecot-core 2>/dev/null)
policy=/usr/sbin/policy-rc.d
made_policy=
if ! [ -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null && $as_root chmod 755 $policy && made_policy=1
fi
remove_policy() { [ -z "$made_policy" ] || $as_root rm -f $policy; }
trap remove_policy EXIT
trap 'exit 1' INT TERM HUP

# The names are known only after an update; on a machine that is up to date this is quick.
# shellcheck disable=SC2086
$as_root apt-get update -qq &&
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null || exit 1

case " $missing " in
*" dovecot-"*)
	if [ "$had_dovecot" != installed ] && [ -d /run/systemd/system ]; then
		$as_root systemctl disable --quiet dovecot.service dovecot.socket 2>/dev/null
		echo "Dovecot was installed but not started or enabled: it is only used on loopback ports of our own."
	fi ;;
esac
echo "installed:$missing"

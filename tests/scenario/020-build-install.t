# An installed program works from anywhere, with what was installed beside it.
. tests/scenario/lib.sh
plan 9

make -s install B="${BUILD:-build}" DESTDIR="$scratch/root" PREFIX=/usr >"$scratch/install.out" 2>&1
is 0 $? "make install succeeds into a DESTDIR"
installed=$scratch/root/usr/bin/mailproc
mkdir "$scratch/work"
cd "$scratch/work" || exit 1
"$installed" init . >"$scratch/init.out" 2>&1
is 0 $? "the installed program makes a configuration, a store and a key"
out=$("$installed" check 2>&1)
is 0 $? "it finds its rules and letters beside itself, and they are in order"
printf 'From: a@b.example\r\nSubject: Re: notice\r\n\r\nPlease renew.\r\n' >reply.eml
out=$("$installed" classify --json reply.eml 2>&1)
like '"verdict": ?"renew"' "$out" "it reads a reply"
missing=$(cd "$scratch/root" && find . -type f | grep -cE "share/(man/man1/mailproc.1|man/man5/mailproc.conf.5|mailproc/templates/(ja|en)/notice.(txt|html)|mailproc/mailproc/demo/demo.sh)$")
is 7 "$missing" "manuals, letters and the demo are installed"
units=$scratch/root/usr/lib/systemd/system
like '^ExecStart=/usr/bin/mailproc -q run$' "$(cat "$units/mailproc.service")" "the service starts the installed program"
if command -v systemd-analyze >/dev/null 2>&1; then
	mkdir "$scratch/units"
	for u in "$units"/*; do sed 's|^ExecStart=/usr/bin/mailproc|ExecStart=/bin/true|' "$u" >"$scratch/units/${u##*/}"; done
	is "" "$(systemd-analyze verify --man=no "$scratch/units/"* 2>&1 | grep -F "$scratch/units")" "systemd accepts the units"
else
	ok "systemd accepts the units # SKIP systemd is not installed"
fi
if [ -x /usr/sbin/dovecot ]; then
	demo=$("$installed" demo 2>&1)
	is 0 $? "the installed demo runs to its end"
	rm -rf "$(printf '%s\n' "$demo" | grep -oE '/tmp/[A-Za-z0-9._/-]+' | tail -1 | cut -d/ -f1-3)"
else
	ok "the installed demo runs to its end # SKIP Dovecot is not installed"
fi
cd "$top" || exit 1
make -s uninstall DESTDIR="$scratch/root" PREFIX=/usr
is 0 "$(find "$scratch/root" -type f | wc -l)" "make uninstall leaves no file"

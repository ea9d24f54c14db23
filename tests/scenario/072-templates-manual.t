# mailproc-templates(5) names every letter and every name that a letter can use.
. tests/scenario/lib.sh
plan 2
manual=templates/mailproc-templates.5
kinds=$(sed -n '/#define LETTER_KINDS/,/^$/s/.*X(LETTER_[A-Z_]*, "\([a-z-]*\)".*/\1/p' store/words.h)
missing=$(for k in $kinds; do grep -q "^\.It Cm $k\$" "$manual" || echo "$k"; done)
is "" "$missing" "every letter is described"
names=$(sed -n '/what a template may say/,/\*\//p' mailproc/outbox_data.c | sed -n 's/^ \*   *\([a-z_.[\]].*\)$/\1/p' | sed 's/   .*//' |
	tr -s ' ,' '\n' | sed 's/\[\]//g; s/^[a-z]*\.\([a-z_]\)/\1/; s/^\.//' | grep -E '^[a-z_]+$' | sort -u)
missing=$(for n in $names; do grep -qE "(^|[ .])$n(\[\])?( |\$|,)" "$manual" || echo "$n"; done)
is "" "$missing" "every name is described"

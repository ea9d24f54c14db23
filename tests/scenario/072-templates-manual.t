# mailproc-templates(5) names every letter and every name that a letter can use.
. tests/scenario/lib.sh
plan 3
manual=templates/mailproc-templates.5
kinds=$(sed -n '/#define LETTER_KINDS/,/^$/s/.*X(LETTER_[A-Z_]*, "\([a-z-]*\)".*/\1/p' store/words.h)
missing=$(for k in $kinds; do grep -q "^\.It Cm $k\$" "$manual" || echo "$k"; done)
is "" "$missing" "every letter is described"
names=$(python3 -c '
import re
table = re.search(r"what a template may say.*?\*/", open("mailproc/outbox/outbox_data.c", encoding="utf-8").read(), re.S).group(0)
for line in table.splitlines():
    if line.startswith(" *   "):
        for word in re.split(r" {3,}", line[5:].strip())[0].split():
            if re.fullmatch(r"\.?[a-z_]+(\.[a-z_]+)?(\[\])?,?", word):
                print(re.sub(r"[\[\],]", "", word).split(".")[-1])' | sort -u)
[ "$(printf '%s\n' "$names" | wc -l)" -gt 50 ] && ok "the table of names is found" || not_ok "the table of names is found"
missing=$(for n in $names; do grep -qE "(^|[ .])$n(\[\])?( |\$|,)" "$manual" || echo "$n"; done)
is "" "$missing" "every name is described"

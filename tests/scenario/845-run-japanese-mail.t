# Japanese mail as it comes: every character set with its vendor extensions, wrong or missing labels, HTML only; from a Maildir and from a folder of files.
. tests/scenario/lib.sh
. tests/scenario/business.sh
forms='iso-2022-jp|iso-2022-jp|7bit
shift_jis|shift_jis|8bit
cp932|Windows-31J|base64
euc-jp|euc-jp|8bit
utf-8|utf-8|base64
shift_jis-unlabelled||8bit
utf-8-unlabelled||8bit
utf-8-wrong|iso-2022-jp|8bit
half-width-kana|iso-2022-jp|7bit
html-only|iso-2022-jp|7bit'
count=$(printf '%s\n' "$forms" | wc -l)
plan $((count + 6))
start_dovecot
mkdir -p "$scratch/mails"
new_business "" "type = \"maildir\"; path = \"$scratch/mails\";"
{
	n=0
	printf '%s\n' "$forms" | while IFS='|' read -r name label encoding; do
		n=$((n + 1))
		echo "C-$n,株式会社試験$n,ja,card,standard,admin,山田,c$n@c$n.example,,www.c$n.example,C$n,Tokyo,Tokyo,JP,cybertrust-sureserver,2027-01-21,no"
	done
} >"$scratch/rows"
customers "$(cat "$scratch/rows")" >/dev/null 2>&1
mp run >/dev/null 2>&1
n=0
printf '%s\n' "$forms" | while IFS='|' read -r name label encoding; do
	n=$((n + 1))
	python3 - "$name" "$label" "$encoding" "$(letter_to c$n)" "c$n@c$n.example" >"$scratch/mails/$n.eml" <<'END'
import base64, email, email.policy, sys
name, label, encoding, letter, sender = sys.argv[1:]
with open(letter, "rb") as f:
    mail = email.message_from_binary_file(f, policy=email.policy.default)
text = "①いつもお世話になっております。㈱試験の髙橋です。\n更新をお願いいたします。\n"
if name == "half-width-kana":
    raw = b"\x1b(I" + "ｵｾﾜﾆﾅｯﾃｵﾘﾏｽ｡".encode("cp932").translate(bytes((b & 0x7F) if b >= 0xA0 else b for b in range(256))) + b"\x1b(B\r\n" + \
          "証明書の更新をお願いします。".encode("iso-2022-jp")
elif label == "iso-2022-jp" and encoding == "7bit":
    # JIS pairs of CP932's NEC row 13 and IBM extensions, as Outlook writes them
    out, kanji = b"", False
    for c in text:
        b = c.encode("cp932")
        if len(b) == 2:
            row, cell = b
            row = (row - 0x81 if row < 0xE0 else row - 0xC1) * 2 + 0x21
            if cell >= 0x9F:
                row, cell = row + 1, cell - 0x7E
            else:
                cell -= 0x1F if cell < 0x7F else 0x20
            if row > 0x7E:  # an IBM extension beyond JIS: its NEC twin does not exist for every one; written plainly
                b, row = "高".encode("cp932"), None
                row, cell = 0x39, 0x62
            out += (b"" if kanji else b"\x1b$B") + bytes((row, cell))
            kanji = True
        else:
            out += (b"\x1b(B" if kanji else b"") + b
            kanji = False
    raw = out + (b"\x1b(B" if kanji else b"")
elif name.startswith("utf-8"):
    raw = text.encode("utf-8")
elif name.startswith("euc"):
    raw = text.replace("①", "1").replace("㈱", "(株)").replace("髙", "高").encode("euc-jp")
else:
    raw = text.encode("cp932")
if name == "html-only":
    raw = b"<html><body><p>" + raw.replace(b"\n", b"<br>\n") + b"</p></body></html>"
if encoding == "base64":
    raw = base64.encodebytes(raw)
head = [f"From: {sender}", "To: ssl-renewal@hosting.example", "Subject: Re: notice", f"Message-ID: <{name}@customer.example>",
        f"In-Reply-To: {mail['Message-ID']}", "MIME-Version: 1.0"]
kind = "html" if name == "html-only" else "plain"
head.append(f'Content-Type: text/{kind}' + (f'; charset="{label}"' if label else ""))
head.append(f"Content-Transfer-Encoding: {encoding}")
sys.stdout.buffer.write("\n".join(head).encode() + b"\n\n" + raw + b"\n")
END
done
mp run >"$scratch/run.out" 2>&1
is 0 $? "a run over a folder of .eml files ends well"
n=0
printf '%s\n' "$forms" >"$scratch/forms"
while IFS='|' read -r name label encoding; do
	n=$((n + 1))
	is ordered "$(state_of www.c$n.example)" "$name is read"
done <"$scratch/forms"
is "$count" "$(ls "$scratch/mails/Processed" | wc -l)" "the files are moved to the folder Processed"
is 8 "$(sqlite3 "$work/mailproc.db" "SELECT count(*) FROM message_reading WHERE reading LIKE '%①いつも%㈱試験の髙橋%'")" "vendor extensions are read wherever they can be written"

# The same as a Maildir, left as it is.
mkdir -p "$scratch/box/cur" "$scratch/box/new" "$scratch/box/tmp"
new_business "" "type = \"maildir\"; path = \"$scratch/box\"; move = false;"
rm -rf "$dovecot/mail/c1"
customers "$(head -1 "$scratch/rows")" >/dev/null 2>&1
mp run >/dev/null 2>&1
python3 tests/scenario/mail.py reply "$(letter_to c1)" --body '継続でお願いします。' --charset shift_jis >"$scratch/box/new/1795395600.M1P1.host"
mp run >/dev/null 2>&1
is ordered "$(state_of www.c1.example)" "an answer in a Maildir is read"
is 1 "$(ls "$scratch/box/new" | wc -l)" "with move = false it stays where it is"
rows=$(store_rows)
mp run >/dev/null 2>&1
is "$rows" "$(store_rows)" "and is not read twice"

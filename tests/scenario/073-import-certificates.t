# A folder of certificates and a list of contacts are enough.
. tests/scenario/lib.sh
command -v openssl >/dev/null 2>&1 || skip_all "openssl is not installed"
plan 12
work=$scratch/w
"$MAILPROC" init "$work" >/dev/null 2>&1
mp() { "$MAILPROC" -q --now 2026-11-23T10:00:00+09:00 -c "$work/mailproc.conf" "$@" 2>&1 </dev/null; }
rows() { sqlite3 "$work/mailproc.db" .dump | sha256sum; }
mkdir "$scratch/certs"
# make NAME CN DAYS
make_cert() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$scratch/certs/$1" -days "$3" -subj "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Firm $1/CN=$2" \
		-addext "subjectAltName=DNS:$2,DNS:also.$2" >/dev/null 2>&1
}
make_cert one.pem www.one.example 300
make_cert two-old.pem www.two.example 30
make_cert two-new.crt www.two.example 330
header="customer,customer_name,language,contact_email,product,common_name,certificate"
printf '%s\nC-1,One,en,a@one.example,cybertrust-sureserver,,one.pem\nC-2,Two,ja,a@two.example,cybertrust-sureserver,www.two.example,\n' "$header" >"$scratch/good.csv"
out=$(mp import "$scratch/good.csv" --certificates "$scratch/certs")
is 0 $? "contacts and certificate files are imported"
sql() { sqlite3 "$work/mailproc.db" "$1"; }
is "Firm one.pem|Chiyoda-ku|Tokyo|JP" "$(sql "SELECT organization, locality, state_or_province, country FROM certificate WHERE common_name = 'www.one.example'")" "the distinguished name is the file's"
is "$(date -u -d "$(openssl x509 -in "$scratch/certs/two-new.crt" -noout -enddate | cut -d= -f2)" +%s)" "$(sql "SELECT not_after FROM certificate WHERE common_name = 'www.two.example'")" "of two with one name the newer is taken, to the second"
is 2 "$(sql "SELECT count(*) FROM certificate_name n JOIN certificate c ON c.id = n.certificate WHERE c.common_name = 'www.one.example'")" "its alternative names too"
before=$(rows)
mp import "$scratch/good.csv" --certificates "$scratch/certs" >/dev/null
is "$before" "$(rows)" "the same again changes nothing"
printf '%s\nC-3,Three,en,a@three.example,cybertrust-sureserver,,none.pem\n' "$header" >"$scratch/bad.csv"
out=$(mp import "$scratch/bad.csv" --certificates "$scratch/certs")
is 65 $? "a file that is not there is refused"
like "bad\.csv:2: certificate: no certificate 'none.pem'" "$out" "with file, line and column"
printf '%s\nC-3,Three,en,a@three.example,cybertrust-sureserver,www.three.example,one.pem\n' "$header" >"$scratch/bad.csv"
like "bad\.csv:2: common_name: .*but one.pem is for www.one.example" "$(mp import "$scratch/bad.csv" --certificates "$scratch/certs")" "so is one of another name"
like "bad\.csv:1: not_after: is missing" "$(mp import "$scratch/bad.csv")" "without the folder the columns are needed"
echo nonsense >"$scratch/certs/x.pem"
out=$(mp import "$scratch/good.csv" --certificates "$scratch/certs")
is 65 $? "a file that is no certificate is refused"
like 'x\.pem' "$out" "by its name"
is "$before" "$(rows)" "nothing of this changed the store"

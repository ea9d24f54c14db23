# A certificate request (CSR) in a reply: the same distinguished name is a renewal, another one is for staff, field by field.
. tests/scenario/lib.sh
. tests/scenario/business.sh
plan 32
start_dovecot
. tests/scenario/tls.sh
new_business
customers 'C-1,Acme Ltd,en,card,standard,admin,Jane,jane@acme.example,,www.acme.example,Acme Ltd,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-2,Beta,en,card,standard,admin,Bob,bob@beta.example,,www.beta.example,Beta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-3,Gamma,en,card,standard,admin,Guy,guy@gamma.example,,www.gamma.example,Gamma K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-4,Delta,en,card,standard,admin,Dan,dan@delta.example,,www.delta.example,Delta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-5,Eps,en,card,standard,admin,Eve,eve@eps.example,,www.eps.example,Eps K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-6,Zeta,en,card,standard,admin,Zoe,zoe@zeta.example,,www.zeta.example,Zeta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-7,Eta,en,card,standard,admin,Ed,ed@eta.example,,www.eta.example,Eta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-7,Eta,en,card,standard,admin,Ed,ed@eta.example,,shop.eta.example,Eta Shop K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-8,Theta,en,card,standard,admin,Ted,ted@theta.example,,www.theta.example,Theta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-8,Theta,en,card,standard,admin,Ted,ted@theta.example,,shop.theta.example,Theta K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no
C-9,Iota,en,card,standard,admin,Ian,ian@iota.example,,www.iota.example,Iota K.K.,Chiyoda-ku,Tokyo,JP,geotrust-truebusiness,2027-01-20,no' >/dev/null 2>&1
mp run >/dev/null 2>&1
is 11 "$(mp list --state noticed --json | wc -l)" "all customers have been asked"

make_request acme "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=ACME LTD/CN=www.acme.example" "DNS:www.acme.example"
make_request beta "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Beta Holdings K.K./CN=www.beta.example" "DNS:www.beta.example"
make_request gamma "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Gamma K.K./CN=www.gamma.example"
make_request delta "/C=JP/ST=Osaka/L=Kita-ku/O=Delta K.K./CN=www.delta.example"
openssl req -in "$tls/delta.csr" -outform DER -out "$tls/delta.der"
make_request zeta "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Zeta K.K./CN=shop.zeta.example"
head -c 300 /dev/urandom | base64 | sed '1i -----BEGIN CERTIFICATE REQUEST-----' | sed '$a -----END CERTIFICATE REQUEST-----' >"$tls/noise.csr"
# Base64 that begins like a sequence, and is none.
printf '0\202\377\377%s' "$(head -c 200 /dev/urandom | base64)" | base64 | sed '1i -----BEGIN CERTIFICATE REQUEST-----' | sed '$a -----END CERTIFICATE REQUEST-----' >"$tls/sequence.csr"

answer jane --body 'Please renew.' --attach "application/pkcs10=$tls/acme.csr"
answer bob --body 'Please renew.' --attach "application/octet-stream=$tls/beta.csr"
answer guy --body 'Please renew.' --attach "text/plain=$tls/gamma.csr" --attach "application/octet-stream=$tls/noise.csr"
answer dan --body 'Please renew.' --attach "application/pkcs10=$tls/delta.der"
answer eve --body 'Please renew.' --attach "application/octet-stream=$tls/sequence.csr"
answer zoe --body 'Please renew.' --attach "application/octet-stream=$tls/zeta.csr"
out=$(mp run 2>&1)
is 1 $? "the run says that something waits for a person"
is ordered "$(state_of www.acme.example)" "the same name, written in capitals, is a renewal"
like 'a certificate request for www.acme.example: the distinguished name of the certificate, so it is a renewal' "$(mp show SSL-2026-00001)" \
	"the history says that the request was looked at"
is noticed "$(state_of www.beta.example)" "another organisation is not renewed by a reply"
is ordered "$(state_of www.gamma.example)" "a request as text is read, and noise beside it does no harm"
is noticed "$(state_of www.delta.example)" "another prefecture, in DER, is not"
is noticed "$(state_of www.eps.example)" "a request that cannot be read is for staff"
is noticed "$(state_of www.zeta.example)" "another host name is not renewed"
is 4 "$(mp review list --json | wc -l)" "four wait for staff"
reason() { mp review list --json | python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["reference"] == sys.argv[1]:
        print(row["reason"], "|", row["suggestion"])' "$1"; }
like 'the request asks for O=Beta Holdings K.K.; the certificate has O=Beta K.K.: new purchase' "$(reason SSL-2026-00002)" "the reason says what differs"
like 'it would have been: renew www.beta.example' "$(reason SSL-2026-00002)" "and what the words alone would have done"
like 'L=Kita-ku; the certificate has L=Chiyoda-ku: new purchase; the request asks for ST=Osaka; the certificate has ST=Tokyo: new purchase' "$(reason SSL-2026-00004)" \
	"field by field"
like 'a certificate request that cannot be read' "$(reason SSL-2026-00005)" "that it cannot be read"
like 'asks for CN=shop.zeta.example; the certificate has CN=www.zeta.example: new purchase; these host names lose cover: www.zeta.example|CN=shop.zeta.example' \
	"$(reason SSL-2026-00006)" "the host name that is asked for"
like 'the request asks for O=Beta Holdings' "$(mp show SSL-2026-00002)" "show says it too"
id=$(mp review list --json | head -1 | field 'd["id"]')
shown=$(mp review show "$id")
like 'beta.csr' "$shown" "review show lists the attachment"
like 'the certificate has O=Beta K.K.' "$shown" "and the difference"

# ---- pasted into the text, quoted, and after the order ----
{
	echo 'We would like to renew, here is our request:'
	echo
	cat "$tls/beta.csr"
} >"$scratch/pasted"
answer bob --body "$(cat "$scratch/pasted")" --id pasted@beta.example
mp run >/dev/null 2>&1
is noticed "$(state_of www.beta.example)" "a request in the text counts as well"
like 'Beta Holdings' "$(mp review list --json | tail -1 | field 'd["reason"] + d["suggestion"]')" "and is compared"
answer jane --body 'Thank you!' --attach "application/pkcs10=$tls/acme.csr" --id thanks@acme.example
mp run >/dev/null 2>&1
like 'a certificate request for www.acme.example' "$(mp review list --json | tail -1 | field 'd["reason"] + d["suggestion"]')" \
	"thanks with a request in hand are for staff"

# ---- several certificates in one letter, and a no ----
make_request shop "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Eta Shop K.K./CN=shop.eta.example" "DNS:shop.eta.example"
make_request blog "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Theta K.K./CN=blog.theta.example"
make_request iota "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=Iota K.K./CN=www.iota.example"
answer ed --body 'Please renew both.' --attach "application/pkcs10=$tls/shop.csr"
answer ted --body 'Please renew both.' --attach "application/pkcs10=$tls/blog.csr"
answer ian --body 'We will not renew.' --attach "application/pkcs10=$tls/iota.csr"
mp run >/dev/null 2>&1
is "ordered ordered" "$(state_of www.eta.example) $(state_of shop.eta.example)" "a request is compared with the certificate of its name"
is "noticed noticed" "$(state_of www.theta.example) $(state_of shop.theta.example)" "a name that is not among those asked about is for staff"
like 'blog.theta.example: none of the certificates that it is about has this name' "$(mp review list --json)" "and that is the reason"
is noticed "$(state_of www.iota.example)" "a no with a request in hand is for staff"

# ---- a request that staff have ----
is new-purchase "$(mp certificate --json --for SSL-2026-00002 "$tls/beta.csr" | field 'd["record"]["verdict"]')" "staff compare a file with the renewal"
is renewal "$(mp certificate --json "$tls/acme.csr" | field 'd["record"]["verdict"]')" "or by the name in it"
out=$(mp certificate "$tls/sequence.csr" 2>&1)
is 65 $? "a file that is no request is refused"
like 'neither a certificate nor a certificate request' "$out" "in words"

# ---- without a letter ----
printf 'From: stranger@elsewhere.example\r\nTo: ssl-renewal@hosting.example\r\nSubject: CSR\r\nMessage-ID: <s@elsewhere.example>\r\nContent-Type: application/pkcs10\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n' \
	"$(base64 <"$tls/delta.der")" | deliver_to ssl-renewal
mp run >/dev/null 2>&1
is 0 $? "a stranger's request stops nothing"
is 1 "$(mails_in '')" "and stays where it is"
mp list >/dev/null
is 0 $? "and everything can be looked at"

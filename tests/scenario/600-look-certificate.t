# The command certificate: servers with every fault a chain can have, files, requests, and the record beside them.
. tests/scenario/lib.sh
. tests/scenario/tls.sh
plan 51
now=2026-11-23T10:00:00+09:00
from=20260122000000Z
until=20270121235959Z
cd "$scratch" || exit 1
one() { "$MAILPROC" --now "$now" certificate "$@" 2>&1; }
problems() { "$MAILPROC" --now "$now" certificate --json "$@" | python3 -c 'import json, sys
print(" ".join(json.loads(sys.stdin.readline())["problems"]))'; }

make_authority root "/O=Example Trust/CN=Example Root"
make_authority middle "/O=Example Trust/CN=Example CA 1" root
make_authority stranger "/O=Stranger/CN=Stranger Root"
dn="/C=JP/ST=Tokyo/L=Chiyoda-ku/O=田中商事株式会社/OU=営業部/CN=www.tanaka.example"
make_certificate good middle "$dn" "DNS:www.tanaka.example,DNS:tanaka.example,DNS:localhost" $from $until
make_certificate wrong middle "/CN=other.example" "DNS:other.example" $from $until
make_certificate old middle "$dn" "DNS:localhost" 20240101000000Z 20250101000000Z
make_certificate future middle "$dn" "DNS:localhost" 20290101000000Z 20300101000000Z
make_certificate self self "/CN=localhost" "DNS:localhost" $from $until
make_certificate strange stranger "/CN=localhost" "DNS:localhost" $from $until
make_certificate bare middle "/CN=localhost" "" $from $until
SSL_CERT_FILE=$tls/root.pem
export SSL_CERT_FILE

# ---- files, without a configuration ----
out=$(one "$tls/good.pem")
is 0 $? "a certificate in a file is shown without a configuration"
like '^certificate +CN=www.tanaka.example, O=田中商事株式会社, OU=営業部, L=Chiyoda-ku, ST=Tokyo, C=JP$' "$out" "its distinguished name"
like '^names +www.tanaka.example, tanaka.example, localhost$' "$out" "its host names"
like '^issuer +Example Trust, Example CA 1$' "$out" "its issuer"
like '^until +2027-01-22 \(Fri\) 08:59:59 \+09:00 \(Asia/Tokyo\): 60 days left$' "$out" "the end in local time, with the weekday, the zone and the days left"
unlike 'on record' "$out" "and nothing of a record"
openssl x509 -in "$tls/good.pem" -outform DER -out good.der
like 'CN=www.tanaka.example' "$(one ./good.der)" "DER is read"
out=$(one "$tls/good.csr")
like '^asks for +CN=www.tanaka.example, O=田中商事株式会社' "$out" "a request is read"
like '^names +www.tanaka.example, tanaka.example, localhost$' "$out" "with the names it asks for"
like '^until .*2025-01-01 .*expired 691 days ago$' "$(one "$tls/old.pem")" "how long it has been over"
head -c 3000 /dev/urandom >noise
out=$(one ./noise)
is 65 $? "a file that holds none is bad input"
like 'noise: it holds neither' "$out" "and says so"
out=$(one "$tls/good.key")
is 65 $? "so is a key alone"
unlike 'PRIVATE' "$out" "which is not shown"
one ./missing.pem >/dev/null
is 65 $? "a file that is not there is bad input"
one "not a host" >/dev/null
is 65 $? "so is a word that is neither file nor host"
one >/dev/null
is 64 $? "no word at all is a wrong command line"

# ---- servers ----
cat "$tls/middle.pem" >"$tls/chain.pem"
serve good chain.pem
is "" "$(problems "localhost:$port")" "a good chain has no problems"
is "name-mismatch" "$(problems "127.0.0.1:$port")" "an address that the certificate does not name is told"
out=$(one "localhost:$port")
like '^server +localhost, port' "$out" "what was looked at is named"
like '^problems +none$' "$out" "that nothing is wrong, in words"
is "unknown-authority" "$(SSL_CERT_FILE=$tls/stranger.pem problems "localhost:$port")" "a chain to an authority that is not known"
is "expired" "$(now=2028-01-01 problems "localhost:$port")" "a certificate whose time is over at that time"
is "not-yet-valid" "$(now=2026-01-01 problems "localhost:$port")" "and one whose time has not come"
good_port=$port
serve good
is "incomplete-chain" "$(problems "localhost:$port")" "a server that does not send the certificate of its issuer"
like 'the chain is incomplete' "$(one "localhost:$port")" "in words"
serve wrong chain.pem localhost good
like 'CN=www.tanaka.example' "$(one "localhost:$port")" "the host is asked for by its name (SNI)"
is "name-mismatch" "$(problems "127.0.0.1:$port")" "an address is not sent as a name"
serve wrong chain.pem
is "name-mismatch" "$(problems "localhost:$port")" "a certificate for another host"
serve old chain.pem
is "expired" "$(problems "localhost:$port")" "an expired certificate"
serve future chain.pem
is "not-yet-valid" "$(problems "localhost:$port")" "one that is not valid yet"
serve self
is "self-signed" "$(problems "localhost:$port")" "a self-signed certificate"
serve strange stranger.pem
is "unknown-authority" "$(problems "localhost:$port")" "an authority of nobody's, root and all"
serve bare chain.pem
is "name-mismatch" "$(problems "localhost:$port")" "a common name without alternative names is none for a browser"
out=$(one "localhost:$(($(free_ports) + 25))")
is 69 $? "a server that is not there is away"
out=$(one "localhost:$(($(free_ports) + 25))" "localhost:$good_port" ./noise)
is 69 $? "the first fault of several decides"
like '^server +localhost' "$out" "and the others are shown"
python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(8); print(s.getsockname()[1], flush=True); time.sleep(60)' >silent.port &
servers="$servers pid:$!"
while [ ! -s silent.port ]; do sleep 0.1; done

# ---- beside the record ----
cd "$top" || exit 1
. tests/scenario/business.sh
base=20000
issued='authorities = ( { id = "symantec"; name = "S"; guide = "https://a.example/"; issuers = "Example Trust"; },
	{ id = "geotrust"; name = "G"; guide = "https://a.example/"; }, { id = "cybertrust"; name = "C"; guide = "https://a.example/"; } );'
new_business "" "" "" "seconds = 2;" "$issued" >/dev/null
customers 'C1,田中商事株式会社,ja,card,standard,admin,田中,tanaka@tanaka.example,,www.tanaka.example,田中商事株式会社,Chiyoda-ku,Tokyo,JP,secureserver-id,2027-01-21T23:59:59Z,no
C2,Ann,en,card,standard,admin,Ann,ann@ann.example,,localhost.localdomain,Ann Ltd.,London,,GB,secureserver-id,2027-01-21T23:59:59Z,no' >"$scratch/import.out" 2>&1 || sed 's/^/# /' "$scratch/import.out"
out=$(mp certificate "$tls/good.pem" 2>&1)
is 0 $? "with a store the record is found by the names in it"
like '^on record +SSL-2026-00001, this certificate$' "$out" "and that it is this one"
like '^OU +- +営業部 +not on record' "$out" "a part that is not on record is named"
like '^until +2027-01-22 08:59 +2027-01-22 08:59 +same$' "$out" "the ends are compared"
make_request moved "/C=JP/ST=Osaka/O=田中商事株式会社/CN=www.tanaka.example" "DNS:www.tanaka.example"
out=$(mp certificate "$tls/moved.csr" 2>&1)
like '^ST +Tokyo +Osaka +changed: new purchase$' "$out" "a request for another prefecture changes it"
like '^L +Chiyoda-ku +- +not asked for: not a change$' "$out" "what it leaves out does not"
like '^so it is +a new purchase' "$out" "so it is a new purchase"
make_request same "/C=JP/ST=TOKYO/L=chiyoda-ku/O=田中商事 株式会社/CN=www.tanaka.example" "DNS:www.tanaka.example"
like '^so it is +a renewal' "$(mp certificate "$tls/same.csr" 2>&1)" "case and blanks do not make a new purchase"
is new-purchase "$(mp certificate --json --for SSL-2026-00002 "$tls/same.csr" | field 'd["record"]["verdict"]')" "--for compares with the renewal that is named"
mp certificate --for SSL-2026-99999 "$tls/same.csr" >/dev/null 2>&1
is 65 $? "a renewal that is not there is bad input"
out=$(mp certificate "localhost:$(cat "$scratch/silent.port")" 2>&1)
is 69 $? "a server that keeps silent is away"
like 'time for this step is over|no answer' "$out" "after the time that it has"
make_certificate newca stranger "/C=JP/ST=Tokyo/L=Chiyoda-ku/O=田中商事株式会社/CN=www.tanaka.example" "DNS:tanaka.example" 20270101000000Z 20280121235959Z
out=$(mp certificate "$tls/newca.pem" 2>&1)
like '^issuer +symantec +Stranger +another authority' "$out" "another authority than on record is named"
like '^until .*later: a newer certificate$' "$out" "and that it is newer"

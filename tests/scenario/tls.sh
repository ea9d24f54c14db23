# tls.sh - certificate authorities and TLS servers for a scenario, in $scratch/tls, with dates of any year
#
# make_authority NAME SUBJECT [ISSUER]: NAME.pem, NAME.key. make_certificate NAME AUTHORITY SUBJECT NAMES FROM UNTIL: dates are YYYYMMDDHHMMSSZ.
# serve NAME [CHAIN FILE [SNI NAME OTHER]]: a server on a free port of loopback, in $port and $server_pid.

tls=$scratch/tls
mkdir "$tls"
cat >"$tls/ca.conf" <<END
[ca]
default_ca = d
[d]
new_certs_dir = $tls
database = $tls/index
rand_serial = yes
default_md = sha256
policy = p
unique_subject = no
copy_extensions = copy
email_in_dn = no
[p]
countryName = optional
stateOrProvinceName = optional
localityName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
[v3_ca]
basicConstraints = critical, CA:TRUE
keyUsage = keyCertSign
END
: >"$tls/index"

tls_sign() { openssl ca -batch -notext -utf8 -config "$tls/ca.conf" "$@" >>"$tls/log" 2>&1 || { sed 's/^/# /' "$tls/log"; exit 1; }; }

make_request() { # NAME SUBJECT NAMES
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -utf8 -subj "$2" ${3:+-addext "subjectAltName=$3"} \
		-keyout "$tls/$1.key" -out "$tls/$1.csr" >>"$tls/log" 2>&1
}

make_authority() {
	make_request "$1" "$2"
	if [ -n "${3:-}" ]; then
		set -- "$1" "$2" -cert "$tls/$3.pem" -keyfile "$tls/$3.key"
	else
		set -- "$1" "$2" -selfsign -keyfile "$tls/$1.key"
	fi
	name=$1
	shift 2
	tls_sign -extensions v3_ca -startdate 20200101000000Z -enddate 20400101000000Z -in "$tls/$name.csr" -out "$tls/$name.pem" "$@"
}

make_certificate() {
	make_request "$1" "$3" "$4"
	if [ "$2" = self ]; then
		tls_sign -startdate "$5" -enddate "$6" -in "$tls/$1.csr" -out "$tls/$1.pem" -selfsign -keyfile "$tls/$1.key"
	else
		tls_sign -startdate "$5" -enddate "$6" -in "$tls/$1.csr" -out "$tls/$1.pem" -cert "$tls/$2.pem" -keyfile "$tls/$2.key"
	fi
}

serve() {
	served=$1
	chain=${2:-}
	sni=${3:-}
	other=${4:-}
	for try in 1 2 3 4 5; do
		port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 1)->sockport')
		openssl s_server -accept "127.0.0.1:$port" -quiet -cert "$tls/$served.pem" -key "$tls/$served.key" \
			${chain:+-cert_chain "$tls/$chain"} ${sni:+-servername "$sni" -cert2 "$tls/$other.pem" -key2 "$tls/$other.key"} \
			</dev/null >"$tls/server.log" 2>&1 &
		server_pid=$!
		for wait in $(seq 100); do
			kill -0 $server_pid 2>/dev/null || break
			if perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new("127.0.0.1:$ARGV[0]")' "$port"; then
				servers="$servers pid:$server_pid"
				return 0
			fi
			sleep 0.1
		done
	done
	sed 's/^/# /' "$tls/server.log"
	echo "Bail out! openssl s_server does not start"
	exit 1
}
stop_server() { kill -9 "$1" 2>/dev/null; wait "$1" 2>/dev/null; }

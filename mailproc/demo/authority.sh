#!/bin/sh
# authority.sh DIR - a certificate authority made on the spot, for servers on this machine only
#
# Leaves in DIR, unless they are there already: ca.pem, and with a .key beside each
#   good.pem      localhost, mail.test.example, 127.0.0.1 and ::1
#   wrong.pem     for another host
#   expired.pem   as good.pem, but it ended in 2021
#   otherca.pem   as good.pem, from an authority that ca.pem does not know (that one is other.pem)
set -eu
umask 077
[ $# = 1 ] || { echo "usage: authority.sh DIR" >&2; exit 64; }
command -v openssl >/dev/null || { echo "authority.sh: openssl is not installed" >&2; exit 77; }
mkdir -p "$1"
cd "$1"
[ -s otherca.pem ] && exit 0

quietly() { # what openssl says is wanted only when it fails
	"$@" >openssl.log 2>&1 || { cat openssl.log >&2; exit 70; }
}

make_authority() { # NAME
	quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.pem" -days 7300 \
		-subj "/CN=Private test authority $1" -addext basicConstraints=critical,CA:TRUE \
		-addext keyUsage=critical,keyCertSign,cRLSign
}

make_certificate() { # NAME AUTHORITY NAMES START END; openssl ca is the one command that takes any start and end
	quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
	mkdir -p issued
	: >issued/index.txt
	cat >issued/ca.conf <<-END
		[ca]
		default_ca = private
		[private]
		database = issued/index.txt
		new_certs_dir = issued
		rand_serial = yes
		default_md = sha256
		policy = any
		unique_subject = no
		x509_extensions = server
		[any]
		commonName = supplied
		[server]
		basicConstraints = CA:FALSE
		keyUsage = critical,digitalSignature
		extendedKeyUsage = serverAuth
		subjectAltName = $3
		subjectKeyIdentifier = hash
		authorityKeyIdentifier = keyid
	END
	quietly openssl ca -batch -config issued/ca.conf -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.tmp" -notext \
		-startdate "$4" -enddate "$5"
	rm "$1.csr"
	mv "$1.tmp" "$1.pem"
}

here='DNS:localhost,DNS:mail.test.example,IP:127.0.0.1,IP:::1'
make_authority ca
make_authority other
make_certificate good ca "$here" 20200101000000Z 20491231000000Z
make_certificate wrong ca DNS:other.test.example 20200101000000Z 20491231000000Z
make_certificate expired ca "$here" 20200101000000Z 20210101000000Z
make_certificate otherca other "$here" 20200101000000Z 20491231000000Z
rm -r issued openssl.log

#!/bin/sh
# Makes a private CA and certificates for the listener and the upstreams, unless they are there.
set -eu
cd "${1:?usage: certificates.sh FOLDER}"
[ -e ca.crt ] && exit 0

key() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
    # The user of the image must be able to read it; this folder is for trying things out only.
    chmod 644 "$1.key"
}

key ca
chmod 600 ca.key
openssl req -x509 -new -key ca.key -subj "/O=Compose/CN=Private CA" -days 365 -out ca.crt
for name in shop catalog cart; do
    case $name in
        shop) host=shop.test ;;
        *) host=$name.internal ;;
    esac
    key "$name"
    printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$host" >"$name.ext"
    openssl req -new -key "$name.key" -subj "/CN=$host" |
        openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 90 -extfile "$name.ext" -out "$name.crt"
    rm "$name.ext"
done

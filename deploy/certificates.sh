#!/bin/sh
# Makes an authority and a certificate for each name that is given, in the folder where it is called:
#
#   sh certificates.sh nats-1 nats-2 nats-3 event-router
#
# The names are those by which the servers are reached. NAME.pem and NAME-key.pem go to the machine of that name, ca.pem
# to all of them; ca-key.pem makes further ones, and stays where it is safe. They last for ten years.
set -eu
umask 077
new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 "$@" 2>/dev/null; }

[ -e ca-key.pem ] || new -keyout ca-key.pem -out ca.pem -subj "/CN=event-router authority" \
  -addext "keyUsage=critical,keyCertSign,cRLSign"
for name in "$@"; do
  new -keyout "$name-key.pem" -out "$name.pem" -subj "/CN=$name" -CA ca.pem -CAkey ca-key.pem \
    -addext "basicConstraints=critical,CA:FALSE" -addext "subjectAltName=DNS:$name" \
    -addext "keyUsage=critical,digitalSignature" -addext "extendedKeyUsage=serverAuth,clientAuth"
done

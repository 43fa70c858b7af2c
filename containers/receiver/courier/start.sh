#!/bin/sh
# A couriertcpd at each port of the list. courierd, which would deliver, is not started: what is taken stays in a queue that ends
# with the container.
set -e
cp -a /var/lib/courier.empty/. /var/lib/courier/
chown -R courier:courier /etc/courier/hosts
cd /usr
while read -r port; do
  env -i AT="$port" sh -c 'set -a
    . /etc/courier/esmtpd
    # Mail for everywhere, at once, from a client that nothing is looked up of.
    RELAYCLIENT= TARPIT=0 BOFHCHECKDNS=0 TLS_TRUSTCERTS= TLS_CERTFILE=/etc/courier/hosts/$AT.pem
    exec /usr/sbin/couriertcpd -user=courier -group=courier -address=127.0.0.1 -nodnslookup \
      -maxprocs=200 -maxperc=200 -maxperip=200 "$AT" /bin/sh /usr/local/sbin/watched.sh' &
done < /etc/courier/hosts/list
wait
echo "danelab: no couriertcpd is left"

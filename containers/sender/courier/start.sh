#!/bin/sh
# The queue, the SMTP server on loopback, which takes mail from there for everywhere, and the scheduler.
set -e
cp -a /var/lib/courier.empty/. /var/lib/courier/
install -d -o courier -g courier /run/courier
cd /usr
env -i sh -c 'set -a; . /etc/courier/esmtpd; RELAYCLIENT= BOFHCHECKDNS=0 TARPIT=0 \
  exec /usr/sbin/couriertcpd -stderrlogger=/usr/sbin/courierlogger -user=courier -group=courier -address=127.0.0.1 \
  -maxprocs=40 -maxperc=40 -maxperip=40 -nodnslookup 25 /usr/sbin/courieresmtpd' &
exec env -i sh -c 'set -a; . /etc/courier/courierd; exec /usr/lib/courier/courier/courierd'

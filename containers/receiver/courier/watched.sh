#!/bin/sh
# One courieresmtpd for one client. strace(1) tells the witness its reads and writes. Courier takes its own name from the address that
# the client connected to: as all hosts have one address, the port stands in for it.
TCPLOCALIP=port-$TCPLOCALPORT exec strace -qq -s 65536 -e signal=none -e trace=read,write,writev \
  -o '|exec perl /usr/local/sbin/witness.pl' /usr/sbin/courieresmtpd

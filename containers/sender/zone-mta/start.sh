#!/bin/sh
# The databases that ZoneMTA takes a while to ask for, then ZoneMTA.
set -e
redis-server --bind 127.0.0.1 --save '' --appendonly no --daemonize yes --logfile /dev/null --dir /tmp > /dev/null
node /opt/zone-mta/mongodb.mjs &
cd /opt/zone-mta/node_modules/zone-mta
export NODE_EXTRA_CA_CERTS=/etc/zone-mta/trust-store.pem
exec node app.js --config=/etc/zone-mta/danelab.json

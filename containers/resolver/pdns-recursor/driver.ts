import type { ResolverDriver } from "../../../harness/lab/driver.ts";
import type { LabFacts } from "../../../harness/model/facts.ts";

function version5({ trustAnchorDs }: LabFacts): string {
  return `recursor:
  socket_dir: /run/danelab
  hint_file: /etc/danelab/root.hints
  setuid: ''
  setgid: ''
  extended_resolution_errors: true
  threads: 1
  security_poll_suffix: ''
  serve_rfc1918: false
  lua_config_file: ''
  max_mthreads: 4096
incoming: { listen: [ 0.0.0.0 ], allow_from: [ 0.0.0.0/0 ] }
outgoing:
  dont_query: []
  source_address: [ 0.0.0.0 ]
  non_resolving_ns_max_fails: 0
  dont_throttle_netmasks: [ 0.0.0.0/0 ]
dnssec:
  validation: validate
  log_bogus: true
  trustanchors: [ { name: '.', dsrecords: [ '${trustAnchorDs}' ] } ]
recordcache: { max_ttl: 60, max_negative_ttl: 10, max_cache_bogus_ttl: 1 }
packetcache: { disable: true }
logging: { loglevel: 5, disable_syslog: true, quiet: false }
`;
}

/** Before 5.0 the settings were of another form. */
const version4 = `socket-dir=/run/danelab
hint-file=/etc/danelab/root.hints
setuid=
setgid=
extended-resolution-errors=yes
threads=1
security-poll-suffix=
serve-rfc1918=no
local-address=0.0.0.0
allow-from=0.0.0.0/0
dont-query=
non-resolving-ns-max-fails=0
dont-throttle-netmasks=0.0.0.0/0
max-mthreads=4096
dnssec=validate
dnssec-log-bogus=yes
max-cache-ttl=60
max-negative-ttl=10
max-cache-bogus-ttl=1
disable-packetcache=yes
loglevel=5
quiet=no
disable-syslog=yes
lua-config-file=/etc/danelab/anchor.lua
`;

const start = `mkdir -p /run/danelab && cd /etc/danelab \
&& if pdns_recursor --version 2>&1 | grep -q 'Recursor 4'; then rm -f recursor.yml; else rm -f recursor.conf; fi \
&& exec pdns_recursor --config-dir=/etc/danelab`;

const driver: ResolverDriver = {
  role: "resolver",
  name: "pdns-recursor",
  versions: [
    { version: "5.2", suite: "trixie" },
    { version: "4.8", suite: "bookworm" },
    { version: "5.4", suite: "forky" },
  ],
  onRequest: true,
  versionCommand: ["pdns_recursor", "--version"],
  command: ["sh", "-c", start],
  files: (facts) => [
    { path: "/etc/danelab/recursor.yml", content: version5(facts) },
    { path: "/etc/danelab/recursor.conf", content: version4 },
    { path: "/etc/danelab/anchor.lua", content: `clearTA()\naddTA('.', "${facts.trustAnchorDs}")\n` },
    { path: "/etc/danelab/root.hints", content: facts.rootHints },
  ],
};

export default driver;

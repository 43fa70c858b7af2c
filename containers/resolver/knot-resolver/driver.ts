import type { ResolverDriver } from "../../../harness/lab/driver.ts";
import type { LabFacts } from "../../../harness/model/facts.ts";

const rootServer = ({ rootHints }: LabFacts) => {
  const [, name = "", address = ""] = /^(\S+) \d+ IN A (\S+)$/m.exec(rootHints) ?? [];
  return { name, address };
};

/** Nothing is asked of the world outside: no priming, no key of the root that changes (RFC 5011), no signals (RFC 8145). */
function version5(facts: LabFacts): string {
  const { name, address } = rootServer(facts);
  return `net.listen('0.0.0.0', 53, { kind = 'dns' })
net.ipv6 = false
modules.unload 'ta_update'
modules.unload 'ta_signal_query'
modules.unload 'priming'
modules.load('hints')
modules.load('extended_error')
trust_anchors.add_file('/etc/danelab/root.key', true)
hints.root({ ['${name}'] = '${address}' })
cache.open(20*MB, 'lmdb:///run/danelab/cache')
cache.max_ttl(60)
cache.min_ttl(0)
log_level('notice')
log_target('stderr')
`;
}

function version6(facts: LabFacts): string {
  const { name, address } = rootServer(facts);
  return `rundir: /run/danelab
workers: 1
management: { unix-socket: /run/danelab/api.sock }
network:
  listen: [ { interface: 0.0.0.0@53 } ]
  do-ipv6: false
cache: { storage: /run/danelab/cache, size-max: 20M, ttl-max: 60s, ttl-min: 0s, garbage-collector: { enable: false } }
options: { priming: false, time-jump-detection: false }
dnssec:
  sentinel: false
  signal-query: false
  trust-anchors-files: [ { file: /etc/danelab/root.key, read-only: true } ]
lua:
  script: |
    modules.load('hints')
    hints.root({ ['${name}'] = '${address}' })
`;
}

/**
 * Version 6 starts through a manager, which takes seconds, and starts the resolver anew once more after it has begun to
 * answer. Its configuration, as the manager would hand it on, serves the resolver by itself.
 */
const start = `mkdir -p /run/danelab/cache /run/danelab/control && cd /run/danelab && configuration=/etc/danelab/5.conf \
&& if command -v kresctl >/dev/null; then configuration=/run/danelab/6.conf; kresctl convert --type worker -o $configuration /etc/danelab/6.yaml; fi \
&& exec kresd -n -c $configuration /run/danelab`;

const driver: ResolverDriver = {
  role: "resolver",
  name: "knot-resolver",
  versions: [
    { version: "5.7", suite: "trixie" },
    { version: "5.6", suite: "bookworm" },
    { version: "6.5", suite: "forky" },
  ],
  onRequest: true,
  versionCommand: ["kresd", "--version"],
  command: ["sh", "-c", start],
  files: (facts) => [
    { path: "/etc/danelab/5.conf", content: version5(facts) },
    { path: "/etc/danelab/6.yaml", content: version6(facts) },
    { path: "/etc/danelab/root.key", content: facts.trustAnchor },
  ],
};

export default driver;

import type { ResolverDriver } from "../../../harness/lab/driver.ts";

const configuration = `server:
  # Loopback for the sender beside it; all else for the one that reaches it over the lab's network.
  interface: 0.0.0.0
  do-ip6: no
  username: ""
  chroot: ""
  directory: "/etc/unbound"
  pidfile: "/run/unbound.pid"
  access-control: 127.0.0.0/8 allow
  access-control: 198.18.0.0/15 allow
  root-hints: "/etc/unbound/root.hints"
  trust-anchor-file: "/etc/unbound/root.key"
  num-threads: 1
  use-syslog: no
  logfile: ""
  val-log-level: 2
  # What failed is tried again soon; BIND does so with servfail-ttl 0.
  val-bogus-ttl: 1
  log-queries: yes
  ede: yes
  cache-max-ttl: 60
  cache-max-negative-ttl: 10
  infra-host-ttl: 10
  # The records of an answer stand in one order, so that a sender which keeps the first of many does the same in each run.
  rrset-roundrobin: no
  # A burst of mail is not an attack.
  ratelimit: 0
  ip-ratelimit: 0
  outgoing-range: 4096
  num-queries-per-thread: 4096
  jostle-timeout: 5000
  # A sender waits some seconds for an answer. Where a name server keeps silent, the resolver gives up after 3 to 7 s instead of
  # up to 16, and says so however late it is. Each try is given time enough on a busy machine.
  outbound-msg-retry: 3
  infra-cache-min-rtt: 200
  discard-timeout: 0
  # Where many large answers are under way at once, connections would be closed without one.
  incoming-num-tcp: 500
`;

const driver: ResolverDriver = {
  role: "resolver",
  name: "unbound",
  versions: [
    { version: "1.26", suite: "trixie" },
    { version: "1.17", suite: "bookworm" },
  ],
  versionCommand: ["unbound", "-V"],
  // 1.17 before Debian's security updates does not know discard-timeout, and discards nothing.
  command: [
    "sh",
    "-c",
    "unbound-checkconf /etc/unbound/danelab.conf >/dev/null || sed -i /discard-timeout/d /etc/unbound/danelab.conf; exec unbound -d -c /etc/unbound/danelab.conf",
  ],
  // "[1764000000] unbound[1:0] info: 127.0.0.1 mx.x.example. TLSA IN"
  question(line) {
    const [, client, name, type] = /info: ([0-9a-f.:]+) (\S+) ([A-Z0-9]+) IN$/.exec(line) ?? [];
    return client && name && type ? { client, name: name.toLowerCase(), type } : undefined;
  },
  files: (facts) => [
    { path: "/etc/unbound/danelab.conf", content: configuration },
    { path: "/etc/unbound/root.hints", content: facts.rootHints },
    { path: "/etc/unbound/root.key", content: facts.trustAnchor },
  ],
};

export default driver;

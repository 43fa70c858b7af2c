import type { ResolverDriver } from "../../../harness/lab/driver.ts";
import type { LabFacts } from "../../../harness/model/facts.ts";
import { HarnessError } from "../../../harness/words/errors.ts";

/** A DNSKEY line (owner [ttl] [class] DNSKEY flags protocol algorithm key) as a trust-anchors entry. */
function staticKey(anchor: string): string {
  const found = /DNSKEY\s+(\d+)\s+(\d+)\s+(\d+)\s+(.+?)\s*$/m.exec(anchor);
  if (!found) throw new HarnessError(`the lab's trust anchor is not a DNSKEY record: ${anchor}`);
  const [, flags, protocol, algorithm, key = ""] = found;
  return `. static-key ${flags} ${protocol} ${algorithm} "${key.replaceAll(" ", "")}";`;
}

function configuration(facts: LabFacts): string {
  return `options {
  directory "/var/cache/bind";
  pid-file "/run/named.pid";
  // Loopback for the sender beside it, the lab's address for the one that reaches it over the network.
  listen-on { 127.0.0.1; 198.18.0.0/15; };
  listen-on-v6 { none; };
  recursion yes;
  allow-query { any; };
  allow-recursion { any; };
  dnssec-validation yes;
  empty-zones-enable no;
  max-cache-ttl 60;
  max-ncache-ttl 10;
  servfail-ttl 0;
  lame-ttl 0;
  prefetch 0;
  recursive-clients 4096;
  clients-per-query 0;
  max-clients-per-query 0;
  fetches-per-zone 0;
  fetches-per-server 0;
  edns-udp-size 1232;
  querylog yes;
  // Milliseconds. A sender waits some seconds for an answer: where a name server keeps silent, SERVFAIL comes before that.
  resolver-query-timeout 4000;
};
trust-anchors { ${staticKey(facts.trustAnchor)} };
zone "." { type hint; file "/etc/bind/root.hints"; };
controls { };
`;
}

const driver: ResolverDriver = {
  role: "resolver",
  name: "bind",
  versions: [
    { version: "9.20", suite: "trixie" },
    { version: "9.18", suite: "bookworm" },
  ],
  versionCommand: ["named", "-V"],
  command: ["named", "-g", "-4", "-c", "/etc/bind/danelab.conf"],
  // "client @0x7f.. 127.0.0.1#39393 (mx.x.example): query: mx.x.example IN A +E(0)K (127.0.0.1)"
  question(line) {
    const [, client, name, type] =
      /client @\S+ ([0-9a-f.:]+)#\d+ .*query: (\S+) IN ([A-Z0-9]+) /.exec(line) ?? [];
    if (!client || !name || !type) return undefined;
    return { client, name: name === "." ? name : `${name.toLowerCase()}.`, type };
  },
  files: (facts) => [
    { path: "/etc/bind/danelab.conf", content: configuration(facts) },
    { path: "/etc/bind/root.hints", content: facts.rootHints },
  ],
};

export default driver;

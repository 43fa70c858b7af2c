import type { ResolverDriver } from "../../../harness/lab/driver.ts";
import { startUpstream, upstreamFiles, upstreamPort } from "../../../harness/lab/upstream.ts";

const driver: ResolverDriver = {
  role: "resolver",
  name: "dnsmasq",
  versions: [
    { version: "2.91", suite: "trixie" },
    { version: "2.90", suite: "bookworm" },
    { version: "2.93", suite: "forky" },
  ],
  onRequest: true,
  versionCommand: ["dnsmasq", "--version"],
  command: [
    "sh",
    "-c",
    `${startUpstream}; exec dnsmasq --keep-in-foreground --conf-file=/etc/danelab/dnsmasq.conf`,
  ],
  files: (facts) => [
    ...upstreamFiles(facts),
    {
      path: "/etc/danelab/dnsmasq.conf",
      content: `user=root
no-resolv
no-hosts
no-negcache
server=127.0.0.1#${upstreamPort}
dnssec
trust-anchor=.,${facts.trustAnchorDs.replaceAll(" ", ",")}
max-cache-ttl=60
cache-size=10000
dns-forward-max=5000
edns-packet-max=1232
log-facility=-
`,
    },
  ],
};

export default driver;

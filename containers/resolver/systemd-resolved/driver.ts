import type { ResolverDriver } from "../../../harness/lab/driver.ts";
import { startUpstream, upstreamFiles, upstreamPort } from "../../../harness/lab/upstream.ts";

/** It keeps its state there, as its own user, and does not start without the bus. */
const start = `${startUpstream}; mkdir -p /run/dbus /run/systemd/resolve && chown systemd-resolve:systemd-resolve /run/systemd/resolve \
&& dbus-daemon --system --fork && exec /usr/lib/systemd/systemd-resolved`;

const driver: ResolverDriver = {
  role: "resolver",
  name: "systemd-resolved",
  versions: [
    { version: "257", suite: "trixie" },
    { version: "262", suite: "forky" },
  ],
  onRequest: true,
  // It takes this for itself as it starts, or does not start.
  capabilities: ["NET_RAW"],
  versionCommand: ["resolvectl", "--version"],
  command: ["sh", "-c", start],
  files: (facts) => [
    ...upstreamFiles(facts),
    {
      path: "/etc/systemd/resolved.conf",
      content: `[Resolve]
DNS=127.0.0.1:${upstreamPort}
FallbackDNS=
Domains=~.
DNSSEC=yes
LLMNR=no
MulticastDNS=no
Cache=yes
CacheFromLocalhost=yes
DNSStubListener=no
DNSStubListenerExtra=0.0.0.0
ReadEtcHosts=no
`,
    },
    { path: "/etc/dnssec-trust-anchors.d/root.positive", content: `. IN DS ${facts.trustAnchorDs}\n` },
    // Any file in place of the list of names that are never signed, which is built in.
    { path: "/etc/dnssec-trust-anchors.d/none.negative", content: "never-signed.invalid.\n" },
  ],
};

export default driver;

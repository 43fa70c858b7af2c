/** Programs as their makers write them; ids are in lower case. */
const spellings: Readonly<Record<string, string>> = {
  bind: "BIND",
  dma: "dma",
  dnsmasq: "dnsmasq",
  knot: "Knot DNS",
  "knot-resolver": "Knot Resolver",
  "mx-connect": "mx-connect",
  nsd: "NSD",
  opensmtpd: "OpenSMTPD",
  pdns: "PowerDNS",
  "pdns-recursor": "PowerDNS Recursor",
  powerdns: "PowerDNS",
  "powerdns-recursor": "PowerDNS Recursor",
  "systemd-resolved": "systemd-resolved",
  yadifa: "YADIFA",
};

export function programName(id: string): string {
  const name = id.split("@")[0] ?? id;
  return spellings[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

/** "Postfix 3.10" */
export function implementationName(id: string): string {
  const [, version] = id.split("@");
  return version ? `${programName(id)} ${version}` : programName(id);
}

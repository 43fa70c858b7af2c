/** Programs as their makers write them; ids are in lower case. */
const spellings: Readonly<Record<string, string>> = {
  bind: "BIND",
  chasquid: "chasquid",
  danetool: "danetool",
  dma: "dma",
  dnsmasq: "dnsmasq",
  "exim-openssl": "Exim (OpenSSL)",
  "hash-slinger": "hash-slinger",
  knot: "Knot DNS",
  "knot-resolver": "Knot Resolver",
  "ldns-dane": "ldns-dane",
  "mx-connect": "mx-connect",
  nsd: "NSD",
  opensmtpd: "OpenSMTPD",
  openssl: "OpenSSL",
  pdns: "PowerDNS",
  "pdns-recursor": "PowerDNS Recursor",
  "posttls-finger": "posttls-finger",
  powerdns: "PowerDNS",
  "powerdns-recursor": "PowerDNS Recursor",
  "systemd-resolved": "systemd-resolved",
  yadifa: "YADIFA",
  "zone-mta": "ZoneMTA",
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

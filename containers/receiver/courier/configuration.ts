import type { FileToCopy, RealHost } from "../../../harness/model/facts.ts";
import type { PemChain } from "../../../harness/model/farm.ts";

/** Courier's configuration: a couriertcpd for each host, its name by the port, its certificates by the port and by SNI. */

/** Key and chain in one file (TLS_CERTFILE). */
const pem = ({ key, chain }: PemChain): string => `${key.trimEnd()}
${chain}`;

function hostFiles({ name, port, certificate, sni }: RealHost): readonly FileToCopy[] {
  const path = `/etc/courier/hosts/${port}.pem`;
  // watched.sh says "port-34500" where Courier asks for its address: a file of this name begins what is of that address alone.
  const address = `port-${port}`;
  return [
    { path: `/etc/courier/vhost.${address}`, content: `${name}\n` },
    { path: `/etc/courier/me.${address}`, content: `${name}\n` },
    { path, content: pem(certificate), mode: 0o600 },
    ...Object.entries(sni).map(([asked, chain]) => ({
      path: `${path}.${asked}`,
      content: pem(chain),
      mode: 0o600,
    })),
  ];
}

export function configurationFiles(hosts: readonly RealHost[]): readonly FileToCopy[] {
  return [
    { path: "/etc/courier/me", content: "localhost.example\n" },
    { path: "/etc/courier/hosts/list", content: hosts.map(({ port }) => `${port}\n`).join("") },
    ...hosts.flatMap(hostFiles),
  ];
}

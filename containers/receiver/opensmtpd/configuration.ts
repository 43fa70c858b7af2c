import type { FileToCopy, RealHost } from "../../../harness/model/facts.ts";
import type { PemChain } from "../../../harness/model/farm.ts";

/** smtpd.conf: a listener for each host. Which of its certificates is shown by SNI, their names tell. */

const folder = "/etc/danelab/hosts";

interface Pki {
  readonly name: string;
  readonly pem: Omit<PemChain, "further">;
}

function pkisOf({ port, certificate, sni }: RealHost): readonly Pki[] {
  const all = [certificate, ...Object.values(sni)].flatMap(({ key, chain, further = [] }) => [
    { key, chain },
    ...further,
  ]);
  return all.map((pem, index) => ({ name: `${port}-${index}`, pem }));
}

const path = (name: string, kind: "chain" | "key"): string => `${folder}/${name}.${kind}`;

/** All mail is accepted, and goes nowhere. */
const actions = `action "nowhere" mda "/bin/true" virtual { "@" = "nobody" }
match from any for any action "nowhere"
`;

function configuration(hosts: readonly RealHost[]): string {
  const own = hosts.map((host) => ({ host, pkis: pkisOf(host) }));
  const pkis = own
    .flatMap((one) => one.pkis)
    .map(
      ({ name }) => `pki "${name}" cert "${path(name, "chain")}"\npki "${name}" key "${path(name, "key")}"\n`,
    );
  const listeners = own.map(
    ({ host: { port, name }, pkis: used }) =>
      `listen on 127.0.0.1 port ${port} tls ca "own" ${used.map((one) => `pki "${one.name}"`).join(" ")} hostname "${name}" filter "witness"\n`,
  );
  // Without certificates of CAs no listener starts, though it asks its clients for none.
  const [first] = own.flatMap((one) => one.pkis);
  return `${pkis.join("")}ca "own" cert "${path(first?.name ?? "", "chain")}"
filter "witness" proc-exec "/usr/bin/perl /usr/local/sbin/witness.pl"
smtp limit max-mails 100000
${listeners.join("")}${actions}`;
}

export function configurationFiles(hosts: readonly RealHost[]): readonly FileToCopy[] {
  return [
    { path: "/etc/danelab/smtpd.conf", content: configuration(hosts) },
    ...hosts.flatMap(pkisOf).flatMap(({ name, pem }) => [
      { path: path(name, "chain"), content: pem.chain },
      { path: path(name, "key"), content: pem.key, mode: 0o600 },
    ]),
  ];
}

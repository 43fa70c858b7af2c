import { join } from "node:path";
import type { ResolverAnswer } from "../model/evidence.ts";
import type { FarmHost } from "../model/farm.ts";
import type { Policy, Scenario } from "../model/scenario.ts";
import { out } from "../words/places.ts";

/** What to do with a lab that is up: names, addresses, and commands that work as they stand. */

export type GuideHost = Pick<FarmHost, "name" | "addresses" | "port" | "attacker" | "hostile">;

export interface GuideDomain {
  readonly policy: Policy;
  /** Domain part of the recipient. */
  readonly recipient: string;
  /** Domain part of the sender's address, which chooses the policy. */
  readonly sender: string;
  /** Names of the containers of the sending host. */
  readonly containers: { readonly sender: string; readonly witness: string };
  readonly nameServers: readonly string[];
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  readonly hosts: readonly GuideHost[];
  readonly answers: readonly ResolverAnswer[];
}

export interface GuideFacts {
  readonly scenario: Pick<Scenario, "id" | "title">;
  readonly farm: { readonly container: string; readonly ipv4: string };
  readonly domains: readonly GuideDomain[];
}

export interface GuideCommand {
  readonly title: string;
  readonly line: string;
}

/** Where the guide to a lab that is up is kept, to be shown again. */
export function guideFile(id: string): string {
  return join(out, "up", `${id}.txt`);
}

export function guideText(facts: GuideFacts): string {
  const { scenario, farm, domains } = facts;
  const hosts = new Map(domains.map((domain) => [domain.containers.sender, domain]));
  const rows: (readonly [string, string])[] = [
    ...[...hosts.values()].flatMap(({ containers, address, nameServers }): (readonly [string, string])[] => [
      ["sender", `${containers.sender}  ${address.ipv4}, ${address.ipv6}`],
      ["its resolver", nameServers.join(", then ")],
      ["beside it", `${containers.witness}  the same network; has dig and openssl`],
    ]),
    ["servers", `${farm.container}  ${farm.ipv4}; MX hosts, attackers and name servers`],
    ...domains.flatMap(({ policy, recipient, hosts: servers }): (readonly [string, string])[] => [
      [policy, `u@${recipient}`],
      ...servers.map(({ name, addresses, port, attacker, hostile }): readonly [string, string] => [
        "",
        `MX host ${name}  ${addresses.join(", ")}${port === 25 ? "" : `, port ${port}`}${attacker ? "  an attacker stands before it" : ""}${hostile ? "  the attacker's own" : ""}`,
      ]),
    ]),
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    `The lab of ${scenario.id} is up: ${scenario.title}`,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...[...Map.groupBy(guideCommands(facts), ({ title }) => title)].flatMap(([title, commands]) => [
      "",
      title,
      ...commands.map(({ line }) => `  ${line}`),
    ]),
    "",
    `danelab down ${scenario.id} ends it.`,
  ].join("\n");
}

export function guideCommands({ farm, domains }: GuideFacts): readonly GuideCommand[] {
  // What there is to see of DANE is best seen where it is in use.
  const first = domains.find(({ policy }) => policy === "dane") ?? domains[0];
  if (!first) return [];
  const senders = [...new Set(domains.map(({ containers }) => containers.sender))];
  return [
    ...domains.map((domain) => ({
      title: "Send a message; the sender's address chooses the policy",
      line: send(domain),
    })),
    ...senders.flatMap((sender) => [
      { title: "Read the sender's log", line: `docker logs --tail 20 ${sender}` },
      { title: "Look at its queue", line: `docker exec ${sender} mailq` },
      { title: "Make it try what is queued again", line: `docker exec ${sender} sendmail -q` },
    ]),
    ...lookups(first),
    ...first.hosts.map((host) => look(host, first)),
    { title: "Watch the packets for half a minute", line: watch(farm.container, first) },
  ];
}

function send({ policy, recipient, sender, containers }: GuideDomain): string {
  return `printf 'Subject: by hand\\n\\nPolicy ${policy}.\\n' | docker exec -i ${containers.sender} sendmail -f me@${sender} ${word(`u@${recipient}`)}`;
}

/** Of a shell's command line. */
function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The sender's questions: AD is in the flags of the answer where it was validated. */
function lookups({ answers, containers }: GuideDomain): readonly GuideCommand[] {
  const wanted = ["MX", "TLSA"];
  return answers
    .filter(({ type }) => wanted.includes(type))
    .map(({ name, type }) => ({
      title: "Ask its resolver; the flag ad says that the answer was validated",
      line: `docker exec ${containers.witness} dig ${word(name)} ${type}`,
    }));
}

function look(host: GuideHost, domain: GuideDomain): GuideCommand {
  const { name, port } = host;
  const [address = ""] = host.addresses;
  const records = usableRecords(host, domain);
  const [base] = records.map((record) => record.base);
  return {
    title: `Look at ${name}${base === undefined ? "" : ", checked against its TLSA records as DANE demands"}`,
    line: [
      `docker exec ${domain.containers.witness} openssl s_client -brief -starttls smtp`,
      `-connect ${address.includes(":") ? `[${address}]` : address}:${port} -servername ${name}`,
      ...(base === undefined ? [] : [`-dane_tlsa_domain ${base}`]),
      ...records.map(({ data }) => `-dane_tlsa_rrdata '${data}'`),
      // RFC 7672 3.1.1: certificate usage DANE-EE(3) checks no names.
      ...(base === undefined ? [] : ["-dane_ee_no_namechecks -verify_return_error"]),
    ].join(" "),
  };
}

/** Validated, and of the usages that count in SMTP (RFC 7672 3.1.3); those of the host's alias where it has none itself. */
function usableRecords({ name: host, port }: GuideHost, { answers, hosts }: GuideDomain) {
  const records = answers
    .filter(({ type, authenticated }) => type === "TLSA" && authenticated)
    .flatMap(({ name, answers: found }) => {
      const [, at, base = ""] = /^_(\d+)\._tcp\.(.*)\.$/.exec(name.toLowerCase()) ?? [];
      if (at !== String(port)) return [];
      return found.flatMap((record) => {
        const [, data] = / IN TLSA ([23] [01] [012] [0-9a-f]+)$/i.exec(record) ?? [];
        return data === undefined ? [] : [{ base, data }];
      });
    });
  const own = records.filter(({ base }) => base === host.toLowerCase());
  if (own.length > 0) return own;
  const named = new Set(hosts.map(({ name }) => name.toLowerCase()));
  return records.filter(({ base }) => !named.has(base));
}

function watch(farm: string, { hosts }: GuideDomain): string {
  const addresses = hosts.flatMap((host) => host.addresses);
  const filter = addresses.length > 0 ? addresses.map((one) => `host ${one}`).join(" or ") : "port 25";
  return `docker exec ${farm} timeout 30 tcpdump -l -n -i any '${filter}'`;
}

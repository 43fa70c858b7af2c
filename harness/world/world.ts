import { record } from "../dns/record.ts";
import { masterFile, type ZoneDraft } from "../dns/zone.ts";
import type { DnsStatus } from "../model/evidence.ts";
import type { FileToCopy, LabFacts, ServerInstance } from "../model/facts.ts";
import type { DnsQuestion, FarmHost } from "../model/farm.ts";
import type { Plan } from "../model/plan.ts";
import { createPki } from "../pki/pki.ts";
import { type AddressPlan, addressPlan } from "./addresses.ts";
import { type CompiledDomain, compileDomain, ttl } from "./domain.ts";
import { tld } from "./names.ts";
import { buildTree } from "./tree.ts";

/** The second arrow of the pipeline: a plan becomes one small internet, whole, before anything starts. Pure but for fresh keys. */

export interface ExpectedAnswer {
  readonly question: DnsQuestion;
  readonly status: DnsStatus;
  /** Whether the answer holds no record of the type asked for. */
  readonly empty: boolean;
}

export interface DomainFacts {
  readonly key: string;
  /** What stands behind the @ in the envelope. No final dot. */
  readonly recipient: string;
  /** The names of its zones, no final dot: log lines about the domain hold one of them. */
  readonly zones: readonly string[];
  readonly questions: readonly ExpectedAnswer[];
  readonly sni: string | null;
}

export interface World {
  readonly addresses: AddressPlan;
  readonly servers: readonly ServerInstance[];
  /** The zones' master files, for the authority's container. */
  readonly zoneFiles: readonly FileToCopy[];
  readonly hosts: readonly FarmHost[];
  readonly domains: ReadonlyMap<string, DomainFacts>;
  readonly facts: LabFacts;
}

/** Names of the lab's own infrastructure. */
const names = {
  root: "a.root.",
  tld: "a.nic.example.",
  domains: "ns.hosting.example.",
  sender: "sender.example.",
} as const;

const hour = 3_600_000;
const timers = "1 3600 600 86400 10";

function infrastructure(
  addresses: AddressPlan,
  validity: { inception: Date; expiration: Date },
): readonly ZoneDraft[] {
  const signing = { algorithm: 13, keys: "ksk+zsk", denial: { type: "nsec" }, ...validity } as const;
  const { root, tld: tldServer, domains } = addresses.nameServers;
  return [
    {
      origin: ".",
      signing,
      faults: [],
      records: [
        record(".", "SOA", ttl, `${names.root} hostmaster.${names.root} ${timers}`),
        record(".", "NS", ttl, names.root),
        record(names.root, "A", ttl, root),
        // Glue for the TLD's server, which lies below the delegation.
        record(names.tld, "A", ttl, tldServer),
      ],
    },
    {
      origin: tld,
      signing,
      faults: [],
      records: [
        record(tld, "SOA", ttl, `${names.tld} hostmaster.${names.tld} ${timers}`),
        record(tld, "NS", ttl, names.tld),
        record(names.tld, "A", ttl, tldServer),
        record(names.domains, "A", ttl, domains),
        record(names.sender, "TXT", ttl, '"mail of this lab comes from here"'),
      ],
    },
  ];
}

function questionsOf({
  domain,
  names: { recipient, hostName, mxTarget },
}: CompiledDomain): readonly DnsQuestion[] {
  const questions = new Map<string, DnsQuestion>();
  const ask = (name: string, type: DnsQuestion["type"]): void => {
    questions.set(`${name} ${type}`, { name, type });
  };
  ask(recipient, "MX");
  for (const host of domain.scenario.mx) {
    ask(mxTarget(host), "A");
    ask(mxTarget(host), "AAAA");
    ask(`_25._tcp.${mxTarget(host)}`, "TLSA");
    if (host.alias) ask(`_25._tcp.${hostName(host)}`, "TLSA");
  }
  return [...questions.values()];
}

/** Compiles every domain of the plan. `subnet` is one of the lab's 32 networks; `now` fixes all validity periods. */
export function compileWorld(plan: Plan, options: { readonly subnet: number; readonly now: Date }): World {
  const addresses = addressPlan(options.subnet);
  const pki = createPki(options.now);
  const validity = {
    inception: new Date(options.now.getTime() - hour),
    expiration: new Date(options.now.getTime() + 14 * 24 * hour),
  };
  let hostCount = 0;
  const compiled = plan.domains.map((domain) =>
    compileDomain(domain, {
      pki,
      validity,
      nameServer: names.domains,
      nextAddress: () => addresses.mxHost(hostCount++),
    }),
  );

  const infrastructureDrafts = infrastructure(addresses, validity);
  const tree = buildTree([...infrastructureDrafts, ...compiled.flatMap(({ drafts }) => drafts)], (origin) =>
    origin === tld ? names.tld : names.domains,
  );

  const fileOf = (origin: string): string =>
    `/zones/${origin === "." ? "root" : origin.replace(/\.$/, "")}.zone`;
  const servedBy = (name: string, address: string, serves: (origin: string) => boolean): ServerInstance => ({
    name,
    addresses: [address],
    zones: tree.zones
      .filter(({ origin }) => serves(origin))
      .map(({ origin }) => ({ origin, file: fileOf(origin) })),
  });

  return {
    addresses,
    servers: [
      servedBy("root", addresses.nameServers.root, (origin) => origin === "."),
      servedBy("tld", addresses.nameServers.tld, (origin) => origin === tld),
      servedBy("domains", addresses.nameServers.domains, (origin) => origin !== "." && origin !== tld),
    ],
    zoneFiles: tree.zones.map((zone) => ({ path: fileOf(zone.origin), content: masterFile(zone) })),
    hosts: compiled.flatMap(({ hosts }) => hosts),
    domains: new Map(
      compiled.map((one) => [
        one.domain.key,
        {
          key: one.domain.key,
          recipient: one.names.recipient.replace(/\.$/, ""),
          zones: [...one.names.origins.values()].map((origin) => origin.replace(/\.$/, "")),
          questions: questionsOf(one).map((question) => ({
            question,
            ...tree.expected(question.name, question.type),
          })),
          sni: one.sni,
        },
      ]),
    ),
    facts: {
      senderName: names.sender.replace(/\.$/, ""),
      rootHints: `. 3600 IN NS ${names.root}\n${names.root} 3600 IN A ${addresses.nameServers.root}\n`,
      trustAnchor: `${tree.zones.find(({ origin }) => origin === ".")?.anchor ?? ""}\n`,
      trustStore: pki.trustStore,
    },
  };
}

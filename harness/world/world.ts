import { randomBytes } from "node:crypto";
import type { AuthoritativeZone } from "../dns/authoritative.ts";
import { createKeyRing, type ZoneKey } from "../dns/keys.ts";
import { type ResourceRecord, record } from "../dns/record.ts";
import { masterFile, type SignedZone, type ZoneDraft } from "../dns/zone.ts";
import { type AuthorityMode, labelOf, type TestedServer } from "../model/authority.ts";
import type { DnsStatus } from "../model/evidence.ts";
import type {
  FileToCopy,
  LabFacts,
  OutsideServer,
  RealHost,
  SenderRoute,
  ServedZone,
  ServerInstance,
  SigningKey,
  TransferKey,
} from "../model/facts.ts";
import type { DnsQuestion, DnsRelay, FarmHost, ForwardedZone, RelayRule } from "../model/farm.ts";
import type { ExpectedRecords } from "../model/lookup.ts";
import { asOfStep, type Plan, type RecipientDomain, reachOf } from "../model/plan.ts";
import type {
  AnswerRule,
  Policy,
  RealReceiver,
  RelativeName,
  ResolverPath,
  Scenario,
  SenderSetup,
} from "../model/scenario.ts";
import { createPki } from "../pki/pki.ts";
import { HarnessError, UsageError } from "../words/errors.ts";
import { type AddressPlan, addressPlan, mostSteps } from "./addresses.ts";
import { relayRules } from "./answers.ts";
import { type CompiledDomain, compileDomain, type DomainMakers, ttl } from "./domain.ts";
import { tld } from "./names.ts";
import { questionsOf } from "./questions.ts";
import { buildTree, type ZoneTree } from "./tree.ts";
import { withhold, withholdsRecords } from "./withheld.ts";

/** The second arrow of the pipeline: a plan becomes one small internet, whole, before anything starts. Pure but for fresh keys. */

export interface ExpectedAnswer {
  readonly question: DnsQuestion;
  readonly status: DnsStatus;
  /** Whether the answer holds no record of the type asked for. */
  readonly empty: boolean;
}

/** Of the relays that a sender across the network takes for its first and second name server. */
export interface StubRules {
  readonly first: readonly RelayRule[];
  readonly second: readonly RelayRule[];
}

/** A domain in one step of its scenario. */
export interface DomainStep {
  /** The next-hop domain. No final dot. */
  readonly recipient: string;
  /** What stands behind the @ in the envelope: the same, or the same written in another way. */
  readonly recipientText: string;
  readonly questions: readonly ExpectedAnswer[];
  /** What the farm is told when the step begins: the servers at the domain's addresses, the name servers of its zones. */
  readonly hosts: readonly FarmHost[];
  readonly forward: readonly ForwardedZone[];
  /** What the relays before the resolver do to questions in these zones, where it is reached over the network. */
  readonly stubRules: StubRules;
  /** Seconds until all that was cached before has run out. */
  readonly ttl: number;
}

export interface DomainFacts {
  readonly key: string;
  readonly setup: SenderSetup;
  /** The names of its zones, no final dot: log lines about the domain hold one of them. */
  readonly zones: readonly string[];
  /** The first is how it starts. */
  readonly steps: readonly [DomainStep, ...DomainStep[]];
  readonly sni: string | null;
}

/** A name server whose zones change in its place. */
export interface ChangingInstance {
  readonly instance: ServerInstance;
  /** Its zones as the run begins. */
  readonly files: readonly FileToCopy[];
  /** Those that change, by step; the first is none. */
  readonly changes: readonly (readonly FileToCopy[])[];
}

/** A name server under test, which has zones of its own. */
export interface TestedInstance extends ChangingInstance {
  readonly server: TestedServer;
}

export interface World {
  readonly addresses: AddressPlan;
  /** Zones that the name server outside the lab has to have, with the serial of each; empty without one. */
  readonly outside: readonly { readonly origin: string; readonly serial: number }[];
  /** By id. */
  readonly tested: ReadonlyMap<string, TestedInstance>;
  /** The hidden primary of those that have their zones by transfer: one of `servers`. null: there are none. */
  readonly primary: ChangingInstance | null;
  readonly servers: readonly ServerInstance[];
  /** The zones' master files, for the authority's container. */
  readonly zoneFiles: readonly FileToCopy[];
  readonly hosts: readonly FarmHost[];
  /** What real servers have to serve, by program. */
  readonly realHosts: ReadonlyMap<RealReceiver, readonly RealHost[]>;
  /** Before the name servers of the domains. */
  readonly relay: DnsRelay;
  /** Between the second sender of a stack and its resolver. */
  readonly stubRelays: (stack: number) => readonly DnsRelay[];
  readonly domains: ReadonlyMap<string, DomainFacts>;
  readonly facts: LabFacts;
  /** The name in a zone of the domain, absolute. */
  nameIn(domain: string, name: RelativeName, zone: string): string;
  /** What the zones hold in this step of their scenario. */
  recordsOf(question: DnsQuestion, step?: number): ExpectedRecords;
  /** The zone that the question is about, for looking at what its name server says. */
  zoneFor(question: DnsQuestion, step: number): AuthoritativeZone;
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

/** FQDN of a name server under test. */
function hostOf(server: TestedServer): string {
  return `${labelOf(server)}.servers.${tld}`;
}

/** FQDN of the relay before a domain. Resolvers keep what they learn of a name server by its name and address, and tell no other of it. */
function relayNameOf({ scenario, policy, variant }: RecipientDomain): string {
  return `${[scenario.id, policy, ...(variant === "main" ? [] : [variant])].join("-")}.relay.${tld}`;
}

function infrastructure(
  addresses: AddressPlan,
  outside: boolean,
  tested: readonly TestedServer[],
  /** Addresses by FQDN. */
  relays: ReadonlyMap<string, string>,
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
        record(names.domains, "A", ttl, outside ? addresses.nameServers.outside : domains),
        ...[...relays].map(([name, address]) => record(name, "A", ttl, address)),
        ...tested.map((server, index) => record(hostOf(server), "A", ttl, addresses.testedServer(index))),
        record(names.sender, "TXT", ttl, '"mail of this lab comes from here"'),
      ],
    },
  ];
}

/** Domains whose name servers misbehave or change are served through the farm's DNS relay. */
function isRelayed({ scenario }: RecipientDomain): boolean {
  return (
    scenario.steps.length > 0 ||
    Object.values(scenario.zones).some(({ answers }) => answers.length > 0) ||
    scenario.forged !== null ||
    withholdsRecords(scenario)
  );
}

/** A domain in all its steps. */
type CompiledSteps = readonly [CompiledDomain, ...CompiledDomain[]];

interface CompiledWhole {
  readonly steps: CompiledSteps;
  /** As an attacker tells it. */
  readonly forged: CompiledDomain | null;
}

/** Each step of a domain compiled, with the same keys, certificates and addresses; and what is forged of it. */
function compileWhole(
  domain: RecipientDomain,
  makers: Pick<DomainMakers, "pki" | "validity" | "nobody" | "realPort" | "serial">,
  nextAddress: DomainMakers["nextAddress"],
): CompiledWhole {
  const issued: DomainMakers["issued"] = new Map();
  const compile = (
    scenario: Scenario,
    pool: ReturnType<DomainMakers["nextAddress"]>[],
    serial = makers.serial,
  ): CompiledDomain => {
    let at = 0;
    return compileDomain(
      { ...domain, scenario },
      {
        ...makers,
        issued,
        serial,
        nameServer: domain.server
          ? hostOf(domain.server)
          : isRelayed(domain)
            ? relayNameOf(domain)
            : names.domains,
        nextAddress: () => {
          const address = pool[at] ?? nextAddress();
          pool[at++] = address;
          return address;
        },
      },
    );
  };
  const { steps } = domain.scenario;
  if (steps.length > mostSteps)
    throw new UsageError(
      `${domain.scenario.id} has ${steps.length} steps; at most ${mostSteps} are possible`,
    );
  const pool: ReturnType<DomainMakers["nextAddress"]>[] = [];
  const step = (number: number): CompiledDomain =>
    compile(asOfStep(domain.scenario, number), pool, makers.serial + number);
  const { forged } = domain.scenario;
  return {
    steps: [step(0), ...steps.map((_, index) => step(index + 1))],
    // The attacker's servers have addresses of their own.
    forged: forged && compile({ ...asOfStep(domain.scenario, 0), ...forged }, []),
  };
}

/** What the server of each zone does instead of answering, by origin. */
function rulesOf(
  { domain, names: own }: CompiledDomain,
  forger: string,
): ReadonlyMap<string, readonly RelayRule[]> {
  return new Map(
    [...own.origins].map(([key, origin]) => [
      origin,
      relayRules(domain.scenario.zones[key]?.answers ?? [], (name) => own.absolute(name, key), forger),
    ]),
  );
}

const nobodyThere: readonly AnswerRule[] = [{ does: "unreachable" }];

function isRemote({ scenario, policy }: RecipientDomain): boolean {
  return reachOf(scenario, policy) === "network";
}

/** What stands between the senders of this policy and their resolver. */
function pathOf({ domain: { policy, scenario } }: CompiledDomain): ResolverPath {
  if (policy === "oblivious") return { answers: [{ does: "no-validation" }], second: null };
  if (policy === "credulous") return { answers: [{ does: "claims-validation" }], second: null };
  return scenario.resolver ?? { answers: [], second: null };
}

/** The rules of both relays between a sender across the network and its resolver. */
function stubRulesOf(one: CompiledDomain, forger: string): StubRules {
  const { answers, second } = pathOf(one);
  const rules = (own: readonly AnswerRule[]): readonly RelayRule[] =>
    relayRules(own, (name) => one.names.absolute(name, "@"), forger);
  return { first: rules(answers), second: rules(second ?? nobodyThere) };
}

/** Far from the ports that MX hosts may have, and below those of clients. */
const firstRealPort = 20_000;

/** A host that is the same in several steps is served once. */
function realServers() {
  const hosts = new Map<RealReceiver, RealHost[]>();
  const ports = new Map<string, number>();
  return {
    hosts,
    portOf: (receiver: RealReceiver, host: Omit<RealHost, "port">): number => {
      const key = JSON.stringify([receiver, host]);
      const known = ports.get(key);
      if (known !== undefined) return known;
      const port = firstRealPort + ports.size;
      ports.set(key, port);
      hosts.set(receiver, [...(hosts.get(receiver) ?? []), { ...host, port }]);
      return port;
    },
  };
}

/** Compiles every domain of the plan. `subnet` is one of the lab's networks; `now` fixes all validity periods. */
export function compileWorld(
  plan: Plan,
  options: {
    readonly subnet: number;
    readonly now: Date;
    readonly outside?: OutsideServer;
    /** As in OutsideResolver. */
    readonly rootKey?: string | undefined;
  },
): World {
  const { outside } = options;
  // To whoever has the zones of an earlier run, these are news.
  const firstSerial = outside ? Math.floor(options.now.getTime() / 1000) : 1;
  const addresses = addressPlan(options.subnet);
  const pki = createPki(options.now);
  const validity = {
    inception: new Date(options.now.getTime() - hour),
    expiration: new Date(options.now.getTime() + 14 * 24 * hour),
  };
  let hostCount = 0;
  const transferKey: TransferKey = { name: "transfer.danelab", secret: randomBytes(32).toString("base64") };
  const real = realServers();
  const nextAddress = () => addresses.mxHost(hostCount++);
  const whole = plan.domains.map((domain) =>
    compileWhole(
      domain,
      { pki, validity, serial: firstSerial, nobody: addresses.nobody, realPort: real.portOf },
      nextAddress,
    ),
  );
  // What one resolver learns of a misbehaving name server is not to touch another domain. Each stack has a resolver of its own.
  const relays = new Map(
    [...new Set(plan.domains.filter(isRelayed).map(relayNameOf))].map((name) => [name, nextAddress().ipv4]),
  );
  const compiled = whole.map(({ steps }) => steps);
  const forged = whole.flatMap((one) => (one.forged ? [one.forged] : []));
  const { forger } = addresses.nameServers;

  const ring = createKeyRing(options.rootKey);
  const tested = [
    ...new Map(plan.domains.flatMap(({ server }) => (server ? [[server.id, server] as const] : []))).values(),
  ];
  const infrastructureDrafts = infrastructure(addresses, outside !== undefined, tested, relays, validity);
  const nameServerOf = new Map(
    compiled.flatMap(([first]) => first.drafts.map(({ origin }) => [origin, first.nameServer] as const)),
  );
  const rules = compiled.map((steps) => steps.map((one) => rulesOf(one, forger)));
  /** The internet as it is in one step; domains that have no such step are left out. */
  const treeOf = (step: number): ZoneTree => {
    const drafts = compiled.flatMap((steps) => steps[step]?.drafts ?? []);
    const struck = new Map(rules.flatMap((steps) => [...(steps[step] ?? [])]));
    return buildTree(
      [...infrastructureDrafts, ...drafts],
      (origin) => (origin === tld ? names.tld : (nameServerOf.get(origin) ?? names.domains)),
      ring,
      (origin) => struck.get(origin) ?? [],
    );
  };
  const trees = Array.from({ length: Math.max(...compiled.map(({ length }) => length), 1) }, (_, step) =>
    treeOf(step),
  );
  const [tree = treeOf(0)] = trees;
  const forgedZones = buildTree(
    [...infrastructureDrafts, ...forged.flatMap(({ drafts }) => drafts)],
    (origin) => (origin === tld ? names.tld : (nameServerOf.get(origin) ?? names.domains)),
    ring,
  ).zones.filter(({ origin }) => origin !== "." && origin !== tld);

  const fileOf = (origin: string, step: number): string =>
    `/zones/${step === 0 ? "" : `step-${step}/`}${origin === "." ? "root" : origin.replace(/\.$/, "")}.zone`;
  const forgedFile = (origin: string): string => `/zones/forged/${origin.replace(/\.$/, "")}.zone`;
  const testedBy = new Map(
    compiled.flatMap((steps) => {
      const { server } = steps[0].domain;
      return server ? originsOf(steps).map((origin) => [origin, server.id] as const) : [];
    }),
  );
  /** A zone that the lab's own name server has, besides root and TLD. */
  const isDomain = (origin: string): boolean => origin !== "." && origin !== tld && !testedBy.has(origin);
  const serverOf = (
    name: string,
    address: string,
    serves: (origin: string) => boolean,
    step = 0,
  ): ServerInstance => ({
    name,
    addresses: [address],
    zones: (trees[step]?.zones ?? [])
      .filter(({ origin }) => serves(origin))
      .map(({ origin }) => ({ origin, file: fileOf(origin, step) })),
  });
  /** By step and origin. */
  const servable = trees.map(({ zones }) => new Map(zones.map((zone) => [zone.origin, withhold(zone)])));
  const withheld = servable.map(
    (zones) => new Set([...zones.values()].flatMap(({ rules }) => rules.map(({ name }) => `${name} TLSA`))),
  );
  const expected = (step: number, question: DnsQuestion, origin: string, policy: Policy): ExpectedAnswer => {
    const { status, empty } = (trees[step] ?? tree).expected(question.name, question.type);
    // RFC 4035 4.7: resolvers remember for a while that they found no good keys, whatever the TTL.
    const before = trees[step - 1]?.expected(origin, "DNSKEY").status ?? "secure";
    const remembered = before === "bogus" || before === "any";
    // Resolvers may take RDATA that holds no TLSA record for a malformed message.
    const odd = withheld[step]?.has(`${question.name.toLowerCase()} ${question.type}`);
    // Asked with CD, a resolver keeps what it did not validate, and may give it to who asks without (RFC 6840 5.9).
    const unchecked = policy === "oblivious" && status === "bogus";
    return { question, status, empty, ...(odd || remembered || unchecked ? { status: "any" } : {}) };
  };

  const contentOf = (zone: SignedZone, step: number): FileToCopy => ({
    path: fileOf(zone.origin, step),
    content: masterFile(servable[step]?.get(zone.origin)?.zone ?? zone),
  });
  const testedBefore = (origin: string, mode: AuthorityMode): TestedServer | undefined =>
    tested.find(({ id, mode: own }) => own === mode && testedBy.get(origin) === id);
  /** Zones whose content changes at the same place from step to step. */
  const changing = (
    own: (origin: string) => boolean,
    content: (zone: SignedZone, step: number) => string | Uint8Array,
  ): Pick<ChangingInstance, "files" | "changes"> => {
    const filesOf = (step: number): readonly FileToCopy[] =>
      (trees[step]?.zones ?? [])
        .filter(({ origin }) => own(origin))
        .map((zone) => ({ path: fileOf(zone.origin, 0), content: content(zone, step) }));
    return { files: filesOf(0), changes: trees.map((_, step) => (step === 0 ? [] : filesOf(step))) };
  };
  const signedContent = (zone: SignedZone, step: number) => contentOf(zone, step).content;
  const unsignedContent = ({ origin }: SignedZone, step: number) =>
    masterFile(withoutKeys((trees[step] ?? tree).zoneFor(origin, "SOA").draft), true);
  const signingOf = (origin: string): Pick<ServedZone, "signing"> => {
    const { signing } = tree.zoneFor(origin, "SOA").draft;
    const zone = tree.zones.find((one) => one.origin === origin);
    return signing && zone ? { signing: { keys: zone.keys.map(signingKey), denial: signing.denial } } : {};
  };
  const testedInstance = (server: TestedServer, index: number): TestedInstance => {
    const own = (origin: string): boolean => testedBy.get(origin) === server.id;
    const instance = serverOf("tested", addresses.testedServer(index), own);
    switch (server.mode) {
      case "serving":
        return { server, instance, ...changing(own, signedContent) };
      case "signing": {
        const zones = instance.zones.map((zone) => ({ ...zone, ...signingOf(zone.origin) }));
        return { server, instance: { ...instance, zones }, ...changing(own, unsignedContent) };
      }
      case "secondary": {
        const { primary } = addresses;
        return { server, instance: { ...instance, primary, transferKey }, files: [], changes: [] };
      }
      default:
        return server.mode satisfies never;
    }
  };
  /** Zones whose secondaries find changes by the SOA's timer alone. */
  const refreshed = new Set(
    compiled.flatMap(([{ domain, names: own }]) =>
      [...own.origins].flatMap(([key, origin]) =>
        domain.scenario.zones[key]?.refresh === undefined ? [] : [origin],
      ),
    ),
  );
  const hiddenPrimary = (): ChangingInstance | null => {
    const own = (origin: string) => testedBefore(origin, "secondary") !== undefined;
    const instance = serverOf("primary", addresses.primary, own);
    if (instance.zones.length === 0) return null;
    const zones = instance.zones.map((zone) => {
      const index = tested.findIndex(({ id }) => testedBy.get(zone.origin) === id);
      return {
        ...{ ...zone, secondary: addresses.testedServer(index) },
        ...(refreshed.has(zone.origin) ? { notify: false as const } : {}),
      };
    });
    return { instance: { ...instance, zones, transferKey }, ...changing(own, signedContent) };
  };
  const primary = hiddenPrimary();
  /** The lab's own name server as the hidden primary of the one outside, of the zones that no relay stands before. */
  const forOutside = (instance: ServerInstance): ServerInstance =>
    outside
      ? {
          ...instance,
          transferKey: outside.key,
          zones: instance.zones.map((zone) =>
            nameServerOf.get(zone.origin) === names.domains
              ? { ...zone, secondary: addresses.nameServers.outside }
              : zone,
          ),
        }
      : instance;

  const rootZone = tree.zones.find(({ origin }) => origin === ".");
  const serverAt = (step: number): string =>
    step === 0 ? addresses.nameServers.domains : addresses.stepServer(step);
  /** All zones that the domain has in any step, served as they are in this one. */
  const forwardedZones = (steps: CompiledSteps, step: number): readonly ForwardedZone[] => {
    const own = steps[step];
    const struck = own && rulesOf(own, forger);
    return originsOf(steps).map((origin) => ({
      origin: origin.toLowerCase(),
      forward: serverAt(step),
      rules: [...(struck?.get(origin) ?? []), ...(servable[step]?.get(origin)?.rules ?? [])],
    }));
  };

  const describeStep =
    (steps: CompiledSteps) =>
    (one: CompiledDomain, step: number): DomainStep => {
      const recipient = one.names.recipient.replace(/\.$/, "");
      const { recipientText, zones } = one.domain.scenario;
      return {
        recipient,
        recipientText:
          recipientText === null
            ? recipient
            : recipientText === "upper"
              ? recipient.toUpperCase()
              : one.names.expand(recipientText),
        questions: questionsOf(one).map((question) =>
          expected(
            step,
            question,
            one.names.absolute("@", one.names.zoneOf(question.name)),
            one.domain.policy,
          ),
        ),
        hosts: one.hosts,
        forward: forwardedZones(steps, step),
        stubRules: stubRulesOf(one, forger),
        ttl: Math.max(...Object.values(zones).map((zone) => zone.ttl)),
      };
    };

  return {
    addresses,
    outside: outside
      ? [...nameServerOf].flatMap(([origin, server]) =>
          server === names.domains ? [{ origin, serial: firstSerial }] : [],
        )
      : [],
    primary,
    tested: new Map(tested.map((server, index) => [server.id, testedInstance(server, index)])),
    servers: [
      serverOf("root", addresses.nameServers.root, (origin) => origin === "."),
      serverOf("tld", addresses.nameServers.tld, (origin) => origin === tld),
      forOutside(serverOf("domains", addresses.nameServers.domains, isDomain)),
      ...(primary ? [primary.instance] : []),
      ...trees
        .slice(1)
        .map((_, index) =>
          serverOf(`step-${index + 1}`, addresses.stepServer(index + 1), isDomain, index + 1),
        ),
      ...(forgedZones.length > 0
        ? [
            {
              name: "forger",
              addresses: [forger],
              zones: forgedZones.map(({ origin }) => ({ origin, file: forgedFile(origin) })),
            },
          ]
        : []),
    ],
    zoneFiles: [
      ...trees.flatMap(({ zones }, step) =>
        zones
          .filter(({ origin }) => isDomain(origin) || (step === 0 && !testedBy.has(origin)))
          .map((zone) => contentOf(zone, step)),
      ),
      ...(primary?.files ?? []),
      ...forgedZones.map((zone) => ({ path: forgedFile(zone.origin), content: masterFile(zone) })),
    ],
    realHosts: real.hosts,
    hosts: [...compiled.flatMap(([{ hosts }]) => hosts), ...forged.flatMap(({ hosts }) => hosts)],
    relay: {
      listen: [...relays.values()],
      forward: addresses.nameServers.domains,
      zones: compiled
        .filter(([first]) => relays.has(first.nameServer))
        .flatMap((steps) => forwardedZones(steps, 0)),
    },
    stubRelays: (stack) => {
      const forward = addresses.stack(stack).ipv4;
      const relay = (listen: string, which: keyof StubRules): DnsRelay => ({
        listen: [listen],
        forward,
        zones: compiled
          .filter((steps) => isRemote(steps[0].domain))
          .flatMap((steps) => {
            const rules = stubRulesOf(steps[0], forger)[which];
            return originsOf(steps).map((origin) => ({ origin: origin.toLowerCase(), forward, rules }));
          }),
      });
      return [relay(addresses.stub(stack), "first"), relay(addresses.secondStub(stack), "second")];
    },
    domains: new Map(
      compiled.map((steps): [string, DomainFacts] => {
        const [first, ...later] = steps;
        const describe = describeStep(steps);
        return [
          first.domain.key,
          {
            key: first.domain.key,
            setup: first.domain.scenario.setup,
            zones: originsOf(steps).map((origin) => origin.replace(/\.$/, "")),
            steps: [describe(first, 0), ...later.map((one, index) => describe(one, index + 1))],
            sni: first.sni,
          },
        ];
      }),
    ),
    facts: {
      senderName: names.sender.replace(/\.$/, ""),
      rootHints: `. 3600 IN NS ${names.root}\n${names.root} 3600 IN A ${addresses.nameServers.root}\n`,
      trustAnchor: `${rootZone?.anchor ?? ""}\n`,
      trustAnchorDs: dsText(rootZone?.ds[0]),
      trustStore: pki.trustStore,
      routes: compiled.flatMap(([first]) => routeOf(first)),
    },
    nameIn: (domain, name, zone) => {
      const found = compiled.find(([first]) => first.domain.key === domain);
      if (!found) throw new HarnessError(`the world has no domain ${domain}`);
      return found[0].names.absolute(name, zone);
    },
    recordsOf: ({ name, type }, step = 0) => {
      const { status, empty, nxdomain, records } = (trees[step] ?? tree).expected(name, type);
      const odd = withheld[step]?.has(`${name.toLowerCase()} ${type}`) === true;
      return {
        status: odd ? "any" : status,
        empty,
        rcode: nxdomain ? "NXDOMAIN" : "NOERROR",
        // Names in RDATA may be compressed, and written in another case.
        rdata:
          ["A", "AAAA", "TLSA", "TXT"].includes(type) || type.startsWith("TYPE")
            ? records.map(({ rdata }) => Buffer.from(rdata).toString("hex"))
            : null,
      };
    },
    zoneFor: ({ name, type }, step) => (trees[step] ?? tree).zoneFor(name, type),
  };
}

/** As its owner writes it, before it is signed. */
function withoutKeys({ records }: ZoneDraft): Pick<ZoneDraft, "records"> {
  return { records: records.filter(({ type }) => type !== "DNSKEY") };
}

function signingKey({ role, key }: { readonly role: SigningKey["role"]; readonly key: ZoneKey }): SigningKey {
  return {
    role,
    algorithm: key.algorithm,
    tag: key.tag,
    publicKey: key.rdata.subarray(4).toString("base64"),
    privateKey: String(key.privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

/** RFC 4034 5.3. */
function dsText(ds: ResourceRecord | undefined): string {
  if (!ds) return "";
  const rdata = Buffer.from(ds.rdata);
  return `${rdata.readUInt16BE(0)} ${rdata[2]} ${rdata[3]} ${rdata.subarray(4).toString("hex").toUpperCase()}`;
}

/** Of all zones that the domain has in any step. */
function originsOf(steps: CompiledSteps): readonly string[] {
  return [...new Set(steps.flatMap(({ names: own }) => [...own.origins.values()]))];
}

function routeOf({ domain, names: own }: CompiledDomain): readonly SenderRoute[] {
  const { route, setup } = domain.scenario;
  if (route === null) return [];
  return [
    {
      recipient: own.recipient.replace(/\.$/, ""),
      policy: domain.policy,
      setup,
      to: own.absolute(route.to, "@").replace(/\.$/, ""),
      mx: route.mx,
      port: route.port,
    },
  ];
}

import { fitsInDns, isWithin } from "../dns/name.ts";
import { type ResourceRecord, rawRecord, record } from "../dns/record.ts";
import type { Signing, ZoneDraft } from "../dns/zone.ts";
import type { RealHost } from "../model/facts.ts";
import type { FarmAttacker, FarmHost, PemChain } from "../model/farm.ts";
import type { RecipientDomain } from "../model/plan.ts";
import type {
  Attacker,
  CertificateSpec,
  MxHost,
  RealReceiver,
  RecordSpec,
  Scenario,
  ZoneSpec,
} from "../model/scenario.ts";
import type { IssuedChain, Pki } from "../pki/pki.ts";
import { tlsaRdata } from "../pki/tlsa.ts";
import { type DomainNames, namesOf } from "./names.ts";

/** One recipient domain compiled: its zones before delegation and signing, its MX hosts, the questions that tell its state. */
export interface CompiledDomain {
  readonly domain: RecipientDomain;
  readonly names: DomainNames;
  readonly drafts: readonly ZoneDraft[];
  readonly hosts: readonly FarmHost[];
  /** FQDN of the name server that its zones are delegated to. */
  readonly nameServer: string;
  /** The server name that the sender's SNI must carry; null: not looked at. */
  readonly sni: string | null;
}

export interface DomainMakers {
  readonly pki: Pki;
  /** What the domain has issued already, by its spec: hosts and steps that say the same show the same certificate. */
  readonly issued: Map<string, IssuedChain>;
  readonly validity: { readonly inception: Date; readonly expiration: Date };
  readonly nextAddress: () => { readonly ipv4: string; readonly ipv6: string };
  /** Where a host is that is down. */
  readonly nobody: { readonly ipv4: string; readonly ipv6: string };
  /** The port at which this real server serves the host. */
  readonly realPort: (receiver: RealReceiver, host: Omit<RealHost, "port">) => number;
  /** Of the SOA records. */
  readonly serial: number;
  /** Master server name for SOA and NS. */
  readonly nameServer: string;
}

export const ttl = 60;
/** Refresh, retry, expire; the minimum, which is the negative TTL, comes behind. */
function soaTimers({ refresh }: ZoneSpec): string {
  return refresh === undefined ? "3600 600 86400" : `${refresh} 1 86400`;
}

interface Bearer {
  readonly host: MxHost;
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  /** Whoever is somebody else has keys of his own, whatever his certificate says. */
  readonly is: "host" | "attacker";
}

function issue(
  spec: CertificateSpec,
  { host, address, is }: Bearer,
  names: DomainNames,
  { pki, issued }: DomainMakers,
): IssuedChain {
  const expand = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => names.expand(text, host));
  const expanded = {
    ...spec,
    names: expand(spec.names),
    addresses: spec.addresses.map((text) => withAddress(text, address)),
    emails: expand(spec.emails),
    commonName: spec.commonName === null ? null : names.expand(spec.commonName, host),
  };
  const key = `${is} ${JSON.stringify(expanded)}`;
  const chain = issued.get(key) ?? pki.issue(expanded, issued.size);
  issued.set(key, chain);
  return chain;
}

function pem({ chain, key }: IssuedChain): PemChain {
  return { chain, key };
}

function farmAttacker(
  attacker: Attacker,
  issueTo: (spec: CertificateSpec) => PemChain,
  genuine: PemChain,
): FarmAttacker {
  if (attacker.does !== "intercept") return attacker;
  const { certificate, as, appendsGenuine, alone } = attacker;
  const { chain, key } = issueTo(certificate);
  return {
    does: "intercept",
    certificate: { chain: appendsGenuine ? `${chain}${genuine.chain}` : chain, key },
    as,
    ...(alone ? { alone } : {}),
  };
}

/** The place {ipv4} and {ipv6} of the first MX host. */
function withAddress(text: string, address: Bearer["address"] | undefined): string {
  return address ? text.replace("{ipv4}", address.ipv4).replace("{ipv6}", address.ipv6) : text;
}

function specified({ data, ...spec }: RecordSpec, key: string, names: DomainNames): ResourceRecord {
  const owner = names.absolute(spec.name, key);
  const target = (text: string): string => names.absolute(text, key);
  switch (spec.type) {
    case "MX": {
      const [preference = "", exchange = ""] = data.split(" ");
      return record(owner, "MX", ttl, `${preference} ${target(exchange)}`);
    }
    case "CNAME":
    case "DNAME":
    case "NS":
      return record(owner, spec.type, ttl, target(data));
    default:
      return record(owner, spec.type, ttl, data);
  }
}

/** Whether a fault alters the addresses of MX hosts after signing: their last bit, see alteredRecord() in harness/dns/zone.ts. */
function altersAddresses({ zones }: RecipientDomain["scenario"]): boolean {
  return Object.values(zones).some(({ faults }) =>
    faults.some(
      ({ fault, type }) =>
        fault === "data-altered" && (type === undefined || type === "A" || type === "AAAA"),
    ),
  );
}

type Address = Bearer["address"];

/** An address whose last bit is 0, and the one that it is with its last bit altered. */
function nextPair(nextAddress: DomainMakers["nextAddress"]): readonly [Address, Address] {
  const first = nextAddress();
  return Number(first.ipv4.split(".").at(-1)) % 2 === 0 ? [first, nextAddress()] : nextPair(nextAddress);
}

/** Compiles the domain; `nextAddress` is called once per MX host, or until there are two that differ in the last bit. */
export function compileDomain(domain: RecipientDomain, makers: DomainMakers): CompiledDomain {
  const { scenario } = domain;
  const names = namesOf(domain);
  const records = new Map<string, ResourceRecord[]>([...names.origins.keys()].map((key) => [key, []]));
  const add = (one: ResourceRecord): void => {
    const key = names.zoneOf(one.name);
    records.get(key)?.push({ ...one, ttl: scenario.zones[key]?.ttl ?? ttl });
  };
  const mxOwner = isAlias(names.recipient, scenario, names) ? names.absolute("@", "@") : names.recipient;

  // Who believes an altered address reaches the host all the same, and no other domain's.
  const pairs = scenario.mx.map(() =>
    altersAddresses(scenario) ? nextPair(makers.nextAddress) : ([makers.nextAddress()] as const),
  );
  const given = pairs.map(([address]) => address);
  const hosts = scenario.mx.flatMap((host, index): readonly FarmHost[] => {
    const hostName = names.hostName(host);
    const address = host.server === "down" ? makers.nobody : (given[index] ?? makers.nextAddress());
    const issueTo =
      (is: Bearer["is"]) =>
      (spec: CertificateSpec): IssuedChain =>
        issue(spec, { host, address, is }, names, makers);
    const own = issueTo(host.hostile ? "attacker" : "host");
    const altered = pairs[index]?.[1];
    const addresses: string[] = [];
    if (host.addresses === "both" || host.addresses === "ipv4") {
      addresses.push(address.ipv4, ...(altered ? [altered.ipv4] : []));
      add(record(hostName, "A", ttl, address.ipv4));
    }
    if (host.addresses === "both" || host.addresses === "ipv6") {
      addresses.push(address.ipv6, ...(altered ? [altered.ipv6] : []));
      add(record(hostName, "AAAA", ttl, address.ipv6));
    }
    const { alias } = host;
    if (alias && alias.target !== null)
      add(record(names.mxTarget(host), "CNAME", ttl, names.absolute(alias.target, alias.zone, host)));
    for (const [number, tlsa] of host.tlsa.entries()) {
      const owner = names.tlsaOwner(host, tlsa.at ?? host.tlsaAt);
      // Under a name of nearly 255 octets there is no room for _25._tcp.
      if (!fitsInDns(owner)) continue;
      const of = "from" in tlsa.data ? (tlsa.data.certificate ?? host.certificate) : host.certificate;
      add(rawRecord(owner, "TLSA", ttl, tlsaRdata(tlsa, own(of), makers.pki, number)));
    }
    if (host.published) add(record(mxOwner, "MX", ttl, `${host.preference} ${names.mxTarget(host)}`));
    if (host.server === "down") return [];
    const certificate = {
      ...pem(own(host.certificate)),
      ...(host.furtherCertificates.length > 0
        ? { further: host.furtherCertificates.map((spec) => pem(own(spec))) }
        : {}),
    };
    const { receiver } = host;
    const server = {
      name: hostName.replace(/\.$/, ""),
      certificate,
      sni: Object.fromEntries(
        Object.entries(host.sni).map(([name, spec]) => [names.expand(name, host), pem(own(spec))]),
      ),
    };
    const served: FarmHost = {
      domain: domain.key,
      ...server,
      addresses,
      port: host.port,
      behaviour: host.server,
      ...(receiver === "recording"
        ? {}
        : {
            passesTo: makers.realPort(receiver, { ...server, recipient: names.recipient.replace(/\.$/, "") }),
          }),
      attacker: host.attacker
        ? farmAttacker(host.attacker, (spec) => pem(issueTo("attacker")(spec)), certificate)
        : null,
      hostile: host.hostile,
    };
    return [served];
  });

  const drafts = [...names.origins].flatMap(([key, origin]): ZoneDraft[] => {
    const zone = scenario.zones[key];
    if (!zone) return [];
    const { nameServer, serial } = makers;
    const apex = [
      record(
        origin,
        "SOA",
        zone.ttl,
        `${nameServer} hostmaster.${nameServer} ${serial} ${soaTimers(zone)} ${Math.min(10, zone.ttl)}`,
      ),
      record(origin, "NS", zone.ttl, nameServer),
    ];
    const further = zone.records.map(({ data, ...spec }) => ({
      ...specified({ ...spec, data: withAddress(data, given[0]) }, key, names),
      ttl: zone.ttl,
    }));
    const absolute = (name: string): string => names.absolute(name, key);
    return [
      {
        origin,
        records: [...apex, ...(records.get(key) ?? []), ...further],
        signing: zone.signed ? { ...signingOf(zone, absolute), ...makers.validity } : null,
        faults: zone.faults.map(({ name, ...fault }) =>
          name === undefined ? fault : { ...fault, name: absolute(name) },
        ),
      },
    ];
  });

  return {
    domain,
    names: { ...names, expand: (text, host) => names.expand(withAddress(text, given[0]), host) },
    drafts,
    hosts,
    nameServer: makers.nameServer,
    sni: scenario.sni === null ? null : names.expand(scenario.sni),
  };
}

function signingOf(
  { algorithm, keys, dsDigests, denial, ttl: keyTtl }: ZoneSpec,
  absolute: (name: string) => string,
): Omit<Signing, keyof DomainMakers["validity"]> {
  return {
    algorithm,
    keys,
    dsDigests,
    denial: denial.type === "compact" ? { ...denial, names: denial.names.map(absolute) } : denial,
    ttl: keyTtl,
  };
}

/** Whether the recipient domain is an alias, so that its MX records stand at the main zone's apex. */
function isAlias(recipient: string, { zones }: Scenario, names: DomainNames): boolean {
  return Object.entries(zones).some(([key, zone]) =>
    zone.records.some(({ name, type }) => {
      const owner = names.absolute(name, key).toLowerCase();
      const low = recipient.toLowerCase();
      return type === "CNAME" ? owner === low : type === "DNAME" && owner !== low && isWithin(low, owner);
    }),
  );
}

import { type ResourceRecord, rawRecord, record } from "../dns/record.ts";
import type { ZoneDraft } from "../dns/zone.ts";
import type { FarmAttacker, FarmHost, PemChain } from "../model/farm.ts";
import type { RecipientDomain } from "../model/plan.ts";
import type { Attacker, CertificateSpec, MxHost, RecordSpec, ZoneSpec } from "../model/scenario.ts";
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
  /** Master server name for SOA and NS. */
  readonly nameServer: string;
}

export const ttl = 60;
/** Also the negative TTL. */
const soaTimers = "1 3600 600 86400 10";

function issue(
  spec: CertificateSpec,
  names: DomainNames,
  host: MxHost,
  { pki, issued }: DomainMakers,
  /** Whoever is somebody else has keys of his own, whatever his certificate says. */
  owner: "host" | "attacker" = "host",
): IssuedChain {
  const expanded = {
    ...spec,
    names: spec.names.map((name) => names.expand(name, host)),
    commonName: spec.commonName === null ? null : names.expand(spec.commonName, host),
  };
  const key = `${owner} ${JSON.stringify(expanded)}`;
  const chain = issued.get(key) ?? pki.issue(expanded);
  issued.set(key, chain);
  return chain;
}

function pem(chain: IssuedChain): PemChain {
  return { chain: chain.chain, key: chain.key };
}

function farmAttacker(
  attacker: Attacker,
  names: DomainNames,
  host: MxHost,
  makers: DomainMakers,
): FarmAttacker {
  return attacker.does === "intercept"
    ? { does: "intercept", certificate: pem(issue(attacker.certificate, names, host, makers, "attacker")) }
    : attacker;
}

function specified(spec: RecordSpec, key: string, names: DomainNames): ResourceRecord {
  const owner = names.absolute(spec.name, key);
  const target = (text: string): string => names.absolute(text, key);
  switch (spec.type) {
    case "MX": {
      const [preference = "", exchange = ""] = spec.data.split(" ");
      return record(owner, "MX", ttl, `${preference} ${target(exchange)}`);
    }
    case "CNAME":
    case "DNAME":
    case "NS":
      return record(owner, spec.type, ttl, target(spec.data));
    default:
      return record(owner, spec.type, ttl, spec.data);
  }
}

/** Compiles the domain; `nextAddress` is called once per MX host. */
export function compileDomain(domain: RecipientDomain, makers: DomainMakers): CompiledDomain {
  const { scenario } = domain;
  const names = namesOf(domain);
  const records = new Map<string, ResourceRecord[]>([...names.origins.keys()].map((key) => [key, []]));
  const add = (key: string, one: ResourceRecord): void => {
    records.get(key)?.push({ ...one, ttl: scenario.zones[key]?.ttl ?? ttl });
  };

  const hosts = scenario.mx.map((host): FarmHost => {
    const hostName = names.hostName(host);
    const address = makers.nextAddress();
    const chain = issue(host.certificate, names, host, makers);
    const addresses: string[] = [];
    if (host.addresses !== "ipv6") {
      addresses.push(address.ipv4);
      add(host.zone, record(hostName, "A", ttl, address.ipv4));
    }
    if (host.addresses !== "ipv4") {
      addresses.push(address.ipv6);
      add(host.zone, record(hostName, "AAAA", ttl, address.ipv6));
    }
    if (host.alias) add(host.alias.zone, record(names.mxTarget(host), "CNAME", ttl, hostName));
    const base = host.tlsaAt === "alias" && host.alias ? names.mxTarget(host) : hostName;
    const baseZone = host.tlsaAt === "alias" && host.alias ? host.alias.zone : host.zone;
    for (const [index, tlsa] of host.tlsa.entries()) {
      add(
        baseZone,
        rawRecord(`_${host.port}._tcp.${base}`, "TLSA", ttl, tlsaRdata(tlsa, chain, makers.pki, index)),
      );
    }
    const mxOwner =
      scenario.recipient === "@" || !isAlias(scenario.recipient, scenario.zones["@"])
        ? names.recipient
        : undefined;
    if (host.published)
      add(
        "@",
        record(mxOwner ?? names.absolute("@", "@"), "MX", ttl, `${host.preference} ${names.mxTarget(host)}`),
      );
    return {
      domain: domain.key,
      name: hostName.replace(/\.$/, ""),
      addresses,
      behaviour: host.server,
      certificate: pem(chain),
      sni: Object.fromEntries(
        Object.entries(host.sni).map(([name, spec]) => [
          names.expand(name, host),
          pem(issue(spec, names, host, makers)),
        ]),
      ),
      attacker: host.attacker ? farmAttacker(host.attacker, names, host, makers) : null,
    };
  });

  const drafts = [...names.origins].map(([key, origin]): ZoneDraft => {
    const zone = scenario.zones[key];
    const apex = [
      record(origin, "SOA", ttl, `${makers.nameServer} hostmaster.${makers.nameServer} ${soaTimers}`),
      record(origin, "NS", ttl, makers.nameServer),
    ];
    const further = (zone?.records ?? []).map((spec) => specified(spec, key, names));
    return {
      origin,
      records: [...apex, ...(records.get(key) ?? []), ...further],
      signing: zone?.signed
        ? { algorithm: zone.algorithm, keys: zone.keys, denial: zone.denial, ...makers.validity }
        : null,
      faults: (zone?.faults ?? []).map(({ name, ...fault }) =>
        name === undefined ? fault : { ...fault, name: names.absolute(name, key) },
      ),
    };
  });

  return {
    domain,
    names,
    drafts,
    hosts,
    nameServer: makers.nameServer,
    sni: scenario.sni === null ? null : names.expand(scenario.sni),
  };
}

/** Whether the recipient domain is an alias, so that its MX records stand at the main zone's apex. */
function isAlias(recipient: string, zone: ZoneSpec | undefined): boolean {
  return (
    zone?.records.some(({ name, type }) => name === recipient && (type === "CNAME" || type === "DNAME")) ??
    false
  );
}

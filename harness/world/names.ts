import { isWithin } from "../dns/name.ts";
import type { RecipientDomain } from "../model/plan.ts";
import type { MxHost } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";

export const tld = "example.";

/** FQDNs of one recipient domain. All end with a dot but those of `places`, which stand in certificates and SNI. */
export interface DomainNames {
  /** Origins of its zones by key. */
  readonly origins: ReadonlyMap<string, string>;
  readonly recipient: string;
  hostName(host: MxHost): string;
  /** The name in the MX RR: the alias where there is one. */
  mxTarget(host: MxHost): string;
  /** Where a TLSA record stands, by the place that MxHost.tlsaAt or TlsaSpec.at names. */
  tlsaOwner(host: MxHost, place: string): string;
  /** Key of the zone that a name stands in: the deepest. */
  zoneOf(name: string): string;
  /** A relative name of a zone: "@", labels, an absolute name, or a text with places. */
  absolute(name: string, zoneKey: string, host?: MxHost): string;
  /** Replaces {mx}, {alias}, {domain}, {recipient} and {zone key}. */
  expand(text: string, host?: MxHost): string;
}

function originsOf({ key: domainKey, scenario }: RecipientDomain): ReadonlyMap<string, string> {
  const [id = "", branch = ""] = domainKey.split(".");
  const originOf = (key: string): string => {
    const zone = scenario.zones[key];
    if (key === "@" || !zone || !("under" in zone)) return `${id}.${branch}.${tld}`;
    if (zone.under === "tld") return `${id}-${zone.origin}.${branch}.${tld}`;
    return `${zone.origin}.${originOf(zone.under)}`;
  };
  return new Map(Object.keys(scenario.zones).map((key) => [key, originOf(key)]));
}

export function namesOf(domain: RecipientDomain): DomainNames {
  const { scenario } = domain;
  const origins = originsOf(domain);
  const originOf = (key: string): string => {
    const origin = origins.get(key);
    if (origin === undefined)
      throw new UsageError(`${scenario.file}: ${scenario.id}: there is no zone "${key}"`);
    return origin;
  };
  const inZone = (name: string, key: string): string => {
    if (name === "@") return originOf(key);
    return name.endsWith(".") ? name : `${name}.${originOf(key)}`;
  };
  const hostName = (host: MxHost): string => inZone(host.name, host.zone);
  const mxTarget = (host: MxHost): string =>
    host.alias ? inZone(host.alias.name, host.alias.zone) : hostName(host);

  const expand = (text: string, host = scenario.mx[0]): string =>
    text.replaceAll(/\{([^}]+)\}/g, (place, name: string) => {
      const fqdn =
        name === "domain"
          ? originOf("@")
          : name === "recipient"
            ? absolute(scenario.recipient, "@")
            : name === "mx" && host
              ? hostName(host)
              : name === "alias" && host
                ? mxTarget(host)
                : origins.get(name);
      if (fqdn === undefined)
        throw new UsageError(`${scenario.file}: ${scenario.id}: unknown place ${place}`);
      return fqdn.replace(/\.$/, "");
    });

  const absolute = (name: string, key: string, host?: MxHost): string =>
    name.includes("{") ? `${expand(name, host)}.` : inZone(name, key);

  const zoneOf = (name: string): string => {
    const [deepest] = [...origins]
      .filter(([, origin]) => isWithin(name, origin))
      .sort(([, a], [, b]) => b.length - a.length);
    if (!deepest)
      throw new UsageError(`${scenario.file}: ${scenario.id}: ${name} stands in no zone of the scenario`);
    return deepest[0];
  };

  return {
    origins,
    recipient: absolute(scenario.recipient, "@"),
    hostName,
    mxTarget,
    tlsaOwner: (host, place) =>
      place === "host" || place === "alias"
        ? `_${host.port}._tcp.${place === "host" ? hostName(host) : mxTarget(host)}`
        : absolute(place, host.zone, host),
    zoneOf,
    expand,
    absolute,
  };
}

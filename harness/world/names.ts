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
  /** A relative name of a zone: "@", labels, an absolute name, or a text with places. */
  absolute(name: string, zoneKey: string, host?: MxHost): string;
  /** Replaces {mx}, {alias}, {domain}, {recipient} and {zone key}. */
  expand(text: string, host?: MxHost): string;
}

function originsOf(domain: RecipientDomain): ReadonlyMap<string, string> {
  const [id = "", branch = ""] = domain.key.split(".");
  const main = `${id}.${branch}.${tld}`;
  return new Map(
    Object.entries(domain.scenario.zones).map(([key, zone]) => {
      if (key === "@") return [key, main];
      const sibling = "under" in zone && zone.under === "tld";
      return [key, sibling ? `${id}-${key}.${branch}.${tld}` : `${key}.${main}`];
    }),
  );
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
  const recipient = inZone(scenario.recipient, "@");

  const expand = (text: string, host = scenario.mx[0]): string =>
    text.replaceAll(/\{([^}]+)\}/g, (place, name: string) => {
      const fqdn =
        name === "domain"
          ? originOf("@")
          : name === "recipient"
            ? recipient
            : name === "mx" && host
              ? hostName(host)
              : name === "alias" && host
                ? mxTarget(host)
                : origins.get(name);
      if (fqdn === undefined)
        throw new UsageError(`${scenario.file}: ${scenario.id}: unknown place ${place}`);
      return fqdn.replace(/\.$/, "");
    });

  return {
    origins,
    recipient,
    hostName,
    mxTarget,
    expand,
    absolute: (name, key, host) => (name.includes("{") ? `${expand(name, host)}.` : inZone(name, key)),
  };
}

import type { AuthoritativeZone } from "../dns/authoritative.ts";
import { createKeyRing, type KeyRing } from "../dns/keys.ts";
import { lookUp, worse, zoneStatus } from "../dns/lookup.ts";
import { isWithin, parentOf as parentName } from "../dns/name.ts";
import { type ResourceRecord, record } from "../dns/record.ts";
import { type SignedZone, signZone, type ZoneDraft } from "../dns/zone.ts";
import type { DnsStatus } from "../model/evidence.ts";
import type { RelayRule } from "../model/farm.ts";
import { HarnessError } from "../words/errors.ts";
import { struckStatus } from "./answers.ts";
import { ttl } from "./domain.ts";

/** The DNS tree of a lab: zones signed from the leaves to the root, each parent holding NS and DS of its children. */
export interface ZoneTree {
  readonly zones: readonly SignedZone[];
  /** What a validating resolver must find; follows CNAME and DNAME through the tree. */
  expected(name: string, type: string): Expected;
  /** The zone that has the say over the question, as its name server has it. */
  zoneFor(name: string, type: string): AuthoritativeZone;
}

interface Expected {
  readonly status: DnsStatus;
  readonly empty: boolean;
  readonly nxdomain: boolean;
  /** Of the type asked for, at the end of all aliases. */
  readonly records: readonly ResourceRecord[];
}

/** Resolvers differ in how long a chain of aliases they follow; it may also be a loop. */
const surelyFollowed = 10;
const longestChain = 50;

function depth(origin: string): number {
  return origin === "." ? 0 : origin.split(".").length - 1;
}

/** ".", then "example.", then "x.example.": the names of which `name` is a descendant, and itself, deepest first. */
function ancestry(name: string): string[] {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".").filter(Boolean);
  return [...labels.map((_, index) => `${labels.slice(index).join(".")}.`), "."];
}

/**
 * Signs all zones, with the keys of the ring. Each zone but the root is delegated to `nameServerOf` its origin. `rulesOf` an
 * origin says which questions its server does not answer as it should.
 */
export function buildTree(
  drafts: readonly ZoneDraft[],
  nameServerOf: (origin: string) => string,
  ring: KeyRing = createKeyRing(),
  rulesOf: (origin: string) => readonly RelayRule[] = () => [],
): ZoneTree {
  const byOrigin = new Map(drafts.map((draft) => [draft.origin.toLowerCase(), draft]));
  const parentOf = (origin: string): ZoneDraft | undefined =>
    ancestry(origin)
      .slice(1)
      .map((name) => byOrigin.get(name))
      .find((zone) => zone !== undefined);

  const delegations = new Map<string, ResourceRecord[]>();
  const complete = new Map<string, ZoneDraft>();
  const zones = [...drafts]
    .sort((a, b) => depth(b.origin) - depth(a.origin))
    .map((draft) => {
      const whole = { ...draft, records: [...draft.records, ...(delegations.get(draft.origin) ?? [])] };
      const signed = signZone(whole, ring);
      const keys = signed.records.filter(({ type }) => type === "DNSKEY");
      complete.set(draft.origin.toLowerCase(), { ...whole, records: [...whole.records, ...keys] });
      const parent = parentOf(draft.origin);
      if (parent) {
        const entries = delegations.get(parent.origin) ?? [];
        entries.push(record(draft.origin, "NS", ttl, nameServerOf(draft.origin)), ...signed.ds);
        delegations.set(parent.origin, entries);
      }
      return signed;
    });

  const struck = (
    { origin, records }: ZoneDraft,
    name: string,
    type: string,
    status: DnsStatus,
  ): DnsStatus => {
    const found = struckStatus(rulesOf(origin), { origin, name, type }, status);
    // Where the name above does not exist either, a resolver may know the answer without asking (RFC 8020).
    const asks = name === origin || records.some((one) => isWithin(one.name, parentName(name)));
    return found === status || asks ? found : "any";
  };

  /** Of the zone's keys, by the chain from the root: what is insecure or bogus stays so all the way down. */
  const statuses = new Map<string, DnsStatus>();
  const chainStatus = (zone: ZoneDraft): DnsStatus => {
    const known = statuses.get(zone.origin);
    if (known) return known;
    const status = ((): DnsStatus => {
      const parent = parentOf(zone.origin);
      if (!parent) return "secure";
      const above = chainStatus(parent);
      if (above !== "secure") return above;
      const ds = lookUp(complete.get(parent.origin.toLowerCase()) ?? parent, zone.origin, "DS");
      const dsStatus = struck(parent, zone.origin, "DS", ds.status);
      if (dsStatus === "bogus" || dsStatus === "any") return dsStatus;
      const own = ds.empty ? "insecure" : zoneStatus(zone);
      return own === "secure" ? struck(zone, zone.origin, "DNSKEY", own) : own;
    })();
    statuses.set(zone.origin, status);
    return status;
  };

  const zoneFor = (name: string, type: string): ZoneDraft | undefined =>
    ancestry(name)
      // DS records are the parent's (RFC 4035 2.4).
      .filter((ancestor) => type !== "DS" || ancestor === "." || ancestor !== name.toLowerCase())
      .map((ancestor) => complete.get(ancestor))
      .find((found) => found !== undefined);

  const expected = (name: string, type: string, links = 0): Expected => {
    const zone = zoneFor(name, type);
    if (!zone || links > longestChain) return { status: "any", empty: true, nxdomain: false, records: [] };
    const here = lookUp(zone, name, type);
    const chain = chainStatus(zone);
    const found = struck(zone, name, type, chain === "secure" ? here.status : chain);
    const status = links > surelyFollowed ? worse(found, "any") : found;
    const { empty, nxdomain, records } = here;
    if (here.alias === null) return { status, empty, nxdomain, records };
    const there = expected(here.alias, type, links + 1);
    return { ...there, status: worse(status, there.status) };
  };

  const keys = new Map(
    zones.map(({ origin, records }) => [
      origin.toLowerCase(),
      records.filter(({ type, name }) => type === "DNSKEY" && name === origin).map(({ rdata }) => rdata),
    ]),
  );

  return {
    zones,
    expected: (name, type) => expected(name, type),
    zoneFor: (name, type) => {
      const draft = zoneFor(name, type);
      if (!draft) throw new HarnessError(`no zone of the lab has ${name} ${type}`);
      return { draft, keysOf: (origin) => keys.get(origin.toLowerCase()) ?? null };
    },
  };
}

import { type ResourceRecord, record } from "../dns/record.ts";
import { type SignedZone, signZone, statusOf, type ZoneDraft } from "../dns/zone.ts";
import type { DnsStatus } from "../model/evidence.ts";
import { ttl } from "./domain.ts";

/** The DNS tree of a lab: zones signed from the leaves to the root, each parent holding NS and DS of its children. */
export interface ZoneTree {
  readonly zones: readonly SignedZone[];
  /** What a validating resolver must find; follows CNAME and DNAME through the tree. */
  expected(name: string, type: string): { readonly status: DnsStatus; readonly empty: boolean };
}

function depth(origin: string): number {
  return origin === "." ? 0 : origin.split(".").length - 1;
}

/** ".", then "example.", then "x.example.": the names of which `name` is a descendant, and itself, deepest first. */
function ancestry(name: string): string[] {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".").filter(Boolean);
  return [...labels.map((_, index) => `${labels.slice(index).join(".")}.`), "."];
}

/** Signs all zones. Each draft but the root's names its server in `nameServerOf`. */
export function buildTree(drafts: readonly ZoneDraft[], nameServerOf: (origin: string) => string): ZoneTree {
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
      complete.set(draft.origin.toLowerCase(), whole);
      const signed = signZone(whole);
      const parent = parentOf(draft.origin);
      if (parent) {
        const entries = delegations.get(parent.origin) ?? [];
        entries.push(record(draft.origin, "NS", ttl, nameServerOf(draft.origin)), ...signed.ds);
        delegations.set(parent.origin, entries);
      }
      return signed;
    });

  /** The weakest link from the root to the zone, the zone's own answer left out. */
  const chainStatus = (zone: ZoneDraft): DnsStatus => {
    const parent = parentOf(zone.origin);
    return parent
      ? weakest(chainStatus(parent), statusOf(complete.get(parent.origin) ?? parent, zone.origin, "DS"))
      : "secure";
  };

  const expected = (name: string, type: string, links = 0): { status: DnsStatus; empty: boolean } => {
    const zone = ancestry(name)
      .map((ancestor) => complete.get(ancestor))
      .find((found) => found !== undefined);
    if (!zone || links > 12) return { status: "any", empty: true };
    const aliasedTo = alias(zone, name, type);
    if (aliasedTo) {
      const here = weakest(chainStatus(zone), answerStatus(zone, name, aliasedTo.type));
      const there = expected(aliasedTo.target, type, links + 1);
      return { status: weakest(here, there.status), empty: there.empty };
    }
    const empty = !zone.records.some((one) => one.type === type && owns(one.name, name, zone));
    return { status: weakest(chainStatus(zone), answerStatus(zone, name, type)), empty };
  };

  return { zones, expected: (name, type) => expected(name, type) };
}

const order: readonly DnsStatus[] = ["bogus", "insecure", "any", "secure"];

function weakest(a: DnsStatus, b: DnsStatus): DnsStatus {
  // A bogus link hides what comes after it; an insecure one makes all later results insecure (RFC 7672 2.1.3).
  return order.find((status) => status === a || status === b) ?? "any";
}

/** Validators need not support algorithms 14 and 15 (RFC 8624 3.1), and an opt-out span proves nothing (RFC 5155 9.2). */
function answerStatus(zone: ZoneDraft, name: string, type: string): DnsStatus {
  const status = statusOf(zone, name, type);
  if (status !== "secure" || !zone.signing) return status;
  if (zone.signing.algorithm >= 14) return "any";
  const { denial } = zone.signing;
  const absent = !zone.records.some((one) => one.type === type && owns(one.name, name, zone));
  return denial.type === "nsec3" && denial.optOut && absent ? "any" : status;
}

/** Whether a record's owner answers for the name: its own, or a wildcard that covers it where the name does not exist. */
function owns(owner: string, name: string, zone: ZoneDraft): boolean {
  const [lowerOwner, lowerName] = [owner.toLowerCase(), name.toLowerCase()];
  if (lowerOwner === lowerName) return true;
  if (!lowerOwner.startsWith("*.")) return false;
  const closest = lowerOwner.slice(2);
  if (!lowerName.endsWith(`.${closest}`)) return false;
  const below = ancestry(lowerName).filter((ancestor) => ancestor.length > closest.length);
  return !zone.records.some((one) =>
    below.some(
      (exists) => one.name.toLowerCase() === exists || one.name.toLowerCase().endsWith(`.${exists}`),
    ),
  );
}

function alias(
  zone: ZoneDraft,
  name: string,
  type: string,
): { readonly target: string; readonly type: string } | undefined {
  if (type === "CNAME") return undefined;
  for (const one of zone.records) {
    if (one.type === "CNAME" && owns(one.name, name, zone)) return { target: targetOf(one), type: "CNAME" };
    if (one.type === "DNAME" && name.toLowerCase().endsWith(`.${one.name.toLowerCase()}`)) {
      return { target: `${name.slice(0, -one.name.length)}${targetOf(one)}`, type: "DNAME" };
    }
  }
  return undefined;
}

/** The one uncompressed name that is the RDATA of CNAME and DNAME. */
function targetOf(one: ResourceRecord): string {
  const labels: string[] = [];
  for (let at = 0; at < one.rdata.length; ) {
    const length = one.rdata[at] ?? 0;
    if (length === 0) break;
    labels.push(Buffer.from(one.rdata.subarray(at + 1, at + 1 + length)).toString("latin1"));
    at += length + 1;
  }
  return labels.map((label) => `${label}.`).join("") || ".";
}

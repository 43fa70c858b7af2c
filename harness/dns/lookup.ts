import type { DnsStatus } from "../model/evidence.ts";
import { faultKinds } from "./faults.ts";
import { keyStatus } from "./key-specs.ts";
import { parentOf } from "./name.ts";
import type { ResourceRecord } from "./record.ts";
import { alteredRecord, type ZoneDraft } from "./zone.ts";

/** What one zone says to a question, and what a validating resolver must make of it, the zones above taken as secure. */
export interface Lookup {
  readonly status: DnsStatus;
  /** Of CNAME and DNAME: where to go on; null: this is the answer. */
  readonly alias: string | null;
  /** No record of the type. */
  readonly empty: boolean;
  /** The name does not exist, and the answer says so (a denial may also be compact: RFC 9824). */
  readonly nxdomain: boolean;
  /** Of the type asked for, as they are served. */
  readonly records: readonly ResourceRecord[];
}

type Names = ReadonlyMap<string, ReadonlyMap<string, readonly ResourceRecord[]>>;

const indexes = new WeakMap<ZoneDraft, Names>();

/** Records by owner (lower case) and type; empty non-terminals are there, without records. */
export function namesOf(draft: ZoneDraft): Names {
  const known = indexes.get(draft);
  if (known) return known;
  const names = new Map<string, Map<string, ResourceRecord[]>>();
  const origin = draft.origin.toLowerCase();
  for (const one of draft.records) {
    const owner = one.name.toLowerCase();
    for (let at = owner; !names.has(at); at = parentOf(at)) {
      names.set(at, new Map());
      if (at === origin || at === ".") break;
    }
    const types = names.get(owner);
    types?.set(one.type, [...(types.get(one.type) ?? []), one]);
  }
  indexes.set(draft, names);
  return names;
}

/** RFC 1034 4.3.2, RFC 4592, RFC 6672 3.2. */
export function lookUp(draft: ZoneDraft, name: string, type: string): Lookup {
  const names = namesOf(draft);
  const low = name.toLowerCase();
  let encloser = low;
  let dname: string | undefined;
  for (let at = low; ; at = parentOf(at)) {
    if (at !== low && names.get(at)?.has("DNAME")) dname = at;
    if (!names.has(encloser)) encloser = parentOf(at);
    if (at === draft.origin.toLowerCase() || at === ".") break;
  }
  if (dname !== undefined) {
    const [record] = names.get(dname)?.get("DNAME") ?? [];
    const target = record ? nameAt(record.rdata) : ".";
    return {
      status: statusOfSet(draft, dname, "DNAME"),
      alias: `${name.slice(0, -dname.length)}${target === "." ? "" : target}`,
      empty: true,
      nxdomain: false,
      records: [],
    };
  }
  const expanded = encloser !== low;
  const owner = expanded ? `*.${encloser === "." ? "" : encloser}` : low;
  const types = names.get(owner);
  const proof = (exact: boolean): DnsStatus => statusOfProof(draft, low, type, exact);
  for (const found of type === "CNAME" ? ["CNAME"] : ["CNAME", type]) {
    const [record] = types?.get(found) ?? [];
    if (!record) continue;
    const set = statusOfSet(draft, owner, found);
    return {
      // A wildcard's answer needs the proof that nothing closer exists (RFC 4035 5.3.4).
      status: expanded ? worse(set, proof(false)) : set,
      alias: found === "CNAME" && type !== "CNAME" ? nameAt(record.rdata) : null,
      empty: false,
      nxdomain: false,
      records: found === type ? servedSet(draft, owner, types?.get(type) ?? []) : [],
    };
  }
  // An empty non-terminal has no NSEC of its own; it has an NSEC3 (RFC 5155 7.1).
  const exact = !expanded && (types?.size !== 0 || draft.signing?.denial.type !== "nsec");
  const nxdomain = types === undefined && draft.signing?.denial.type !== "compact";
  return { status: proof(exact), alias: null, empty: true, nxdomain, records: [] };
}

/** The weakest: a bogus part makes the whole fail; what is left to the resolver may be that, too. */
export function worse(a: DnsStatus, b: DnsStatus): DnsStatus {
  const order: readonly DnsStatus[] = ["bogus", "any", "insecure", "secure"];
  return order.find((status) => status === a || status === b) ?? "any";
}

/** Of the zone as a whole, its DS RRset taken as secure. */
export function zoneStatus(draft: ZoneDraft): DnsStatus {
  if (!draft.signing) return "insecure";
  const whole = draft.faults.map(({ fault, type }) => ({ ...faultKinds[fault], type }));
  if (whole.some(({ strikes, effect }) => strikes === "zone" && effect === "insecure")) return "insecure";
  const status = keyStatus(draft, draft.signing);
  if (status === "insecure") return status;
  const broken = whole.some(
    ({ strikes, type }) => strikes === "zone" || (strikes === "rrset" && type === "DNSKEY"),
  );
  // Where a validator may not know the algorithm, it may not notice.
  return broken && status === "secure" ? "bogus" : status;
}

function statusOfSet(draft: ZoneDraft, owner: string, type: string): DnsStatus {
  if (!draft.signing) return "insecure";
  return draft.faults.some(
    (fault) =>
      faultKinds[fault.fault].strikes === "rrset" &&
      fault.type === type &&
      (fault.name === undefined || fault.name.toLowerCase() === owner),
  )
    ? "bogus"
    : "secure";
}

function servedSet(
  { faults }: ZoneDraft,
  owner: string,
  set: readonly ResourceRecord[],
): readonly ResourceRecord[] {
  const altered = faults.some(
    ({ fault, type, name }) =>
      fault === "data-altered" &&
      type === set[0]?.type &&
      (name === undefined || name.toLowerCase() === owner),
  );
  return altered ? set.map(alteredRecord) : set;
}

/** `exact`: an NSEC or NSEC3 of the name itself proves it; else ones that cover it. */
function statusOfProof(draft: ZoneDraft, name: string, type: string, exact: boolean): DnsStatus {
  const { signing, faults, origin } = draft;
  if (!signing) return "insecure";
  for (const fault of faults) {
    const at = fault.name?.toLowerCase() ?? origin.toLowerCase();
    if (fault.fault === "denial-unproven") return "bogus";
    if (fault.fault === "denial-wrong-range" && !exact) return "bogus";
    if (fault.fault === "denial-type-bit-set" && exact && at === name && fault.type === type) return "bogus";
    if (fault.type === "NSEC" || fault.type === "NSEC3" || fault.type === "SOA") return "any";
  }
  const { denial } = signing;
  if (denial.type === "compact")
    return exact || denial.names.some((one) => one.toLowerCase() === name) ? "secure" : "any";
  if (denial.type === "nsec") return "secure";
  // RFC 9276 3.2: validators may take any iterations for insecure, or refuse them.
  if (denial.iterations > 0) return "any";
  // RFC 5155 9.2: what an opt-out span covers is not proven.
  return denial.optOut && !exact ? "insecure" : "secure";
}

/** The uncompressed name at the start of RDATA. */
function nameAt(rdata: Uint8Array): string {
  const labels: string[] = [];
  for (let at = 0; at < rdata.length; ) {
    const length = rdata[at] ?? 0;
    if (length === 0) break;
    labels.push(Buffer.from(rdata.subarray(at + 1, at + 1 + length)).toString("latin1"));
    at += length + 1;
  }
  return labels.map((label) => `${label}.`).join("") || ".";
}

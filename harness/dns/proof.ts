import { base32hex, nsec3Hash } from "./denial.ts";
import { readName } from "./message.ts";
import { compareNames, labelsOf, parentOf } from "./name.ts";
import type { ResourceRecord } from "./record.ts";
import { typesIn } from "./rrset.ts";

/** Whether NSEC and NSEC3 records prove what a name server says does not exist (RFC 4035 3.1.3, RFC 5155 7.2). */

/** What is to be proven of a name: which is absent, and how. */
export interface Absence {
  readonly name: string;
  readonly type: string;
  /** The closest name above it that exists, or the name itself. */
  readonly encloser: string;
  /**
   * name: neither it nor a wildcard for it exists; type: it exists, with no such type; non-terminal: names below it exist;
   * wildcard: what was answered came from the wildcard at the encloser; wildcard-type: that has no such type.
   */
  readonly is: "name" | "type" | "non-terminal" | "wildcard" | "wildcard-type";
}

interface Nsec {
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<string>;
}

interface Nsec3 {
  /** Base32hex, lower case. */
  readonly owner: string;
  readonly next: string;
  readonly types: ReadonlySet<string>;
  readonly optOut: boolean;
  readonly iterations: number;
  readonly salt: Buffer;
}

function nsecOf({ name, rdata }: ResourceRecord): Nsec {
  const octets = Buffer.from(rdata);
  const { name: next, end } = readName(octets, 0);
  return { owner: name, next, types: typesIn(octets.subarray(end)) };
}

function nsec3Of({ name, rdata }: ResourceRecord): Nsec3 {
  const octets = Buffer.from(rdata);
  const saltEnd = 5 + (octets[4] ?? 0);
  const hashEnd = saltEnd + 1 + (octets[saltEnd] ?? 0);
  return {
    owner: (name.split(".")[0] ?? "").toLowerCase(),
    next: base32hex(octets.subarray(saltEnd + 1, hashEnd)),
    types: typesIn(octets.subarray(hashEnd)),
    optOut: ((octets[1] ?? 0) & 1) !== 0,
    iterations: octets.readUInt16BE(2),
    salt: octets.subarray(5, saltEnd),
  };
}

/** What is missing, in words; null: the proof is whole. `records` are those whose signatures are right. */
export function missingProof(records: readonly ResourceRecord[], absence: Absence): string | null {
  const hashed = records.filter(({ type }) => type === "NSEC3").map(nsec3Of);
  const plain = records.filter(({ type }) => type === "NSEC").map(nsecOf);
  if (hashed.length === 0 && plain.length === 0)
    return `no NSEC or NSEC3 record with a right signature tells of ${absence.name}`;
  return hashed.length > 0 ? missingNsec3(hashed, absence) : missingNsec(plain, absence);
}

/** The name below `encloser` on the way to `name` (RFC 5155 1.3: next closer name). */
function nextCloser(name: string, encloser: string): string {
  let closer = name;
  while (labelsOf(closer).length > labelsOf(encloser).length + 1) closer = parentOf(closer);
  return closer;
}

function wildcardAt(encloser: string): string {
  return `*.${encloser === "." ? "" : encloser}`;
}

/** A name that has the type, or is an alias, is not denied by its record. */
function deny(types: ReadonlySet<string>, type: string): string | null {
  const present = [type, ...(type === "DS" ? [] : ["CNAME"])].find((one) => types.has(one));
  return present === undefined ? null : `the proof has the bit of ${present} set`;
}

function missingNsec(all: readonly Nsec[], { name, type, encloser, is }: Absence): string | null {
  const matching = (owner: string) => all.find((one) => compareNames(one.owner, owner) === 0);
  const covers = (absent: string): boolean =>
    all.some(({ owner, next }) => {
      const last = compareNames(owner, next) >= 0;
      return compareNames(owner, absent) < 0 && (last || compareNames(absent, next) < 0);
    });
  const uncovered = (absent: string) => (covers(absent) ? null : `no NSEC record covers ${absent}`);
  const wildcard = wildcardAt(encloser);
  switch (is) {
    case "name":
      return uncovered(name) ?? uncovered(wildcard);
    case "wildcard":
    case "non-terminal":
      return uncovered(name);
    case "type":
    case "wildcard-type": {
      const owner = is === "type" ? name : wildcard;
      const proof = matching(owner);
      if (!proof) return `no NSEC record stands at ${owner}`;
      return deny(proof.types, type) ?? (is === "type" ? null : uncovered(name));
    }
    default:
      return is satisfies never;
  }
}

function missingNsec3(all: readonly Nsec3[], { name, type, encloser, is }: Absence): string | null {
  const hashOf = ({ salt, iterations }: Nsec3, of: string) => base32hex(nsec3Hash(of, salt, iterations));
  const matching = (of: string) => all.find((one) => one.owner === hashOf(one, of));
  const covering = (of: string) =>
    all.find((one) => {
      const hash = hashOf(one, of);
      return one.owner < one.next ? one.owner < hash && hash < one.next : one.owner < hash || hash < one.next;
    });
  const unmatched = (of: string) => (matching(of) ? null : `no NSEC3 record stands at the hash of ${of}`);
  const uncovered = (of: string) => (covering(of) ? null : `no NSEC3 record covers the hash of ${of}`);
  const closer = nextCloser(name, encloser);
  const wildcard = wildcardAt(encloser);
  switch (is) {
    case "name":
      return unmatched(encloser) ?? uncovered(closer) ?? uncovered(wildcard);
    case "wildcard":
      return uncovered(closer);
    case "type":
    case "non-terminal": {
      const proof = matching(name);
      if (proof) return deny(proof.types, type);
      // RFC 5155 7.2.4: below an opt-out span there is no record of a delegation without DS.
      const above = parentOf(name);
      if (type === "DS" && covering(name)?.optOut) return unmatched(above);
      return unmatched(name);
    }
    case "wildcard-type": {
      const proof = matching(wildcard);
      if (!proof) return unmatched(wildcard);
      return deny(proof.types, type) ?? unmatched(encloser) ?? uncovered(closer);
    }
    default:
      return is satisfies never;
  }
}

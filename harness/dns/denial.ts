import { createHash } from "node:crypto";
import type { Denial } from "../model/scenario.ts";
import { canonicalWireName, compareNames, isWithin, parentOf } from "./name.ts";
import { type ResourceRecord, rawRecord } from "./record.ts";
import { isOccluded, typeBitmap } from "./rrset.ts";

/** What exists in a zone, as its denial of existence tells it. */
export interface DenialInput {
  readonly origin: string;
  readonly records: readonly ResourceRecord[];
  readonly cuts: ReadonlySet<string>;
  /** Seconds; the SOA minimum (RFC 9077). */
  readonly ttl: number;
  /** Faults: types said to exist at a name though they do not; next names that cover nothing. */
  readonly extraTypes: (name: string) => readonly string[];
  readonly emptyRanges: boolean;
}

function typesByName({ records, cuts }: DenialInput): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { name, type } of records) {
    if (isOccluded(name, cuts)) continue;
    const low = name.toLowerCase();
    if (cuts.has(low) && type !== "NS" && type !== "DS") continue;
    names.set(low, (names.get(low) ?? new Set()).add(type));
  }
  return names;
}

/** RFC 4034 section 4. */
export function nsecRecords(input: DenialInput): readonly ResourceRecord[] {
  const types = typesByName(input);
  const names = [...types.keys()].sort(compareNames);
  return names.map((name, index) => {
    const next = input.emptyRanges
      ? `\\000.${name === "." ? "" : name}`
      : (names[index + 1] ?? input.origin.toLowerCase());
    const present = new Set([...(types.get(name) ?? []), ...input.extraTypes(name), "RRSIG", "NSEC"]);
    return rawRecord(name, "NSEC", input.ttl, Buffer.concat([canonicalWireName(next), typeBitmap(present)]));
  });
}

/**
 * RFC 9824: what a server that denies by "black lies" makes on the fly, made beforehand: an NSEC for each name, ending right
 * behind it. `absent` are the names that do not exist but are denied.
 */
export function compactRecords(input: DenialInput, absent: readonly string[]): readonly ResourceRecord[] {
  const existing = typesByName(input);
  const names = new Map<string, Iterable<string>>();
  const fill = (name: string, types: Iterable<string>, above: readonly string[]): void => {
    const apex = input.origin.toLowerCase();
    for (let at = parentOf(name); at !== apex && isWithin(at, apex); at = parentOf(at)) names.set(at, above);
    names.set(name, types);
  };
  const noSuchName = ["TYPE128"];
  for (const name of absent) fill(name.toLowerCase(), noSuchName, noSuchName);
  for (const name of existing.keys()) fill(name, [], []);
  for (const [name, types] of existing) names.set(name, types);
  return [...names].map(([name, types]) => {
    const all = new Set([...types, ...input.extraTypes(name), "RRSIG", "NSEC"]);
    const next = canonicalWireName(`\\000.${name === "." ? "" : name}`);
    return rawRecord(name, "NSEC", input.ttl, Buffer.concat([next, typeBitmap(all)]));
  });
}

/** RFC 5155 section 5. */
export function nsec3Hash(name: string, salt: Buffer, iterations: number): Buffer {
  let digest = createHash("sha1").update(canonicalWireName(name)).update(salt).digest();
  for (let round = 0; round < iterations; round++)
    digest = createHash("sha1").update(digest).update(salt).digest();
  return digest;
}

/** RFC 4648 section 7, without padding. */
export function base32hex(data: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = "";
  for (const octet of data) {
    value = (value << 8) | octet;
    bits += 8;
    while (bits >= 5) {
      text += "0123456789abcdefghijklmnopqrstuv"[(value >>> (bits - 5)) & 31];
      bits -= 5;
    }
  }
  return bits > 0 ? text + "0123456789abcdefghijklmnopqrstuv"[(value << (5 - bits)) & 31] : text;
}

type Nsec3 = Extract<Denial, { type: "nsec3" }>;

function nsec3Parameters({ iterations, salt }: Nsec3, flags: number): Buffer {
  const octets = Buffer.from(salt, "hex");
  return Buffer.concat([Buffer.from([1, flags, iterations >> 8, iterations & 255, octets.length]), octets]);
}

/** RFC 5155 section 4; flags are zero there, opt-out or not. */
export function nsec3ParamRecord(origin: string, denial: Nsec3): ResourceRecord {
  return rawRecord(origin, "NSEC3PARAM", 0, nsec3Parameters(denial, 0));
}

/** RFC 5155 sections 3 and 7.1, with empty non-terminals. Opt-out leaves out delegations without DS (section 6). */
export function nsec3Records(input: DenialInput, denial: Nsec3): readonly ResourceRecord[] {
  const types = typesByName(input);
  if (denial.optOut) {
    for (const cut of input.cuts) if (!types.get(cut)?.has("DS")) types.delete(cut);
  }
  const apex = input.origin.toLowerCase();
  for (const name of [...types.keys()]) {
    for (let above = name; above !== apex && above !== "."; above = parentOf(above)) {
      if (!types.has(above)) types.set(above, new Set());
    }
  }
  const salt = Buffer.from(denial.salt, "hex");
  const hashed = [...types]
    .map(([name, present]) => ({ name, present, hash: nsec3Hash(name, salt, denial.iterations) }))
    .sort((a, b) => Buffer.compare(a.hash, b.hash));
  return hashed.map(({ name, present, hash }, index) => {
    const after = hashed[(index + 1) % hashed.length]?.hash ?? hash;
    const next = input.emptyRanges ? successor(hash) : after;
    const all = new Set([...present, ...input.extraTypes(name)]);
    if (all.size > 0 && !(input.cuts.has(name) && !present.has("DS"))) all.add("RRSIG");
    const rdata = Buffer.concat([
      nsec3Parameters(denial, denial.optOut ? 1 : 0),
      Buffer.from([next.length]),
      next,
      typeBitmap(all),
    ]);
    return rawRecord(`${base32hex(hash)}.${apex === "." ? "" : apex}`, "NSEC3", input.ttl, rdata);
  });
}

/** The hash after this one: a range that covers nothing. */
function successor(hash: Buffer): Buffer {
  const next = Buffer.from(hash);
  for (let at = next.length - 1; at >= 0; at--) {
    next[at] = ((next[at] ?? 0) + 1) & 255;
    if (next[at] !== 0) break;
  }
  return next;
}

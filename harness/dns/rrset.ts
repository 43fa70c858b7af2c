import type { ZoneKey } from "./keys.ts";
import { typeName } from "./message.ts";
import { canonicalWireName, labelsOf, parentOf } from "./name.ts";
import { canonicalRdata, type ResourceRecord, rawRecord, typeNumber } from "./record.ts";

export interface RRset {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly ResourceRecord[];
}

/** A record that is there twice counts once (RFC 2181 5, RFC 4034 6.3). */
export function rrsetsOf(records: readonly ResourceRecord[]): readonly RRset[] {
  const sets = new Map<string, ResourceRecord[]>();
  for (const one of records) {
    const key = `${one.name.toLowerCase()} ${one.type}`;
    const set = sets.get(key);
    if (!set) sets.set(key, [one]);
    else if (!set.some((other) => canonicalRdata(other).equals(canonicalRdata(one)))) set.push(one);
  }
  return [...sets.values()].flatMap((set) => {
    const [first] = set;
    return first ? [{ name: first.name, type: first.type, ttl: first.ttl, records: set }] : [];
  });
}

/** Names at which the zone delegates: they hold NS and are not the apex. */
export function cutsOf(origin: string, records: readonly ResourceRecord[]): ReadonlySet<string> {
  const apex = origin.toLowerCase();
  return new Set(
    records
      .filter(({ name, type }) => type === "NS" && name.toLowerCase() !== apex)
      .map(({ name }) => name.toLowerCase()),
  );
}

/** Whether the name is below a delegation, so that the zone has no say over it (glue). */
export function isOccluded(name: string, cuts: ReadonlySet<string>): boolean {
  // Upwards by name: a TLD has thousands of cuts.
  for (let above = parentOf(name.toLowerCase()); above !== "."; above = parentOf(above)) {
    if (cuts.has(above)) return true;
  }
  return false;
}

/** RFC 4035 2.2: authoritative data is signed; delegation NS and glue are not. */
export function isSigned(set: RRset, cuts: ReadonlySet<string>): boolean {
  if (isOccluded(set.name, cuts)) return false;
  return !cuts.has(set.name.toLowerCase()) || set.type === "DS" || set.type === "NSEC";
}

export interface Validity {
  readonly inception: Date;
  readonly expiration: Date;
}

/** RFC 4034 3.1: the RRSIG over a set. A wildcard's asterisk and the root do not count as labels. */
export function signSet(
  set: RRset,
  key: ZoneKey,
  signer: string,
  { inception, expiration }: Validity,
): ResourceRecord {
  const labels = labelsOf(set.name);
  const head = Buffer.alloc(18);
  head.writeUInt16BE(typeNumber(set.type), 0);
  head[2] = key.algorithm;
  head[3] = labels.length - (labels[0]?.toString("latin1") === "*" ? 1 : 0);
  head.writeUInt32BE(set.ttl, 4);
  head.writeUInt32BE(Math.floor(expiration.getTime() / 1000), 8);
  head.writeUInt32BE(Math.floor(inception.getTime() / 1000), 12);
  head.writeUInt16BE(key.tag, 16);
  const signerName = canonicalWireName(signer);
  const owner = canonicalWireName(set.name);
  const fixed = Buffer.alloc(8);
  fixed.writeUInt16BE(typeNumber(set.type), 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(set.ttl, 4);
  const bodies = set.records.map(canonicalRdata).sort(Buffer.compare);
  const records = bodies.flatMap((rdata) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(rdata.length);
    return [owner, fixed, length, rdata];
  });
  const signature = key.sign(Buffer.concat([head, signerName, ...records]));
  return rawRecord(set.name, "RRSIG", set.ttl, Buffer.concat([head, signerName, signature]));
}

/** The type that an RRSIG covers. */
export function coveredType(signature: ResourceRecord): number {
  return Buffer.from(signature.rdata).readUInt16BE(0);
}

/** RFC 4034 4.1.2, the other way round. */
export function typesIn(bitmap: Uint8Array): ReadonlySet<string> {
  const types = new Set<string>();
  for (let at = 0; at + 2 <= bitmap.length; at += 2 + (bitmap[at + 1] ?? 0)) {
    const octets = bitmap.subarray(at + 2, at + 2 + (bitmap[at + 1] ?? 0));
    for (const [index, octet] of octets.entries())
      for (let bit = 0; bit < 8; bit++)
        if ((octet & (0x80 >> bit)) !== 0) types.add(typeName(((bitmap[at] ?? 0) << 8) + 8 * index + bit));
  }
  return types;
}

/** RFC 4034 4.1.2. */
export function typeBitmap(types: Iterable<string>): Buffer {
  const windows = new Map<number, Buffer>();
  for (const type of types) {
    const number = typeNumber(type);
    const window = windows.get(number >> 8) ?? Buffer.alloc(32);
    const at = (number & 255) >> 3;
    window[at] = (window[at] ?? 0) | (0x80 >> (number & 7));
    windows.set(number >> 8, window);
  }
  return Buffer.concat(
    [...windows]
      .sort(([a], [b]) => a - b)
      .flatMap(([number, bits]) => {
        const length = bits.findLastIndex((octet) => octet !== 0) + 1;
        return [Buffer.from([number, length]), bits.subarray(0, length)];
      }),
  );
}

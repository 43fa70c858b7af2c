import { base32hex } from "./denial.ts";
import { decodeAnswer } from "./message.ts";
import { wireName } from "./name.ts";
import { typeNumber } from "./record.ts";

/**
 * A master file's line as a reader wants it: RDATA in the generic form (RFC 3597 5) becomes that of its type, where that is
 * known and the RDATA is well-formed.
 */
export function readable(line: string): string {
  const [, name, ttl, type, hex] = /^(\S+) (\d+) IN (\S+) \\# \d+ ([0-9a-f]+)$/.exec(line) ?? [];
  if (name === undefined || ttl === undefined || type === undefined || hex === undefined) return line;
  const rdata = Buffer.from(hex, "hex");
  if (type === "SOA") return `${name} ${ttl} IN SOA ${authority(rdata)}`;
  if (type === "NSEC") return `${name} ${ttl} IN NSEC ${nextSecure(rdata)}`;
  if (type === "NSEC3" && rdata.length > 5) return `${name} ${ttl} IN NSEC3 ${nextHashed(rdata)}`;
  if (type === "RRSIG") return `${name} ${ttl} IN RRSIG ${signature(rdata)}`;
  const [read = line] = decodeAnswer(answerOf(name, type, Number(ttl), rdata)).answers;
  return read;
}

/** A DNS message with this answer and nothing else (RFC 1035 4.1). */
function answerOf(name: string, type: string, ttl: number, rdata: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  const fields = Buffer.alloc(10);
  fields.writeUInt16BE(typeNumber(type), 0);
  fields.writeUInt16BE(1, 2);
  fields.writeUInt32BE(ttl, 4);
  fields.writeUInt16BE(rdata.length, 8);
  return Buffer.concat([header, wireName(name), fields, rdata]);
}

/** RFC 1035 3.3.13: two names and five numbers. */
function authority(rdata: Buffer): string {
  const primary = nameAt(rdata, 0);
  const contact = nameAt(rdata, primary.end);
  const numbers = [0, 4, 8, 12, 16].map((offset) => rdata.readUInt32BE(contact.end + offset));
  return [primary.text, contact.text, ...numbers].join(" ");
}

/** RFC 4034 4.1: the next owner name, and the types that there are at this one. */
function nextSecure(rdata: Buffer): string {
  const next = nameAt(rdata, 0);
  return [next.text, ...typesIn(rdata.subarray(next.end))].join(" ");
}

/** RFC 5155 3.2: hash algorithm, flags, iterations, salt, the next hashed owner name, types. */
function nextHashed(rdata: Buffer): string {
  const salt = rdata.subarray(5, 5 + (rdata[4] ?? 0));
  const at = 5 + salt.length;
  const end = at + 1 + (rdata[at] ?? 0);
  return [
    rdata[0],
    rdata[1],
    rdata.readUInt16BE(2),
    salt.toString("hex") || "-",
    base32hex(rdata.subarray(at + 1, end)),
    ...typesIn(rdata.subarray(end)),
  ].join(" ");
}

/** A name without compression, and where it ends. Other octets than letters, digits, "-" and "_" are escaped (RFC 1035 5.1). */
function nameAt(rdata: Buffer, start: number): { readonly text: string; readonly end: number } {
  const labels: string[] = [];
  let at = start;
  for (let length = rdata[at] ?? 0; length > 0; length = rdata[at] ?? 0) {
    const label = rdata.subarray(at + 1, at + 1 + length);
    labels.push(
      [...label]
        .map((octet) => [octet, String.fromCharCode(octet)] as const)
        .map(([octet, text]) => (/[\w*-]/.test(text) ? text : `\\${String(octet).padStart(3, "0")}`))
        .join(""),
    );
    at += length + 1;
  }
  return { text: `${labels.join(".")}.`, end: at + 1 };
}

/** RFC 4034 4.1.2: windows of 256 types, a bit for each. */
function typesIn(bitmaps: Buffer): readonly string[] {
  const types: string[] = [];
  for (let at = 0; at + 1 < bitmaps.length; at += 2 + (bitmaps[at + 1] ?? 0)) {
    const bits = bitmaps.subarray(at + 2, at + 2 + (bitmaps[at + 1] ?? 0));
    for (const [place, octet] of bits.entries())
      for (let bit = 0; bit < 8; bit++)
        if (octet & (0x80 >> bit)) types.push(typeName((bitmaps[at] ?? 0) * 256 + place * 8 + bit));
  }
  return types;
}

function typeName(number: number): string {
  return typeNames.find((name) => typeNumber(name) === number) ?? `TYPE${number}`;
}

const typeNames = [
  "A",
  "NS",
  "CNAME",
  "SOA",
  "MX",
  "TXT",
  "AAAA",
  "DNAME",
  "DS",
  "RRSIG",
  "NSEC",
  "DNSKEY",
  "NSEC3",
  "NSEC3PARAM",
  "TLSA",
];

/** RFC 4034 3.2, without the octets of the signature: what it covers, how long it is valid, and by which key it is. */
function signature(rdata: Buffer): string {
  const covered = rdata.readUInt16BE(0);
  const time = (at: number): string =>
    new Date(rdata.readUInt32BE(at) * 1000).toISOString().replace(/[-:T]|\.\d+Z/g, "");
  return [
    typeName(covered),
    rdata[2],
    rdata[3],
    rdata.readUInt32BE(4),
    time(8),
    time(12),
    rdata.readUInt16BE(16),
    "…",
  ].join(" ");
}

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

/** RFC 1035 3.3.13: two names, which hold no escapes here, and five numbers. */
function authority(rdata: Buffer): string {
  let at = 0;
  const name = (): string => {
    let text = "";
    for (let length = rdata[at] ?? 0; length > 0; length = rdata[at] ?? 0) {
      text += `${rdata.subarray(at + 1, at + 1 + length).toString("latin1")}.`;
      at += length + 1;
    }
    at++;
    return text || ".";
  };
  const names = [name(), name()];
  return [...names, ...[0, 4, 8, 12, 16].map((offset) => rdata.readUInt32BE(at + offset))].join(" ");
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
  "NSEC",
  "DNSKEY",
  "NSEC3",
  "TLSA",
];

/** RFC 4034 3.2, without the octets of the signature: what it covers, how long it is valid, and by which key it is. */
function signature(rdata: Buffer): string {
  const covered = rdata.readUInt16BE(0);
  const time = (at: number): string =>
    new Date(rdata.readUInt32BE(at) * 1000).toISOString().replace(/[-:T]|\.\d+Z/g, "");
  return [
    typeNames.find((name) => typeNumber(name) === covered) ?? `TYPE${covered}`,
    rdata[2],
    rdata[3],
    rdata.readUInt32BE(4),
    time(8),
    time(12),
    rdata.readUInt16BE(16),
    "…",
  ].join(" ");
}

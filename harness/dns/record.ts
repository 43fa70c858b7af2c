import { isIPv4, isIPv6 } from "node:net";
import { UsageError } from "../words/errors.ts";
import { wireName } from "./name.ts";

/** A resource record as it is served: RDATA in wire form, names in it uncompressed, letters in the case they were written in. */
export interface ResourceRecord {
  /** FQDN with final dot. */
  readonly name: string;
  /** Mnemonic, or "TYPE65280". */
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  readonly rdata: Uint8Array;
}

const typeNumbers: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  DNAME: 39,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
};

export function typeNumber(type: string): number {
  const number = typeNumbers[type] ?? Number(/^TYPE(\d+)$/.exec(type)?.[1]);
  if (!Number.isInteger(number) || number > 0xffff)
    throw new UsageError(`"${type}" is no RR type that danelab knows; write TYPE<number>`);
  return number;
}

export function rawRecord(name: string, type: string, ttl: number, rdata: Uint8Array): ResourceRecord {
  typeNumber(type);
  return { name, type, ttl, rdata };
}

/** Where RDATA holds names, of the types above (RFC 4034 6.2, with RFC 6840 5.1: not in NSEC). */
export const namesInRdata: Readonly<Record<string, { readonly from: number; readonly count: number }>> = {
  NS: { from: 0, count: 1 },
  CNAME: { from: 0, count: 1 },
  PTR: { from: 0, count: 1 },
  DNAME: { from: 0, count: 1 },
  SOA: { from: 0, count: 2 },
  MX: { from: 2, count: 1 },
};

/** RFC 4034 6.2: the form that signatures are made over. Names in it are in lower case. */
export function canonicalRdata({ type, rdata }: Pick<ResourceRecord, "type" | "rdata">): Buffer {
  const octets = Buffer.from(rdata);
  const names = namesInRdata[type];
  if (!names) return octets;
  let at = names.from;
  for (let name = 0; name < names.count; name++) {
    for (let length = octets[at] ?? 0; length > 0; length = octets[at] ?? 0) {
      for (const end = at + length; at < end; ) {
        const octet = octets[++at] ?? 0;
        if (octet >= 65 && octet <= 90) octets[at] = octet + 32;
      }
      at++;
    }
    at++;
  }
  return octets;
}

/** A record from presentation form. Throws UsageError for data that the type cannot hold. */
export function record(name: string, type: string, ttl: number, data: string): ResourceRecord {
  const bad = (why: string): never => {
    throw new UsageError(`${name} ${type} ${data}: ${why}`);
  };
  return rawRecord(name, type, ttl, rdataOf(type, data, bad));
}

/** Of the types whose RDATA has a fixed number of fields. */
const mostFields: Readonly<Record<string, number>> = { NS: 1, CNAME: 1, DNAME: 1, PTR: 1, MX: 2 };

function rdataOf(type: string, data: string, bad: (why: string) => never): Uint8Array {
  const fields = data.trim().split(/\s+/);
  if (fields[0] === "\\#") return unknownRdata(fields, bad);
  const number = (text: string | undefined, octets: 1 | 2 | 4): Buffer => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * octets))
      return bad(`"${text}" is no number of ${octets} octets`);
    const buffer = Buffer.alloc(octets);
    buffer.writeUIntBE(value, 0, octets);
    return buffer;
  };
  const hex = (from: number): Buffer => hexadecimal(fields.slice(from).join(""), bad);
  const most = mostFields[type];
  if (most !== undefined && fields.length > most) bad(`there is more than its ${most} field(s)`);
  switch (type) {
    case "A":
      return isIPv4(data) ? Buffer.from(data.split(".").map(Number)) : bad("no IPv4 address");
    case "AAAA":
      return ipv6(data, bad);
    case "NS":
    case "CNAME":
    case "DNAME":
    case "PTR":
      return wireName(fields[0] ?? bad("no name"));
    case "MX":
      return Buffer.concat([number(fields[0], 2), wireName(fields[1] ?? bad("no exchange"))]);
    case "SOA": {
      const [mname = "", rname = "", ...timers] = fields;
      if (timers.length !== 5) bad("two names and five numbers are wanted");
      return Buffer.concat([wireName(mname), wireName(rname), ...timers.map((timer) => number(timer, 4))]);
    }
    case "TXT": {
      const strings = [...data.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
        Buffer.from(quoted ?? bare ?? ""),
      );
      if (strings.length === 0) bad("no character string");
      return Buffer.concat(strings.flatMap((string) => [number(String(string.length), 1), string]));
    }
    case "TLSA":
      return Buffer.concat([number(fields[0], 1), number(fields[1], 1), number(fields[2], 1), hex(3)]);
    case "DS":
      return Buffer.concat([number(fields[0], 2), number(fields[1], 1), number(fields[2], 1), hex(3)]);
    default:
      return bad("this type takes the form of RFC 3597: \\# <length> <hex>");
  }
}

/** RFC 3597 5: \# length hex. */
function unknownRdata(fields: readonly string[], bad: (why: string) => never): Uint8Array {
  const data = hexadecimal(fields.slice(2).join(""), bad);
  if (data.length !== Number(fields[1])) bad(`it says ${fields[1]} octets and holds ${data.length}`);
  return data;
}

function hexadecimal(text: string, bad: (why: string) => never): Buffer {
  if (!/^([0-9a-fA-F]{2})*$/.test(text)) bad("the data is not hexadecimal");
  return Buffer.from(text, "hex");
}

function ipv6(text: string, bad: (why: string) => never): Uint8Array {
  if (!isIPv6(text) || /[.%]/.test(text)) bad("no IPv6 address in hexadecimal groups");
  const [head = "", tail] = text.split("::");
  const groups = (part: string | undefined): number[] =>
    part ? part.split(":").map((group) => Number.parseInt(group, 16)) : [];
  const [front, back] = [groups(head), groups(tail)];
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

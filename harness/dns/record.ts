import { UsageError } from "../words/errors.ts";
import { canonicalWireName } from "./name.ts";

/** A resource record; RDATA in wire form, names in it uncompressed and in lower case (RFC 4034 6.2). */
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
  if (!Number.isInteger(number))
    throw new UsageError(`"${type}" is no RR type that danelab knows; write TYPE<number>`);
  return number;
}

export function rawRecord(name: string, type: string, ttl: number, rdata: Uint8Array): ResourceRecord {
  typeNumber(type);
  return { name, type, ttl, rdata };
}

/** A record from presentation form. Throws UsageError for data that the type cannot hold. */
export function record(name: string, type: string, ttl: number, data: string): ResourceRecord {
  const bad = (why: string): never => {
    throw new UsageError(`${name} ${type} ${data}: ${why}`);
  };
  return rawRecord(name, type, ttl, rdataOf(type, data, bad));
}

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
  const hex = (text: string): Buffer => {
    if (!/^([0-9a-fA-F]{2})*$/.test(text)) bad("the data is not hexadecimal");
    return Buffer.from(text, "hex");
  };
  switch (type) {
    case "A": {
      const octets = data.split(".").map(Number);
      if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255)))
        bad("no IPv4 address");
      return Buffer.from(octets);
    }
    case "AAAA":
      return ipv6(data, bad);
    case "NS":
    case "CNAME":
    case "DNAME":
    case "PTR":
      return canonicalWireName(fields[0] ?? bad("no name"));
    case "MX":
      return Buffer.concat([number(fields[0], 2), canonicalWireName(fields[1] ?? bad("no exchange"))]);
    case "SOA": {
      const [mname = "", rname = "", ...timers] = fields;
      return Buffer.concat([
        canonicalWireName(mname),
        canonicalWireName(rname),
        ...timers.map((timer) => number(timer, 4)),
      ]);
    }
    case "TXT": {
      const strings = [...data.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) =>
        Buffer.from(quoted ?? bare ?? ""),
      );
      return Buffer.concat(strings.flatMap((string) => [number(String(string.length), 1), string]));
    }
    case "TLSA":
      return Buffer.concat([
        number(fields[0], 1),
        number(fields[1], 1),
        number(fields[2], 1),
        hex(fields.slice(3).join("")),
      ]);
    case "DS":
      return Buffer.concat([
        number(fields[0], 2),
        number(fields[1], 1),
        number(fields[2], 1),
        hex(fields.slice(3).join("")),
      ]);
    default:
      return bad("this type takes the form of RFC 3597: \\# <length> <hex>");
  }
}

/** RFC 3597 5: \# length hex. */
function unknownRdata(fields: readonly string[], bad: (why: string) => never): Uint8Array {
  const data = Buffer.from(fields.slice(2).join(""), "hex");
  if (data.length !== Number(fields[1])) bad(`it says ${fields[1]} octets and holds ${data.length}`);
  return data;
}

function ipv6(text: string, bad: (why: string) => never): Uint8Array {
  const [head = "", tail] = text.split("::");
  const groups = (part: string | undefined): number[] =>
    part ? part.split(":").map((group) => Number.parseInt(group, 16)) : [];
  const [front, back] = [groups(head), groups(tail)];
  const all =
    tail === undefined
      ? front
      : [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff))) bad("no IPv6 address");
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]));
}

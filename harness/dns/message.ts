import packet, { type RecordType } from "dns-packet";
import type { DnsQuestion } from "../model/farm.ts";
import { HarnessError } from "../words/errors.ts";

/** The bits of a question. */
export interface QueryFlags {
  /** Recursion desired. */
  readonly rd: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
  /** DNSSEC OK (RFC 3225). */
  readonly do: boolean;
  /** false: without EDNS. */
  readonly edns?: false;
}

/** What danelab takes by UDP, octets (RFC 9715 3.1). */
export const udpPayload = 1232;

const usualFlags: QueryFlags = { rd: true, ad: true, cd: false, do: true };

/** A question, with EDNS and 1232 octets; unless told, recursion is desired, AD and DO are set. */
export function encodeQuery({ name, type }: DnsQuestion, flags: QueryFlags = usualFlags): Uint8Array {
  return packet.encode({
    type: "query",
    id: Math.floor(Math.random() * 0x10000),
    flags:
      (flags.rd ? packet.RECURSION_DESIRED : 0) |
      (flags.ad ? packet.AUTHENTIC_DATA : 0) |
      (flags.cd ? packet.CHECKING_DISABLED : 0),
    questions: [
      {
        name: name === "." ? "." : name.replace(/\.$/, ""),
        type: type.replace(/^TYPE/, "UNKNOWN_") as RecordType,
        class: "IN",
      },
    ],
    additionals: ((flags.edns ?? true) ? [flags.do] : []).map((wantsDnssec) => ({
      type: "OPT",
      name: ".",
      udpPayloadSize: udpPayload,
      flags: wantsDnssec ? packet.DNSSEC_OK : 0,
      extendedRcode: 0,
      ednsVersion: 0,
      flag_do: wantsDnssec,
      options: [],
    })),
  });
}

export interface DecodedAnswer {
  /** "NOERROR", "NXDOMAIN", "SERVFAIL", ... */
  readonly rcode: string;
  /** AD bit. */
  readonly authenticated: boolean;
  /** AA bit. */
  readonly authoritative: boolean;
  readonly truncated: boolean;
  /** Presentation form, RRSIGs left out: "mx.x.example. 60 IN A 198.18.20.1". */
  readonly answers: readonly string[];
  /** The same records, RDATA as it stands in the message. */
  readonly records: readonly { readonly name: string; readonly type: string; readonly rdata: Uint8Array }[];
}

export const rcodes: readonly string[] = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const typeNames = new Map([
  [1, "A"],
  [2, "NS"],
  [5, "CNAME"],
  [6, "SOA"],
  [12, "PTR"],
  [15, "MX"],
  [16, "TXT"],
  [28, "AAAA"],
  [39, "DNAME"],
  [43, "DS"],
  [46, "RRSIG"],
  [47, "NSEC"],
  [48, "DNSKEY"],
  [50, "NSEC3"],
  [51, "NSEC3PARAM"],
  [52, "TLSA"],
]);

export function typeName(number: number): string {
  return typeNames.get(number) ?? `TYPE${number}`;
}

/**
 * Reads a DNS message octet by octet (RFC 1035 section 4): RDATA may be malformed on purpose, and must not stop the
 * reading. HarnessError: the message itself cannot be read.
 */
export function decodeAnswer(bytes: Uint8Array): DecodedAnswer {
  const message = Buffer.from(bytes);
  if (message.length < 12) throw new HarnessError(`a DNS message of ${message.length} octets has no header`);
  const flags = message.readUInt16BE(2);
  const counts = { questions: message.readUInt16BE(4), answers: message.readUInt16BE(6) };
  const need = (end: number, what: string): void => {
    if (end > message.length)
      throw new HarnessError(`${what} in a DNS message of ${message.length} octets runs past its end`);
  };
  let at = 12;
  for (let index = 0; index < counts.questions; index++) {
    at = readName(message, at).end + 4;
    need(at, `question ${index + 1} of ${counts.questions}`);
  }
  const answers: string[] = [];
  const records: { name: string; type: string; rdata: Uint8Array }[] = [];
  for (let index = 0; index < counts.answers; index++) {
    const owner = readName(message, at);
    const start = owner.end + 10;
    const what = `answer ${index + 1} of ${counts.answers}`;
    need(start, what);
    const type = message.readUInt16BE(owner.end);
    const ttl = message.readUInt32BE(owner.end + 4);
    const length = message.readUInt16BE(owner.end + 8);
    at = start + length;
    need(at, what);
    const name = typeName(type);
    if (name === "RRSIG") continue;
    const data = message.subarray(start, at);
    const text = presentation(message, name, start, at) ?? generic(data);
    answers.push(`${owner.name} ${ttl} IN ${name} ${text}`);
    records.push({ name: owner.name, type: name, rdata: data });
  }
  return {
    rcode: rcodes[flags & 15] ?? `RCODE${flags & 15}`,
    authenticated: (flags & 0x20) !== 0,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    answers,
    records,
  };
}

/** A name, its pointers followed (RFC 1035 4.1.4), and where the message goes on behind it. */
export function readName(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  let name = "";
  let at = from;
  let end = -1;
  for (let jumps = 0; ; ) {
    const length = message[at];
    if (length === undefined) throw new HarnessError("a name in a DNS message runs past its end");
    if (length >= 0xc0) {
      if (end < 0) end = at + 2;
      if (++jumps > 50) throw new HarnessError("a name in a DNS message points in circles");
      at = ((length & 0x3f) << 8) | (message[at + 1] ?? 0);
      continue;
    }
    if (length > 63) throw new HarnessError(`a label in a DNS message is of the unknown kind ${length >> 6}`);
    if (length === 0) return { name: name || ".", end: end < 0 ? at + 1 : end };
    for (const octet of message.subarray(at + 1, at + 1 + length)) name += printable(octet);
    name += ".";
    at += length + 1;
  }
}

/** An octet of a label in presentation form (RFC 1035 5.1). */
function printable(octet: number): string {
  if (octet <= 0x20 || octet >= 0x7f) return `\\${String(octet).padStart(3, "0")}`;
  const character = String.fromCharCode(octet);
  return character === "." || character === "\\" ? `\\${character}` : character;
}

/** RFC 3597 section 5. */
function generic(data: Buffer): string {
  return `\\# ${data.length}${data.length > 0 ? ` ${data.toString("hex")}` : ""}`;
}

/** undefined: the RDATA is not what its type demands, or the type has no form of its own here. */
export function presentation(message: Buffer, type: string, start: number, end: number): string | undefined {
  const data = message.subarray(start, end);
  const nameFrom = (from: number): string | undefined => {
    try {
      const read = readName(message, from);
      return read.end === end ? read.name : undefined;
    } catch {
      return undefined;
    }
  };
  switch (type) {
    case "A":
      return data.length === 4 ? [...data].join(".") : undefined;
    case "AAAA":
      return data.length === 16 ? ipv6(data) : undefined;
    case "MX": {
      const exchange = nameFrom(start + 2);
      return exchange === undefined ? undefined : `${data.readUInt16BE(0)} ${exchange}`;
    }
    case "CNAME":
    case "DNAME":
    case "NS":
    case "PTR":
      return nameFrom(start);
    case "TLSA":
      return data.length >= 3
        ? `${data[0]} ${data[1]} ${data[2]} ${data.subarray(3).toString("hex")}`.trimEnd()
        : undefined;
    default:
      return undefined;
  }
}

/** RFC 5952 section 4: the longest run of zeroes, the first of several, becomes "::". */
function ipv6(data: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(2 * index).toString(16));
  const text = `:${groups.join(":")}:`;
  const [run] = (text.match(/(?::0){2,}(?=:)/g) ?? []).sort((a, b) => b.length - a.length);
  if (run === undefined) return groups.join(":");
  const at = text.indexOf(`${run}:`);
  return `${text.slice(1, at)}::${text.slice(at + run.length + 1, -1)}`;
}

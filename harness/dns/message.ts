import packet from "dns-packet";
import type { DnsQuestion } from "../model/farm.ts";
import { HarnessError } from "../words/errors.ts";

/** What danelab's own questions say to a resolver: recursion desired, AD and DO set, EDNS with 1232 octets. */
export function encodeQuery({ name, type }: DnsQuestion): Uint8Array {
  return packet.encode({
    type: "query",
    id: Math.floor(Math.random() * 0x10000),
    flags: packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA,
    questions: [{ name: name === "." ? "." : name.replace(/\.$/, ""), type, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        flags: packet.DNSSEC_OK,
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: true,
        options: [],
      },
    ],
  });
}

export interface DecodedAnswer {
  /** "NOERROR", "NXDOMAIN", "SERVFAIL", ... */
  readonly rcode: string;
  /** AD bit. */
  readonly authenticated: boolean;
  readonly truncated: boolean;
  /** Presentation form, RRSIGs left out: "mx.x.example. 60 IN A 198.18.20.1". */
  readonly answers: readonly string[];
}

const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
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
  [52, "TLSA"],
]);

/** Reads a DNS message octet by octet (RFC 1035 section 4): RDATA may be malformed on purpose, and must not stop the reading. */
export function decodeAnswer(bytes: Uint8Array): DecodedAnswer {
  const message = Buffer.from(bytes);
  if (message.length < 12) throw new HarnessError(`a DNS message of ${message.length} octets has no header`);
  const flags = message.readUInt16BE(2);
  const counts = { questions: message.readUInt16BE(4), answers: message.readUInt16BE(6) };
  let at = 12;
  for (let index = 0; index < counts.questions; index++) at = readName(message, at).end + 4;
  const answers: string[] = [];
  for (let index = 0; index < counts.answers; index++) {
    const owner = readName(message, at);
    const type = message.readUInt16BE(owner.end);
    const ttl = message.readUInt32BE(owner.end + 4);
    const length = message.readUInt16BE(owner.end + 8);
    const start = owner.end + 10;
    at = start + length;
    const name = typeNames.get(type) ?? `TYPE${type}`;
    if (name !== "RRSIG")
      answers.push(`${owner.name} ${ttl} IN ${name} ${presentation(message, name, start, length)}`);
  }
  return {
    rcode: rcodes[flags & 15] ?? `RCODE${flags & 15}`,
    authenticated: (flags & 0x20) !== 0,
    truncated: (flags & 0x200) !== 0,
    answers,
  };
}

function readName(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
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
    if (length === 0) return { name: `${labels.join(".")}.`, end: end < 0 ? at + 1 : end };
    labels.push(message.subarray(at + 1, at + 1 + length).toString("latin1"));
    at += length + 1;
  }
}

function presentation(message: Buffer, type: string, start: number, length: number): string {
  const data = message.subarray(start, start + length);
  const unknown = `\\# ${length}${length > 0 ? ` ${data.toString("hex")}` : ""}`;
  switch (type) {
    case "A":
      return length === 4 ? [...data].join(".") : unknown;
    case "AAAA": {
      if (length !== 16) return unknown;
      const groups = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(2 * index).toString(16));
      return groups
        .join(":")
        .replace(/\b(?:0:)+0\b|\b0(?::0)+\b/, "")
        .replace(/^:?|:?$/g, (edge) => edge)
        .replace(/:{2,}|^$/, "::");
    }
    case "MX":
      return `${data.readUInt16BE(0)} ${readName(message, start + 2).name}`;
    case "CNAME":
    case "DNAME":
    case "NS":
    case "PTR":
      return readName(message, start).name;
    case "TLSA":
      return length >= 3
        ? `${data[0]} ${data[1]} ${data[2]} ${data.subarray(3).toString("hex")}`.trimEnd()
        : unknown;
    default:
      return unknown;
  }
}

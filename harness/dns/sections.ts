import { HarnessError } from "../words/errors.ts";
import { rcodes, readName, typeName } from "./message.ts";
import { wireName } from "./name.ts";
import { namesInRdata, type ResourceRecord, rawRecord } from "./record.ts";

/** A whole DNS message (RFC 1035 section 4), its records as a zone holds them: names in RDATA are no longer compressed. */
export interface Message {
  /** QR. */
  readonly response: boolean;
  readonly opcode: number;
  /** AA, TC, RA, AD. */
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticated: boolean;
  readonly rcode: string;
  readonly question: { readonly name: string; readonly type: string } | null;
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  /** Without OPT. */
  readonly additional: readonly ResourceRecord[];
  /** Of the OPT record (RFC 6891); null: there is none. */
  readonly edns: { readonly payload: number; readonly do: boolean } | null;
  /** Of the whole message; what stands behind its last record is in `trailing`. */
  readonly octets: number;
  readonly trailing: number;
}

const opt = 41;

/** HarnessError: there is none. */
export function decodeHeader(bytes: Uint8Array): Pick<Message, "rcode" | "truncated" | "octets"> {
  const message = Buffer.from(bytes);
  if (message.length < 12) throw new HarnessError(`a DNS message of ${message.length} octets has no header`);
  const flags = message.readUInt16BE(2);
  return {
    rcode: rcodes[flags & 15] ?? `RCODE${flags & 15}`,
    truncated: (flags & 0x200) !== 0,
    octets: message.length,
  };
}

/** HarnessError: what the message's header says is there cannot be read. */
export function decodeMessage(bytes: Uint8Array): Message {
  const header = decodeHeader(bytes);
  const message = Buffer.from(bytes);
  const flags = message.readUInt16BE(2);
  const [questions = 0, ...counts] = [4, 6, 8, 10].map((at) => message.readUInt16BE(at));
  let at = 12;
  let question: Message["question"] = null;
  const need = (end: number): void => {
    if (end > message.length)
      throw new HarnessError(`a DNS message of ${message.length} octets ends in the middle of a record`);
  };
  for (let index = 0; index < questions; index++) {
    const { name, end } = readName(message, at);
    need(end + 4);
    question ??= { name, type: typeName(message.readUInt16BE(end)) };
    at = end + 4;
  }
  let edns: Message["edns"] = null;
  const sections = counts.map((count) => {
    const records: ResourceRecord[] = [];
    for (let index = 0; index < count; index++) {
      const { name, end } = readName(message, at);
      need(end + 10);
      const [type, ttl] = [message.readUInt16BE(end), message.readUInt32BE(end + 4)];
      const start = end + 10;
      at = start + message.readUInt16BE(end + 8);
      need(at);
      if (type === opt) edns = { payload: message.readUInt16BE(end + 2), do: (ttl & 0x8000) !== 0 };
      else records.push(rawRecord(name, typeName(type), ttl, plainRdata(message, typeName(type), start, at)));
    }
    return records;
  });
  const [answer = [], authority = [], additional = []] = sections;
  return {
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x400) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    authenticated: (flags & 0x20) !== 0,
    ...{ ...header, question, answer, authority, additional, edns },
    trailing: message.length - at,
  };
}

/** RDATA with the names that may be compressed in it (RFC 3597 4) written out. */
function plainRdata(message: Buffer, type: string, start: number, end: number): Buffer {
  const names = namesInRdata[type];
  if (!names) return message.subarray(start, end);
  const parts = [message.subarray(start, start + names.from)];
  let at = start + names.from;
  for (let index = 0; index < names.count; index++) {
    const read = readName(message, at);
    parts.push(Buffer.from(wireName(read.name)));
    at = read.end;
  }
  if (at > end) throw new HarnessError(`a name in the RDATA of ${type} runs past its end`);
  return Buffer.concat([...parts, message.subarray(at, end)]);
}

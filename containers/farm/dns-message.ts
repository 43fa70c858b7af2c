/** DNS messages as the relay sees them: the header and the question; all else is passed on as it is (RFC 1035 section 4.1). */

export const headerOctets = 12;

/** In octet 2 and octet 3 of the header. */
const bits = { qr: 0x80, opcode: 0x78, aa: 0x04, tc: 0x02, rd: 0x01, ra: 0x80, ad: 0x20, cd: 0x10 } as const;

export const rcodes = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 } as const;

export interface Question {
  /** With final dot, lower case; dots and backslashes within labels with a backslash before them. */
  readonly name: string;
  readonly type: number;
  /** Where it ends in the message. */
  readonly end: number;
}

export function isQuery(message: Buffer): boolean {
  return message.length >= headerOctets && ((message[2] ?? 0) & bits.qr) === 0;
}

export function isResponse(message: Buffer): boolean {
  return message.length >= headerOctets && ((message[2] ?? 0) & bits.qr) !== 0;
}

export function idOf(message: Buffer): number {
  return message.readUInt16BE(0);
}

export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeUInt16BE(id, 0);
  return copy;
}

export function isTruncated(message: Buffer): boolean {
  return ((message[2] ?? 0) & bits.tc) !== 0;
}

export function rcodeOf(message: Buffer): number {
  return (message[3] ?? 0) & 0x0f;
}

/** undefined: it is no standard query with one question, or is cut short. */
export function readQuestion(message: Buffer): Question | undefined {
  if (!isQuery(message) || ((message[2] ?? 0) & bits.opcode) !== 0 || message.readUInt16BE(4) !== 1)
    return undefined;
  const name: number[] = [];
  let at = headerOctets;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    const end = at + 1 + length;
    // Neither a pointer nor a label of another kind has a place in a question.
    if (length > 63 || end >= message.length || end - headerOctets > 254) return undefined;
    for (at += 1; at < end; at += 1) {
      const octet = message[at] ?? 0;
      if (octet === dot || octet === backslash) name.push(backslash);
      name.push(octet >= 65 && octet <= 90 ? octet + 32 : octet);
    }
    name.push(dot);
  }
  const end = at + 5;
  if (end > message.length) return undefined;
  return { name: String.fromCharCode(...name) || ".", type: message.readUInt16BE(at + 1), end };
}

const dot = 0x2e;
const backslash = 0x5c;

/** The true answer, or the question, with other flags. */
export function withFlags(
  message: Buffer,
  { ad, cd, ra }: { readonly ad?: boolean; readonly cd?: boolean; readonly ra?: true },
): Buffer {
  const copy = Buffer.from(message);
  let octet = copy[3] ?? 0;
  if (ad !== undefined) octet = ad ? octet | bits.ad : octet & ~bits.ad;
  if (ra) octet |= bits.ra;
  if (cd !== undefined) octet = cd ? octet | bits.cd : octet & ~bits.cd;
  copy[3] = octet;
  return copy;
}

export function hasCd(message: Buffer): boolean {
  return ((message[3] ?? 0) & bits.cd) !== 0;
}

/** The question without what comes behind it: no EDNS. */
export function withoutEdns(query: Buffer, { end }: Question): Buffer {
  const copy = Buffer.from(query.subarray(0, end));
  copy.fill(0, 6, headerOctets);
  return copy;
}

/** The question's name with each letter in the other case. */
export function inOtherCase(query: Buffer, { end }: Question): Buffer {
  const copy = Buffer.from(query);
  for (let at = headerOctets; at < end - 4; at++) {
    // Octets that tell lengths are below those of letters.
    const octet = copy[at] ?? 0;
    if ((octet >= 65 && octet <= 90) || (octet >= 97 && octet <= 122)) copy[at] = octet ^ 0x20;
  }
  return copy;
}

/** An answer of the relay's own: the question again, these records, and EDNS where the question had it. */
export function replyTo(
  query: Buffer,
  { end }: Question,
  {
    rcode = rcodes.noError,
    truncated = false,
    answers = [],
  }: { readonly rcode?: number; readonly truncated?: boolean; readonly answers?: readonly Buffer[] },
): Buffer {
  const flags = query[2] ?? 0;
  const recursive = (flags & bits.rd) !== 0;
  const definite = rcode === rcodes.noError || rcode === rcodes.nxDomain;
  const edns = optOf(query, end);
  const header = Buffer.alloc(headerOctets);
  query.copy(header, 0, 0, 2);
  header[2] =
    bits.qr |
    (flags & (bits.opcode | bits.rd)) |
    // Whoever asks for recursion asks a resolver, which is not the authority.
    (definite && !recursive ? bits.aa : 0) |
    (truncated ? bits.tc : 0);
  header[3] = (recursive ? bits.ra : 0) | ((query[3] ?? 0) & bits.cd) | rcode;
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  header.writeUInt16BE(edns.length, 10);
  return Buffer.concat([header, query.subarray(headerOctets, end), ...answers, ...edns]);
}

/** A record at the name of the question. */
export function recordHere(type: number, ttl: number, rdata: Buffer): Buffer {
  // A pointer to the question's name, class IN.
  const head = Buffer.from([0xc0, headerOctets, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(rdata.length, 10);
  return Buffer.concat([head, rdata]);
}

/** RFC 6891 6.1.1: whoever was asked with EDNS answers with it. The DO bit is copied (RFC 3225 3). */
function optOf(query: Buffer, end: number): readonly Buffer[] {
  const isOpt = query[end] === 0 && query.length >= end + 11 && query.readUInt16BE(end + 1) === 41;
  if (query.readUInt16BE(10) === 0 || !isOpt) return [];
  const option = Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, (query[end + 7] ?? 0) & 0x80, 0, 0, 0]);
  return [option];
}

import forge from "node-forge";

/** DER (X.690) by node-forge: the few types that certificates are made of. */
export type Node = forge.asn1.Asn1;

const { asn1 } = forge;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;
const { Type } = asn1;

function primitive(type: forge.asn1.Type, value: string): Node {
  return asn1.create(UNIVERSAL, type, false, value);
}

/** node-forge holds octets as text. */
export function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

export function sequence(...items: readonly Node[]): Node {
  return asn1.create(UNIVERSAL, Type.SEQUENCE, true, [...items]);
}

export function set(...items: readonly Node[]): Node {
  return asn1.create(UNIVERSAL, Type.SET, true, [...items]);
}

/** A tag of the context in place of the type's own. */
export function tagged(tag: number, value: Uint8Array | readonly Node[]): Node {
  return value instanceof Uint8Array
    ? asn1.create(CONTEXT_SPECIFIC, tag, false, binary(value))
    : asn1.create(CONTEXT_SPECIFIC, tag, true, [...value]);
}

export function oid(text: string): Node {
  return primitive(Type.OID, asn1.oidToDer(text).getBytes());
}

/** The octets are those of a number of two's complement, most significant first. */
export function integer(octets: Uint8Array): Node {
  return primitive(Type.INTEGER, binary(octets));
}

export const truth = primitive(Type.BOOLEAN, "\xff");
export const nothing = primitive(Type.NULL, "");

export function octetString(octets: Uint8Array): Node {
  return primitive(Type.OCTETSTRING, binary(octets));
}

export function bitString(octets: Uint8Array, unusedBits = 0): Node {
  return primitive(Type.BITSTRING, String.fromCharCode(unusedBits) + binary(octets));
}

/** Named bits (X.690 11.2.2): without zero bits at the end. */
export function bits(set: readonly number[]): Node {
  const last = Math.max(...set, -1);
  const octets = Buffer.alloc(Math.ceil((last + 1) / 8));
  for (const bit of set) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return bitString(octets, octets.length * 8 - last - 1);
}

export function utf8String(text: string): Node {
  return primitive(Type.UTF8, binary(Buffer.from(text)));
}

export function printableString(text: string): Node {
  return primitive(Type.PRINTABLESTRING, text);
}

/** RFC 5280 4.1.2.5: UTCTime through 2049. */
export function time(date: Date): Node {
  return date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date).toString())
    : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date).toString());
}

export function encoded(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), "latin1");
}

/** A SEQUENCE of parts that are DER already, and stay octet for octet what they are. */
export function sequenceOfEncoded(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(content.length);
  const significant = octets.subarray(octets.findIndex((octet) => octet > 0));
  const length = content.length < 128 ? [content.length] : [0x80 | significant.length, ...significant];
  return Buffer.concat([Buffer.from([0x30, ...length]), content]);
}

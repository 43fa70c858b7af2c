import { createHash, randomBytes } from "node:crypto";
import forge from "node-forge";
import type { SigningKey } from "./keys.ts";

/** X.509 certificates (RFC 5280): structure by node-forge's ASN.1, keys and signatures by node:crypto, so that any key type serves. */
export interface Certificate {
  readonly der: Uint8Array;
  readonly spki: Uint8Array;
  readonly pem: string;
}

/** An attribute of a distinguished name: object identifier and text. */
export type NameAttribute = readonly [oid: string, text: string];

export const oids = {
  commonName: "2.5.4.3",
  serialNumber: "2.5.4.5",
  country: "2.5.4.6",
  locality: "2.5.4.7",
  organization: "2.5.4.10",
  businessCategory: "2.5.4.15",
  jurisdictionCountry: "1.3.6.1.4.1.311.60.2.1.3",
  domainValidated: "2.23.140.1.2.1",
  extendedValidation: "2.23.140.1.1",
} as const;

export interface CertificateInput {
  readonly subject: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  readonly key: SigningKey;
  readonly issuerKey: SigningKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** dNSName entries; none: no subjectAltName. */
  readonly names: readonly string[];
  readonly ca: boolean;
  /** A certificate policy. */
  readonly policy: string | null;
}

type Node = forge.asn1.Asn1;
const { asn1 } = forge;
const { UNIVERSAL, CONTEXT_SPECIFIC } = asn1.Class;

function primitive(type: forge.asn1.Type, value: string): Node {
  return asn1.create(UNIVERSAL, type, false, value);
}
function sequence(...items: readonly Node[]): Node {
  return asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, [...items]);
}
function set(...items: readonly Node[]): Node {
  return asn1.create(UNIVERSAL, asn1.Type.SET, true, [...items]);
}
function tagged(tag: number, constructed: boolean, value: string | Node[]): Node {
  return asn1.create(CONTEXT_SPECIFIC, tag, constructed, value);
}
function oid(text: string): Node {
  return primitive(asn1.Type.OID, asn1.oidToDer(text).getBytes());
}
function binary(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
function octets(value: string): Node {
  return primitive(asn1.Type.OCTETSTRING, value);
}
function encoded(node: Node): Buffer {
  return Buffer.from(asn1.toDer(node).getBytes(), "latin1");
}
function decoded(der: Uint8Array): Node {
  return asn1.fromDer(binary(der));
}

function distinguishedName(attributes: readonly NameAttribute[]): Node {
  return sequence(
    ...attributes.map(([type, text]) => {
      const printable =
        type === oids.country || type === oids.jurisdictionCountry || type === oids.serialNumber;
      return set(
        sequence(
          oid(type),
          primitive(
            printable ? asn1.Type.PRINTABLESTRING : asn1.Type.UTF8,
            Buffer.from(text).toString("latin1"),
          ),
        ),
      );
    }),
  );
}

/** RFC 5280 4.1.2.5: UTCTime through 2049. */
function time(date: Date): Node {
  return date.getUTCFullYear() < 2050
    ? primitive(asn1.Type.UTCTIME, asn1.dateToUtcTime(date).toString())
    : primitive(asn1.Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date).toString());
}

/** Signature algorithms: RFC 4055 (RSA), RFC 5758 (ECDSA), RFC 8410 (Ed25519). */
function signatureAlgorithm(key: SigningKey): Node {
  switch (key.type) {
    case "rsa2048":
      return sequence(oid("1.2.840.113549.1.1.11"), primitive(asn1.Type.NULL, ""));
    case "p256":
      return sequence(oid("1.2.840.10045.4.3.2"));
    case "p384":
      return sequence(oid("1.2.840.10045.4.3.3"));
    case "ed25519":
      return sequence(oid("1.3.101.112"));
  }
}

/** RFC 7093 section 2, method 4: a hash of the whole SubjectPublicKeyInfo, here its first 160 bits. */
function keyIdentifier(spki: Uint8Array): string {
  return binary(createHash("sha256").update(spki).digest().subarray(0, 20));
}

function extension(id: string, critical: boolean, value: Node): Node {
  return sequence(
    oid(id),
    ...(critical ? [primitive(asn1.Type.BOOLEAN, "\xff")] : []),
    octets(binary(encoded(value))),
  );
}

function extensions({ subject, key, issuerKey, names, ca, policy }: CertificateInput): Node {
  const digitalSignature = "\x07\x80";
  const certificateAndCrlSigning = "\x01\x06";
  return sequence(
    extension("2.5.29.19", ca, sequence(...(ca ? [primitive(asn1.Type.BOOLEAN, "\xff")] : []))),
    extension(
      "2.5.29.15",
      true,
      primitive(asn1.Type.BITSTRING, ca ? certificateAndCrlSigning : digitalSignature),
    ),
    ...(ca ? [] : [extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1")))]),
    extension("2.5.29.14", false, octets(keyIdentifier(key.spki))),
    extension("2.5.29.35", false, sequence(tagged(0, false, keyIdentifier(issuerKey.spki)))),
    ...(names.length > 0
      ? // Critical where it alone names the subject (RFC 5280 4.1.2.6).
        [
          extension(
            "2.5.29.17",
            subject.length === 0,
            sequence(...names.map((name) => tagged(2, false, name))),
          ),
        ]
      : []),
    ...(policy ? [extension("2.5.29.32", false, sequence(sequence(oid(policy))))] : []),
  );
}

export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

export function createCertificate(input: CertificateInput): Certificate {
  const serial = randomBytes(16);
  // Positive, and never with leading zeroes (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const algorithm = signatureAlgorithm(input.issuerKey);
  const body = encoded(
    sequence(
      tagged(0, true, [primitive(asn1.Type.INTEGER, "\x02")]),
      primitive(asn1.Type.INTEGER, binary(serial)),
      algorithm,
      distinguishedName(input.issuer),
      sequence(time(input.notBefore), time(input.notAfter)),
      distinguishedName(input.subject),
      decoded(input.key.spki),
      tagged(3, true, [extensions(input)]),
    ),
  );
  const signature = primitive(asn1.Type.BITSTRING, `\x00${binary(input.issuerKey.sign(body))}`);
  const der = derSequence(body, encoded(algorithm), encoded(signature));
  return { der, spki: input.key.spki, pem: pemOf(der) };
}

/** A SEQUENCE of parts that are DER already: the signed octets must not be encoded a second time. */
function derSequence(...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? [content.length]
      : content.length < 256
        ? [0x81, content.length]
        : [0x82, content.length >> 8, content.length & 255];
  return Buffer.concat([Buffer.from([0x30, ...length]), content]);
}

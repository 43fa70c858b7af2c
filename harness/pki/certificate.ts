import { randomBytes } from "node:crypto";
import type { KeyPurpose, KeyUsage, OddExtension } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import {
  bitString,
  encoded,
  integer,
  type Node,
  nothing,
  oid,
  printableString,
  sequence,
  sequenceOfEncoded,
  set,
  tagged,
  time,
  utf8String,
} from "./der.ts";
import { extensionsOf } from "./extensions.ts";
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
  anyPolicy: "2.5.29.32.0",
} as const;

/** What is left out is as in most certificates. */
export interface CertificateInput {
  readonly subject: readonly NameAttribute[];
  readonly issuer: readonly NameAttribute[];
  readonly key: SigningKey;
  readonly issuerKey: SigningKey;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Entries of subjectAltName; none at all: no extension. */
  readonly names: readonly string[];
  readonly addresses?: readonly string[];
  readonly emails?: readonly string[];
  readonly ca: boolean;
  readonly pathLength?: number;
  /** A certificate policy. */
  readonly policy: string | null;
  /** null: no extension. */
  readonly keyUsage?: readonly KeyUsage[] | null;
  readonly purposes?: readonly KeyPurpose[];
  /** Excluded dNSName subtrees. */
  readonly excludes?: readonly string[];
  readonly odd?: readonly OddExtension[];
  /** Octets of an extension without meaning. */
  readonly padding?: number;
  readonly version?: 1 | 3;
  readonly digest?: "usual" | "sha1";
  /** other: not the one that those whom it issued name as their issuer's. */
  readonly keyIdentifier?: "other";
}

const printable: readonly string[] = [oids.country, oids.jurisdictionCountry, oids.serialNumber];

function distinguishedName(attributes: readonly NameAttribute[]): Node {
  return sequence(
    ...attributes.map(([type, text]) =>
      set(sequence(oid(type), printable.includes(type) ? printableString(text) : utf8String(text))),
    ),
  );
}

/** Signature algorithms: RFC 3279 (with SHA-1), RFC 4055 (RSA), RFC 5758 (ECDSA), RFC 8410 (Ed25519). */
function signatureAlgorithm({ type }: SigningKey, digest: "usual" | "sha1"): Node {
  switch (type) {
    case "rsa1024":
    case "rsa2048":
    case "rsa4096":
      return sequence(oid(digest === "sha1" ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11"), nothing);
    case "p256":
      return sequence(oid(digest === "sha1" ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2"));
    case "p384":
      return sequence(oid(digest === "sha1" ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.3"));
    case "ed25519":
      if (digest === "sha1") throw new UsageError("an Ed25519 key cannot sign with SHA-1; use another key");
      return sequence(oid("1.3.101.112"));
  }
}

export function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

export function createCertificate(input: CertificateInput): Certificate {
  const { issuerKey, digest = "usual", version = 3 } = input;
  const serial = randomBytes(16);
  // Positive, and never with leading zeroes (RFC 5280 4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const algorithm = signatureAlgorithm(issuerKey, digest);
  const body = sequenceOfEncoded(
    ...(version === 3 ? [encoded(tagged(0, [integer(Buffer.from([2]))]))] : []),
    encoded(integer(serial)),
    encoded(algorithm),
    encoded(distinguishedName(input.issuer)),
    encoded(sequence(time(input.notBefore), time(input.notAfter))),
    encoded(distinguishedName(input.subject)),
    input.key.spki,
    ...(version === 3 ? [encoded(tagged(3, [extensionsOf(input)]))] : []),
  );
  const signature = bitString(issuerKey.sign(body, digest));
  const der = sequenceOfEncoded(body, encoded(algorithm), encoded(signature));
  return { der, spki: input.key.spki, pem: pemOf(der) };
}

import { X509Certificate } from "node:crypto";
import { messageOf, UsageError } from "../words/errors.ts";
import { type Element, elementsOf, tags } from "./der-elements.ts";

/** A certificate as a sender looks at it. */
export interface ReadCertificate {
  readonly der: Buffer;
  /** SubjectPublicKeyInfo, octet for octet as it stands in the certificate: what selector 1 takes (RFC 6698 2.1.2). */
  readonly spki: Buffer;
  readonly x509: X509Certificate;
  /** Names, DER. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isCa: boolean;
  /** How many intermediates may stand between it and the server's certificate (RFC 5280 4.2.1.9). */
  readonly pathLength?: number;
  /** dNSName subtrees of its name constraints (RFC 5280 4.2.1.10); null: no names are left out. */
  readonly permitted: readonly string[] | null;
  readonly excluded: readonly string[];
  /** Its own key's identifier, and the one by which it names its issuer's key (RFC 5280 4.2.1.1, 4.2.1.2). */
  readonly keyId?: Buffer;
  readonly issuerKeyId?: Buffer;
}

/** UsageError: the octets are no certificate. */
export function readCertificate(bytes: Uint8Array): ReadCertificate {
  const der = Buffer.from(bytes);
  let x509: X509Certificate;
  try {
    x509 = new X509Certificate(der);
  } catch (error) {
    throw new UsageError(`no certificate: ${messageOf(error)}`);
  }
  const { issuer, subject, spki, extensions } = partsOf(der);
  const extension = (id: Buffer): Buffer => {
    const found = extensions.find(({ content }) => elementsOf(content)[0]?.content.equals(id));
    const value = found && elementsOf(found.content).at(-1);
    const [inner] = value ? elementsOf(value.content) : [];
    return inner?.content ?? Buffer.alloc(0);
  };
  const length = elementsOf(extension(ids.basicConstraints)).find(({ tag }) => tag === tags.integer)?.content;
  const constraints = elementsOf(extension(ids.nameConstraints));
  const keyId = extension(ids.subjectKeyIdentifier);
  const issuerKeyId = elementsOf(extension(ids.authorityKeyIdentifier)).find(
    ({ tag }) => tag === tags.implicit(0),
  )?.content;
  const permitted = subtrees(constraints, 0);
  return {
    der,
    spki,
    x509,
    subject,
    issuer,
    notBefore: x509.validFromDate,
    notAfter: x509.validToDate,
    isCa: x509.ca,
    ...(length && length.length > 0 && length.length <= 6
      ? { pathLength: length.readUIntBE(0, length.length) }
      : {}),
    permitted: permitted.length > 0 ? permitted : null,
    excluded: subtrees(constraints, 1),
    ...(keyId.length > 0 ? { keyId } : {}),
    ...(issuerKeyId ? { issuerKeyId } : {}),
  };
}

/** 2.5.29.14, .19, .30 and .35. */
const ids = {
  subjectKeyIdentifier: Buffer.from([0x55, 0x1d, 0x0e]),
  authorityKeyIdentifier: Buffer.from([0x55, 0x1d, 0x23]),
  basicConstraints: Buffer.from([0x55, 0x1d, 0x13]),
  nameConstraints: Buffer.from([0x55, 0x1d, 0x1e]),
} as const;

/** RFC 5280 4.1: [0] version, serial number, algorithm, issuer, validity, subject, key; [3] extensions. */
function partsOf(der: Buffer) {
  const [certificate] = elementsOf(der);
  const [body] = certificate ? elementsOf(certificate.content) : [];
  const parts = (body ? elementsOf(body.content) : []).filter(({ tag }) => tag !== tags.context(0));
  const [, , issuer, , subject, key] = parts;
  if (!issuer || !subject || !key) throw new UsageError("no certificate: parts of it are missing");
  const [extensions] = parts
    .filter(({ tag }) => tag === tags.context(3))
    .flatMap(({ content }) => elementsOf(content));
  return {
    issuer: issuer.whole,
    subject: subject.whole,
    spki: key.whole,
    extensions: extensions ? elementsOf(extensions.content) : [],
  };
}

/** GeneralSubtrees under this tag, of those that are dNSName, [2]. */
function subtrees(constraints: readonly Element[], tag: 0 | 1): readonly string[] {
  return constraints
    .filter((one) => one.tag === tags.context(tag))
    .flatMap(({ content }) => elementsOf(content))
    .flatMap(({ content }) => elementsOf(content).slice(0, 1))
    .filter((base) => base.tag === tags.implicit(2))
    .map(({ content }) => content.toString("latin1").toLowerCase());
}

/** Whom the certificate is of, in one line: "CN=mx.example.com". */
export function nameOf({ x509 }: ReadCertificate): string {
  const subject = x509.subject?.split("\n").join(", ");
  return subject || dnsNames(x509.subjectAltName)[0] || "without a name";
}

/** dNSName entries of what node:crypto prints of subjectAltName. */
export function dnsNames(subjectAltName: string | undefined): readonly string[] {
  return (subjectAltName ?? "")
    .split(", ")
    .flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice(4)] : []));
}

import type { KeyObject } from "node:crypto";
import { dnsNames, nameOf, type ReadCertificate } from "./certificate.ts";

/** Certificates from the server's to one above it, each issued by the next. */
export type Path = readonly [ReadCertificate, ...ReadCertificate[]];

/** No chain is longer; of certificates that vouch for each other in a circle there would be no end of paths. */
const longest = 12;

/**
 * All paths from the server's certificate through the others, in whatever order they were sent; the shorter ones first. A
 * name and a signature make an issuer here; whether it may be one is told by faultsOf().
 */
export function pathsFrom(leaf: ReadCertificate, others: readonly ReadCertificate[]): readonly Path[] {
  const paths: Path[] = [[leaf]];
  for (let at = 0; at < paths.length && at < 1000; at++) {
    const path = paths[at] ?? [leaf];
    const last = path.at(-1) ?? leaf;
    if (path.length > longest) continue;
    for (const issuer of others) {
      const seen = path.some(({ der }) => der.equals(issuer.der));
      if (!seen && issued(last, issuer)) paths.push([...path, issuer]);
    }
  }
  return paths;
}

/** Key identifiers that disagree make another issuer, as OpenSSL sees it. */
function issued({ issuer, issuerKeyId, x509 }: ReadCertificate, by: ReadCertificate): boolean {
  const otherKey = issuerKeyId && by.keyId && !issuerKeyId.equals(by.keyId);
  return issuer.equals(by.subject) && !otherKey && signedBy(x509, () => by.x509.publicKey);
}

/** False too where node:crypto does not know the key's kind. */
export function signedBy(x509: ReadCertificate["x509"], key: () => KeyObject): boolean {
  try {
    return x509.verify(key());
  } catch {
    return false;
  }
}

export interface Demands {
  /** Reference identifiers (RFC 7672 3.2.2); the names are not looked at where there are none. */
  readonly names: readonly string[];
  readonly now: Date;
}

/**
 * Why senders do not accept the path to the trust anchor, its last certificate; or to a key that signed that (`bareKey`).
 * Where the RFCs leave a thing to the sender, and OpenSSL refuses, it is told too.
 */
export function faultsOf(path: Path, bareKey: boolean, { names, now }: Demands): readonly string[] {
  const [leaf, ...issuers] = path;
  const top = path.length - 1;
  return [
    ...path.flatMap((certificate, depth) => dates(certificate, depth, depth === top && !bareKey, now)),
    ...path.flatMap(({ x509 }, depth) =>
      /sha1|md5/i.test(x509.signatureAlgorithm ?? "") && (depth < top || bareKey)
        ? [`${at(depth)} is signed with ${x509.signatureAlgorithm}, which is too weak`]
        : [],
    ),
    ...issuers.flatMap((issuer, index) => {
      const below = path[index];
      const between = path.slice(1, index + 1).filter((one) => !one.subject.equals(one.issuer)).length;
      return [
        ...(issuer.isCa
          ? []
          : [`${at(index + 1)} issued ${at(index)}, but is no CA's: it has no basic constraint CA:TRUE`]),
        ...(issuer.isCa && below && !below.x509.checkIssued(issuer.x509)
          ? [`${at(index + 1)} signed ${at(index)}, but its key usage does not allow it to sign certificates`]
          : []),
        ...(issuer.pathLength !== undefined && between > issuer.pathLength
          ? [`${at(index + 1)} allows ${issuer.pathLength} intermediates below it, and there are ${between}`]
          : []),
        ...outside(leaf, issuer).map((name) => `${at(index + 1)} does not permit the name ${name}`),
      ];
    }),
    ...purpose(leaf),
    ...wrongNames(leaf, names),
  ];
}

function at(depth: number): string {
  return depth === 0 ? "the server's certificate" : `the certificate at depth ${depth}`;
}

function dates(
  { notBefore, notAfter, subject, issuer }: ReadCertificate,
  depth: number,
  anchor: boolean,
  now: Date,
): readonly string[] {
  // RFC 5280 6.1.1 does not look at the dates of a trust anchor; OpenSSL does, of one that is a root.
  if (anchor && !subject.equals(issuer)) return [];
  const left = anchor ? "; RFC 5280 6.1.1 leaves out a trust anchor's dates, but OpenSSL does not" : "";
  if (now < notBefore) return [`${at(depth)} is not valid before ${day(notBefore)}${left}`];
  if (now > notAfter) return [`${at(depth)} expired on ${day(notAfter)}${left}`];
  return [];
}

export function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** RFC 5280 4.2.1.10, of DNS names. */
function outside({ x509 }: ReadCertificate, { permitted, excluded }: ReadCertificate): readonly string[] {
  const within = (name: string, tree: string): boolean =>
    tree === "" || name === tree.replace(/^\./, "") || name.endsWith(`.${tree.replace(/^\./, "")}`);
  return dnsNames(x509.subjectAltName)
    .map((name) => name.toLowerCase())
    .filter(
      (name) =>
        excluded.some((tree) => within(name, tree)) ||
        (permitted !== null && !permitted.some((tree) => within(name, tree))),
    );
}

/** serverAuth, or any (RFC 5280 4.2.1.12). */
const forServers: readonly string[] = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

function purpose({ x509 }: ReadCertificate): readonly string[] {
  // node:crypto has the extended key usage under this name.
  const purposes: readonly string[] | undefined = x509.keyUsage;
  return purposes === undefined || purposes.some((one) => forServers.includes(one))
    ? []
    : [`${at(0)} is not for servers: its extended key usage lacks serverAuth`];
}

/** RFC 7672 3.2.3: a wildcard stands for the first label; the common name counts only where there is no DNS name. */
function wrongNames(leaf: ReadCertificate, names: readonly string[]): readonly string[] {
  const options = {
    subject: "default",
    wildcards: true,
    partialWildcards: false,
    multiLabelWildcards: false,
  } as const;
  if (names.length === 0 || names.some((name) => leaf.x509.checkHost(name, options) !== undefined)) return [];
  const own = dnsNames(leaf.x509.subjectAltName);
  const shown = own.length > 0 ? own.slice(0, 5).join(", ") + (own.length > 5 ? ", …" : "") : nameOf(leaf);
  return [`${at(0)} is not of ${names.join(" or ")}, but of ${shown} (RFC 7672 3.2)`];
}

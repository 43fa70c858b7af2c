import { createPublicKey, type KeyObject } from "node:crypto";
import { associationData, tlsaMatches } from "../pki/tlsa.ts";
import { nameOf, type ReadCertificate, readCertificate } from "./certificate.ts";
import type { Material } from "./input.ts";
import { acronyms, type TlsaRecord } from "./records.ts";
import { type Demands, faultsOf, type Path, pathsFrom, signedBy } from "./trust-path.ts";

/** What a sender with DANE makes of a server's TLSA records, and why (RFC 7672 3, RFC 7671 5 and 9). */

export type Verdict = "match" | "no match" | "set aside" | "unusable";

export interface Finding {
  readonly record: TlsaRecord;
  readonly verdict: Verdict;
  /** Where in the chain the certificate stands that it matches, 0: the server's; null: in the record itself, or none. */
  readonly depth: number | null;
  /** One reason at least. */
  readonly because: readonly string[];
}

export interface Check {
  readonly findings: readonly Finding[];
  /** What becomes of mail from a sender with opportunistic DANE. */
  readonly outcome: "authenticated" | "encrypted" | "deferred";
}

/** What the records are compared with: certificate and key, or the key alone. */
type Compared = Pick<ReadCertificate, "spki"> & Partial<ReadCertificate>;

export function checkRecords(
  records: readonly TlsaRecord[],
  { certificates, keys }: Material,
  demands: Demands,
): Check {
  const chain = certificates.length > 0 ? certificates : keys.slice(0, 1);
  const judged = records.map((record) => judge(record, chain, demands));
  const findings = judged.map((finding) => setAside(finding, judged));
  const usable = findings.filter(({ verdict }) => verdict !== "unusable");
  return {
    findings,
    outcome: usable.some(({ verdict }) => verdict === "match")
      ? "authenticated"
      : usable.length > 0
        ? "deferred"
        : "encrypted",
  };
}

/** RFC 7671 9: of the digests of one usage and selector the strongest counts only. */
function setAside(finding: Finding, all: readonly Finding[]): Finding {
  const { usage, selector, matchingType } = finding.record;
  const stronger = all.find(
    ({ record, verdict }) =>
      verdict !== "unusable" &&
      record.usage === usage &&
      record.selector === selector &&
      record.matchingType > matchingType,
  );
  if (finding.verdict !== "match" || matchingType === 0 || !stronger) return finding;
  const above = `${usage} ${selector} ${stronger.record.matchingType}`;
  return {
    ...finding,
    verdict: "set aside",
    because: [
      ...finding.because,
      `but there is a ${above}, and senders look only at the strongest digest of a usage and selector (RFC 7671 9)`,
    ],
  };
}

function judge(record: TlsaRecord, chain: readonly Compared[], demands: Demands): Finding {
  const found = (verdict: Verdict, depth: number | null, ...because: readonly string[]): Finding => ({
    record,
    verdict,
    depth,
    because,
  });
  const unusable = whyUnusable(record);
  if (unusable) return found("unusable", null, unusable, ...hints(record, chain));
  const [leaf] = chain;
  const missing = whatIsMissing(record, leaf);
  if (missing) return found("no match", null, missing);
  const places = placesOf(record, chain);
  if (record.usage === 3) {
    return places.includes(0)
      ? found(
          "match",
          0,
          `${whole(record)} ${who(chain, 0)}; its names and dates do not matter (RFC 7672 3.1.1)`,
        )
      : found("no match", null, ...mismatch(record, chain));
  }
  const certificates = chain.flatMap((one) => (isCertificate(one) ? [one] : []));
  const [best] = anchored(record, certificates)
    .map((one) => ({ ...one, faults: faultsOf(one.path, one.bareKey, demands) }))
    .sort((a, b) => a.faults.length - b.faults.length);
  if (!best) return found("no match", null, ...mismatch(record, chain));
  const depth = best.bareKey || best.inRecord ? null : certificates.indexOf(best.path.at(-1) ?? best.path[0]);
  const of = depth === null ? anchorInRecord(best.bareKey) : `${whole(record)} ${who(chain, depth)}`;
  if (best.faults.length > 0)
    return found(
      "no match",
      depth,
      `${of}; senders do not take it as the server's trust anchor, as`,
      ...best.faults,
    );
  return found(
    "match",
    depth,
    depth === null ? of : `${of}, which vouches for the server's`,
    ...(demands.names.length === 0
      ? ["names were not looked at: --name tells the host's; the certificate must have it (RFC 7672 3.2.2)"]
      : []),
  );
}

function isCertificate(one: Compared): one is ReadCertificate {
  return one.der !== undefined;
}

function anchorInRecord(bareKey: boolean): string {
  return bareKey
    ? "the record holds the key of the CA that signed the chain; the server should send the CA's certificate too, as not every sender verifies without it (RFC 7671 5.2.3)"
    : "the record holds the CA's certificate itself, which the server does not send (RFC 7671 5.2.2)";
}

interface Anchored {
  readonly path: Path;
  /** The anchor is a key in the record that signed the last certificate of the path. */
  readonly bareKey: boolean;
  /** The anchor's certificate stands in the record only. */
  readonly inRecord: boolean;
}

/** Paths from the server's certificate to what the record names as the trust anchor. */
function anchored(record: TlsaRecord, certificates: readonly ReadCertificate[]): readonly Anchored[] {
  const [leaf, ...others] = certificates;
  if (!leaf) return [];
  const own = record.selector === 0 ? certificateIn(record) : undefined;
  const isSent = own && others.some(({ der }) => der.equals(own.der));
  const key = record.selector === 1 ? keyIn(record) : undefined;
  const paths = pathsFrom(leaf, own && !isSent ? [...others, own] : others);
  const ofCertificates = paths.flatMap((path): readonly Anchored[] => {
    const last = path.at(-1) ?? leaf;
    return path.length > 1 && placesOf(record, [last]).length > 0
      ? [{ path, bareKey: false, inRecord: last === own }]
      : [];
  });
  // Where the certificate over the key is sent, OpenSSL goes by what it says.
  if (!key || ofCertificates.length > 0) return ofCertificates;
  return paths
    .filter((path) => signedBy((path.at(-1) ?? leaf).x509, () => key))
    .map((path) => ({ path, bareKey: true, inRecord: false }));
}

/** Matching type 0: what the record holds is itself a certificate or a key. */
function certificateIn({ matchingType, data }: TlsaRecord): ReadCertificate | undefined {
  try {
    return matchingType === 0 ? readCertificate(data) : undefined;
  } catch {
    return undefined;
  }
}

function keyIn({ matchingType, data }: TlsaRecord): KeyObject | undefined {
  try {
    return matchingType === 0 ? createPublicKey({ key: data, format: "der", type: "spki" }) : undefined;
  } catch {
    return undefined;
  }
}

const digests: Readonly<Record<number, { readonly name: string; readonly octets: number }>> = {
  1: { name: "SHA-256", octets: 32 },
  2: { name: "SHA-512", octets: 64 },
};

/** RFC 6698 4.1; RFC 7672 3.1.3. */
function whyUnusable(record: TlsaRecord): string | undefined {
  const { usage, selector, matchingType, data } = record;
  if (usage === 0 || usage === 1)
    return `certificate usage ${usage} (${acronyms(record).split(" ")[0]}) has no meaning in SMTP (RFC 7672 3.1.3)`;
  if (usage > 3) return `nobody knows certificate usage ${usage}; there are 2 and 3 in SMTP`;
  if (selector > 1) return `nobody knows selector ${selector}; there are 0 and 1`;
  if (matchingType > 2) return `nobody knows matching type ${matchingType}; there are 0, 1 and 2`;
  const digest = digests[matchingType];
  if (digest && data.length !== digest.octets)
    return `its data is ${data.length} octets long; ${digest.name} has ${digest.octets}`;
  if (!digest && !(selector === 0 ? certificateIn(record) : keyIn(record)))
    return `its data is no ${selector === 0 ? "certificate" : "public key"}, and matching type 0 wants a whole one`;
  return undefined;
}

function whatIsMissing({ usage, selector }: TlsaRecord, leaf: Compared | undefined): string | undefined {
  if (leaf && isCertificate(leaf)) return undefined;
  if (usage === 2) return "a trust anchor is looked for in a chain of certificates, and there is a key only";
  return selector === 0 ? "it is about a certificate, and there is a key only" : undefined;
}

function placesOf(
  { usage, selector, matchingType, data }: TlsaRecord,
  chain: readonly Compared[],
): readonly number[] {
  const rdata = Buffer.concat([Buffer.from([usage, selector, matchingType]), data]);
  return tlsaMatches(
    rdata,
    chain.map(({ der = Buffer.alloc(0), spki }) => ({ der, spki })),
  );
}

/** "SHA-256 of the public key of" */
function whole({ selector, matchingType }: TlsaRecord): string {
  const what = selector === 0 ? "" : "the public key of ";
  const digest = digests[matchingType];
  return digest ? `${digest.name} of ${what}`.trimEnd() : `the whole of ${what}`.trimEnd();
}

function who(chain: readonly Compared[], depth: number): string {
  const one = chain[depth];
  if (!one || !isCertificate(one)) return "the server";
  return `${depth === 0 ? "the server's certificate" : "the certificate"} at depth ${depth}, ${nameOf(one)}`;
}

function mismatch(record: TlsaRecord, chain: readonly Compared[]): readonly string[] {
  const { usage, selector, matchingType } = record;
  const told = hints(record, chain);
  if (told.length > 0) return told;
  const what = selector === 0 ? "" : "'s public key";
  return [
    usage === 3
      ? `it is not ${whole(record)} the server's certificate; that would be ${shortData(chain[0], selector, matchingType)}`
      : `no certificate${what} of the chain has this ${digests[matchingType]?.name ?? "content"}; the server must send the trust anchor's certificate too (RFC 7672 3.1.2)`,
  ];
}

function shortData(one: Compared | undefined, selector: number, matchingType: number): string {
  const [, data] = one
    ? (forms(one).find(([form]) => form[0] === selector && form[1] === matchingType) ?? [])
    : [];
  return data === undefined ? "another" : `${data.toString("hex", 0, 6)}…`;
}

type Form = readonly [selector: 0 | 1, matchingType: 0 | 1 | 2];

/** Association data of every form. */
function forms({ der, spki }: Compared): readonly (readonly [Form, Buffer])[] {
  const selectors = der ? ([0, 1] as const) : ([1] as const);
  return selectors.flatMap((selector) =>
    ([0, 1, 2] as const).map(
      (type) => [[selector, type], associationData({ der: der ?? spki, spki }, selector, type)] as const,
    ),
  );
}

/** What the data is where it is something else than the record says. */
function hints(
  { usage, selector, matchingType, data }: TlsaRecord,
  chain: readonly Compared[],
): readonly string[] {
  const right = chain.flatMap((one, depth) =>
    forms(one).flatMap(([[s, t], octets]) => {
      const offered = depth === 0 ? 3 : 2;
      if (!octets.equals(data)) return [];
      const told = `its data is that of ${who(chain, depth)}`;
      if (s !== selector || t !== matchingType) return [`${told}, in the form ${offered} ${s} ${t}`];
      if (usage === 3) return [`${told}, and usage 3 is about the server's own: publish it as 2 ${s} ${t}`];
      if (usage === 2 && depth > 0)
        return [
          `${told}, but no path leads to it from the server's certificate: an intermediate is missing, or it is of another CA`,
        ];
      return [`${told}: publish it as ${offered} ${s} ${t}`];
    }),
  );
  return right.slice(0, 1);
}

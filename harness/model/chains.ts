import type { CaName, CertificateRef, ChainName, KeyUsage } from "./scenario.ts";

/** One CA of a chain, by what it differs in from a CA as it should be. */
export interface CaSpec {
  /** Who issued its certificate; null: itself. */
  readonly by: CaName | null;
  /** The CA whose name it bears; with another key. */
  readonly namesake?: CaName;
  /** The CA that it is another certificate of: same name, same key. */
  readonly sameAs?: CaName;
  /** basicConstraints. */
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly KeyUsage[];
  /** Days from now. */
  readonly notAfter?: number;
  /** Excluded dNSName subtrees (RFC 5280 4.2.1.10). */
  readonly excludes?: readonly string[];
  readonly digest?: "sha1";
  /** other: subjectKeyIdentifier is not what the certificates that it issued call it. */
  readonly keyIdentifier?: "other";
  /** Octets of an extension that only makes it large. */
  readonly padding?: number;
}

export interface ChainShape {
  readonly cas: Readonly<Partial<Record<CaName, CaSpec>>>;
  /** Who issues the leaf. */
  readonly issuer: CaName;
}

const root: CaSpec = { by: null };
const intermediate: CaSpec = { by: "root" };

/** The CAs between leaf and root. Those that are the same in two shapes are one CA, with one key. */
export const chains: Readonly<Record<ChainName, ChainShape>> = {
  intermediate: { issuer: "intermediate", cas: { root, intermediate } },
  direct: { issuer: "root", cas: { root } },
  "five-intermediates": {
    issuer: "intermediate",
    cas: {
      root,
      "intermediate-5": { by: "root" },
      "intermediate-4": { by: "intermediate-5" },
      "intermediate-3": { by: "intermediate-4" },
      "intermediate-2": { by: "intermediate-3" },
      intermediate: { by: "intermediate-2" },
    },
  },
  "issuer-not-ca": {
    issuer: "intermediate",
    cas: { root, intermediate: { ...intermediate, isCa: false, keyUsage: ["digitalSignature"] } },
  },
  "root-not-ca": {
    issuer: "root",
    cas: { root: { ...root, isCa: false, keyUsage: ["digitalSignature"] } },
  },
  "intermediate-expired": {
    issuer: "intermediate",
    cas: { root, intermediate: { ...intermediate, notAfter: -1 } },
  },
  "root-expired": { issuer: "intermediate", cas: { root: { ...root, notAfter: -1 }, intermediate } },
  "root-path-length-0": { issuer: "intermediate", cas: { root: { ...root, pathLength: 0 }, intermediate } },
  "root-excludes-names": {
    issuer: "intermediate",
    cas: { root: { ...root, excludes: ["example"] }, intermediate },
  },
  "root-may-not-sign": {
    issuer: "intermediate",
    cas: { root: { ...root, keyUsage: ["cRLSign"] }, intermediate },
  },
  "root-key-identifier-differs": {
    issuer: "root",
    cas: { root: { ...root, keyIdentifier: "other" } },
  },
  "root-large": { issuer: "root", cas: { root: { ...root, padding: 4000 } } },
  "intermediate-sha1": {
    issuer: "intermediate",
    cas: { root, intermediate: { ...intermediate, digest: "sha1" } },
  },
  "cross-signed": {
    issuer: "intermediate",
    cas: {
      root,
      intermediate,
      "cross-root": root,
      "cross-intermediate": { by: "cross-root", sameAs: "intermediate" },
    },
  },
  "root-has-namesake": {
    issuer: "intermediate",
    cas: { root, intermediate, "namesake-root": { by: null, namesake: "root" } },
  },
  "issued-under-namesake": {
    issuer: "intermediate",
    cas: { root, "namesake-root": { by: null, namesake: "root" }, intermediate: { by: "namesake-root" } },
  },
};

/** From the leaf to the root that its path ends at, as a server without faults sends it. */
export function pathOf(name: ChainName): readonly CertificateRef[] {
  const { cas, issuer } = chains[name];
  const path: CaName[] = [];
  for (let at: CaName | null = issuer; at !== null; at = cas[at]?.by ?? null) path.push(at);
  return ["leaf", ...path];
}

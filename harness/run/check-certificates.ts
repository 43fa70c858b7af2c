import { chains } from "../model/chains.ts";
import {
  authorityNames,
  type CertificateRef,
  type CertificateSpec,
  type MxHost,
  type TlsaSpec,
} from "../model/scenario.ts";

/** What makes no sense in certificates and TLSA records though every field is right by itself. */
export function certificateProblem(host: MxHost): string | null {
  const { certificate, furtherCertificates, sni, attacker, tlsa } = host;
  const all: readonly (readonly [string, CertificateSpec])[] = [
    ["certificate", certificate],
    ...furtherCertificates.map((one) => ["furtherCertificates", one] as const),
    ...Object.values(sni).map((one) => ["sni", one] as const),
    ...(attacker?.does === "intercept" ? [["attacker", attacker.certificate] as const] : []),
    ...tlsa.flatMap(({ data }) =>
      "from" in data && data.certificate ? [["tlsa", data.certificate] as const] : [],
    ),
  ];
  for (const [field, spec] of all) {
    const problem = specProblem(spec);
    if (problem) return `field "mx.${field}": ${problem}`;
  }
  const unknown = tlsa.find((record) => !isRecordOf(record, certificate));
  if (unknown && "from" in unknown.data)
    return `field "mx.tlsa": the certificate has no ${unknown.data.from}; it has ${refsOf(unknown.data.certificate ?? certificate).join(", ")}`;
  const sameKeys = furtherCertificates.some((one) => one.key === certificate.key);
  return sameKeys
    ? `field "mx.furtherCertificates": a server has one certificate for each type of key; there are two of ${certificate.key}`
    : null;
}

function specProblem(spec: CertificateSpec): string | null {
  const refs = refsOf(spec);
  const missing = spec.sends.find((ref) => !refs.includes(ref));
  if (missing) return `cannot send ${missing}; there are ${refs.join(", ")}`;
  if (spec.keyLost && spec.key !== "p256") return "keyLost takes a p256 key";
  if (spec.version === 1 && spec.names.length + spec.addresses.length + spec.emails.length > 0)
    return "of version 1 it has no extensions, so no names but the commonName: write names: []";
  const issuerSigns = spec.kind !== "self-signed" || spec.key !== "ed25519";
  if (spec.digest === "sha1" && !issuerSigns) return "an Ed25519 key cannot sign with SHA-1";
  return null;
}

/** What of it can be sent, and named by a record. */
function refsOf({ kind, chain }: CertificateSpec): readonly CertificateRef[] {
  const { cas } = chains[chain];
  const own = Object.keys(cas).filter(
    (name): name is keyof typeof cas => kind !== "self-signed" && name in cas,
  );
  return [
    "leaf",
    "previous-leaf",
    ...own,
    ...authorityNames.flatMap((one) => [`${one}-intermediate`, `${one}-root`] as const),
  ];
}

function isRecordOf({ data }: TlsaSpec, certificate: CertificateSpec): boolean {
  // What matches nothing is made of a stranger's certificate.
  if (!("from" in data) || !data.matches) return true;
  return refsOf(data.certificate ?? certificate).includes(data.from);
}

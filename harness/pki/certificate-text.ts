import { createHash, X509Certificate } from "node:crypto";
import type { CertificateText } from "../model/setup.ts";

/**
 * Certificates as people want to read them.
 *
 * @param chain PEM, one or more; what is none (a raw public key) is left out
 */
export function certificateTexts(chain: string): readonly CertificateText[] {
  const blocks = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((pem) => {
    try {
      return [textOf(new X509Certificate(pem))];
    } catch {
      // Some are broken on purpose.
      return [];
    }
  });
}

function textOf(certificate: X509Certificate): CertificateText {
  const { subject, issuer, subjectAltName, validFromDate, validToDate, publicKey, raw } = certificate;
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  const size = namedCurve ?? modulusLength;
  return {
    subject: oneLine(subject),
    issuer: oneLine(issuer),
    names: subjectAltName ?? "",
    notBefore: validFromDate.toISOString(),
    notAfter: validToDate.toISOString(),
    key: [publicKey.asymmetricKeyType ?? "unknown", ...(size === undefined ? [] : [size])].join(" "),
    sha256: sha256(raw),
    keySha256: sha256(publicKey.export({ type: "spki", format: "der" })),
  };
}

function oneLine(name: string | undefined): string {
  return (name ?? "").replaceAll("\n", ", ");
}

function sha256(octets: Uint8Array): string {
  return createHash("sha256").update(octets).digest("hex");
}

import { associationData } from "../pki/tlsa.ts";
import { UsageError } from "../words/errors.ts";
import { nameOf, type ReadCertificate } from "./certificate.ts";
import type { Material } from "./input.ts";
import type { TlsaRecord } from "./records.ts";
import { day } from "./trust-path.ts";

export interface Parameters {
  readonly usage: 0 | 1 | 2 | 3;
  readonly selector: 0 | 1;
  readonly matchingType: 0 | 1 | 2;
}

export interface Made {
  readonly record: TlsaRecord;
  /** "the public key of the certificate CN=mx.example.com" */
  readonly from: string;
  /** What its publisher should know. */
  readonly warnings: readonly string[];
}

/**
 * The record of a server that has this certificate or key. Usages 3 and 1 are of the first certificate, 2 and 0 of the last:
 * the one nearest to the root. UsageError: it cannot be made of what there is; `shown` names the file.
 */
export function makeRecord(material: Material, parameters: Parameters, shown: string, now: Date): Made {
  const { usage, selector, matchingType } = parameters;
  const { certificates } = material;
  const certificate = usage === 3 || usage === 1 ? certificates[0] : certificates.at(-1);
  const made = (one: Pick<ReadCertificate, "der" | "spki">): TlsaRecord => ({
    ...parameters,
    data: associationData(one, selector, matchingType),
  });
  const general = ofParameters(parameters);
  if (certificate) {
    return {
      record: made(certificate),
      from: `${selector === 1 ? "the public key of " : ""}the certificate ${nameOf(certificate)}, valid until ${day(certificate.notAfter)}`,
      warnings: [...general, ...ofCertificate(certificate, parameters, now), ...ofKeys(material)],
    };
  }
  if (selector === 0)
    throw new UsageError(`${shown}: holds a key only, and selector 0 is about the whole certificate`);
  const [key, ...others] = material.keys;
  if (!key || others.some(({ spki }) => !spki.equals(key.spki)))
    throw new UsageError(`${shown}: holds several keys; a record is of one`);
  return { record: made({ der: key.spki, spki: key.spki }), from: `the ${key.from}`, warnings: general };
}

function ofParameters({ usage, selector, matchingType }: Parameters): readonly string[] {
  return [
    ...(usage < 2
      ? [
          `usage ${usage} has no meaning in SMTP: senders may ignore the record, and then authenticate nobody; publish ${usage === 1 ? 3 : 2} ${selector} ${matchingType} (RFC 7672 3.1.3)`,
        ]
      : []),
    ...(usage === 2
      ? ["the server must send this CA's certificate in the handshake, even if it is a root (RFC 7672 3.1.2)"]
      : []),
    ...(usage === 3 && selector === 0
      ? ["a renewed certificate needs a new record, even over the same key; a 3 1 x lasts as long as the key"]
      : []),
    ...(matchingType === 0
      ? [
          "matching type 0 puts the whole into DNS, and large answers may not arrive; publish a digest, type 1 (RFC 7671 10.1.2)",
        ]
      : []),
    ...(matchingType === 2
      ? ["not every sender knows SHA-512, and every sender must know SHA-256: type 1 (RFC 7671 2)"]
      : []),
  ];
}

function ofCertificate(
  { isCa, notBefore, notAfter }: ReadCertificate,
  { usage }: Parameters,
  now: Date,
): readonly string[] {
  const indifferent = usage === 3 ? "; usage 3 does not mind (RFC 7672 3.1.1)" : "";
  return [
    ...((usage === 2 || usage === 0) && !isCa
      ? [
          "the certificate is no CA's, so it vouches for no server; the file should hold the CA's too, the server's first",
        ]
      : []),
    ...(now > notAfter ? [`the certificate expired on ${day(notAfter)}${indifferent}`] : []),
    ...(now < notBefore ? [`the certificate is not valid before ${day(notBefore)}${indifferent}`] : []),
  ];
}

/** A file may hold the server's key beside its chain, as Postfix takes them. */
function ofKeys({ certificates: [leaf], keys }: Material): readonly string[] {
  return leaf && keys.length > 0 && !keys.some(({ spki }) => spki.equals(leaf.spki))
    ? ["the key in the file is not that of the first certificate"]
    : [];
}

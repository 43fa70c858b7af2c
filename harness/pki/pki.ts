import { createHash } from "node:crypto";
import { chains } from "../model/chains.ts";
import {
  type AuthorityName,
  authorityNames,
  type CaName,
  type CertificateRef,
  type CertificateSpec,
  caNames,
} from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { createAuthorities, createIssuer, issuerName } from "./authorities.ts";
import { type Certificate, createCertificate, type NameAttribute, oids } from "./certificate.ts";
import { createKey, lostKey, pkcs8 } from "./keys.ts";

export type { Certificate } from "./certificate.ts";

export interface IssuedChain {
  /** PEM of the certificates that the handshake sends, in order. */
  readonly chain: string;
  /** PEM, PKCS #8. */
  readonly key: string;
  /** SHA-256 of the leaf, lower-case hexadecimal. */
  readonly fingerprint: string;
  readonly sent: readonly Certificate[];
  certificate(ref: CertificateRef): Certificate;
}

export interface Pki {
  /** PEM of the root that senders trust. */
  readonly trustStore: string;
  /** Certificates that nobody serves, as many as are asked for: what records that must not match are made of. */
  stranger(index: number): Stranger;
  /**
   * Issues what the spec says, anew each time; names and addresses in it hold no places. With `nth` an RSA key is not
   * fresh, but that of all who ask with the same number: see createKey().
   */
  issue(spec: CertificateSpec, nth?: number): IssuedChain;
}

export interface Stranger {
  readonly leaf: Certificate;
  readonly root: Certificate;
}

const day = 86_400_000;

/** The CAs that any certificate may be sent along with: "other-root". */
function elsewhere(ref: CertificateRef): { authority: AuthorityName; name: CaName } | undefined {
  const authority = authorityNames.find((one) => ref.startsWith(`${one}-`));
  return authority && { authority, name: ref.endsWith("-root") ? "root" : "intermediate" };
}

export function createPki(now: Date): Pki {
  const days = (count: number): Date => new Date(now.getTime() + count * day);
  const authorities = createAuthorities(days);

  const strangers: Stranger[] = [];
  const stranger = (index: number): Stranger => {
    const subject = [[oids.commonName, `stranger${index}.example`]] as const;
    const key = createKey("p256");
    const root = { name: issuerName(`danelab stranger ${index}`), key: createKey("p256") };
    strangers[index] ??= {
      root: createIssuer(root, null, days).certificate,
      leaf: createCertificate({
        subject,
        issuer: subject,
        key,
        issuerKey: key,
        notBefore: days(-1),
        notAfter: days(90),
        names: [`stranger${index}.example`],
        ca: false,
        policy: null,
      }),
    };
    return strangers[index];
  };

  const issue = (spec: CertificateSpec, nth?: number): IssuedChain => {
    const key = createKey(spec.key, nth);
    const { authority, chain } = spec;
    const issuer =
      spec.kind === "self-signed" ? null : authorities.ca(authority, chain, chains[chain].issuer);
    const subject = subjectOf(spec);
    const leafFrom = (notBefore: Date, notAfter: Date): Certificate =>
      createCertificate({
        subject,
        issuer: issuer?.name ?? subject,
        key,
        issuerKey: issuer?.key ?? key,
        notBefore,
        notAfter,
        names: spec.names,
        addresses: spec.addresses,
        emails: spec.emails,
        ca: spec.isCa,
        keyUsage: spec.keyUsage,
        purposes: spec.purposes,
        odd: spec.oddExtensions,
        padding: spec.padding,
        version: spec.version,
        digest: spec.digest,
        policy:
          spec.kind === "dv" ? oids.domainValidated : spec.kind === "ev" ? oids.extendedValidation : null,
      });
    const leaf = leafFrom(days(spec.notBefore), days(spec.notAfter));
    let previous: Certificate | undefined;

    const certificate = (ref: CertificateRef): Certificate => {
      if (ref === "leaf") return leaf;
      if (ref === "previous-leaf") {
        previous ??= leafFrom(days(-90), days(-1));
        return previous;
      }
      const other = elsewhere(ref);
      if (other) return authorities.ca(other.authority, "intermediate", other.name).certificate;
      const own = caNames.find((name) => name === ref);
      if (!own || spec.kind === "self-signed")
        throw new UsageError(`a self-signed certificate has no ${ref}`);
      return authorities.ca(authority, chain, own).certificate;
    };
    const sent = spec.sends.map(certificate);
    return {
      chain: sent.map(({ pem }) => pem).join(""),
      key: spec.keyLost ? lostKey(key) : pkcs8(key.privateKey),
      fingerprint: createHash("sha256").update(leaf.der).digest("hex"),
      sent,
      certificate,
    };
  };

  return {
    trustStore: authorities.ca("public", "intermediate", "root").certificate.pem,
    stranger,
    issue,
  };
}

function subjectOf({ kind, commonName }: CertificateSpec): readonly NameAttribute[] {
  const name: readonly NameAttribute[] = commonName === null ? [] : [[oids.commonName, commonName]];
  if (kind !== "ev") return name;
  // What the CA/Browser Forum's EV guidelines ask for.
  return [
    [oids.jurisdictionCountry, "AQ"],
    [oids.businessCategory, "Private Organization"],
    [oids.serialNumber, "4711"],
    [oids.country, "AQ"],
    [oids.locality, "Harness Bay"],
    [oids.organization, "Recipient Organisation"],
    ...name,
  ];
}

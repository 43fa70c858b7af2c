import { createHash } from "node:crypto";
import type { AuthorityName, CertificateRef, CertificateSpec } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { type Certificate, createCertificate, type NameAttribute, oids } from "./certificate.ts";
import { createKey, lostKey, pkcs8, type SigningKey } from "./keys.ts";

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
  /** Issues what the spec says; names in it are FQDNs without final dot. */
  issue(spec: CertificateSpec): IssuedChain;
}

export interface Stranger {
  readonly leaf: Certificate;
  readonly root: Certificate;
}

interface Issuer {
  readonly certificate: Certificate;
  readonly name: readonly NameAttribute[];
  readonly key: SigningKey;
}

interface Authority {
  readonly root: Issuer;
  readonly intermediate: Issuer;
  /** Not a CA, though it issues. */
  readonly impostor: Issuer;
}

const day = 86_400_000;

export function createPki(now: Date): Pki {
  const days = (count: number): Date => new Date(now.getTime() + count * day);

  const issuer = (name: string, by: Issuer | null, ca: boolean): Issuer => {
    const subject = [
      [oids.organization, "danelab"],
      [oids.commonName, name],
    ] as const;
    const key = createKey("p256");
    const certificate = createCertificate({
      subject,
      issuer: by?.name ?? subject,
      key,
      issuerKey: by?.key ?? key,
      notBefore: days(-365),
      notAfter: days(3650),
      names: [],
      ca,
      policy: null,
    });
    return { certificate, name: subject, key };
  };

  const authorities = new Map<AuthorityName, Authority>();
  const authority = (name: AuthorityName): Authority => {
    const known = authorities.get(name);
    if (known) return known;
    const title = `danelab ${name} CA`;
    const root = issuer(`${title} root`, null, true);
    const made = {
      root,
      intermediate: issuer(`${title} intermediate`, root, true),
      impostor: issuer(`${title} server that is no CA`, root, false),
    };
    authorities.set(name, made);
    return made;
  };

  const strangers: Stranger[] = [];
  const stranger = (index: number): Stranger => {
    const subject = [[oids.commonName, `stranger${index}.example`]] as const;
    const key = createKey("p256");
    const validity = { notBefore: days(-1), notAfter: days(90) };
    strangers[index] ??= {
      root: issuer(`danelab stranger ${index}`, null, true).certificate,
      leaf: createCertificate({
        subject,
        issuer: subject,
        key,
        issuerKey: key,
        ...validity,
        names: [`stranger${index}.example`],
        ca: false,
        policy: null,
      }),
    };
    return strangers[index];
  };

  const issue = (spec: CertificateSpec): IssuedChain => {
    const key = createKey(spec.key);
    const chain = spec.kind === "self-signed" ? null : authority(spec.authority);
    const intermediate = chain && (spec.intermediateIsCa ? chain.intermediate : chain.impostor);
    const subject = subjectOf(spec);
    const leafFrom = (notBefore: Date, notAfter: Date): Certificate =>
      createCertificate({
        subject,
        issuer: intermediate?.name ?? subject,
        key,
        issuerKey: intermediate?.key ?? key,
        notBefore,
        notAfter,
        names: spec.names,
        ca: false,
        policy:
          spec.kind === "dv" ? oids.domainValidated : spec.kind === "ev" ? oids.extendedValidation : null,
      });
    const leaf = leafFrom(days(spec.notBefore), days(spec.notAfter));
    let previous: Certificate | undefined;

    const certificate = (ref: CertificateRef): Certificate => {
      switch (ref) {
        case "leaf":
          return leaf;
        case "previous-leaf":
          previous ??= leafFrom(days(-90), days(-1));
          return previous;
        case "intermediate":
        case "root": {
          const own = ref === "root" ? chain?.root : intermediate;
          if (!own) throw new UsageError(`a self-signed certificate has no ${ref}`);
          return own.certificate;
        }
        case "private-root":
        case "private-intermediate":
        case "public-root":
        case "public-intermediate":
        case "other-root":
        case "other-intermediate":
          return named(ref);
      }
    };
    const named = (
      ref: Exclude<CertificateRef, "leaf" | "previous-leaf" | "intermediate" | "root">,
    ): Certificate => {
      const of = (["private", "public", "other"] as const).find((name) => ref.startsWith(name)) ?? "other";
      return ref.endsWith("root") ? authority(of).root.certificate : authority(of).intermediate.certificate;
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
    trustStore: authority("public").root.certificate.pem,
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

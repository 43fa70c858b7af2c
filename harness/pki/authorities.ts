import { type CaSpec, chains } from "../model/chains.ts";
import { type AuthorityName, type CaName, type ChainName, caNames } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { type Certificate, createCertificate, type NameAttribute, oids } from "./certificate.ts";
import { createKey, type SigningKey } from "./keys.ts";

/** A CA: its certificate, and what it issues with. */
export interface Issuer {
  readonly certificate: Certificate;
  readonly name: readonly NameAttribute[];
  readonly key: SigningKey;
}

/** The CAs of one authority and chain, each made when it is first needed. */
export interface Authorities {
  /** UsageError where the chain has no such CA. */
  ca(authority: AuthorityName, chain: ChainName, name: CaName): Issuer;
}

export function createIssuer(
  { name, key }: Pick<Issuer, "name" | "key">,
  /** null: itself. */
  by: Issuer | null,
  days: (count: number) => Date,
  {
    isCa = true,
    notAfter = 3650,
    pathLength,
    keyUsage,
    excludes,
    digest,
    keyIdentifier,
    padding,
  }: Partial<CaSpec> = {},
): Issuer {
  const certificate = createCertificate({
    subject: name,
    issuer: by?.name ?? name,
    key,
    issuerKey: by?.key ?? key,
    notBefore: days(-365),
    notAfter: days(notAfter),
    names: [],
    ca: isCa,
    // Without extendedKeyUsage it serves any purpose.
    purposes: [],
    // RFC 5280 4.2.1.4: an issuer without a policy would end every policy below it.
    policy: by === null ? null : oids.anyPolicy,
    ...(pathLength === undefined ? {} : { pathLength }),
    ...(keyUsage === undefined ? {} : { keyUsage }),
    ...(excludes === undefined ? {} : { excludes }),
    ...(digest === undefined ? {} : { digest }),
    ...(keyIdentifier === undefined ? {} : { keyIdentifier }),
    ...(padding === undefined ? {} : { padding }),
  });
  return { certificate, name, key };
}

export function issuerName(commonName: string): readonly NameAttribute[] {
  return [
    [oids.organization, "danelab"],
    [oids.commonName, commonName],
  ];
}

export function createAuthorities(days: (count: number) => Date): Authorities {
  const made = new Map<string, Issuer>();

  const specOf = (chain: ChainName, name: CaName): CaSpec => {
    const { cas } = chains[chain];
    const spec = cas[name];
    if (spec) return spec;
    const there = caNames.filter((one) => cas[one]).join(", ");
    throw new UsageError(`the chain "${chain}" has no ${name}; it has ${there}`);
  };

  /** What it is, with all that it hangs on: two chains that say the same of a CA mean the same one. */
  const identityOf = (authority: AuthorityName, chain: ChainName, name: CaName): string => {
    const spec = specOf(chain, name);
    const whole = (other: CaName | null | undefined): string | null =>
      other ? identityOf(authority, chain, other) : null;
    const others = { by: whole(spec.by), namesake: whole(spec.namesake), sameAs: whole(spec.sameAs) };
    return JSON.stringify([authority, name, { ...spec, ...others }]);
  };

  const ca = (authority: AuthorityName, chain: ChainName, name: CaName): Issuer => {
    const identity = identityOf(authority, chain, name);
    const known = made.get(identity);
    if (known) return known;
    const { by, namesake, sameAs, ...rest } = specOf(chain, name);
    const other = (of: CaName): Issuer => ca(authority, chain, of);
    const usual = name in chains.intermediate.cas && identityOf(authority, "intermediate", name) === identity;
    const named = sameAs ?? namesake;
    const issuer = createIssuer(
      {
        name: named
          ? other(named).name
          : issuerName(`danelab ${authority} CA ${name}${usual ? "" : `, ${chain}`}`),
        key: sameAs ? other(sameAs).key : createKey("p256"),
      },
      by === null ? null : other(by),
      days,
      rest,
    );
    made.set(identity, issuer);
    return issuer;
  };

  return { ca };
}

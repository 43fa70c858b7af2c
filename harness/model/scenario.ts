/**
 * A scenario as pure data: one recipient domain and what the RFCs permit a sender to do with it.
 * Scenario files do not write these objects whole; they use harness/vocabulary.ts.
 */

/** How the sender is set. `verify` (PKIX against the MX host name) serves as a second control only. */
export const policies = ["dane", "dane-only", "may", "verify"] as const;
export type Policy = (typeof policies)[number];

export const outcomes = ["authenticated", "encrypted", "cleartext", "deferred", "bounced"] as const;
export type Outcome = (typeof outcomes)[number];

/** must: outside is `fail`; should: outside is `warn`; open: the RFC leaves it open, recorded as `info`. */
export type Level = "must" | "should" | "open";

/** What a control has to lose: the canary in clear text on the wire, or to an attacker that terminates TLS. */
export type Leak = "on-the-wire" | "to-the-attacker";

export interface Expectation {
  readonly level: Level;
  readonly permitted: readonly Outcome[];
  /** A floor: outcomes that break a MUST even where the level is `should` or `open`. */
  readonly never: readonly Outcome[];
  /** Set on controls of attacks: the attack must succeed, or it proves nothing. */
  readonly leaks?: Leak;
}

/** Names in a scenario: "@" is the scenario's main zone, other labels are relative to the zone they stand in. */
export type RelativeName = string;

export type DnssecAlgorithm = 8 | 13 | 14 | 15;

export type Denial =
  | { readonly type: "nsec" }
  | {
      readonly type: "nsec3";
      readonly iterations: number;
      /** Hexadecimal, "" for none. */
      readonly salt: string;
      readonly optOut: boolean;
    };

/**
 * A deliberate DNSSEC fault. `type` is the RR type it strikes ("TLSA", "MX", "A", ...), where the fault strikes an RRset;
 * without a `name` it strikes every RRset of that type in the zone.
 */
export interface ZoneFault {
  readonly fault: FaultName;
  readonly type?: string;
  readonly name?: RelativeName;
}

export const faultNames = [
  "signature-expired",
  "signature-not-yet-valid",
  "signature-flipped",
  "signature-missing",
  "signature-wrong-key",
  "data-altered",
  "ds-mismatch",
  "dnskey-missing",
  "denial-unproven",
  "denial-wrong-range",
  "denial-type-bit-set",
  "unknown-algorithm",
  "unknown-ds-digest",
  "delegation-unsigned",
] as const;
export type FaultName = (typeof faultNames)[number];

/** A record in presentation form, e.g. { name: "alias", type: "CNAME", data: "mx" }. Names in `data` are relative too. */
export interface RecordSpec {
  readonly name: RelativeName;
  readonly type: "A" | "AAAA" | "MX" | "CNAME" | "DNAME" | "TXT" | "NS";
  readonly data: string;
}

export interface ZoneSpec {
  /** false: delegated without DS, served unsigned. */
  readonly signed: boolean;
  readonly algorithm: DnssecAlgorithm;
  readonly keys: "single" | "ksk+zsk";
  readonly denial: Denial;
  readonly records: readonly RecordSpec[];
  readonly faults: readonly ZoneFault[];
}

export type KeyType = "p256" | "p384" | "rsa2048" | "ed25519";

/** private: a CA that nobody trusts; public: its root is in the sender's trust store; other: one more that nobody trusts. */
export type AuthorityName = "private" | "public" | "other";

/** A certificate that can stand in a handshake or be named by a TLSA record. */
export type CertificateRef =
  | "leaf"
  /** An earlier certificate over the same key. */
  | "previous-leaf"
  | "intermediate"
  | "root"
  | `${AuthorityName}-intermediate`
  | `${AuthorityName}-root`;

/**
 * Names may hold the places {mx} (the MX host's own name), {alias} (the name that the MX RR holds, where that is an alias),
 * {domain} (the scenario's main zone) and {recipient} (the next-hop domain).
 */
export interface CertificateSpec {
  readonly kind: "self-signed" | "dv" | "ev";
  readonly key: KeyType;
  /** dNSName entries of subjectAltName; none: no extension. */
  readonly names: readonly string[];
  /** commonName of the subject; null: an empty subject. */
  readonly commonName: string | null;
  /** Days from now. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The issuing CA of `dv` and `ev`. */
  readonly authority: AuthorityName;
  /** basicConstraints CA of the intermediate: false makes an issuer that must not issue. */
  readonly intermediateIsCa: boolean;
  /** The certificate_list of the handshake, in order. */
  readonly sends: readonly CertificateRef[];
  /** The server has the right certificate but signs with another private key. */
  readonly keyLost: boolean;
}

/**
 * A TLSA record. `data` says how its certificate association data is made, which for honest records repeats
 * selector and matchingType.
 */
export interface TlsaSpec {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data:
    | {
        readonly from: CertificateRef;
        readonly selector: 0 | 1;
        readonly matchingType: 0 | 1 | 2;
        /** false: well-formed data of another key and certificate. */
        readonly matches: boolean;
        /** Cuts the data to, or fills it up to, this many octets. */
        readonly octets?: number;
      }
    | { readonly hex: string };
}

export const serverBehaviours = [
  "normal",
  "no-starttls",
  "starttls-454",
  "starttls-500",
  "starttls-502",
  "starttls-554",
  "close-after-220",
  "tls-alert",
  "tls-1.2-only",
  "tls-1.3-only",
] as const;
export type ServerBehaviour = (typeof serverBehaviours)[number];

/** Attackers on the path between sender and MX host. They forward to the genuine server whatever they do not touch. */
export type Attacker =
  | { readonly does: "strip-starttls" }
  | { readonly does: "starttls-454" }
  | { readonly does: "abort-handshake" }
  | { readonly does: "intercept"; readonly certificate: CertificateSpec };

/** RFC 9499 names: a zone "under tld" is a sibling of the main zone, else it is delegated from the main zone. */
export interface FurtherZone extends ZoneSpec {
  readonly under: "tld" | "@";
}

export interface MxHost {
  readonly name: string;
  /** Key of the zone that holds the host's addresses and TLSA records. */
  readonly zone: string;
  /** The MX RR names this owner of a CNAME that points at the host. */
  readonly alias: { readonly name: string; readonly zone: string } | null;
  readonly preference: number;
  readonly addresses: "both" | "ipv4" | "ipv6";
  readonly certificate: CertificateSpec;
  /** Further certificates, by the server name in SNI. Names hold places as above. */
  readonly sni: Readonly<Record<string, CertificateSpec>>;
  readonly tlsa: readonly TlsaSpec[];
  /** Where the TLSA RRset stands: at the host's own name or at the alias. */
  readonly tlsaAt: "host" | "alias";
  readonly server: ServerBehaviour;
  readonly attacker: Attacker | null;
}

export interface Scenario {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  /** What a reader who wonders about the expectation should know. */
  readonly why: string | null;
  /** "RFC 7672 3.1.1": number, then section. */
  readonly cites: readonly string[];
  /** A canary proves the lab: it runs at the start and at the end of each run. */
  readonly canary: boolean;
  /** The next-hop domain, relative to the main zone. */
  readonly recipient: RelativeName;
  /** "@" is the main zone. */
  readonly zones: Readonly<Record<string, ZoneSpec | FurtherZone>>;
  readonly mx: readonly MxHost[];
  /** A message deferred by its attempt is tried again until it had this many: for senders that fall back only then. */
  readonly attempts: number;
  readonly expect: Readonly<Partial<Record<Policy, Expectation>>>;
  /** The server name that SNI must carry, with places as in CertificateSpec. */
  readonly sni: string | null;
  /** Name of the file it came from, for messages. */
  readonly file: string;
}

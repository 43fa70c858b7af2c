/** How a recipient domain was set up, as people want to read it: domains.json holds one for each key. The judge never looks at it. */
export interface DomainSetup {
  /** As it begins, then as each step changes it. */
  readonly steps: readonly SetupStep[];
}

export interface SetupStep {
  /** Those that are new in this step. */
  readonly zones: readonly ZoneText[];
  readonly servers: readonly ServerSetup[];
}

export interface ZoneText {
  /** No final dot. */
  readonly origin: string;
  /** Records in presentation form (RFC 1035 5.1); signatures and public keys are cut. */
  readonly records: readonly string[];
}

/** One MX host, and whoever stands in front of it. */
export interface ServerSetup {
  /** FQDN, no final dot. */
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** What the server does, e.g. "honest". */
  readonly behaviour: string;
  /** The attack on the path to it; null: nobody attacks. */
  readonly attacker: string | null;
  /** The server itself is the attacker's. */
  readonly hostile: boolean;
  readonly certificates: readonly ServedCertificate[];
}

export interface ServedCertificate {
  /** The server name (SNI) that it is served for; null: any, or none. */
  readonly sni: string | null;
  readonly by: "server" | "attacker";
  /** Leaf first, as in the handshake. */
  readonly chain: readonly CertificateText[];
}

export interface CertificateText {
  /** "CN=mx.example"; "" where there is none. */
  readonly subject: string;
  readonly issuer: string;
  /** subjectAltName: "DNS:mx.example, ..."; "" where there is none. */
  readonly names: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** "ec prime256v1", "rsa 2048" */
  readonly key: string;
  /** Hexadecimal SHA-256 of the whole: what a TLSA record "x 0 1" holds. */
  readonly sha256: string;
  /** Hexadecimal SHA-256 of its public key: what a TLSA record "x 1 1" holds. */
  readonly keySha256: string;
}

/** By RecipientDomain.key. */
export type DomainSetups = Readonly<Record<string, DomainSetup>>;

/**
 * A scenario as pure data: one recipient domain and what the RFCs permit a sender to do with it.
 * Scenario files do not write these objects whole; they use harness/vocabulary.ts.
 */

/**
 * How senders can be set: opportunistic DANE, mandatory DANE; without DANE, opportunistic TLS (may), TLS demanded (encrypt),
 * and PKIX demanded besides, against the MX host's name (verify) or the next-hop domain and what is below it (secure).
 */
export const senderPolicies = ["dane", "dane-only", "may", "encrypt", "verify", "secure"] as const;
export type SenderPolicy = (typeof senderPolicies)[number];

/**
 * Further controls differ in how they reach their resolver: DANE behind one that does not validate (oblivious), or says that
 * it did (credulous); DANE with a good resolver across a network where an attacker sits (exposed).
 */
export const policies = [...senderPolicies, "oblivious", "credulous", "exposed"] as const;
export type Policy = (typeof policies)[number];

/** What a run is about unless it is told. */
export const usualPolicies = ["dane", "dane-only", "may"] as const satisfies readonly Policy[];

export function senderPolicyOf(policy: Policy): SenderPolicy {
  return policy === "oblivious" || policy === "credulous" || policy === "exposed" ? "dane" : policy;
}

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

/** RFC 8624 3.1, by IANA's numbers. */
export const dnssecAlgorithms = [1, 5, 7, 8, 10, 13, 14, 15, 16] as const;
export type DnssecAlgorithm = (typeof dnssecAlgorithms)[number];

/**
 * A key of a zone. The same label in the same zone stays the same key over all steps of a scenario. A csk is both: secure
 * entry point and signer of all data.
 */
export interface ZoneKeySpec {
  readonly label: string;
  readonly role: "ksk" | "zsk" | "csk";
  /** unknown: a number that no validator knows. */
  readonly algorithm: DnssecAlgorithm | "unknown";
  /** Of RSA keys. */
  readonly bits: number;
  /** Whether it is in the DNSKEY RRset. */
  readonly published: boolean;
  /** Whether it makes signatures: a ksk over DNSKEY, a zsk over all else. */
  readonly signs: boolean;
  /** Whether the parent's DS RRset names it; ksk and csk only. */
  readonly ds: boolean;
}

export type Denial =
  | { readonly type: "nsec" }
  /**
   * RFC 9824: each name has an NSEC of its own that ends right behind it; so have the names listed here, which do not
   * exist. Any other name that does not exist is not denied.
   */
  | { readonly type: "compact"; readonly names: readonly RelativeName[] }
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

/**
 * A record in presentation form, e.g. { name: "alias", type: "CNAME", data: "mx" }. Names in `data` are relative too; the
 * places {ipv4} and {ipv6} are the addresses of the first MX host.
 */
export interface RecordSpec {
  readonly name: RelativeName;
  readonly type: "A" | "AAAA" | "MX" | "CNAME" | "DNAME" | "TXT" | "NS" | "DS" | `TYPE${number}`;
  readonly data: string;
}

/**
 * What a name server, or what stands between sender and resolver, does with questions instead of answering them.
 * Served by the farm's DNS relay, which passes on all that no rule strikes.
 */
export const answerActions = [
  /** No answer at all, neither by UDP nor by TCP. */
  "drop",
  /** The RCODEs of RFC 1035 4.1.1. */
  "servfail",
  "refused",
  "notimp",
  "formerr",
  /** TC over UDP; TCP connections are closed without an answer. */
  "truncate",
  /** A message that does not parse. */
  "garbage",
  /** An answer section that holds a TXT record in place of what was asked for. */
  "wrong-type",
  /** NOERROR and no records, without proof. */
  "nodata",
  /** NXDOMAIN, without proof. */
  "nxdomain",
  /** NXDOMAIN becomes SERVFAIL. */
  "nxdomain-as-servfail",
  /** ICMP port unreachable, as if nothing listened; for TCP a reset. */
  "unreachable",
  /** The answer of a server that knows no EDNS, and so no DNSSEC. */
  "no-edns",
  /** The true answer to the question in letters of the other case, which the answer repeats. */
  "other-case",
  /** The true answer without AD. */
  "clear-ad",
  /** The answer of a resolver that does not validate: asked with CD, given without AD. */
  "no-validation",
  /** The same, with AD: it says that it validated. */
  "claims-validation",
  /** The answer of the name server that has the zones as the attacker tells them: see Scenario.forged. */
  "forge",
  /** The same, with AD. */
  "forge-ad",
] as const;
export type AnswerAction = (typeof answerActions)[number];

export interface AnswerRule {
  readonly does: AnswerAction;
  /** RR type of the question; without it every type. */
  readonly type?: string;
  /** Owner name in the question, relative to the zone; without it every name in the zone. */
  readonly name?: RelativeName;
  /** Strikes the first so many questions only. */
  readonly times?: number;
}

export interface ZoneSpec {
  /** false: delegated without DS, served unsigned. */
  readonly signed: boolean;
  /** Of all its records, seconds. */
  readonly ttl: number;
  /** How its name server misbehaves, first rule that strikes; none: it is served by the real name server. */
  readonly answers: readonly AnswerRule[];
  /** Of its keys, where they are not listed. */
  readonly algorithm: DnssecAlgorithm;
  readonly keys: "single" | "ksk+zsk" | readonly ZoneKeySpec[];
  /** Digest types of the DS records (RFC 8624 3.3): one for each key and type. */
  readonly dsDigests: readonly number[];
  readonly denial: Denial;
  readonly records: readonly RecordSpec[];
  readonly faults: readonly ZoneFault[];
  /** Seconds: by this timer of the SOA record its secondaries find changes, and nobody notifies them. Without it they are notified. */
  readonly refresh?: number;
}

export const keyTypes = ["p256", "p384", "rsa1024", "rsa2048", "rsa4096", "ed25519"] as const;
export type KeyType = (typeof keyTypes)[number];

/** private: a CA that nobody trusts; public: its root is in the sender's trust store; other: one more that nobody trusts. */
export const authorityNames = ["private", "public", "other"] as const;
export type AuthorityName = (typeof authorityNames)[number];

/** CAs of a chain; which of them there are is told by its shape, see harness/model/chains.ts. */
export const caNames = [
  "root",
  /** The issuer of the leaf, where that is not the root. */
  "intermediate",
  /** Each is the issuer of the one before. */
  "intermediate-2",
  "intermediate-3",
  "intermediate-4",
  "intermediate-5",
  /** A second root that issued a certificate for the intermediate's name and key as well. */
  "cross-root",
  "cross-intermediate",
  /** Has the root's name and another key. */
  "namesake-root",
] as const;
export type CaName = (typeof caNames)[number];

export const chainNames = [
  "intermediate",
  "direct",
  "five-intermediates",
  "issuer-not-ca",
  "root-not-ca",
  "intermediate-expired",
  "root-expired",
  "root-path-length-0",
  "root-excludes-names",
  "root-may-not-sign",
  "root-key-identifier-differs",
  "root-large",
  "intermediate-sha1",
  "cross-signed",
  "root-has-namesake",
  "issued-under-namesake",
] as const;
export type ChainName = (typeof chainNames)[number];

/** A certificate that can stand in a handshake or be named by a TLSA record. */
export type CertificateRef =
  | "leaf"
  /** An earlier certificate over the same key. */
  | "previous-leaf"
  | CaName
  /** Of the chain "intermediate". */
  | `${AuthorityName}-intermediate`
  | `${AuthorityName}-root`;

/** RFC 5280 4.2.1.3. */
export const keyUsages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
] as const;
export type KeyUsage = (typeof keyUsages)[number];

/** RFC 5280 4.2.1.12. */
export const keyPurposes = ["serverAuth", "clientAuth"] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

/** unknown-critical: one that nobody can process (RFC 5280 4.2); must-staple: status_request (RFC 7633). */
export const oddExtensions = ["unknown-critical", "must-staple"] as const;
export type OddExtension = (typeof oddExtensions)[number];

/**
 * Names may hold the places {mx} (the MX host's own name), {alias} (the name that the MX RR holds, where that is an alias),
 * {domain} (the scenario's main zone) and {recipient} (the next-hop domain). A domain issues each specification once: where
 * it stands again, for another MX host or in a later step, it is the same certificate with the same key.
 */
export interface CertificateSpec {
  readonly kind: "self-signed" | "dv" | "ev";
  /** Tells apart certificates of the same shape; never part of the certificate. */
  readonly label: string;
  readonly key: KeyType;
  /** dNSName entries of subjectAltName, as UTF-8; without any entry there is no extension. */
  readonly names: readonly string[];
  /** iPAddress entries, with the places {ipv4} and {ipv6} for those of the MX host. */
  readonly addresses: readonly string[];
  /** rfc822Name entries. */
  readonly emails: readonly string[];
  /** commonName of the subject; null: an empty subject. */
  readonly commonName: string | null;
  /** Days from now. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints of the leaf. */
  readonly isCa: boolean;
  /** null: no extension. */
  readonly keyUsage: readonly KeyUsage[] | null;
  /** None: no extension. */
  readonly purposes: readonly KeyPurpose[];
  readonly oddExtensions: readonly OddExtension[];
  /** Octets of an extension that only makes it large. */
  readonly padding: number;
  /** X.509 version; a certificate of version 1 has no extensions. */
  readonly version: 1 | 3;
  /** Digest of the signature on the leaf; usual: as the issuer's key suggests. */
  readonly digest: "usual" | "sha1";
  /** The issuing CA of `dv` and `ev`. */
  readonly authority: AuthorityName;
  /** Its CAs, from root to the issuer of the leaf. */
  readonly chain: ChainName;
  /** The certificate_list of the handshake, in order. */
  readonly sends: readonly CertificateRef[];
  /** The server has the right certificate but signs with another private key. P-256 only. */
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
        /** Of the host's certificate, or of this one, which need not be served anywhere. */
        readonly certificate?: CertificateSpec;
        readonly from: CertificateRef;
        readonly selector: 0 | 1;
        readonly matchingType: 0 | 1 | 2;
        /** false: well-formed data of another key and certificate. */
        readonly matches: boolean;
        /** The data in hexadecimal digits, as ASCII text. */
        readonly asText?: boolean;
        /** Cuts the data to, or fills it up to, this many octets. */
        readonly octets?: number;
        /** Octets behind it, hexadecimal. */
        readonly trailing?: string;
      }
    | { readonly hex: string }
    /** The whole RDATA, which may be too short for usage, selector and matching type. */
    | { readonly rdata: string };
  /** Where the record stands, if not with the others of its host: see MxHost.tlsaAt. */
  readonly at?: string;
}

/** Replies that a server may give where a client hopes for another: "starttls-454", "rcpt-550". 421 closes the connection. */
export const refusedCommands = ["greeting", "ehlo", "starttls", "rcpt"] as const;
export const refusalCodes = [354, 421, 450, 454, 500, 501, 502, 503, 530, 550, 554] as const;
export type Refusal = `${(typeof refusedCommands)[number]}-${(typeof refusalCodes)[number]}`;
export const refusals: readonly Refusal[] = refusedCommands.flatMap((command) =>
  refusalCodes.map((code): Refusal => `${command}-${code}`),
);

export const peculiarities = [
  "normal",
  "no-starttls",
  /** The keyword in lower case; with a parameter. */
  "starttls-lowercase",
  "starttls-parameter",
  /** STARTTLS is offered once more under TLS, where it closes the connection. */
  "starttls-again",
  /** STARTTLS is offered from the second session on. */
  "starttls-selective",
  "starttls-silence",
  /** What is offered before TLS would keep the message back, and is not what is offered under TLS. */
  "capabilities-change",
  "no-smtputf8",
  /** 450 to the recipients of the first session. */
  "greylist",
  "close-after-220",
  "tls-alert",
  "tls-silence",
  "ssl-3-only",
  "tls-1.0-only",
  "tls-1.1-only",
  "tls-1.2-only",
  "tls-1.3-only",
  /** No server certificate. */
  "tls-anonymous-only",
  /** No encryption. */
  "tls-null-only",
  /** RC4, 3DES and export ciphers. */
  "tls-weak-only",
  /** A group that clients do not guess (RFC 8446 4.1.4). */
  "tls-hello-retry",
  "resumes",
  "client-certificate-asked",
  "client-certificate-demanded",
  /** The handshake fails without a server name. */
  "sni-required",
  /** The warning unrecognized_name, then TLS 1.2 (RFC 6066 3). */
  "sni-warning",
  /** TLS ends with the TCP connection. */
  "no-close-notify",
  /** A bare public key in place of a certificate, for clients that ask for it (RFC 7250). */
  "raw-public-key",
] as const;

/** Of a server at its address. */
export type ListeningBehaviour = (typeof peculiarities)[number] | Refusal;
/** down: the connection fails at once. */
export const serverBehaviours = [...peculiarities, ...refusals, "down"] as const;
export type ServerBehaviour = (typeof serverBehaviours)[number];

/** What stands at the MX: the farm's own recording server, or the real one that the run has chosen (containers/receiver/<name>). */
export const receivers = ["recording", "real"] as const;
/** A real server: the chosen one, or a certain program, "exim@4.98". */
export type RealReceiver = "real" | `${string}@${string}`;
export type Receiver = "recording" | RealReceiver;

/** Those that treat a later session otherwise than the first. */
export const serversWithMemory: readonly string[] = ["greylist", "starttls-selective"];

/** Replies of an attacker in place of the server's, after which the connection goes on: "ehlo-502", "starttls-454". */
export const attackedCommands = ["greeting", "ehlo", "starttls"] as const;
export const attackCodes = [
  150, 200, 221, 250, 354, 421, 450, 454, 500, 501, 502, 503, 504, 530, 550, 554,
] as const;
export type ForgedReply = `${(typeof attackedCommands)[number]}-${(typeof attackCodes)[number]}`;
export const forgedReplies: readonly ForgedReply[] = attackedCommands.flatMap((command) =>
  attackCodes.map((code): ForgedReply => `${command}-${code}`),
);

/** What else attackers on the path do to a session; see containers/farm/attackers.ts. */
export const pathTricks = [
  "strip-starttls",
  /** The same, in the first session with the host only. */
  "strip-first-session",
  /** The keyword becomes XXXXXXXA; the command becomes XXXXXXXX: as some firewalls do. */
  "mask-starttls",
  "mask-starttls-command",
  /** EHLO becomes XXXX. */
  "mask-ehlo-command",
  /** The greeting becomes asterisks, and all keywords X, as an old firewall does. */
  "mask-everything",
  /** A letter of the keyword is another one. */
  "mangle-starttls",
  "split-starttls",
  /** The keyword stands where none is: as a parameter of another, or behind the name of the server. */
  "starttls-as-parameter",
  "starttls-in-greeting-line",
  /** The reply to EHLO is one line, as that to HELO. */
  "bare-ehlo",
  /** An old server: no "ESMTP" in the greeting, 500 to EHLO. */
  "no-esmtp",
  /** The connection is closed after the 220 to STARTTLS. */
  "close-after-220",
  /** At the ClientHello: a reset, the end of the connection, no answer, a reply in clear text. */
  "abort-handshake",
  "close-handshake",
  "stall-handshake",
  "text-for-handshake",
  /** An alert in place of the server's answer to the ClientHello. */
  "alert-close-notify",
  "alert-unexpected-message",
  "alert-handshake-failure",
  "alert-access-denied",
  "alert-protocol-version",
  "alert-insufficient-security",
  "alert-internal-error",
  "alert-inappropriate-fallback",
  "alert-user-canceled",
  "alert-unrecognized-name",
  /** A reset behind the ServerHello; behind the certificate; behind the handshake; in the middle of the message. */
  "cut-after-server-hello",
  "cut-after-certificate",
  "cut-after-handshake",
  "cut-message",
  /** A bit is flipped in the ServerHello; in the message. */
  "alter-server-hello",
  "alter-message",
  /** The ClientHello offers no TLS 1.3 any more. */
  "roll-back-version",
  /** The connection goes to another server, which has the same certificate and key. */
  "divert",
  /** No packet gets through: the connection is reset at once. */
  "block",
] as const;
export const pathAttacks = [...pathTricks, ...forgedReplies] as const;
export type PathAttack = (typeof pathTricks)[number] | ForgedReply;

/** Attackers on the path between sender and MX host. They forward to the genuine server whatever they do not touch. */
export type Attacker =
  | { readonly does: PathAttack }
  | {
      readonly does: "intercept";
      /** Terminates TLS with this one. */
      readonly certificate: CertificateSpec;
      /** Behaves towards the sender as such a server does. */
      readonly as: ListeningBehaviour;
      /** Shows the genuine server's certificates behind its own. */
      readonly appendsGenuine?: true;
      /** Nothing gets through to the genuine server: the attacker's own takes the mail. */
      readonly alone?: true;
    };

export interface FurtherZone extends ZoneSpec {
  /** Key of the zone that delegates it; "tld": it is a sibling of the main zone. */
  readonly under: string;
  /** Labels of its origin in the zone that delegates it, e.g. "_tcp.mx"; its key unless told. */
  readonly origin: string;
}

export interface MxHost {
  readonly name: string;
  /** Key of the zone that holds the host's addresses and TLSA records. */
  readonly zone: string;
  /** The MX RR names this alias of the host. */
  readonly alias: {
    readonly name: string;
    readonly zone: string;
    /** Of its CNAME: "{mx}", or a name that leads on; null: it has no CNAME of its own, a DNAME or a wildcard makes it. */
    readonly target: RelativeName | null;
  } | null;
  readonly preference: number;
  /** false: no MX RR names it; it is found in another way (implicit MX, a route). */
  readonly published: boolean;
  readonly addresses: "both" | "ipv4" | "ipv6" | "none";
  /** Where the server listens, and TLSA records stand: _25._tcp (RFC 7672 2.2.3). */
  readonly port: number;
  readonly certificate: CertificateSpec;
  /** Certificates of other key types besides: the server picks what the client can verify. */
  readonly furtherCertificates: readonly CertificateSpec[];
  /** Further certificates, by the server name in SNI. Names hold places as above. */
  readonly sni: Readonly<Record<string, CertificateSpec>>;
  readonly tlsa: readonly TlsaSpec[];
  /**
   * Where TLSA records stand: under the host's own name ("host") or the alias ("alias") with port and protocol before it,
   * else at the owner name given, relative to the host's zone.
   */
  readonly tlsaAt: string;
  /** Only the recording server can be told how to behave. */
  readonly receiver: Receiver;
  readonly server: ServerBehaviour;
  readonly attacker: Attacker | null;
  /** The server is the attacker's own: what it gets has leaked. */
  readonly hostile: boolean;
}

/** Where a message goes that does not go by the recipient's MX (RFC 7672 2.2.2: "[host]", and 2.2.3: ports). */
export interface Route {
  /** MX host, or domain whose MX hosts are taken; relative to the main zone. */
  readonly to: RelativeName;
  /** true: `to` is a domain whose MX records are looked up; false: it is the host itself ("[host]"). */
  readonly mx: boolean;
  readonly port: number;
}

/**
 * How the sender is set besides its policy. caches: connection and TLS session caches are on; dns-filter: DNS answers pass
 * the sender's own filters, which change nothing; insecure-mx-...: what TLSA records are worth to opportunistic DANE where the
 * MX records are insecure (RFC 7672 2.2.1), as the operator chose: DANE, TLS, nothing.
 */
export const senderSetups = [
  "plain",
  "caches",
  "dns-filter",
  "insecure-mx-dane",
  "insecure-mx-encrypt",
  "insecure-mx-may",
] as const;
export type SenderSetup = (typeof senderSetups)[number];

/**
 * What is looked at besides the outcome, each a demand on the sender:
 * addresses-before-tlsa: A and AAAA of each host are asked for before its TLSA (RFC 7672 2.2.2);
 * no-tlsa-query: TLSA is not asked for at all;
 * no-envelope: no MAIL FROM in any session of a message that is not delivered;
 * reason-names-cause: the log's reason is one that names TLSA, DNSSEC, STARTTLS or the certificate;
 * dsn-security: the status code of a message that waits is one of X.7, security or policy (RFC 3463 3.8);
 * not-claimed-secure: the log does not claim an authenticated delivery;
 * sni-per-host: SNI of each session is the name of the host it went to;
 * log-tells-channel: the log tells clear text from TLS, and TLS from an authenticated server.
 */
export const watches = [
  "addresses-before-tlsa",
  "no-tlsa-query",
  "no-envelope",
  "reason-names-cause",
  "dsn-security",
  "not-claimed-secure",
  "sni-per-host",
  "log-tells-channel",
] as const;
export type Watch = (typeof watches)[number];

/**
 * What changes after the step before, and what is permitted then. Caches are let run out (the zones' TTL passes), and the
 * message is tried again if it is still queued; if it was delivered, or goes elsewhere now, a new one is sent.
 */
export interface Step {
  /** "the record is corrected" */
  readonly title: string;
  readonly zones: Scenario["zones"];
  readonly mx: readonly MxHost[];
  /** The next-hop domain of this step's message, as in Scenario.recipient. */
  readonly recipient: RelativeName;
  /** Sent under this policy, as a new message; null: under the trial's own. */
  readonly as: Policy | null;
  /** As in Scenario.resolver. */
  readonly resolver: ResolverPath | null;
  /** false: what is cached stays cached, the next message follows at once. */
  readonly afterTtl: boolean;
  /** The end of an attack, which no scenario has to tell. */
  readonly byRule?: true;
  readonly expect: Readonly<Partial<Record<Policy, Expectation>>>;
}

/**
 * What an attacker says of the scenario's zones, or what they held long ago. The MX hosts are the attacker's own, on
 * addresses of their own; signatures are by the zones' own keys unless the zones say otherwise.
 */
export interface ForgedView {
  readonly zones: Readonly<Record<string, ZoneSpec | FurtherZone>>;
  readonly mx: readonly MxHost[];
}

/** What stands between a sender and its resolver. */
export interface ResolverPath {
  readonly answers: readonly AnswerRule[];
  /** The same for the second name server of its resolv.conf; null: nothing listens there. */
  readonly second: readonly AnswerRule[] | null;
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
  /** What becomes of this later. */
  readonly steps: readonly Step[];
  /** What "forge" in the answers of zones and resolver gives; null: nothing is forged. */
  readonly forged: ForgedView | null;
  /**
   * Set for attacks that DANE does not claim to stop: how a publisher keeps out of their way. Such an attack may succeed;
   * what happens is recorded.
   */
  readonly limit: string | null;
  /** Id of the scenario whose message this one shares: one message, a recipient in each domain. null: its own. */
  readonly sharesMessageOf: string | null;
  /** null: by MX. */
  readonly route: Route | null;
  readonly setup: SenderSetup;
  /**
   * null: the validating resolver on the sender's loopback. Else the resolver is reached over the network, past what
   * does this to the questions of the scenario's names (the `stub` position of an attacker).
   */
  readonly resolver: ResolverPath | null;
  readonly watch: readonly Watch[];
  /**
   * The recipient's domain as the envelope writes it, where not as is, with the places {recipient}, {ipv4} and {ipv6}, which
   * are of the first MX host; "upper": in upper case.
   */
  readonly recipientText: string | null;
  /** A message deferred by its attempt is tried again until it had this many: for senders that fall back only then. */
  readonly attempts: number;
  readonly expect: Readonly<Partial<Record<Policy, Expectation>>>;
  /** The server name that SNI must carry, with places as in CertificateSpec. */
  readonly sni: string | null;
  /** Name of the file it came from, for messages. */
  readonly file: string;
}

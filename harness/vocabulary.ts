import { pathOf } from "./model/chains.ts";
import type { DnsQuestion } from "./model/farm.ts";
import type { AskingWay, LookupOutcome, Measure, ServerWay } from "./model/lookup.ts";
import type { ProbeWay } from "./model/probe.ts";
import type {
  AnswerAction,
  AnswerRule,
  Attacker,
  AuthorityName,
  CertificateRef,
  CertificateSpec,
  DnssecAlgorithm,
  FaultName,
  Leak,
  Level,
  ListeningBehaviour,
  Outcome,
  PathAttack,
  Policy,
  RecordSpec,
  SenderSetup,
  ServerBehaviour,
  TlsaSpec,
  Watch,
  ZoneFault,
  ZoneKeySpec,
  ZoneSpec,
} from "./model/scenario.ts";

/**
 * The words that scenario files are written in: all that a file under scenarios/, or one of a user's own, imports.
 * A scenario states only its difference from the base set-up: a signed zone (P-256, NSEC), one MX host with A and AAAA, a
 * self-signed P-256 certificate for that host, a matching `3 1 1`, a server with STARTTLS.
 *
 * Names are relative to the scenario's zone, "@" is the zone itself. Names in certificates may hold the places {mx} (the
 * MX host), {alias} (the name in the MX record, where that is an alias), {domain} (the zone) and {recipient} (the next hop).
 */
export interface ScenarioText {
  /** Lower case letters, digits and hyphens: it becomes a label of the recipient domain. */
  readonly id: string;
  readonly title: string;
  /** What a reader who wonders about the expectation should know. */
  readonly why?: string;
  /** "RFC 7672 3.1.1": number, then section. */
  readonly cites: readonly string[];
  /** Proves the lab: runs at the start and at the end of every run. */
  readonly canary?: boolean;
  /** The next-hop domain, where it is not the zone itself. */
  readonly recipient?: string;
  readonly zone?: ZoneText;
  /** Further zones by label: delegated from the main zone unless they say otherwise. */
  readonly zones?: Readonly<Record<string, FurtherZoneText>>;
  /** One MX host, or several. */
  readonly mx?: MxText | readonly MxText[];
  /** How often a deferred message is tried. */
  readonly attempts?: number;
  /** What happens later: each step states its whole zone and MX hosts where they differ from the scenario's own. */
  readonly steps?: readonly StepText[];
  /** The message is that of the scenario with this id: one message, a recipient in each domain. */
  readonly sharesMessageOf?: string;
  /** What the attacker says of the zones, for answer("forge", ...): the MX hosts are the attacker's. */
  readonly forged?: {
    readonly zone?: ZoneText;
    readonly zones?: ScenarioText["zones"];
    readonly mx?: MxText | readonly MxText[];
  };
  /** For attacks that DANE does not claim to stop: advice to publishers. */
  readonly limit?: string;
  /** The message goes here instead of by MX. */
  readonly route?: { readonly to?: string; readonly mx?: boolean; readonly port?: number };
  /** caches: the sender's connection and TLS session caches are on. */
  readonly setup?: SenderSetup;
  /** The resolver is reached over the network, past what does this to the questions: see answer(). */
  readonly resolver?: {
    readonly answers: readonly AnswerRule[];
    /** The same for a second name server in the sender's resolv.conf; without it nothing listens there. */
    readonly second?: readonly AnswerRule[];
  };
  /** Demands on the sender besides the outcome. */
  readonly watch?: readonly Watch[];
  /** The recipient's domain as the envelope writes it: "upper", or a text with {recipient}, or with {ipv4} or {ipv6}. */
  readonly recipientText?: string;
  readonly expect: ExpectText;
  /** The server name that SNI must carry. */
  readonly sni?: string;
}

export interface ZoneText {
  /** Unsigned zones are delegated without DS. */
  readonly unsigned?: boolean;
  /** Seconds; 60 unless told, 1 where the scenario has steps. */
  readonly ttl?: number;
  /** How its name server misbehaves: see answer(). */
  readonly answers?: readonly AnswerRule[];
  readonly algorithm?: DnssecAlgorithm;
  readonly keys?: ZoneSpec["keys"];
  /** Digest types of its DS records; [2] unless told. */
  readonly dsDigests?: readonly number[];
  readonly denial?: ZoneSpec["denial"];
  readonly records?: readonly RecordSpec[];
  readonly faults?: readonly ZoneFault[];
}

export interface FurtherZoneText extends ZoneText {
  /** Label of the zone that delegates it; "tld": it is a sibling of the main zone. */
  readonly under?: string;
  /** Its labels in the zone that delegates it, e.g. "_tcp.mx", where that is not its label here. */
  readonly origin?: string;
}

export interface MxText {
  /** Where two have the same name, each is a server at addresses of its own; published: false and tlsa: [] at the second. */
  readonly host?: string;
  /** Label of the zone that holds the host. */
  readonly zone?: string;
  /**
   * The MX record names this alias (CNAME) of the host; in the main zone, or in the one named. `target` is the name that
   * leads on where it does not lead to the host at once; null: it has no CNAME of its own, a DNAME or a wildcard makes it.
   */
  readonly alias?:
    | string
    | { readonly name: string; readonly zone?: string; readonly target?: string | null };
  readonly preference?: number;
  /** false: no MX record names the host. "@" as host without it: the implicit MX. */
  readonly published?: boolean;
  readonly addresses?: "both" | "ipv4" | "ipv6" | "none";
  readonly certificate?: CertificateSpec;
  /** Certificates of other key types besides: the server picks what the client can verify. */
  readonly furtherCertificates?: readonly CertificateSpec[];
  /** Further certificates by the server name in SNI. */
  readonly sni?: Readonly<Record<string, CertificateSpec>>;
  /** "3 1 1" is a record of the certificate that the server shows; see also of(), recordOf(), mismatch(), rawTlsa(). */
  readonly tlsa?: readonly (string | TlsaSpec)[];
  /** Under the host's own name ("host", unless told) or its "alias", else the owner name: "tlsa._dane". One record: at(). */
  readonly tlsaAt?: string;
  /** "real": a real server in place of the recording one, Postfix unless the run has another (--receiver). */
  readonly receiver?: "recording" | "real";
  /** "no-starttls", "starttls-454", "down": see serverBehaviours. */
  readonly server?: ServerBehaviour;
  /** 25 unless told. */
  readonly port?: number;
  readonly attacker?: Attacker;
  /** The server is the attacker's own. */
  readonly hostile?: boolean;
}

/** See Scenario.steps: what changes, and what is permitted then. */
export interface StepText {
  readonly title: string;
  readonly zone?: ZoneText;
  readonly zones?: ScenarioText["zones"];
  readonly mx?: MxText | readonly MxText[];
  /** Where the message of this step goes, where not to the scenario's recipient. */
  readonly recipient?: string;
  /** Sent under this policy, as a new message. */
  readonly as?: Policy;
  /** false: the next message follows at once, while answers are cached. */
  readonly afterTtl?: boolean;
  readonly expect: ExpectText;
}

/**
 * `dane` is what the RFC says of opportunistic DANE. What follows from it by rule is not written: `dane-only` defers
 * what is not authenticated (RFC 7672 section 6), `may` delivers with TLS.
 */
export interface ExpectText {
  readonly dane?: Expecting;
  readonly "dane-only"?: Expecting;
  readonly may?: Expecting;
  /** For attacks: what a sender without DANE loses. */
  readonly control?: Expecting;
  /**
   * TLS demanded; PKIX besides, by the MX host's name (verify) or by the next-hop domain (secure). They follow from `may` and
   * the certificates, and run where they are asked for; one that loses to an attacker is a further control.
   */
  readonly encrypt?: Expecting;
  readonly verify?: Expecting;
  readonly secure?: Expecting;
  /** A control: DANE behind a resolver that does not validate, or that says that it did. */
  readonly oblivious?: Expecting;
  readonly credulous?: Expecting;
  /** A control: DANE with the resolver across a network, past what `resolver` says. Others have theirs on loopback then. */
  readonly exposed?: Expecting;
  /** Once the attack is over: authenticated delivery unless told. */
  readonly after?: Expecting;
}

/** A file of scenarios. */
export interface ScenarioFile {
  readonly danelab: 1;
  readonly group: string;
  readonly scenarios: readonly ScenarioText[];
}

/** What a scenario file exports by default. */
export function scenarios(group: string, list: readonly ScenarioText[]): ScenarioFile {
  return { danelab: 1, group, scenarios: list };
}

/**
 * What a resolver is asked, and what it may answer: the zones are as in ScenarioText, one question is asked in several ways.
 * The expectation is of a question with DO; what follows from it for the other ways is not written.
 */
export interface LookupText
  extends Pick<ScenarioText, "id" | "title" | "why" | "cites" | "zone" | "zones" | "mx"> {
  /** The TLSA records of the MX host unless told: { name: "mx", type: "A" }, { name: "@", zone: "hosts", type: "MX" }. */
  readonly ask?: { readonly name: string; readonly zone?: string; readonly type: DnsQuestion["type"] };
  readonly expect: LookupExpecting | Partial<Readonly<Record<AskingWay, LookupExpecting>>>;
  /** The ways of asking; DO, AD, CD and TCP unless told. */
  readonly ways?: readonly AskingWay[];
  /** What programs limit as they like: the table of limits has a row for `of`, and this scenario tries one value. */
  readonly measure?: Measure;
}

/** A file of scenarios in which resolvers are asked. */
export interface LookupFile {
  readonly danelab: 1;
  readonly kind: "lookup";
  readonly group: string;
  readonly scenarios: readonly LookupText[];
}

/** What a file of such scenarios exports by default. */
export function lookups(group: string, list: readonly LookupText[]): LookupFile {
  return { danelab: 1, kind: "lookup", group, scenarios: list };
}

/**
 * What an authoritative server is tried with: its zones, and the question. It is asked directly and through validating
 * resolvers.
 */
export interface AuthorityText
  extends Pick<ScenarioText, "id" | "title" | "why" | "cites" | "zone" | "zones" | "mx"> {
  /** As in LookupText. */
  readonly ask?: LookupText["ask"];
  /** Of a question with DO; the right answer with right signatures and proofs unless told. */
  readonly expect?: LookupExpecting;
  /** All unless told. */
  readonly ways?: readonly ServerWay[];
  /** What is different afterwards, whole: then everything is asked once more. */
  readonly change?: Pick<ScenarioText, "zone" | "zones" | "mx">;
  /**
   * Seconds: nobody is notified of the change, and secondaries, which alone are tried then, have to find it by the SOA record's
   * refresh timer of so many.
   */
  readonly refresh?: number;
}

/** A file of scenarios that authoritative servers are tried with. */
export interface AuthorityFile {
  readonly danelab: 1;
  readonly kind: "authority";
  readonly group: string;
  readonly scenarios: readonly AuthorityText[];
}

/** What a file of such scenarios exports by default. */
export function authorities(group: string, list: readonly AuthorityText[]): AuthorityFile {
  return { danelab: 1, kind: "authority", group, scenarios: list };
}

/** A real server at the MX is tried by danelab's own client, in one way; what is permitted follows from the way. */
export interface ProbeText extends Pick<ScenarioText, "id" | "title" | "why" | "cites"> {
  readonly mx?: Pick<MxText, "certificate" | "furtherCertificates" | "sni" | "tlsa">;
  readonly way: ProbeWay;
}

/** A file of scenarios in which real servers are tried. */
export interface ProbeFile {
  readonly danelab: 1;
  readonly kind: "probe";
  readonly group: string;
  readonly scenarios: readonly ProbeText[];
}

/** What a file of such scenarios exports by default. */
export function probes(group: string, list: readonly ProbeText[]): ProbeFile {
  return { danelab: 1, kind: "probe", group, scenarios: list };
}

interface Expected<O> {
  readonly level: Level;
  readonly permitted: readonly O[];
  readonly never: readonly O[];
  readonly leaks?: Leak;
  /** Outcomes that break a MUST whatever the level is. */
  floor(...outcomes: readonly O[]): Expected<O>;
}

/** An expectation that may be given a floor. */
export type Expecting = Expected<Outcome>;
export type LookupExpecting = Expected<LookupOutcome>;

function expecting<O extends Outcome | LookupOutcome>(
  level: Level,
  permitted: readonly O[],
  never: readonly O[] = [],
  leak?: Leak,
): Expected<O> {
  return {
    level,
    permitted,
    never,
    ...(leak ? { leaks: leak } : {}),
    floor: (...outcomes) => expecting(level, permitted, [...never, ...outcomes], leak),
  };
}

/** Of what becomes of mail, or of what a resolver answers. */
interface Demand {
  (...permitted: readonly Outcome[]): Expecting;
  (...permitted: readonly LookupOutcome[]): LookupExpecting;
}

function demand(level: Level): Demand {
  return <O extends Outcome & LookupOutcome>(...permitted: readonly O[]) => expecting(level, permitted);
}

/** Any other outcome breaks a MUST. */
export const must = demand("must");
/** Any other outcome leaves a SHOULD. */
export const should = demand("should");
/** The RFC leaves it open: what happens is recorded. */
export const open = demand("open");
/** Controls of attacks: the message crosses the wire in clear text. */
export const leaksOnTheWire = (...permitted: readonly Outcome[]): Expecting =>
  expecting("must", permitted, [], "on-the-wire");
/** Controls of attacks: the message is delivered to the attacker. */
export const leaksToTheAttacker = (...permitted: readonly Outcome[]): Expecting =>
  expecting("must", permitted, [], "to-the-attacker");

type CertificateText = Partial<Omit<CertificateSpec, "kind" | "authority">> & {
  /** private: nobody trusts its root; public: the sender does; other: one more that nobody trusts. */
  readonly ca?: AuthorityName;
};

function certificate(kind: CertificateSpec["kind"], { ca, ...text }: CertificateText): CertificateSpec {
  const chain = text.chain ?? "intermediate";
  return {
    kind,
    label: "",
    key: "p256",
    names: ["{mx}"],
    addresses: [],
    emails: [],
    commonName: "{mx}",
    notBefore: -1,
    notAfter: 90,
    isCa: false,
    keyUsage: ["digitalSignature"],
    purposes: ["serverAuth"],
    oddExtensions: [],
    padding: 0,
    version: 3,
    digest: "usual",
    authority: ca ?? "private",
    chain,
    sends: kind === "self-signed" ? ["leaf"] : pathOf(chain),
    keyLost: false,
    ...text,
  };
}

/** The same specification is the same certificate, wherever it stands; another `label` makes another one. */
export const selfSigned = (text: Omit<CertificateText, "ca"> = {}): CertificateSpec =>
  certificate("self-signed", text);
/** Domain validated: a leaf of a CA, see CertificateSpec.chain; sends all from leaf to root: leaf, intermediate, root. */
export const dv = (text: CertificateText = {}): CertificateSpec => certificate("dv", text);
/** Extended validation: policy OID and organisation in the subject. */
export const ev = (text: CertificateText = {}): CertificateSpec => certificate("ev", text);

/** notBefore and notAfter are days from now. */
export const days = (count: number): number => count;
export const years = (count: number): number => Math.round(count * 365.25);

function parameters(text: string): Pick<TlsaSpec, "usage" | "selector" | "matchingType"> {
  const found = /^(\d{1,3}) (\d{1,3}) (\d{1,3})$/.exec(text);
  const [usage = 256, selector = 256, matchingType = 256] = (found ?? []).slice(1).map(Number);
  if (usage > 255 || selector > 255 || matchingType > 255) {
    throw new TypeError(
      `"${text}" is no TLSA record: write usage, selector and matching type, such as "3 1 1"`,
    );
  }
  return { usage, selector, matchingType };
}

type RecordData = Extract<TlsaSpec["data"], { readonly from: CertificateRef }>;

function made(
  text: string,
  rest: Partial<Omit<RecordData, "selector" | "matchingType">>,
  /** Whose data it holds, where not its own. */
  data = text,
): TlsaSpec {
  const { usage, selector, matchingType } = parameters(text);
  // Data of unknown parameters looks as the record next to it would: a key's SHA-256.
  const like = parameters(data);
  return {
    usage,
    selector,
    matchingType,
    data: {
      from: usage === 0 || usage === 2 ? "root" : "leaf",
      selector: like.selector === 0 ? 0 : 1,
      matchingType: like.matchingType === 0 ? 0 : like.matchingType === 2 ? 2 : 1,
      matches: true,
      ...rest,
    },
  };
}

/** The record that is rightly made: of the leaf for usages 1 and 3, of the root for 0 and 2. */
export const tlsa = (text: string): TlsaSpec => made(text, {});
/** The record of another certificate of the chain, or of a CA. */
export const of = (from: CertificateRef, text: string): TlsaSpec => made(text, { from });
/** The record of another certificate than the host's own, served or not: recordOf(selfSigned({ label: "next" }), "3 1 1"). */
export const recordOf = (certificate: CertificateSpec, text: string, from?: CertificateRef): TlsaSpec =>
  made(text, { certificate, ...(from === undefined ? {} : { from }) });
/** Well-formed data of a stranger's key and certificate. */
export const mismatch = (text: string): TlsaSpec => made(text, { matches: false });
/** Data cut to, or filled up to, so many octets: malformed. */
export const octets = (count: number, text: string): TlsaSpec =>
  made(text, { matches: false, octets: count });
/** Says one thing, holds another: dataOf("3 0 1", "3 1 1") is a 3 1 1 with the digest of the whole certificate. */
export const dataOf = (data: string, text: string): TlsaSpec => made(text, {}, data);
/** The data, and octets (hexadecimal) behind it. */
export const trailing = (hex: string, text: string): TlsaSpec => made(text, { trailing: hex });
/** The data written out in hexadecimal digits, each an octet of ASCII. */
export const asText = (text: string): TlsaSpec => made(text, { asText: true });
/** Any data, in hexadecimal. */
export const rawTlsa = (text: string, hex: string): TlsaSpec => ({ ...parameters(text), data: { hex } });
/** Any RDATA, in hexadecimal: also one too short for usage, selector and matching type. */
export const rawRdata = (hex: string): TlsaSpec => ({
  usage: Number.parseInt(hex.slice(0, 2) || "0", 16),
  selector: Number.parseInt(hex.slice(2, 4) || "0", 16),
  matchingType: Number.parseInt(hex.slice(4, 6) || "0", 16),
  data: { rdata: hex },
});

/** The record stands there: see MxText.tlsaAt. */
export const at = (place: string, record: TlsaSpec): TlsaSpec => ({ ...record, at: place });

/** A key of a zone: key("zsk", { label: "next", signs: false }) is one that is published and not yet used. */
export const key = (
  role: ZoneKeySpec["role"],
  rest: Partial<Omit<ZoneKeySpec, "role">> = {},
): ZoneKeySpec => ({
  label: role,
  role,
  algorithm: 13,
  bits: 2048,
  published: true,
  signs: true,
  ds: role !== "zsk",
  ...rest,
});

/** A fault that strikes RRsets of a type, e.g. fault("signature-expired", "TLSA"), or the whole zone: fault("ds-mismatch"). */
export const fault = (name: FaultName, type?: string, owner?: string): ZoneFault => ({
  fault: name,
  ...(type === undefined ? {} : { type }),
  ...(owner === undefined ? {} : { name: owner }),
});

export const nsec3 = (
  options: { readonly iterations?: number; readonly salt?: string; readonly optOut?: boolean } = {},
): ZoneSpec["denial"] => ({
  type: "nsec3",
  iterations: options.iterations ?? 0,
  salt: options.salt ?? "",
  optOut: options.optOut ?? false,
});

/** RFC 9824: each name is denied by an NSEC of its own, made for the question; here for these names. */
export const compactDenial = (...names: readonly string[]): ZoneSpec["denial"] => ({
  type: "compact",
  names,
});

/** What a name server does with questions instead of answering: answer("drop", "TLSA"). See answerActions. */
export const answer = (
  does: AnswerAction,
  type?: string,
  rest: Pick<AnswerRule, "name" | "times"> = {},
): AnswerRule => ({
  does,
  ...(type === undefined ? {} : { type }),
  ...rest,
});

/** The RCODEs by which a name server says that it cannot or will not answer: answer(failures[0], "TLSA"). */
export const failures = [
  "servfail",
  "refused",
  "notimp",
  "formerr",
] as const satisfies readonly AnswerAction[];

/** A record in presentation form; names are relative to the zone. */
export const record = (name: string, type: RecordSpec["type"], data: string): RecordSpec => ({
  name,
  type,
  data,
});

/** Attackers on the path. They forward to the genuine server whatever they do not touch. */
export const attacker = (does: PathAttack): Attacker => ({ does });
export const stripStarttls: Attacker = attacker("strip-starttls");
/** Terminates TLS with a certificate of its own, and behaves as such a server does. */
export const intercept = (
  certificate: CertificateSpec,
  as: ListeningBehaviour = "normal",
  /** The genuine server's certificates are shown behind its own. */
  rest: { readonly appendsGenuine?: true } = {},
): Attacker => ({ does: "intercept", certificate, as, ...rest });
/** All that is addressed to the MX host comes to a server of the attacker's own. */
export const redirect = (certificate: CertificateSpec, as: ListeningBehaviour = "normal"): Attacker => ({
  does: "intercept",
  certificate,
  as,
  alone: true,
});

import type { Session } from "./farm.ts";
import type { Role, Stack } from "./plan.ts";
import type { Level, MxHost, Outcome, Scenario, ZoneSpec } from "./scenario.ts";

/**
 * A kind of trial without mail: a tool is given an MX host, connects, and says whether TLSA records authenticate it. What a
 * scenario demands of senders with opportunistic DANE it demands, in other words, of verifiers.
 */

/**
 * matched: a record authenticates the server; unmatched: records count, and none does; unusable: there is none that counts;
 * no-tls: no handshake came about, so that nothing could be compared; crashed: the tool died before it could say anything.
 */
export const verificationOutcomes = ["matched", "unmatched", "unusable", "no-tls", "crashed"] as const;
export type VerificationOutcome = (typeof verificationOutcomes)[number];

/** What some scenarios take of a verifier, and not every one has. */
export const verifierFeatures = [
  /** RFC 7672 3.2.2: the next-hop domain in a certificate counts besides the host. */
  "names besides the host's",
  /** RDATA that has no presentation form, for tools that get their records as text. */
  "records that cannot be written",
] as const;
export type VerifierFeature = (typeof verifierFeatures)[number];

export interface VerificationExpectation {
  readonly level: Level;
  readonly permitted: readonly VerificationOutcome[];
  /** Break a MUST whatever the level is. */
  readonly never: readonly VerificationOutcome[];
}

/** An MX host as a verifier is told of it. No name has a final dot. */
export interface HostToVerify {
  /** The next-hop domain, whose MX the host is. */
  readonly domain: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number;
  /** The TLSA records at the host, RDATA in presentation form: "3 1 1 00ff…". */
  readonly records: readonly string[];
}

/** What a tool made of it, as its driver reads exit status and output. */
export interface VerifierClaim {
  readonly outcome: VerificationOutcome;
  /** Its own words. */
  readonly told: string;
}

/** A scenario put to one verifier. */
export interface VerificationTrial {
  /** "ee-expired/openssl@3.5+unbound@1.26/verification", with "/twin" behind it where it is one. */
  readonly id: string;
  readonly scenario: string;
  readonly stack: Stack;
  readonly role: Role;
  /** For twins: the trial that this is the twin of. */
  readonly of: string | null;
  /** RecipientDomain.key */
  readonly domain: string;
  readonly expectation: VerificationExpectation;
}

/** All that was seen of one trial. The judge knows nothing else. */
export interface VerificationEvidence {
  readonly trial: string;
  readonly host: HostToVerify | null;
  readonly command: readonly string[];
  /** null: it was ended at its deadline. */
  readonly exitStatus: number | null;
  /** Standard output and error. */
  readonly output: string;
  /** null: the driver cannot tell what the output means. */
  readonly claim: VerifierClaim | null;
  /** As the MX host saw them. */
  readonly sessions: readonly Session[];
  /** Milliseconds. */
  readonly ms: number;
  /** What kept the harness from telling: non-empty means verdict `error`. */
  readonly errors: readonly string[];
}

/** What a mail's outcome is to a verifier. Clear text and bounces are matters of mail alone. */
const counterparts: Readonly<Record<Outcome, readonly VerificationOutcome[]>> = {
  authenticated: ["matched"],
  encrypted: ["unusable"],
  deferred: ["unmatched", "no-tls"],
  cleartext: [],
  bounced: [],
};

export function verificationExpectation(
  scenario: Pick<Scenario, "expect">,
): VerificationExpectation | undefined {
  const { dane } = scenario.expect;
  if (!dane) return undefined;
  const permitted = dane.permitted.flatMap((outcome) => counterparts[outcome]);
  if (permitted.length === 0) return undefined;
  return { level: dane.level, permitted, never: dane.never.flatMap((outcome) => counterparts[outcome]) };
}

/** What the server does to TLS alone, which verifiers meet as senders do. */
const servers: readonly MxHost["server"][] = ["normal", "raw-public-key", "sni-required", "sni-warning"];

function isPlain({
  signed,
  faults,
  answers,
  records,
  algorithm,
  keys,
  denial,
  dsDigests,
}: ZoneSpec): boolean {
  return (
    signed &&
    faults.length + answers.length + records.length === 0 &&
    algorithm === 13 &&
    typeof keys === "string" &&
    denial.type === "nsec" &&
    dsDigests.join() === "2"
  );
}

/**
 * Whether certificate and TLSA records are all that the scenario is about: one MX host of the usual kind in signed zones,
 * with its records at its own name.
 */
export function isVerifiable(scenario: Scenario): boolean {
  const [host, ...others] = scenario.mx;
  if (!host || others.length > 0 || host.tlsa.length === 0) return false;
  const usualScenario =
    !scenario.canary &&
    scenario.recipient === "@" &&
    scenario.recipientText === null &&
    scenario.setup === "plain" &&
    scenario.route === null &&
    scenario.resolver === null &&
    scenario.forged === null &&
    scenario.sharesMessageOf === null &&
    scenario.steps.length + scenario.watch.length === 0;
  const usualHost =
    host.published &&
    host.alias === null &&
    host.attacker === null &&
    !host.hostile &&
    host.receiver === "recording" &&
    host.addresses === "both" &&
    host.tlsaAt === "host" &&
    host.tlsa.every(({ at }) => at === undefined) &&
    servers.includes(host.server);
  return (
    usualScenario &&
    usualHost &&
    Object.values(scenario.zones).every(isPlain) &&
    verificationExpectation(scenario) !== undefined
  );
}

/** What the scenario takes of a verifier besides comparing. */
export function verifierFeaturesNeeded(
  scenario: Pick<Scenario, "mx" | "expect">,
): readonly VerifierFeature[] {
  const [host] = scenario.mx;
  if (!host) return [];
  const { names } = host.certificate;
  const byDomain = names.includes("{recipient}") || names.includes("{domain}");
  const isWanted = scenario.expect.dane?.permitted.includes("authenticated") ?? false;
  const needs: Readonly<Record<VerifierFeature, boolean>> = {
    "names besides the host's": isWanted && byDomain && !names.includes("{mx}"),
    // Without certificate association data there is nothing to write behind the matching type.
    "records that cannot be written": host.tlsa.some(
      ({ data }) => "rdata" in data && data.rdata.length <= 2 * 3,
    ),
  };
  return verifierFeatures.filter((feature) => needs[feature]);
}

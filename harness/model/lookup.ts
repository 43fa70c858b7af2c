import type { AuthorityMode, TestedServer } from "./authority.ts";
import type { DnsStatus } from "./evidence.ts";
import type { DnsQuestion } from "./farm.ts";
import { type Plan, type Program, programId } from "./plan.ts";
import type { Level, RelativeName, Scenario } from "./scenario.ts";

/** A kind of trial without mail: a resolver or a name server is asked, and what it answers is judged. */

/**
 * secure: the right answer with AD; insecure: the right answer without; bogus: SERVFAIL; refused: another RCODE of failure;
 * silent: no answer in time; wrong: another answer than the zone's; died: the resolver's process ended over the question.
 */
export const lookupOutcomes = ["secure", "insecure", "bogus", "refused", "silent", "wrong", "died"] as const;
export type LookupOutcome = (typeof lookupOutcomes)[number];

/**
 * How a question is put. DO: with DNSSEC OK (RFC 3225); AD: with the AD bit alone (RFC 6840 5.7); plain: with neither; CD: with
 * DO and Checking Disabled (RFC 4035 3.2.2); TCP: as DO, over TCP (RFC 7766).
 */
export const askingWays = ["DO", "AD", "plain", "CD", "TCP"] as const;
export type AskingWay = (typeof askingWays)[number];

/**
 * How a name server is tried. The first four ask the server itself: with DO by UDP, the same by TCP, with EDNS and without DO,
 * without EDNS (by UDP what is truncated is asked again by TCP). The last two ask a validating resolver, with DO.
 */
export const serverWays = [
  "server-DO",
  "server-TCP",
  "server-plain",
  "server-no-EDNS",
  "by-unbound",
  "by-bind",
] as const;
export type ServerWay = (typeof serverWays)[number];

/** "asked with DO" */
export function titleOfWay(way: AskingWay | ServerWay): string {
  return wayTitles[way];
}

const wayTitles: Readonly<Record<AskingWay | ServerWay, string>> = {
  DO: "asked with DO",
  AD: "asked with AD",
  CD: "asked with CD",
  plain: "asked without DO and AD",
  TCP: "asked with DO over TCP",
  "server-DO": "the server, asked with DO",
  "server-TCP": "the server, asked with DO over TCP",
  "server-plain": "the server, asked without DO",
  "server-no-EDNS": "the server, asked without EDNS",
  "by-unbound": "Unbound, asked with DO",
  "by-bind": "BIND, asked with DO",
};

export interface LookupExpectation {
  readonly level: Level;
  readonly permitted: readonly LookupOutcome[];
  /** Break a MUST whatever the level is. */
  readonly never: readonly LookupOutcome[];
}

/** One question in one way, and what is permitted of the answer. */
export interface PlannedQuestion {
  readonly way: AskingWay | ServerWay;
  readonly expectation: LookupExpectation;
  /** The step of the scenario in which it is asked; the first, before anything changes, unless told. */
  readonly step?: number;
}

/** Something that programs limit as they like: the scenario tries one value. */
export interface Measure {
  /** "NSEC3 iterations" */
  readonly of: string;
  readonly value: number;
}

/** What is asked of a recipient domain set up in one way. */
export interface LookupScenario {
  /** Zones and hosts; nothing is sent to them. */
  readonly domain: Scenario;
  readonly name: RelativeName;
  /** Key of the zone that the name is relative to. */
  readonly zone: string;
  readonly type: DnsQuestion["type"];
  readonly questions: readonly PlannedQuestion[];
  readonly measure: Measure | null;
  /** Of name servers: only those in these modes are tried; without it all. */
  readonly modes?: readonly AuthorityMode[];
}

/** What the zones hold for a question. */
export interface ExpectedRecords {
  readonly status: DnsStatus;
  readonly rcode: "NOERROR" | "NXDOMAIN";
  /** RDATA of the type asked for, hexadecimal; null: its names may be written in several ways. */
  readonly rdata: readonly string[] | null;
  readonly empty: boolean;
}

/** One answer, as it came. */
export interface LookupAnswer {
  readonly way: AskingWay | ServerWay;
  /** null: no answer. */
  readonly rcode: string | null;
  /** AD bit; of a name server's own answer: whether the zone is signed, and all signatures and proofs are right. */
  readonly authenticated: boolean;
  /** Of the type asked for, hexadecimal. */
  readonly rdata: readonly string[];
  /** The name at which its CNAME records break off, though it has records of the type asked for; absent: they lead to these. */
  readonly brokenAt?: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly error: string | null;
  /** The resolver's process ended while it had nothing else to do than this question; `error` tells how. */
  readonly died: boolean;
  /** Of a name server's own answer: what harness/dns/authoritative.ts found. */
  readonly findings?: { readonly wrong: readonly string[]; readonly bogus: readonly string[] };
}

/** The outcome of an answer, and what is wrong with it, in words. */
export function observeAnswer(
  { rcode, authenticated, rdata, brokenAt, error, died, findings }: LookupAnswer,
  expected: ExpectedRecords,
): { readonly outcome: LookupOutcome; readonly told: string } {
  if (died) return { outcome: "died", told: error ?? "its process ended" };
  if (rcode === null) return { outcome: "silent", told: error ?? "no answer" };
  if (rcode === "SERVFAIL") return { outcome: "bogus", told: rcode };
  if (rcode !== "NOERROR" && rcode !== "NXDOMAIN") return { outcome: "refused", told: rcode };
  const flags = authenticated ? `${rcode}, ${findings ? "signatures right" : "AD"}` : rcode;
  const wrong = (what: string) => ({ outcome: "wrong" as const, told: `${flags}: ${what}` });
  if (findings) {
    if (findings.wrong.length > 0)
      return { outcome: "wrong", told: `${rcode}: ${findings.wrong.join("; ")}` };
    if (findings.bogus.length > 0)
      return { outcome: "bogus", told: `${flags}: ${findings.bogus.join("; ")}` };
    return { outcome: authenticated ? "secure" : "insecure", told: flags };
  }
  if (rcode !== expected.rcode) return wrong(`the zone demands ${expected.rcode}`);
  if ((rdata.length === 0) !== expected.empty)
    return wrong(expected.empty ? "records where there are none" : "no records where there are some");
  if (expected.rdata !== null && !sameSet(rdata, expected.rdata))
    return wrong("other records than the zone's");
  if (brokenAt !== undefined) return wrong(`no CNAME record leads from ${brokenAt} to the records`);
  return { outcome: authenticated ? "secure" : "insecure", told: flags };
}

function sameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

/** A scenario put to one resolver, or to one name server in one mode. */
export interface LookupTrial {
  /** "res-ad-secure/unbound@1.26", "auth-tlsa/bind@9.20/signing" */
  readonly id: string;
  readonly scenario: LookupScenario;
  /** The program that is tried, where it is no resolver too. */
  readonly resolver: Program;
  /** Set where a name server is tried. */
  readonly server?: TestedServer;
}

/** All that was seen of one trial. The judge knows nothing else. */
export interface LookupEvidence {
  readonly trial: string;
  readonly question: DnsQuestion;
  readonly expected: ExpectedRecords;
  /** By later step of the scenario. */
  readonly later?: readonly ExpectedRecords[];
  /** In the order of the scenario's questions; none after one that the resolver died of. */
  readonly answers: readonly LookupAnswer[];
  /** What the resolver logged of the question's zones. */
  readonly log: readonly string[];
  /** What kept the harness from telling: non-empty means verdict `error`. */
  readonly errors: readonly string[];
}

/** The trials of these scenarios on these resolvers. */
export function planLookups(
  scenarios: readonly LookupScenario[],
  resolvers: readonly Program[],
): readonly LookupTrial[] {
  return scenarios.flatMap((scenario) =>
    resolvers.map((resolver) => ({
      id: `${scenario.domain.id}/${programId(resolver)}`,
      scenario,
      resolver,
    })),
  );
}

/** Key of the recipient domain that a scenario is set up in, one for all resolvers. */
export function lookupDomain({ domain }: LookupScenario): string {
  return domainKey(domain);
}

/** A plan without mail: the domains alone. `canaries`: scenarios of mail that prove the lab. */
export function lookupPlan(scenarios: readonly LookupScenario[], canaries: readonly Scenario[]): Plan {
  const domains = [...canaries, ...scenarios.map(({ domain }) => domain)];
  return {
    scenarios: domains,
    stacks: [],
    trials: [],
    domains: domains.map((scenario) => ({
      key: domainKey(scenario),
      scenario,
      policy: "dane",
      variant: "main",
    })),
  };
}

function domainKey({ id }: Scenario): string {
  return `${id}.lookup`;
}

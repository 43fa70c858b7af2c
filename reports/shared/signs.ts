import type { TrialResult, Verdict } from "../../harness/model/results.ts";

/** How verdicts, outcomes and policies are shown, alike in every report. Nothing is told by colour alone. */

export interface Sign {
  /** One character, one column wide. */
  readonly symbol: string;
  /** At most five letters, for narrow tables. */
  readonly short: string;
  /** Goes on after "inconclusive: ". */
  readonly meaning: string;
}

/** In the order in which a reader wants them: what needs attention first. */
export const verdictOrder = [
  "fail",
  "error",
  "inconclusive",
  "warn",
  "known",
  "info",
  "unsupported",
  "pass",
] as const satisfies readonly Verdict[];

export const verdictSigns: Readonly<Record<Verdict, Sign>> = {
  pass: { symbol: "✓", short: "pass", meaning: "within what the RFCs permit" },
  fail: {
    symbol: "✗",
    short: "fail",
    meaning: "outside what a MUST permits, or the log contradicts what was seen",
  },
  warn: { symbol: "△", short: "warn", meaning: "outside what a SHOULD permits" },
  info: { symbol: "○", short: "info", meaning: "the RFCs leave it open; recorded" },
  known: { symbol: "≈", short: "known", meaning: "a divergence on record for this program" },
  unsupported: { symbol: "–", short: "unsup", meaning: "the program does not have the feature" },
  inconclusive: {
    symbol: "?",
    short: "incon",
    meaning: "the control did not behave, so the trial proves nothing",
  },
  error: { symbol: "!", short: "error", meaning: "the harness could not tell" },
};

export const outcomeMeanings: Readonly<Record<NonNullable<TrialResult["outcome"]>, string>> = {
  authenticated: "delivered over TLS, server authenticated by DANE",
  encrypted: "delivered over TLS, server not authenticated",
  cleartext: "delivered without TLS",
  deferred: "not delivered, stays queued (4.x.x)",
  bounced: "refused for good (5.x.x)",
  secure: "the right answer, with AD or with right signatures",
  insecure: "the right answer, without AD",
  bogus: "SERVFAIL, or signatures and proofs that do not hold",
  refused: "another RCODE of failure",
  silent: "no answer in time",
  wrong: "another answer than the zone's",
  matched: "a TLSA record authenticates the server",
  unmatched: "TLSA records count, and none authenticates the server",
  unusable: "no TLSA record counts",
  "no-tls": "no handshake, nothing to compare",
  died: "no answer: the resolver's process ended",
  crashed: "the verifier died before it could say anything",
  accepted: "the server did what it was asked",
  declined: "the server did not do what it was asked",
};

export const policyMeanings: Readonly<Record<TrialResult["policy"], string>> = {
  dane: "opportunistic DANE",
  "dane-only": "mandatory DANE",
  may: "opportunistic TLS without DANE, the control",
  encrypt: "TLS demanded, without DANE and without authentication",
  verify: "PKIX verification of the MX host name without DANE, a second control",
  secure: "PKIX verification of the next-hop domain without DANE",
  oblivious: "DANE behind a resolver that does not validate, a control",
  credulous: "DANE behind a resolver that only says that it validates, a control",
  exposed: "DANE with the resolver across a network, a control",
  lookup: "the harness asks, nothing is sent",
  verification: "a verifier looks at the MX host, nothing is sent",
  serving: "a name server with zones that are signed already",
  signing: "a name server that signs its zones itself",
  secondary: "a name server that has its zones by transfer",
  probe: "danelab's own client tries the server",
};

/**
 * "authenticated", or what became of the message step by step: "deferred, then authenticated". Of a lookup: "secure", or by
 * how it was asked: "secure (with DO, with AD), bogus (with CD)".
 */
export function whatHappened({ verdict, outcome, steps, policy }: TrialResult): string {
  if (policy === "lookup" && steps) return answersTold(steps);
  const untold = verdict === "unsupported" ? "not run" : "not known";
  return steps ? steps.map((step) => step.outcome ?? untold).join(", then ") : (outcome ?? untold);
}

/** The verdict and its first reason, which may begin with it: "known: PKIX-EE is treated as DANE-EE". */
export function verdictTold({
  verdict,
  reasons: [first = "no reason told"],
}: Pick<TrialResult, "verdict" | "reasons">): string {
  return first.startsWith(`${verdict}: `) ? first : `${verdict}: ${first}`;
}

function answersTold(steps: NonNullable<TrialResult["steps"]>): string {
  const byOutcome = Map.groupBy(steps, ({ outcome }) => outcome ?? "not known");
  const [[only = "not known"] = []] = byOutcome;
  if (byOutcome.size <= 1) return only;
  const how = (title: string): string => title.replace(/^asked /, "");
  return [...byOutcome]
    .map(([outcome, own]) => `${outcome} (${own.map(({ title }) => how(title)).join(", ")})`)
    .join(", ");
}

/** "expected (must): authenticated" */
export function expectedOf({ role, level, expected }: TrialResult): string {
  const outcomes = expected.join(" or ");
  return role === "control"
    ? `expected of the control: the attack succeeds, ${outcomes}`
    : `expected (${level}): ${outcomes}`;
}

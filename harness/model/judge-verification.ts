import { matchesGlob } from "../words/glob.ts";
import type { Divergence } from "./divergence.ts";
import { programId } from "./plan.ts";
import type { VerificationPlan } from "./plan-verifications.ts";
import type { TrialResult, Verdict } from "./results.ts";
import type { VerificationEvidence, VerificationTrial } from "./verification.ts";

/** From what verifiers said, and what the MX hosts saw of them, to verdicts. Pure: the same evidence gives the same verdicts. */
export interface VerificationJudgement {
  readonly trials: readonly TrialResult[];
  readonly staleDivergences: readonly string[];
}

export interface VerificationJudgeInput extends Omit<VerificationPlan, "plan"> {
  /** By trial. */
  readonly evidence: ReadonlyMap<string, VerificationEvidence>;
  /** By the verifier's name. */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  readonly evidencePath: (trial: string) => string;
}

type Judged = Pick<TrialResult, "outcome" | "verdict" | "reasons">;

export function judgeVerifications(input: VerificationJudgeInput): VerificationJudgement {
  const { trials, unsupported, evidence, divergences } = input;
  const used = new Set<Divergence>();
  const seen = new Set<Divergence>();
  const alone = new Map(trials.map((trial) => [trial.id, judgeAlone(trial, evidence.get(trial.id))]));

  const excused = (trial: VerificationTrial, own: Judged): Partial<TrialResult> => {
    const recorded = (divergences.get(trial.stack.sender.name) ?? []).filter((one) => concerns(one, trial));
    if (trial.of === null && own.verdict !== "error") for (const one of recorded) seen.add(one);
    if (own.verdict !== "fail" && own.verdict !== "warn") return own;
    const known = recorded.find(({ outcome }) => outcome === own.outcome);
    // A twin is excused by nothing but what shows at its trial in the same way.
    if (!known || (trial.of !== null && alone.get(trial.of)?.outcome !== own.outcome)) return own;
    if (trial.of === null) used.add(known);
    const { severity, reason, evidence: shown, link } = known;
    return {
      ...own,
      verdict: "known",
      reasons: [`known: ${reason}`, ...own.reasons],
      divergence: { severity, reason, evidence: shown, link },
    };
  };

  const results = trials.map((trial): TrialResult => {
    const own = alone.get(trial.id) ?? unjudged(["it was not judged"]);
    const twin = trials.find(({ of }) => of === trial.id);
    const withTwin = twin ? besideTwin(own, alone.get(twin.id)) : own;
    return { ...resultOf(trial, evidence.get(trial.id), input), ...withTwin, ...excused(trial, withTwin) };
  });
  const untried = unsupported.map(
    ({ trial, reason }): TrialResult => ({
      ...resultOf(trial, undefined, input),
      verdict: "unsupported",
      reasons: [reason],
    }),
  );
  const stale = [...seen].filter((one) => !used.has(one) && one.byChance !== true);
  return {
    trials: [...results, ...untried],
    staleDivergences: stale.map(({ scenario, outcome, reason }) => `${scenario}: ${outcome}: ${reason}`),
  };
}

function concerns({ scenario, versions }: Divergence, trial: VerificationTrial): boolean {
  return (
    matchesGlob(scenario, trial.scenario) &&
    (versions.length === 0 || versions.includes(trial.stack.sender.version))
  );
}

function unjudged(reasons: readonly string[]): Judged {
  return { outcome: null, verdict: "error", reasons: [...reasons] };
}

function judgeAlone(trial: VerificationTrial, evidence: VerificationEvidence | undefined): Judged {
  if (!evidence) return unjudged(["no evidence: the run ended before this trial did"]);
  if (evidence.errors.length > 0) return unjudged(evidence.errors);
  const { claim, exitStatus, output, sessions } = evidence;
  if (!claim) {
    const end = output.trim().split("\n").at(-1) ?? "";
    const how = exitStatus === null ? "it did not end in time" : `exit status ${exitStatus}`;
    return unjudged([`what the verifier says is not known to its driver (${how}): ${end}`]);
  }
  const { level, permitted, never } = trial.expectation;
  const { outcome, told } = claim;
  // A witness besides the tool itself: who did not see the certificate cannot have compared it.
  if (outcome === "matched" && !sessions.some(({ tls, tlsError }) => tls !== null || tlsError !== null))
    return {
      outcome,
      verdict: "fail",
      reasons: [`${told}: but the MX host saw no TLS handshake, so that nothing can have been compared`],
    };
  if (permitted.includes(outcome)) {
    const how = { must: "demanded", should: "recommended", open: "permitted" }[level];
    return { outcome, verdict: level === "open" ? "info" : "pass", reasons: [`${outcome}, as ${how}`] };
  }
  const binding = { must: "the RFC demands", should: "the RFC recommends", open: "foreseen is" }[level];
  const isFailure = level === "must" || never.includes(outcome) || outcome === "crashed";
  const verdict: Verdict = isFailure ? "fail" : "warn";
  return { outcome, verdict, reasons: [`${outcome} (${told}), where ${binding} ${permitted.join(" or ")}`] };
}

/** Who calls a match what the twin shows to be none has not compared. */
function besideTwin(own: Judged, twin: Judged | undefined): Judged {
  if (own.verdict === "error" || own.outcome !== "matched") return own;
  if (twin?.verdict === "error") return unjudged([`its twin could not be judged: ${twin.reasons[0] ?? ""}`]);
  if (twin?.outcome !== "matched") return own;
  return {
    ...own,
    verdict: "fail",
    reasons: ["the twin, whose TLSA records match nothing, is matched too: the claim is empty"],
  };
}

function resultOf(
  trial: VerificationTrial,
  evidence: VerificationEvidence | undefined,
  { evidencePath }: VerificationJudgeInput,
): TrialResult {
  const { stack, role, of, expectation } = trial;
  return {
    id: trial.id,
    scenario: trial.scenario,
    sender: programId(stack.sender),
    resolver: programId(stack.resolver),
    policy: "verification",
    role,
    canary: null,
    of,
    outcome: null,
    verdict: "error",
    level: expectation.level,
    expected: [...expectation.permitted],
    reasons: [],
    claimed: evidence?.claim?.told ?? null,
    leaked: false,
    divergence: null,
    ms: evidence?.ms ?? 0,
    domain: trial.domain,
    evidence: evidencePath(trial.id),
  };
}

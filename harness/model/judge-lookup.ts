import { matchesGlob } from "../words/glob.ts";
import { type Divergence, divergenceKey } from "./divergence.ts";
import {
  type LookupAnswer,
  type LookupEvidence,
  type LookupTrial,
  lookupDomain,
  observeAnswer,
  type PlannedQuestion,
  titleOfWay,
} from "./lookup.ts";
import { programId } from "./plan.ts";
import type { StepResult, TrialResult, Verdict } from "./results.ts";

/** From what was asked and answered to verdicts. Pure: the same evidence gives the same verdicts. */
export interface LookupJudgement {
  readonly trials: readonly TrialResult[];
  readonly staleDivergences: readonly string[];
}

export interface LookupJudgeInput {
  readonly trials: readonly LookupTrial[];
  /** By trial. */
  readonly evidence: ReadonlyMap<string, LookupEvidence>;
  /** By divergenceKey(). */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  readonly evidencePath: (trial: LookupTrial) => string;
}

export function judgeLookups({
  trials,
  evidence,
  divergences,
  evidencePath,
}: LookupJudgeInput): LookupJudgement {
  const used = new Set<Divergence>();
  const seen = new Set<Divergence>();
  const results = trials.map((trial) => {
    const own = judgeTrial(trial, evidence.get(trial.id), evidencePath(trial));
    const recorded = (
      divergences.get(divergenceKey(trial.server ? "authority" : "resolver", trial.resolver.name)) ?? []
    ).filter((one) => concerns(one, trial));
    if (own.verdict !== "error") for (const one of recorded) seen.add(one);
    if (own.verdict === "error") return own;
    const shows = own.verdict === "fail" || own.verdict === "warn";
    const known = shows
      ? recorded.find(({ outcome }) => outcome === own.outcome)
      : // The verdict of two runs is the same, however chance has it.
        recorded.find(({ byChance }) => byChance);
    if (!known) return own;
    used.add(known);
    const { severity, reason, evidence: shown, link } = known;
    return {
      ...own,
      verdict: "known" as const,
      reasons: [`known${shows ? "" : ", though it did not show this time"}: ${reason}`, ...own.reasons],
      divergence: { severity, reason, evidence: shown, link },
    };
  });
  const stale = [...seen].filter((one) => !used.has(one) && one.byChance !== true);
  return {
    trials: results,
    staleDivergences: stale.map(({ scenario, outcome, reason }) => `${scenario}: ${outcome}: ${reason}`),
  };
}

function concerns({ scenario, policies, versions }: Divergence, trial: LookupTrial): boolean {
  return (
    (policies.length === 0 || policies.some((one) => one === trial.server?.mode)) &&
    matchesGlob(scenario, trial.scenario.domain.id) &&
    (versions.length === 0 || versions.includes(trial.resolver.version))
  );
}

const good: readonly Verdict[] = ["pass", "info"];

/** The verdict is that of the first answer that fails, else of the first that is not as it should be, else of the first. */
function judgeTrial(
  trial: LookupTrial,
  evidence: LookupEvidence | undefined,
  evidencePath: string,
): TrialResult {
  const { scenario, resolver, server } = trial;
  const { questions, domain } = scenario;
  const errors = evidence ? evidence.errors : ["no evidence: the run ended before this trial did"];
  // A resolver that died was asked nothing more.
  const last = evidence?.answers.findIndex(({ died }) => died) ?? -1;
  const asked = last < 0 ? questions : questions.slice(0, last + 1);
  const steps = asked.map((question, index): StepResult => {
    const answer = evidence?.answers[index];
    return evidence && answer && errors.length === 0
      ? judgeAnswer(question, answer, evidence)
      : unanswered(question, errors);
  });
  const deciding =
    steps.find(({ verdict }) => verdict === "fail") ??
    steps.find(({ verdict }) => !good.includes(verdict)) ??
    steps[0];
  return {
    id: trial.id,
    scenario: domain.id,
    sender: "danelab",
    resolver: programId(resolver),
    policy: server?.mode ?? "lookup",
    role: "main",
    canary: null,
    of: null,
    outcome: deciding?.outcome ?? null,
    verdict: deciding?.verdict ?? "error",
    level: deciding?.level ?? "must",
    expected: deciding?.expected ?? [],
    reasons: deciding?.reasons ?? [...errors],
    claimed: deciding?.claimed ?? null,
    leaked: false,
    divergence: null,
    steps,
    ms: Math.max(0, ...(evidence?.answers ?? []).map(({ ms }) => ms)),
    domain: lookupDomain(scenario),
    evidence: evidencePath,
  };
}

function titleOf({ way, step = 0 }: PlannedQuestion): string {
  return `${step > 0 ? "after the change: " : ""}${titleOfWay(way)}`;
}

function judgeAnswer(
  question: PlannedQuestion,
  answer: LookupAnswer,
  { expected, later = [] }: LookupEvidence,
): StepResult {
  const { level, permitted, never } = question.expectation;
  const due = [expected, ...later][question.step ?? 0];
  if (!due) return unanswered(question, [`the scenario has no step ${question.step}`]);
  const { outcome, told } = observeAnswer(answer, due);
  const title = titleOf(question);
  const step = { title, level, expected: [...permitted], outcome, claimed: told };
  const binding = { must: "the RFC demands", should: "the RFC recommends", open: "foreseen is" }[level];
  if (permitted.includes(outcome)) {
    const how = { must: "demanded", should: "recommended", open: "permitted" }[level];
    return { ...step, verdict: level === "open" ? "info" : "pass", reasons: [`${outcome}, as ${how}`] };
  }
  const reason = `${title}: ${outcome} (${told}), where ${binding} ${permitted.join(" or ")}`;
  const isFailure = level === "must" || never.includes(outcome) || outcome === "wrong" || outcome === "died";
  return { ...step, verdict: isFailure ? "fail" : "warn", reasons: [reason] };
}

function unanswered(question: PlannedQuestion, errors: readonly string[]): StepResult {
  const { level, permitted } = question.expectation;
  const reasons = errors.length > 0 ? [...errors] : ["the harness did not ask"];
  return {
    title: titleOfWay(question.way),
    level,
    expected: [...permitted],
    outcome: null,
    verdict: "error",
    reasons,
    claimed: null,
  };
}

import type { Evidence, StepEvidence } from "./evidence.ts";
import { type Observation, observe } from "./observe.ts";
import type { Trial } from "./plan.ts";
import type { Verdict } from "./results.ts";
import { applyRules, type Consideration } from "./rules.ts";
import type { Expectation, Scenario } from "./scenario.ts";

/** One trial judged by its own evidence, before its twin and its controls are heard. Pure. */

export interface JudgedStep {
  readonly title: string;
  readonly expectation: Expectation;
  readonly observation: Observation;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
  /** The rules that led to it. */
  readonly considered: readonly Consideration[];
}

/** A trial's verdict is that of its first step that is not as it should be, else that of its last. */
export interface Judged extends Omit<JudgedStep, "title" | "considered"> {
  readonly trial: Trial;
  readonly evidence: Evidence;
  readonly steps: readonly JudgedStep[];
}

const good: readonly Verdict[] = ["pass", "info"];

export function judgeAlone(
  trial: Trial,
  scenario: Scenario | undefined,
  evidence: Evidence,
  sni: string | null,
): Judged {
  const planned = [{ title: "at first", as: null, expectation: trial.expectation }, ...trial.steps];
  const seen: readonly StepEvidence[] = [evidence, ...evidence.steps];
  const steps = planned.flatMap(({ title, as, expectation }, index): JudgedStep[] => {
    const own = seen[index];
    if (!own) return [];
    const policy = as ?? trial.policy;
    const observation = observe(own, policy);
    const judged = scenario
      ? applyRules({ trial: { ...trial, policy }, expectation, scenario, evidence: own, observation, sni })
      : unknownScenario(trial);
    const where = planned.length > 1 ? `${title}: ` : "";
    return [
      {
        title,
        expectation,
        observation,
        verdict: judged.ruling.verdict,
        reasons: judged.ruling.reasons.map((reason) => `${where}${reason}`),
        considered: judged.considered,
      },
    ];
  });
  const deciding = steps.find(({ verdict }) => !good.includes(verdict)) ?? steps.at(-1);
  if (!deciding) return unjudged(trial, evidence, "there is no evidence of any step");
  const { expectation, observation, verdict, reasons } = deciding;
  const whole = { trial, evidence, steps, expectation, observation, verdict, reasons };
  const missing = planned[steps.length];
  if (!missing || !good.includes(verdict)) return whole;
  return { ...whole, verdict: "error", reasons: [`there is no evidence of the step "${missing.title}"`] };
}

function unknownScenario({ scenario }: Trial): ReturnType<typeof applyRules> {
  const reasons = [`the plan has no scenario ${scenario}`];
  return { ruling: { verdict: "error", reasons }, considered: [] };
}

/** A trial that nothing can be said of. */
export function unjudged(trial: Trial, evidence: Evidence | undefined, reason: string): Judged {
  const nothing: Evidence = evidence ?? {
    trial: trial.id,
    mail: { from: "", to: "", canary: "", queueId: null },
    attempts: [],
    log: [],
    sessions: [],
    questions: null,
    dns: [],
    queued: null,
    ms: 0,
    errors: [reason],
    steps: [],
    packets: null,
  };
  return {
    trial,
    evidence: nothing,
    steps: [],
    expectation: trial.expectation,
    observation: observe(nothing, trial.policy),
    verdict: "error",
    reasons: [reason],
  };
}

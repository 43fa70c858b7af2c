import { matchesGlob } from "../words/glob.ts";
import type { Divergence } from "./divergence.ts";
import type { Evidence } from "./evidence.ts";
import { type Observation, observe } from "./observe.ts";
import type { Plan, Trial } from "./plan.ts";
import type { TrialResult, Verdict } from "./results.ts";
import type { Scenario } from "./scenario.ts";

/**
 * From expectation and evidence to verdict. A trial's verdict may hang on others: its twin, its control. `judge` gets
 * evidence as it comes and gives back each verdict as soon as all that it hangs on is there. Pure: the same evidence, in
 * whatever order, gives the same verdicts.
 */
export interface Judge {
  /** Verdicts that this evidence decides. */
  add(evidence: Evidence): readonly TrialResult[];
  /** Verdicts of all trials; those without evidence are `error`. Decides what a failed canary takes along. */
  finish(): Judgement;
}

export interface Judgement {
  readonly trials: readonly TrialResult[];
  readonly staleDivergences: readonly string[];
  /** Faults of the harness as a whole. */
  readonly errors: readonly string[];
}

export interface JudgeInput {
  readonly plan: Plan;
  /** By sender name. */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  /** The SNI that a domain's scenario demands, by domain key. */
  readonly sni: ReadonlyMap<string, string | null>;
  /** Path of a trial's evidence document, for the results. */
  readonly evidencePath: (trial: Trial) => string;
}

interface Judged {
  readonly trial: Trial;
  readonly evidence: Evidence;
  readonly observation: Observation;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

export function judge(input: JudgeInput): Judge {
  const { plan } = input;
  const scenarios = new Map(plan.scenarios.map((scenario) => [scenario.id, scenario]));
  const trials = new Map(plan.trials.map((trial) => [trial.id, trial]));
  const dependencies = new Map(plan.trials.map((trial) => [trial.id, dependenciesOf(trial, plan)]));
  const alone = new Map<string, Judged>();
  const decided = new Map<string, TrialResult>();
  const used = new Set<Divergence>();
  const seen = new Set<Divergence>();

  const decide = (trial: Trial): TrialResult | undefined => {
    const own = alone.get(trial.id);
    const others = (dependencies.get(trial.id) ?? []).map((id) => alone.get(id));
    if (!own || others.some((other) => other === undefined)) return undefined;
    const judged = withOthers(
      own,
      others.filter((other) => other !== undefined),
    );
    return resultOf(input, withDivergence(judged, plan, input.divergences, used, seen));
  };

  return {
    add(evidence) {
      const trial = trials.get(evidence.trial);
      if (!trial) return [];
      alone.set(
        trial.id,
        judgeAlone(trial, scenarios.get(trial.scenario), evidence, input.sni.get(trial.domain) ?? null),
      );
      const fresh: TrialResult[] = [];
      for (const candidate of plan.trials) {
        if (decided.has(candidate.id)) continue;
        if (candidate.id !== trial.id && !dependencies.get(candidate.id)?.includes(trial.id)) continue;
        const result = decide(candidate);
        if (!result) continue;
        decided.set(candidate.id, result);
        fresh.push(result);
      }
      return fresh;
    },

    finish() {
      for (const trial of plan.trials) {
        if (decided.has(trial.id)) continue;
        const own = alone.get(trial.id);
        const missing = own
          ? "the trials that it hangs on did not end"
          : "no evidence: the run ended before this trial did";
        decided.set(trial.id, resultOf(input, errorOf(trial, own?.evidence, missing)));
      }
      const failed = [...decided.values()].filter(
        ({ canary, verdict }) => canary !== null && verdict !== "pass",
      );
      const unbelieved = new Map(failed.map((canary) => [stackOf(canary), canary]));
      const results = plan.trials.flatMap((trial) => {
        const result = decided.get(trial.id);
        if (!result) return [];
        const canary = unbelieved.get(trial.stack);
        if (!canary || result.canary !== null || result.verdict === "error") return [result];
        return [
          {
            ...result,
            verdict: "error" as const,
            reasons: [
              `canary ${canary.id} is ${canary.verdict}: nothing of this stack is believed`,
              ...result.reasons,
            ],
          },
        ];
      });
      const stale = [...seen].filter((divergence) => !used.has(divergence));
      return {
        trials: results,
        staleDivergences: stale.map(({ scenario, outcome, reason }) => `${scenario}: ${outcome}: ${reason}`),
        errors: failed.map(({ id, verdict, reasons }) => `canary ${id} is ${verdict}: ${reasons[0] ?? ""}`),
      };
    },
  };
}

function stackOf(result: TrialResult): string {
  return `${result.sender}+${result.resolver}`;
}

function doesDane({ policy }: Trial): boolean {
  return policy === "dane" || policy === "dane-only";
}

/** A trial hangs on its twin, and one that does DANE on those of the same scenario and stack that do not: they show that the set-up is sound. */
function dependenciesOf(trial: Trial, plan: Plan): readonly string[] {
  const twins = plan.trials.filter(({ of }) => of === trial.id);
  const controls =
    trial.role === "main" && doesDane(trial)
      ? plan.trials.filter(
          (other) =>
            other.scenario === trial.scenario &&
            other.stack === trial.stack &&
            other.canary === trial.canary &&
            !doesDane(other),
        )
      : [];
  return [...twins, ...controls].map(({ id }) => id);
}

function judgeAlone(
  trial: Trial,
  scenario: Scenario | undefined,
  evidence: Evidence,
  sni: string | null,
): Judged {
  const observation = observe(evidence, trial.policy);
  const base = { trial, evidence, observation };
  const { outcome } = observation;
  if (observation.errors.length > 0 || outcome === null || !scenario) {
    return { ...base, verdict: "error", reasons: observation.errors };
  }
  if (observation.disagreements.length > 0) {
    return { ...base, verdict: "fail", reasons: observation.disagreements };
  }
  if (trial.role === "control") return { ...base, ...judgeControl(trial, observation) };

  const { permitted, never, level } = trial.expectation;
  const wanted = permitted.join(" or ");
  if (never.includes(outcome)) {
    return { ...base, verdict: "fail", reasons: [`${outcome}: a MUST forbids it; permitted: ${wanted}`] };
  }
  const { onTheWire, toTheAttacker } = observation.leaks;
  if (toTheAttacker || (onTheWire && !permitted.includes("cleartext"))) {
    return {
      ...base,
      verdict: "fail",
      reasons: [`the message reached ${toTheAttacker ? "the attacker" : "the wire in clear text"}`],
    };
  }
  const wrongSni = sniMismatch(evidence, sni, trial);
  if (wrongSni) return { ...base, verdict: "fail", reasons: [wrongSni] };
  if (permitted.includes(outcome)) {
    const reasons = [
      `${outcome}, as ${level === "must" ? "demanded" : level === "should" ? "recommended" : "permitted"}`,
    ];
    return { ...base, verdict: level === "open" ? "info" : "pass", reasons };
  }
  if (!doesDane(trial)) {
    // Without DANE the RFC demands nothing: the trial only shows that the set-up is sound.
    return {
      ...base,
      verdict: "inconclusive",
      reasons: [`${outcome} without DANE, where the set-up should give ${wanted}`],
    };
  }
  switch (level) {
    case "must":
      return { ...base, verdict: "fail", reasons: [`${outcome} where the RFC demands ${wanted}`] };
    case "should":
      return { ...base, verdict: "warn", reasons: [`${outcome} where the RFC recommends ${wanted}`] };
    case "open":
      return { ...base, verdict: "warn", reasons: [`${outcome} is not among what was foreseen: ${wanted}`] };
  }
}

function judgeControl(
  { expectation }: Trial,
  { outcome, leaks }: Observation,
): Pick<Judged, "verdict" | "reasons"> {
  const lost = expectation.leaks === "on-the-wire" ? leaks.onTheWire : leaks.toTheAttacker;
  const where = expectation.leaks === "on-the-wire" ? "in clear text on the wire" : "by the attacker";
  if (!lost) {
    return {
      verdict: "inconclusive",
      reasons: [`the attack did not succeed without DANE either (${outcome}): it proves nothing`],
    };
  }
  if (outcome !== null && !expectation.permitted.includes(outcome)) {
    return {
      verdict: "inconclusive",
      reasons: [
        `the message was read ${where}, but by ${outcome} instead of ${expectation.permitted.join(" or ")}`,
      ],
    };
  }
  return { verdict: "pass", reasons: [`the attack succeeds without DANE: the message was read ${where}`] };
}

/** RFC 7672 8.1: looked at in every session of the trial that came as far as a ClientHello, when DANE was in use. */
function sniMismatch(evidence: Evidence, sni: string | null, trial: Trial): string | null {
  if (sni === null || trial.role !== "main" || !doesDane(trial)) return null;
  const shaken = evidence.sessions.filter((session) => session.tls !== null || session.sni !== null);
  const wrong = shaken.find((session) => session.sni !== sni);
  if (wrong) return `SNI was ${wrong.sni ?? "not sent"}; RFC 7672 8.1 demands ${sni}`;
  return null;
}

function withOthers(own: Judged, others: readonly Judged[]): Judged {
  if (own.verdict === "error") return own;
  for (const other of others) {
    if (other.verdict === "error") {
      return {
        ...own,
        verdict: "error",
        reasons: [
          `its ${other.trial.role} (${other.trial.id}) could not be judged: ${other.reasons[0] ?? ""}`,
        ],
      };
    }
    if (
      other.trial.role === "twin" &&
      other.verdict === "fail" &&
      own.observation.outcome === "authenticated"
    ) {
      return {
        ...own,
        verdict: "fail",
        reasons: [
          `the twin, whose TLSA records match nothing, was not refused (${other.observation.outcome}): the sender's claim is empty`,
          ...other.reasons,
        ],
      };
    }
    if (!doesDane(other.trial) && other.verdict === "inconclusive" && own.verdict !== "fail") {
      return {
        ...own,
        verdict: "inconclusive",
        reasons: [`its control (${other.trial.id}): ${other.reasons[0] ?? ""}`, ...own.reasons],
      };
    }
  }
  return own;
}

function withDivergence(
  judged: Judged,
  plan: Plan,
  divergences: ReadonlyMap<string, readonly Divergence[]>,
  used: Set<Divergence>,
  seen: Set<Divergence>,
): Judged & { readonly divergence?: Divergence } {
  const { trial, observation, verdict } = judged;
  const stack = plan.stacks.find(({ id }) => id === trial.stack);
  if (!stack || trial.role === "twin") return judged;
  for (const divergence of divergences.get(stack.sender.name) ?? []) {
    if (!matchesGlob(divergence.scenario, trial.scenario) || !divergence.policies.includes(trial.policy))
      continue;
    if (divergence.versions.length > 0 && !divergence.versions.includes(stack.sender.version)) continue;
    if (divergence.resolvers.length > 0 && !divergence.resolvers.includes(stack.resolver.name)) continue;
    seen.add(divergence);
    if ((verdict === "fail" || verdict === "warn") && observation.outcome === divergence.outcome) {
      used.add(divergence);
      return {
        ...judged,
        verdict: "known",
        reasons: [`known: ${divergence.reason}`, ...judged.reasons],
        divergence,
      };
    }
  }
  return judged;
}

function errorOf(trial: Trial, evidence: Evidence | undefined, reason: string): Judged {
  const nothing: Evidence = evidence ?? {
    trial: trial.id,
    mail: { from: "", to: "", canary: "", queueId: null },
    attempts: [],
    log: [],
    sessions: [],
    dns: [],
    queued: null,
    ms: 0,
    errors: [reason],
  };
  return {
    trial,
    evidence: nothing,
    observation: observe(nothing, trial.policy),
    verdict: "error",
    reasons: [reason],
  };
}

function resultOf(input: JudgeInput, judged: Judged & { readonly divergence?: Divergence }): TrialResult {
  const { trial, evidence, observation, verdict, reasons, divergence } = judged;
  const [sender = "", resolver = ""] = trial.stack.split("+");
  return {
    id: trial.id,
    scenario: trial.scenario,
    sender,
    resolver,
    policy: trial.policy,
    role: trial.role,
    canary: trial.canary,
    of: trial.of,
    outcome: verdict === "error" ? null : observation.outcome,
    verdict,
    level: trial.expectation.level,
    expected: [...trial.expectation.permitted],
    reasons: [...reasons],
    claimed: observation.claimed,
    leaked: observation.leaks.onTheWire || observation.leaks.toTheAttacker,
    divergence: divergence ? { reason: divergence.reason, link: divergence.link } : null,
    ms: Math.round(evidence.ms),
    evidence: input.evidencePath(trial),
  };
}

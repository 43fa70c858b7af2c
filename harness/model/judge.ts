import { matchesGlob } from "../words/glob.ts";
import type { Divergence } from "./divergence.ts";
import type { Evidence } from "./evidence.ts";
import { judgeInability, questionsTold } from "./judge-inability.ts";
import { type Judged, type JudgedStep, judgeAlone, unjudged } from "./judge-trial.ts";
import type { Plan, Trial } from "./plan.ts";
import type { StepResult, TrialResult, Verdict } from "./results.ts";
import { doesDane, isControl } from "./rules.ts";
import type { Outcome } from "./scenario.ts";
import { needsQuestions } from "./watch.ts";

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
  /** By the name of the sender or resolver whose they are. */
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  /** The SNI that a domain's scenario demands, by domain key. */
  readonly sni: ReadonlyMap<string, string | null>;
  /** Path of a trial's evidence document, for the results. */
  readonly evidencePath: (trial: Trial) => string;
}

export function judge(input: JudgeInput): Judge {
  const { plan } = input;
  const scenarios = new Map(plan.scenarios.map((scenario) => [scenario.id, scenario]));
  const trials = new Map(plan.trials.map((trial) => [trial.id, trial]));
  const dependencies = dependenciesIn(plan);
  const dependents = dependentsOf(dependencies);
  const alone = new Map<string, Judged>();
  const decided = new Map<string, TrialResult>();
  const used = new Set<Divergence>();
  /** Divergences that could have shown, and the stacks where they could. */
  const seen = new Map<Divergence, Set<string>>();

  const decide = (trial: Trial): TrialResult | undefined => {
    const own = alone.get(trial.id);
    const others = (dependencies.get(trial.id) ?? []).map((id) => alone.get(id));
    if (!own || others.some((other) => other === undefined)) return undefined;
    const onRecord = (judged: Judged, of: Judged | undefined): OnRecord =>
      withDivergence(judged, of, plan, input.divergences, used, seen);
    const main = trial.of === null ? undefined : alone.get(trial.of);
    // Whether it is excused hangs on its trial.
    if (trial.of !== null && ["fail", "error"].includes(own.verdict) && !main) return undefined;
    const judged = withOthers(
      own,
      others
        .filter((other) => other !== undefined)
        .map((other) => (isControl(other.trial) ? onRecord(other, undefined) : other)),
    );
    return resultOf(input, onRecord(judged, main));
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
      // A twin is decided with its trial, and a trial with what it hangs on.
      const concerned = [
        ...(dependents.get(trial.id) ?? []),
        trial.id,
        ...(dependencies.get(trial.id) ?? []),
      ];
      for (const id of new Set(concerned)) {
        const candidate = trials.get(id);
        if (!candidate || decided.has(id)) continue;
        const result = decide(candidate);
        if (!result) continue;
        decided.set(id, result);
        fresh.push(result);
      }
      return fresh;
    },

    finish() {
      for (const trial of plan.trials) {
        if (decided.has(trial.id)) continue;
        const own = alone.get(trial.id);
        if (own && trial.of !== null) {
          decided.set(trial.id, resultOf(input, own));
          continue;
        }
        const missing = own
          ? "the trials that it hangs on did not end"
          : "no evidence: the run ended before this trial did";
        decided.set(trial.id, resultOf(input, unjudged(trial, own?.evidence, missing)));
      }
      // In the order of the plan, so that the words do not hang on what came first.
      const failed = plan.trials.flatMap(({ id }) => {
        const result = decided.get(id);
        return result && result.canary !== null && !proven.includes(result.verdict) ? [result] : [];
      });
      const unbelieved = new Map(failed.toReversed().map((canary) => [stackOf(canary), canary]));
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
      // Two programs may share one.
      const stale = [...new Set([...input.divergences.values()].flat())].filter(
        (divergence) =>
          !used.has(divergence) &&
          divergence.byChance !== true &&
          [...(seen.get(divergence) ?? [])].some((id) => !unbelieved.has(id)),
      );
      const told = new Map(
        [...Map.groupBy(alone.values(), ({ trial }) => trial.stack)].map(
          ([stack, judged]) => [stack, questionsTold(judged)] as const,
        ),
      );
      const unsupported = (plan.unsupported ?? []).map((one) =>
        resultOf(input, {
          ...unjudged(one.trial, undefined, one.reason),
          ...judgeInability(one, told.get(one.trial.stack) ?? questionsTold([])),
        }),
      );
      return {
        trials: [...results, ...unsupported],
        staleDivergences: stale.map(({ scenario, outcome, reason }) => `${scenario}: ${outcome}: ${reason}`),
        errors: failed.map(({ id, verdict, reasons }) => `canary ${id} is ${verdict}: ${reasons[0] ?? ""}`),
      };
    },
  };
}

/** Whether an error of a run is what the judge says of a canary. */
export function isOfCanary(error: string): boolean {
  return error.startsWith("canary ");
}

/** A run's errors, with these of its canaries in place of any before. A fault that is told need not be told once more. */
export function withCanaries(errors: readonly string[], canaries: readonly string[]): readonly string[] {
  const others = errors.filter((error) => !isOfCanary(error));
  return [...others, ...canaries.filter((canary) => !others.some((error) => canary.includes(error)))];
}

/** A canary that shows a known divergence, and that one only, proves the lab as well. */
const proven: readonly Verdict[] = ["pass", "known"];

function stackOf(result: TrialResult): string {
  return `${result.sender}+${result.resolver}`;
}

/**
 * By trial, the ids of those that it hangs on: its twin, and, for one that does DANE, the controls of the same scenario and
 * stack: they show that the set-up is sound.
 */
function dependenciesIn({ trials }: Plan): ReadonlyMap<string, readonly string[]> {
  const twins = Map.groupBy(trials, ({ of }) => of);
  const setUp = ({ scenario, stack, canary }: Trial): string => JSON.stringify([scenario, stack, canary]);
  const controls = Map.groupBy(trials.filter(isControl), setUp);
  return new Map(
    trials.map((trial) => {
      const own = trial.role === "main" && doesDane(trial) ? controls.get(setUp(trial)) : undefined;
      return [trial.id, [...(twins.get(trial.id) ?? []), ...(own ?? [])].map(({ id }) => id)];
    }),
  );
}

function dependentsOf(
  dependencies: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>();
  for (const [id, others] of dependencies)
    for (const other of others) dependents.set(other, [...(dependents.get(other) ?? []), id]);
  return dependents;
}

function isDelivery(outcome: Outcome | null): boolean {
  return outcome !== null && outcome !== "deferred" && outcome !== "bounced";
}

function withOthers(own: Judged, others: readonly OnRecord[]): Judged {
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
      isDelivery(other.observation.outcome) &&
      own.steps.some(({ observation }) => observation.outcome === "authenticated")
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
    if (isControl(other.trial) && other.verdict === "inconclusive" && own.verdict !== "fail") {
      return {
        ...own,
        verdict: "inconclusive",
        reasons: [`its control (${other.trial.id}): ${other.reasons[0] ?? ""}`, ...own.reasons],
      };
    }
  }
  const unproven = others.find(({ showsNothing }) => showsNothing);
  if (!unproven || own.verdict !== "pass") return own;
  const why =
    unproven.divergence?.severity === "none"
      ? "is safe from the attack"
      : "did not get that far behind its resolver";
  return {
    ...own,
    verdict: "info",
    reasons: [`its control (${unproven.trial.id}) ${why}: this proves nothing of DANE`, ...own.reasons],
  };
}

/** Of a sender without DANE: no trial with DANE needs it as its control. */
function provesNothing(trial: Trial, { trials }: Plan): boolean {
  return !doesDane(trial) && !trials.some((other) => other.stack === trial.stack && doesDane(other));
}

type OnRecord = Judged & {
  readonly divergence?: Divergence;
  /** Of a control: what is on record keeps it from showing that attack or set-up work. */
  readonly showsNothing?: boolean;
};

function withDivergence(
  judged: Judged,
  /** Of a twin: what it is the twin of. */
  main: Judged | undefined,
  plan: Plan,
  divergences: ReadonlyMap<string, readonly Divergence[]>,
  used: Set<Divergence>,
  seen: Map<Divergence, Set<string>>,
): OnRecord {
  const { trial, observation, verdict } = judged;
  const stack = plan.stacks.find(({ id }) => id === trial.stack);
  if (!stack) return judged;
  const isTwin = trial.role === "twin";
  const onRecord = [stack.sender, stack.resolver].flatMap(({ name, version }) =>
    (divergences.get(name) ?? []).map((divergence) => ({
      divergence,
      version,
      ofResolver: name === stack.resolver.name,
    })),
  );
  // What keeps the harness from judging the sender, and nothing else, may be on record of the resolver.
  const byResolver = faultsAreTheResolvers(judged);
  for (const { divergence, version, ofResolver } of onRecord) {
    if (!matchesGlob(divergence.scenario, trial.scenario) || !divergence.policies.includes(trial.policy))
      continue;
    if (divergence.versions.length > 0 && !divergence.versions.includes(version)) continue;
    if (divergence.resolvers.length > 0 && !divergence.resolvers.includes(stack.resolver.name)) continue;
    if (divergence.senders && !divergence.senders.includes(stack.sender.name)) continue;
    if (verdict === "error" && !(byResolver && ofResolver)) continue;
    // What cannot be told is excused at a control that is known to be safe, by what its resolver is known to do, and by a fault
    // where nothing hangs on it.
    const safe = divergence.severity === "none";
    const excuses: readonly Verdict[] = safe
      ? ["inconclusive"]
      : [
          ...(["fail", "warn"] as const),
          ...(ofResolver || provesNothing(trial, plan) ? (["inconclusive"] as const) : []),
          ...(byResolver ? (["error"] as const) : []),
        ];
    if (verdict === "inconclusive" && !excuses.includes(verdict)) continue;
    // A twin is excused by nothing but what shows at its trial in the same way, or, where it was refused as it must be and only
    // the resolver's answers keep it from being judged, by what excuses its trial.
    const shown = isTwin && refusedBehind(judged, main) ? main?.observation.outcome : observation.outcome;
    if (isTwin && main?.observation.outcome !== shown) continue;
    if (!isTwin && !(shown === divergence.outcome && isHalfSeen(judged, plan)))
      seen.set(divergence, (seen.get(divergence) ?? new Set()).add(stack.id));
    if (excuses.includes(verdict) && shown === divergence.outcome) {
      if (!isTwin) used.add(divergence);
      return {
        ...judged,
        verdict: "known",
        reasons: [`known: ${divergence.reason}`, ...judged.reasons],
        divergence,
        showsNothing: safe || verdict === "inconclusive",
      };
    }
    // The verdict of two runs is the same, however chance has it.
    if (divergence.byChance && !isTwin && (verdict === "pass" || verdict === "info"))
      return {
        ...judged,
        verdict: "known",
        reasons: [`known, though it did not show this time: ${divergence.reason}`, ...judged.reasons],
        divergence,
        showsNothing: safe,
      };
  }
  return judged;
}

/** Whether a demand besides the outcome could not be looked at, as the resolver does not log what it is asked. */
function isHalfSeen({ trial, evidence }: Judged, plan: Plan): boolean {
  const watched = plan.scenarios.find(({ id }) => id === trial.scenario)?.watch ?? [];
  return (
    watched.some(needsQuestions) && [evidence, ...evidence.steps].some(({ questions }) => questions === null)
  );
}

function faultsAreTheResolvers({ observation: { errors, resolverFaults } }: Judged): boolean {
  return errors.length === 0 && resolverFaults.length > 0;
}

/** Of a twin: whether it was refused, behind a resolver whose answers are at fault at its trial as well. */
function refusedBehind(twin: Judged, main: Judged | undefined): boolean {
  const { outcome } = twin.observation;
  return (
    main !== undefined &&
    faultsAreTheResolvers(twin) &&
    faultsAreTheResolvers(main) &&
    outcome !== null &&
    twin.expectation.permitted.includes(outcome)
  );
}

function resultOf(input: JudgeInput, judged: OnRecord): TrialResult {
  const { trial, evidence, observation, expectation, verdict, reasons, divergence, steps } = judged;
  const [sender = "", resolver = ""] = trial.stack.split("+");
  return {
    id: trial.id,
    scenario: trial.scenario,
    ...(trial.receiver === undefined ? {} : { receiver: trial.receiver }),
    sender,
    resolver,
    policy: trial.policy,
    role: trial.role,
    canary: trial.canary,
    of: trial.of,
    outcome: verdict === "error" ? null : observation.outcome,
    verdict,
    level: expectation.level,
    expected: [...expectation.permitted],
    reasons: [...reasons],
    claimed: observation.claimed,
    leaked: steps
      // A step that is sent without DANE, to be lost, is no leak of what DANE protects.
      .filter(({ expectation: { leaks } }) => trial.role === "control" || leaks === undefined)
      .some(({ observation: { leaks } }) => leaks.onTheWire || leaks.toTheAttacker),
    divergence: divergence ? described(divergence) : null,
    ms: Math.round(evidence.ms + evidence.steps.reduce((sum, { ms }) => sum + ms, 0)),
    ...(steps.length > 1 ? { steps: steps.map(describeStep) } : {}),
    domain: trial.domain,
    evidence: input.evidencePath(trial),
  };
}

function described({ severity, reason, evidence, link }: Divergence): TrialResult["divergence"] {
  return { severity, reason, evidence, link };
}

function describeStep({ title, expectation, observation, verdict, reasons }: JudgedStep): StepResult {
  return {
    title,
    level: expectation.level,
    expected: [...expectation.permitted],
    outcome: verdict === "error" ? null : observation.outcome,
    verdict,
    reasons: [...reasons],
    claimed: observation.claimed,
  };
}

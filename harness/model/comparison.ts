import type { Evidence } from "./evidence.ts";
import type { ProgramResult, Results, ScenarioResult, StepResult, TrialResult, Verdict } from "./results.ts";
import { comparableText, seenOf } from "./seen.ts";
import { isMail } from "./verdict.ts";

/** What differs between two runs: a pure function of their results and, where it is at hand, of their evidence. */

export const comparisonVersion = 1;

/** A run as it is compared. */
export interface ComparedRun {
  readonly results: Results;
  /** By trial id. What is not in it is compared by its results alone. */
  readonly evidence: ReadonlyMap<string, Evidence>;
}

/** A program of the run before, and what takes its place in the run after. */
export interface Counterpart {
  /** "postfix@3.10" */
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  readonly version: typeof comparisonVersion;
  readonly before: RunName;
  readonly after: RunName;
  /** Programs that are compared though their versions in the trial's name differ. */
  readonly counterparts: readonly Counterpart[];
  readonly programs: readonly ProgramChange[];
  /** Trials of both runs, twins included. */
  readonly compared: number;
  /** Of those, the ones in which nothing differs. */
  readonly same: number;
  /** Of those, the ones that were run and of which one run at least has no evidence. */
  readonly withoutEvidence: number;
  /** The verdict got worse, or the message leaks now; gravest first. */
  readonly regressions: readonly Change[];
  /** The verdict got better. */
  readonly fixes: readonly Change[];
  /** Neither, but something differs. */
  readonly changed: readonly Change[];
  /** Trials of the run after that have no match in the run before. */
  readonly added: readonly TrialName[];
  /** The other way round. */
  readonly gone: readonly TrialName[];
}

export interface RunName {
  readonly id: string;
  readonly start: string;
  readonly danelab: string;
  readonly interrupted: boolean;
}

export interface ProgramChange {
  readonly role: ProgramResult["role"];
  /** As installed: "postfix 3.10.13-0+deb13u1"; null: it is not in that run. */
  readonly before: string | null;
  readonly after: string | null;
  /** The package is the same, its image is not: something else in it changed. */
  readonly rebuilt: boolean;
}

export type TrialName = Pick<
  TrialResult,
  "id" | "scenario" | "sender" | "resolver" | "policy" | "role" | "canary" | "verdict" | "outcome"
>;

export interface Change {
  readonly before: TrialName;
  readonly after: TrialName;
  readonly title: string;
  readonly cites: readonly string[];
  /** The scenario is set up otherwise, or other outcomes are permitted: the test is not the one that it was. */
  readonly testChanged: boolean;
  readonly differences: readonly Difference[];
}

export const differenceKinds = [
  "verdict",
  "outcome",
  "leak",
  "expectation",
  "reasons",
  /** The sender's claim. */
  "log",
  /** Of a resolver. */
  "answer",
  "status code",
  "TLS version",
] as const;

export interface Difference {
  readonly what: (typeof differenceKinds)[number];
  readonly before: string;
  readonly after: string;
}

/**
 * @param named programs that take the place of others. With any, only trials of these are compared; without, a program of
 *   which each run has one version is compared by its name.
 */
export function compare(
  before: ComparedRun,
  after: ComparedRun,
  named: readonly Counterpart[] = [],
): Comparison {
  const counterparts = named.length > 0 ? named : sameByName(before.results, after.results);
  const renamed = new Map(counterparts.map((pair) => [pair.before, pair.after]));
  const keyBefore = (trial: TrialResult): string =>
    keyOf(trial, renamed.get(trial.sender) ?? trial.sender, renamed.get(trial.resolver) ?? trial.resolver);
  const keyAfter = (trial: TrialResult): string => keyOf(trial, trial.sender, trial.resolver);
  const role = (of: "sender" | "resolver"): readonly Counterpart[] =>
    named.filter((pair) => after.results.trials.some((trial) => trial[of] === pair.after));
  const [senders, resolvers] = [role("sender"), role("resolver")];
  const chosen = (trials: readonly TrialResult[], side: keyof Counterpart): readonly TrialResult[] =>
    trials.filter(
      ({ sender, resolver }) =>
        (senders.length === 0 || senders.some((pair) => pair[side] === sender)) &&
        (resolvers.length === 0 || resolvers.some((pair) => pair[side] === resolver)),
    );

  const trials = {
    before: chosen(before.results.trials, "before"),
    after: chosen(after.results.trials, "after"),
  };
  const old = new Map(trials.before.map((trial) => [keyBefore(trial), trial]));
  const fresh = new Map(trials.after.map((trial) => [keyAfter(trial), trial]));
  const pairs = [...fresh].flatMap(([key, trial]) => {
    const earlier = old.get(key);
    return earlier ? [{ earlier, trial }] : [];
  });
  const scenarios = {
    before: new Map(before.results.scenarios.map((scenario) => [scenario.id, scenario])),
    after: new Map(after.results.scenarios.map((scenario) => [scenario.id, scenario])),
  };
  const changes = pairs.flatMap(({ earlier, trial }) => {
    const differences = differencesOf(
      { trial: earlier, evidence: mailEvidence(before, earlier) },
      { trial, evidence: mailEvidence(after, trial) },
    );
    if (differences.length === 0) return [];
    const scenario = scenarios.after.get(trial.scenario);
    const change: Change = {
      before: nameOf(earlier),
      after: nameOf(trial),
      title: scenario?.title ?? "",
      cites: scenario?.cites ?? [],
      testChanged:
        differences.some(({ what }) => what === "expectation") ||
        digestChanged(scenarios.before.get(earlier.scenario), scenario),
      differences,
    };
    return [{ change, kind: kindOf(earlier, trial) }];
  });
  const of = (kind: Kind): readonly Change[] =>
    changes
      .filter((one) => one.kind === kind)
      .map(({ change }) => change)
      .sort((a, b) => rank[b.after.verdict] - rank[a.after.verdict]);
  return {
    version: comparisonVersion,
    before: runName(before.results),
    after: runName(after.results),
    counterparts,
    programs: programChanges(
      programsOf(before.results, trials.before),
      programsOf(after.results, trials.after),
      renamed,
    ),
    compared: pairs.length,
    same: pairs.length - changes.length,
    withoutEvidence: pairs.filter(
      ({ earlier, trial }) =>
        earlier.verdict !== "unsupported" &&
        trial.verdict !== "unsupported" &&
        !(before.evidence.has(earlier.id) && after.evidence.has(trial.id)),
    ).length,
    regressions: of("regression"),
    fixes: of("fix"),
    changed: of("changed"),
    added: [...fresh].flatMap(([key, trial]) => (old.has(key) ? [] : [nameOf(trial)])),
    gone: [...old].flatMap(([key, trial]) => (fresh.has(key) ? [] : [nameOf(trial)])),
  };
}

/** A trial's place in the plan, whatever run it is of. */
function keyOf({ scenario, policy, canary, role }: TrialResult, sender: string, resolver: string): string {
  return [scenario, `${sender}+${resolver}`, policy, canary ?? "", role === "twin" ? role : ""].join("/");
}

function nameOf(trial: TrialResult): TrialName {
  const { id, scenario, sender, resolver, policy, role, canary, verdict, outcome } = trial;
  return { id, scenario, sender, resolver, policy, role, canary, verdict, outcome };
}

function runName({ run }: Results): RunName {
  const { id, start, danelab, interrupted } = run;
  return { id, start, danelab, interrupted };
}

function digestChanged(before: ScenarioResult | undefined, after: ScenarioResult | undefined): boolean {
  // Results of old did not tell it.
  return before?.digest !== undefined && after?.digest !== undefined && before.digest !== after.digest;
}

type Kind = "regression" | "fix" | "changed";

/** What is on record, or beyond a program, is worse than what is right; what could not be told is worse than that. */
const rank: Readonly<Record<Verdict, number>> = {
  pass: 0,
  info: 0,
  known: 1,
  warn: 1,
  unsupported: 1,
  inconclusive: 2,
  error: 2,
  fail: 3,
};

function kindOf(before: TrialResult, after: TrialResult): Kind {
  // Under `may` a message may be read, and whether it is may be chance.
  const leaksNow = after.role === "main" && after.policy !== "may" && after.leaked && !before.leaked;
  const worse = rank[after.verdict] - rank[before.verdict];
  if (worse > 0 || leaksNow) return "regression";
  // What was put on record is no better than it was.
  const recorded = after.verdict === "known" && before.outcome === after.outcome;
  return worse < 0 && !recorded ? "fix" : "changed";
}

/** Trials without mail have evidence of other kinds; what matters of it is in their results. */
function mailEvidence({ evidence }: ComparedRun, { id, policy }: TrialResult): Evidence | undefined {
  return isMail(policy) ? evidence.get(id) : undefined;
}

interface Told {
  readonly trial: TrialResult;
  readonly evidence: Evidence | undefined;
}

function differencesOf(before: Told, after: Told): readonly Difference[] {
  const sameProgram = programName(before.trial.sender) === programName(after.trial.sender);
  const facts = (told: Told, withEvidence: boolean): Readonly<Record<Difference["what"], string>> => {
    const { trial } = told;
    const isLookup = trial.policy === "lookup";
    const isMail = !isLookup && trial.policy !== "verification";
    const seen = withEvidence && isMail && told.evidence ? seenOf(told.evidence, sameProgram) : null;
    // What a verifier quotes of several records hangs on the order in which they came.
    const claimed = (): string =>
      sameProgram && trial.policy !== "verification"
        ? comparableText(each((step) => step.claimed ?? "nothing"))
        : "";
    const steps: readonly StepResult[] = trial.steps ?? [{ ...trial, title: "" }];
    const each = (say: (step: StepResult) => string): string => steps.map(say).join(", then ");
    return {
      verdict: trial.verdict,
      outcome: each(({ outcome }) => outcome ?? "not known"),
      leak: trial.leaked ? "the message leaked" : "no leak",
      expectation: each(({ level, expected }) => `${level}: ${expected.join(" or ")}`),
      reasons: trial.reasons.map(comparableText).join("; "),
      log: seen ? seen.claim : isLookup ? "" : claimed(),
      answer: isLookup ? claimed() : "",
      "status code": seen ? seen.statusCode : "",
      "TLS version": seen ? seen.tlsVersions : "",
    };
  };
  const both = before.evidence !== undefined && after.evidence !== undefined;
  const [old, fresh] = [facts(before, both), facts(after, both)];
  // Which of two sessions came first is chance, and so is the order of what they are reproached with.
  const sameReasons = sortedReasons(before) === sortedReasons(after);
  return differenceKinds.flatMap((what) =>
    old[what] === fresh[what] || (what === "reasons" && sameReasons)
      ? []
      : [{ what, before: old[what], after: fresh[what] }],
  );
}

function sortedReasons({ trial }: Told): string {
  return trial.reasons.map(comparableText).toSorted().join("; ");
}

const programName = (id: string): string => id.split("@")[0] ?? id;

/** Programs of which each run has one version, and another one. */
function sameByName(before: Results, after: Results): readonly Counterpart[] {
  return (["sender", "resolver"] as const).flatMap((role) => {
    const ids = ({ trials }: Results): ReadonlyMap<string, readonly string[]> =>
      Map.groupBy(new Set(trials.map((trial) => trial[role])), programName);
    const now = ids(after);
    return [...ids(before)].flatMap(([name, versions]) => {
      const [old, ...more] = versions;
      const [fresh, ...others] = now.get(name) ?? [];
      if (old === undefined || fresh === undefined || old === fresh) return [];
      return more.length + others.length > 0 ? [] : [{ before: old, after: fresh }];
    });
  });
}

/** Those that the trials went through, and what served them. */
function programsOf({ run }: Results, trials: readonly TrialResult[]): readonly ProgramResult[] {
  const used = new Set(
    trials.flatMap(({ sender, resolver }) => [`sender ${sender}`, `resolver ${resolver}`]),
  );
  return run.programs.filter((program) => !hasVersions(program) || used.has(`${program.role} ${program.id}`));
}

function programChanges(
  before: readonly ProgramResult[],
  after: readonly ProgramResult[],
  renamed: ReadonlyMap<string, string>,
): readonly ProgramChange[] {
  const old = new Map(before.map((program) => [programKey(program, renamed), program]));
  const fresh = new Map(after.map((program) => [programKey(program, new Map()), program]));
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key): ProgramChange[] => {
    const [earlier, later] = [old.get(key), fresh.get(key)];
    const samePackage = earlier?.package === later?.package;
    if (samePackage && earlier?.image.digest === later?.image.digest) return [];
    const role = later?.role ?? earlier?.role ?? "farm";
    return [{ role, before: earlier?.package ?? null, after: later?.package ?? null, rebuilt: samePackage }];
  });
}

/** Of senders and resolvers there may be several versions in a run; of what serves them there is one. */
function hasVersions({ role }: ProgramResult): boolean {
  return role === "sender" || role === "resolver";
}

function programKey(program: ProgramResult, renamed: ReadonlyMap<string, string>): string {
  const { role, id } = program;
  return `${role} ${hasVersions(program) ? (renamed.get(id) ?? id) : programName(id)}`;
}

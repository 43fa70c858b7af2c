import type { Results, ScenarioResult, TrialResult } from "../../harness/model/results.ts";
import { allPolicies } from "../../harness/model/verdict.ts";

/** The results as a table: a row for each scenario, a column for each stack and policy. */
export interface Matrix {
  readonly stacks: readonly StackColumns[];
  /** The policies that have a column, the same under every stack. */
  readonly policies: readonly TrialResult["policy"][];
  readonly groups: readonly Group[];
}

export interface StackColumns {
  readonly id: string;
  readonly sender: string;
  readonly resolver: string;
}

export interface Group {
  readonly name: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly scenario: ScenarioResult;
  /** The scenario's id; a canary has a row for each place. */
  readonly name: string;
  /** By stack, then policy; undefined where there was no such trial. */
  readonly cells: readonly (Cell | undefined)[];
}

/** A trial with those that prove that it means something. */
export interface Cell {
  readonly trial: TrialResult;
  readonly twin: TrialResult | undefined;
  readonly controls: readonly TrialResult[];
}

/** "postfix@3.10+unbound@1.26"; without mail the program that is tested alone. */
export function stackIdOf({
  sender,
  resolver,
  policy,
}: Pick<TrialResult, "sender" | "resolver" | "policy">): string {
  if (policy === "verification") return sender;
  return sender === "danelab" ? resolver : `${sender}+${resolver}`;
}

/** The program whose doing the outcome is. */
export function testedIn({ sender, resolver }: Pick<TrialResult, "sender" | "resolver">): string {
  return sender === "danelab" ? resolver : sender;
}

/** The kind of all trials, where that is one without mail. */
export function kindWithoutMail({ trials }: Pick<Results, "trials">): "lookup" | "verification" | null {
  const kinds = ["lookup", "verification"] as const;
  const of = (kind: string): boolean => trials.every(({ policy }) => policy === kind);
  return trials.length === 0 ? null : (kinds.find(of) ?? null);
}

/** Kinds that have nothing in common but the lab: a table for each, where a line of text is all the room that there is. */
export function matricesOf(results: Results): readonly Matrix[] {
  const kindOf = ({ policy }: TrialResult): string =>
    policy === "lookup" || policy === "verification" || policy === "probe" ? policy : "mail";
  return [...Map.groupBy(results.trials, kindOf).values()].map((trials) => matrixOf({ ...results, trials }));
}

export function matrixOf({ scenarios, trials }: Results): Matrix {
  const stacks = inVersionOrder(new Map(trials.map((trial) => [stackIdOf(trial), trial])));
  const columns = columnPolicies(trials);
  const twins = new Map(trials.flatMap((trial) => (trial.of === null ? [] : [[trial.of, trial] as const])));
  const byPlace = Map.groupBy(trials, placeKey);

  const rowOf = (scenario: ScenarioResult, place: TrialResult["canary"]): Row => ({
    scenario,
    name: place ? `${scenario.id} (${place})` : scenario.id,
    cells: [...stacks.keys()].flatMap((stack) => {
      const here = byPlace.get([scenario.id, place ?? "", stack].join(" ")) ?? [];
      const controls = here.filter(({ role }) => role === "control");
      return columns.map((policy): Cell | undefined => {
        const trial = here.find((one) => one.policy === policy && one.role !== "twin");
        if (!trial) return undefined;
        return { trial, twin: twins.get(trial.id), controls: trial.role === "control" ? [] : controls };
      });
    }),
  });

  const groups = [...Map.groupBy(scenarios, ({ group }) => group)].map(([name, members]) => ({
    name,
    rows: members
      .flatMap((scenario) => placesOf(scenario).map((place) => rowOf(scenario, place)))
      .filter(({ cells }) => cells.some((cell) => cell !== undefined)),
  }));
  return {
    stacks: [...stacks].map(([id, { sender, resolver }]) => ({ id, sender, resolver })),
    policies: columns,
    groups: groups.filter(({ rows }) => rows.length > 0),
  };
}

/** Programs as in the run, the versions of each from the oldest on, whatever order they were asked for in. */
function inVersionOrder(stacks: ReadonlyMap<string, TrialResult>): ReadonlyMap<string, TrialResult> {
  const programs = Map.groupBy(stacks, ([, trial]) => testedIn(trial).split("@")[0]);
  const ordered = [...programs.values()].flatMap((own) =>
    own.toSorted(([, a], [, b]) => testedIn(a).localeCompare(testedIn(b), "en", { numeric: true })),
  );
  return new Map(ordered);
}

function placeKey(trial: TrialResult): string {
  return [trial.scenario, trial.canary ?? "", stackIdOf(trial)].join(" ");
}

function placesOf({ canary }: ScenarioResult): readonly TrialResult["canary"][] {
  return canary ? ["start", "end"] : [null];
}

/** A policy that serves controls only has no column: its trials are folded into those that they are the control of. */
function columnPolicies(trials: readonly TrialResult[]): readonly TrialResult["policy"][] {
  const of = (role: TrialResult["role"]) =>
    allPolicies.filter((policy) => trials.some((trial) => trial.policy === policy && trial.role === role));
  const main = of("main");
  return main.length > 0 ? main : of("control");
}

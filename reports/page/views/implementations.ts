import type { ProgramResult, Results, TrialResult } from "../../../harness/model/results.ts";
import { testedIn } from "../../shared/matrix.ts";

/** The programs that a run is about, and the trials of each. */

const found = new WeakMap<Results["trials"], readonly string[]>();

/** In the order of the run. */
export function implementationsOf({ trials }: Results): readonly string[] {
  const known = found.get(trials);
  if (known) return known;
  const ids = new Set<string>();
  for (const { sender, resolver } of trials) ids.add(sender).add(resolver);
  ids.delete("danelab");
  const all = [...ids];
  found.set(trials, all);
  return all;
}

export function programOf({ run }: Results, id: string): ProgramResult | undefined {
  return run.programs.find((program) => program.id === id);
}

/** Twins are told with what they are the twin of. */
export function trialsWith({ trials }: Results, id: string): readonly TrialResult[] {
  return trials.filter(({ sender, resolver, role }) => role !== "twin" && (sender === id || resolver === id));
}

/**
 * Those whose outcome is the program's own doing: where a sender and a resolver work together, the sender's. A resolver has
 * trials of its own where the harness asks it.
 */
export function ownTrials(results: Results, id: string): readonly TrialResult[] {
  return trialsWith(results, id).filter((trial) => testedIn(trial) === id);
}

/** What else took part in a trial of the program. */
export function partnerOf({ sender, resolver }: TrialResult, id: string): string | null {
  const other = sender === id ? resolver : sender;
  return other === "danelab" || other === id ? null : other;
}

/** The ids of the same program in all versions, oldest first. */
export function versionsOf(results: Results, id: string): readonly string[] {
  const name = id.split("@")[0];
  return implementationsOf(results)
    .filter((one) => one.split("@")[0] === name)
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

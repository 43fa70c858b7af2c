import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { ownTrials, partnerOf, versionsOf } from "./implementations.ts";
import { happenedIn } from "./matrix.ts";

/** The same trials with different versions of a program. */

export interface VersionedTrial {
  readonly scenario: string;
  /** By version, in the order of `versionsOf`; undefined: not tried. */
  readonly trials: readonly (TrialResult | undefined)[];
}

/** Trials in which not all versions did the same. */
export function differencesOf(results: Results, id: string): readonly VersionedTrial[] {
  const versions = versionsOf(results, id);
  if (versions.length < 2) return [];
  const places = new Map<string, (TrialResult | undefined)[]>();
  for (const [index, version] of versions.entries()) {
    for (const trial of ownTrials(results, version)) {
      const place = [trial.scenario, trial.policy, trial.canary ?? "", partnerOf(trial, version) ?? ""].join(
        " ",
      );
      const row = places.get(place) ?? versions.map(() => undefined);
      row[index] = trial;
      places.set(place, row);
    }
  }
  return [...places.values()]
    .filter((row) => new Set(row.flatMap((one) => (one ? [deedOf(one)] : []))).size > 1)
    .map((trials) => ({ scenario: trials.find((one) => one)?.scenario ?? "", trials }));
}

/** What one version does and the one before it does not. */
export interface VersionChange {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly { readonly before: TrialResult; readonly after: TrialResult }[];
}

/** From each version to the next that was tried. */
export function changesOf(results: Results, id: string): readonly VersionChange[] {
  const versions = versionsOf(results, id);
  const rows = differencesOf(results, id);
  return versions.slice(1).map((to, index) => ({
    from: versions[index] ?? "",
    to,
    changes: rows.flatMap(({ trials }) => {
      const [before, after] = [trials[index], trials[index + 1]];
      return before && after && deedOf(before) !== deedOf(after) ? [{ before, after }] : [];
    }),
  }));
}

/** In words: step by step where only that shows the difference. */
export function deedTold(trial: TrialResult, others: readonly (TrialResult | undefined)[]): string {
  const told = happenedIn(trial);
  const isAlike = others.some((other) => other && other !== trial && happenedIn(other) === told);
  return isAlike && trial.steps ? trial.steps.map(({ outcome }) => outcome ?? "not known").join(", ") : told;
}

/** What a program did, step by step; not what is thought of it. */
function deedOf({ verdict, outcome, steps }: TrialResult): string {
  if (verdict === "unsupported") return verdict;
  return [outcome, ...(steps ?? []).map((step) => step.outcome)].join(" ");
}

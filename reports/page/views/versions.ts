import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { testedIn } from "../../shared/matrix.ts";
import { partnerOf, versionsOf } from "./implementations.ts";
import { happenedIn } from "./matrix.ts";

/** The same trials with different versions of a program. */
export interface Versions {
  /** Ids, oldest first. */
  readonly ids: readonly string[];
  /** By place in a run: the trial of each version; undefined: not tried. */
  readonly rows: readonly (readonly (TrialResult | undefined)[])[];
}

export function versionsSideBySide(results: Results, id: string): Versions {
  const ids = versionsOf(results, id);
  if (ids.length < 2) return { ids, rows: [] };
  const places = new Map<string, (TrialResult | undefined)[]>();
  for (const trial of results.trials) {
    const index = trial.role === "twin" ? -1 : ids.indexOf(testedIn(trial));
    if (index < 0) continue;
    const { scenario, policy, canary } = trial;
    const place = [scenario, policy, canary ?? "", partnerOf(trial, testedIn(trial)) ?? ""].join(" ");
    const row = places.get(place) ?? ids.map(() => undefined);
    row[index] = trial;
    places.set(place, row);
  }
  return { ids, rows: [...places.values()] };
}

/** Rows in which not all versions did the same. Of one that lacks the feature there is nothing to compare. */
export function differencesOf({ rows }: Versions): Versions["rows"] {
  return rows.filter((trials) => {
    const deeds = trials.flatMap((trial) => (trial && isTried(trial) ? [deedOf(trial)] : []));
    return new Set(deeds).size > 1;
  });
}

/** What one version does and the one before it does not. */
export interface VersionChange {
  readonly from: string;
  readonly to: string;
  readonly changes: readonly { readonly before: TrialResult; readonly after: TrialResult }[];
  /** The newer one's trials of features that the older one lacks. */
  readonly gained: readonly TrialResult[];
  /** The older one's trials of features that the newer one lacks. */
  readonly lost: readonly TrialResult[];
}

/** From each version to the next that was tried. */
export function changesOf({ ids, rows }: Versions): readonly VersionChange[] {
  return ids.slice(1).map((to, index) => {
    const pairs = rows.flatMap((trials) => {
      const [before, after] = [trials[index], trials[index + 1]];
      return before && after ? [{ before, after }] : [];
    });
    return {
      from: ids[index] ?? "",
      to,
      changes: pairs.filter(
        ({ before, after }) => isTried(before) && isTried(after) && deedOf(before) !== deedOf(after),
      ),
      gained: pairs.flatMap(({ before, after }) => (!isTried(before) && isTried(after) ? [after] : [])),
      lost: pairs.flatMap(({ before, after }) => (isTried(before) && !isTried(after) ? [before] : [])),
    };
  });
}

/** In words: step by step where only that shows the difference. */
export function deedTold(trial: TrialResult, others: readonly (TrialResult | undefined)[]): string {
  const told = happenedIn(trial);
  const isAlike = others.some((other) => other && other !== trial && happenedIn(other) === told);
  return isAlike && trial.steps ? trial.steps.map(({ outcome }) => outcome ?? "not known").join(", ") : told;
}

/** What a program did, step by step; not what is thought of it. */
function deedOf({ outcome, steps }: TrialResult): string {
  return [outcome, ...(steps ?? []).map((step) => step.outcome)].join(" ");
}

function isTried({ verdict }: TrialResult): boolean {
  return verdict !== "unsupported";
}

import type { TrialResult } from "../../../harness/model/results.ts";
import type { Row } from "../../shared/matrix.ts";
import type { Filter } from "./address.ts";
import { isCited } from "./requirements.ts";

/** What of a row the filter looks at. */
export interface Sought {
  /** In lower case. */
  readonly words: string;
  readonly group: string;
  readonly cites: readonly string[];
}

export function soughtIn({ name, scenario }: Row): Sought {
  const { title, group, cites, why } = scenario;
  return { words: [name, title, group, ...cites, why ?? ""].join(" ").toLowerCase(), group, cites };
}

/** A filter made ready for many rows. */
export function rowFilter({ text, group, requirement }: Filter): (row: Sought) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (row) =>
    (group === "" || row.group === group) &&
    (requirement === "" || isCited(row.cites, requirement)) &&
    words.every((word) => row.words.includes(word));
}

/** Whether cells are told apart at all, and which of them are wanted. */
export function cellFilter({ verdicts, level }: Filter): ((trial: TrialResult) => boolean) | null {
  if (verdicts.length === 0 && level === "") return null;
  return (trial) =>
    (verdicts.length === 0 || verdicts.includes(trial.verdict)) && (level === "" || trial.level === level);
}

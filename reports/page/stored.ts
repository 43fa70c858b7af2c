import type { Results } from "../../harness/model/results.ts";
import { type Columns, fromColumns } from "./columns.ts";

/** How the page holds its data: written by blocks.ts, read by the browser. */

export interface StoredResults extends Omit<Results, "trials"> {
  readonly trials: Columns;
}

/** What is known of the trials of one scenario beside their results. */
export interface StoredTrials {
  /** The evidence document of each, by trial id, whatever its kind. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export const resultsBlock = "results";

export function trialsBlock(scenario: number): string {
  return `trials-${scenario}`;
}

/** danelab wrote it itself, from a results document that its schema had approved. */
export function readResults(stored: StoredResults): Results {
  const trials = fromColumns(stored.trials) as unknown as Results["trials"];
  return { ...stored, trials };
}

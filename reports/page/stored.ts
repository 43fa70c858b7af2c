import type { Results } from "../../harness/model/results.ts";
import type { DomainSetups } from "../../harness/model/setup.ts";
import { type Columns, fromColumns } from "./columns.ts";

/** How the page holds its data: written by blocks.ts, read by the browser. */

export interface StoredResults extends Omit<Results, "trials"> {
  readonly trials: Columns;
  /** By the place of a scenario: the number of the block with its trials. */
  readonly blocks: readonly number[];
}

/** What is known of the trials of one scenario beside their results. A block holds several, by the scenario's id. */
export interface StoredTrials {
  /** The evidence document of each, by trial id, whatever its kind. */
  readonly evidence: Readonly<Record<string, unknown>>;
  /** Of their recipient domains, as far as that is known. */
  readonly domains: DomainSetups;
}

export const resultsBlock = "results";

export function trialsBlock(number: number): string {
  return `trials-${number}`;
}

/** danelab wrote it itself, from a results document that its schema had approved. */
export function readResults(stored: StoredResults): Results {
  const { blocks: _blocks, trials: columns, ...rest } = stored;
  const trials = fromColumns(columns) as unknown as Results["trials"];
  return { ...rest, trials };
}

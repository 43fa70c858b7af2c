import type { Results } from "../../../harness/model/results.ts";
import { readResults, resultsBlock, type StoredResults, type StoredTrials, trialsBlock } from "../stored.ts";

/** The data blocks of the page, inflated when they are wanted. */

export interface PageData {
  readonly results: Results;
  /** What is known of the trials of a scenario beside their results. */
  readonly trialsOf: (scenario: string) => Promise<StoredTrials>;
}

export async function readPage(): Promise<PageData> {
  const stored = (await inflated(resultsBlock)) as StoredResults;
  const results = readResults(stored);
  const read = new Map<number, ReturnType<typeof inflated>>();
  const blockOf = (number: number): ReturnType<typeof inflated> => {
    const reading = read.get(number) ?? inflated(trialsBlock(number));
    read.set(number, reading);
    return reading;
  };
  return {
    results,
    async trialsOf(scenario) {
      const number = stored.blocks[results.scenarios.findIndex(({ id }) => id === scenario)];
      if (number === undefined) return { evidence: {}, domains: {} };
      const block = (await blockOf(number)) as Record<string, StoredTrials>;
      return block[scenario] ?? { evidence: {}, domains: {} };
    },
  };
}

async function inflated(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent;
  if (!text) throw new Error(`This file has no data block "${id}": it is not complete.`);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) bytes[index] = binary.charCodeAt(index);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

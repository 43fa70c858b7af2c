import type { Results } from "../../../harness/model/results.ts";
import { readResults, resultsBlock, type StoredResults, type StoredTrials, trialsBlock } from "../stored.ts";

/** The data blocks of the page, inflated when they are wanted. */

export async function storedResults(): Promise<Results> {
  return readResults((await inflated(resultsBlock)) as StoredResults);
}

/** What is known of the trials of a scenario beside their results; each is inflated once. */
export function storedTrials(results: Results): (scenario: string) => Promise<StoredTrials> {
  const read = new Map<string, Promise<StoredTrials>>();
  return (scenario) => {
    const known = read.get(scenario);
    if (known) return known;
    const index = results.scenarios.findIndex(({ id }) => id === scenario);
    const reading = inflated(trialsBlock(index)).then((content) => content as StoredTrials);
    read.set(scenario, reading);
    return reading;
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

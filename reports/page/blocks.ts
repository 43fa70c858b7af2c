import { gzipSync } from "node:zlib";
import type { Results, TrialResult } from "../../harness/model/results.ts";
import type { DomainSetups } from "../../harness/model/setup.ts";
import { toColumns } from "./columns.ts";
import { type Html, html, trusted } from "./html.ts";
import { setupShown, shortened } from "./shortened.ts";
import { resultsBlock, type StoredResults, type StoredTrials, trialsBlock } from "./stored.ts";

export interface PageData {
  readonly results: Results;
  /** By trial id. */
  readonly evidence: ReadonlyMap<string, unknown>;
  readonly domains: DomainSetups;
}

/** Characters of evidence that the page holds at most, so that it stays a page. */
const mostEvidence = 3_500_000;

/** Of a large run so many trials, about, are packed first, to tell how many fit: nobody waits for all to be packed in vain. */
const sampled = 2000;

/** Characters of JSON in a block: large, so that it compresses well, and inflated in an instant all the same. */
const blockSize = 500_000;

/**
 * What the page's script reads: data blocks (never run, so no scripts), each JSON, compressed, in Base64. The first holds the
 * results. In the others are the trials of some scenarios each, with what their witnesses saw: they are inflated when one
 * of these trials is opened. Where that is too much for a page, it holds what readers look up first.
 */
export function dataBlocks(data: PageData): readonly Html[] {
  const { trials, ...rest } = data.results;
  let kept = [...trials]
    .sort((a, b) => rankOf(a) - rankOf(b))
    .slice(0, fitting(data))
    .map(({ id }) => id);
  let packed = packedTrials(data, new Set(kept));
  for (let size = sizeOf(packed); size > mostEvidence && kept.length > 0; size = sizeOf(packed)) {
    kept = kept.slice(0, Math.floor((kept.length * mostEvidence * 0.95) / size));
    packed = packedTrials(data, new Set(kept));
  }
  const stored: StoredResults = { ...rest, trials: toColumns(trials), blocks: packed.blockOf };
  return [
    block(resultsBlock, compressed(JSON.stringify(stored))),
    ...packed.blocks.map((content, index) => block(trialsBlock(index), content)),
  ];
}

/** About how many trials fit, by what those of some scenarios need. */
function fitting(data: PageData): number {
  const { scenarios, trials } = data.results;
  const every = Math.floor(trials.length / sampled);
  if (every < 2 || scenarios.length === 0) return trials.length;
  const some = scenarios.filter((_, index) => index % every === 0);
  const ids = new Set(some.map(({ id }) => id));
  const own = trials.filter(({ scenario }) => ids.has(scenario)).map(({ id }) => id);
  const packed = packedTrials({ ...data, results: { ...data.results, scenarios: some } }, new Set(own));
  return Math.floor((own.length * mostEvidence) / Math.max(1, sizeOf(packed)));
}

/** What one wants to look into first comes first. */
function rankOf({ role, verdict }: TrialResult): number {
  if (verdict !== "pass") return 0;
  return { main: 1, control: 2, twin: 3 }[role];
}

interface Packed {
  /** Base64. */
  readonly blocks: readonly string[];
  /** By the place of a scenario in the results: the block that holds its trials. */
  readonly blockOf: readonly number[];
}

function packedTrials({ results, evidence, domains }: PageData, kept: ReadonlySet<string>): Packed {
  const byScenario = Map.groupBy(results.trials, ({ scenario }) => scenario);
  const blocks: string[] = [];
  const blockOf: number[] = [];
  let members: string[] = [];
  let size = 0;
  const close = (): void => {
    if (members.length > 0) blocks.push(compressed(`{${members.join(",")}}`));
    members = [];
    size = 0;
  };
  for (const { id } of results.scenarios) {
    const own = byScenario.get(id) ?? [];
    const content = JSON.stringify(trialsOf(own, evidence, domains, kept));
    blockOf.push(blocks.length);
    members.push(`${JSON.stringify(id)}:${content}`);
    size += content.length;
    if (size > blockSize) close();
  }
  close();
  return { blocks, blockOf };
}

function trialsOf(
  trials: readonly TrialResult[],
  evidence: PageData["evidence"],
  domains: DomainSetups,
  kept: ReadonlySet<string>,
): StoredTrials {
  // What is alike stands together: it compresses better.
  const ordered = trials
    .filter(({ id }) => kept.has(id))
    .toSorted((a, b) => `${a.role} ${a.policy}`.localeCompare(`${b.role} ${b.policy}`));
  const seen = ordered.flatMap(({ id }) => {
    const one = evidence.get(id);
    return one === undefined ? [] : [[id, shortened(one)] as const];
  });
  const setups = [...new Set(ordered.flatMap(({ domain }) => domain ?? []))].flatMap((key) => {
    const setup = domains[key];
    return setup ? [[key, setupShown(setup)] as const] : [];
  });
  return { evidence: Object.fromEntries(seen), domains: Object.fromEntries(setups) };
}

function sizeOf({ blocks }: Packed): number {
  return blocks.reduce((sum, one) => sum + one.length, 0);
}

function compressed(text: string): string {
  return gzipSync(text).toString("base64");
}

/** Base64 has no "<": nothing in it can end the element. */
function block(id: string, content: string): Html {
  return html`<script type="text/plain" id="${id}">${trusted(content)}</script>
`;
}

import { gzipSync } from "node:zlib";
import type { Results } from "../../harness/model/results.ts";
import { toColumns } from "./columns.ts";
import { type Html, html, trusted } from "./html.ts";
import { resultsBlock, type StoredResults, trialsBlock } from "./stored.ts";

/**
 * What the page's script reads: data blocks (never run, so no scripts), each JSON, compressed, in Base64. The first holds the
 * results; for each scenario there is one with what the witnesses of its trials saw, which is inflated only when a trial is opened.
 *
 * @param evidence by trial id
 */
export function dataBlocks(results: Results, evidence: ReadonlyMap<string, unknown>): readonly Html[] {
  const { trials, ...rest } = results;
  const stored: StoredResults = { ...rest, trials: toColumns(trials) };
  const byScenario = Map.groupBy(trials, ({ scenario }) => scenario);
  return [
    block(resultsBlock, stored),
    ...results.scenarios.map(({ id }, index) => {
      const own = (byScenario.get(id) ?? []).flatMap((trial) => {
        const seen = evidence.get(trial.id);
        return seen === undefined ? [] : [[trial.id, seen] as const];
      });
      return block(trialsBlock(index), { evidence: Object.fromEntries(own) });
    }),
  ];
}

/** Base64 has no "<": nothing in it can end the element. */
function block(id: string, content: unknown): Html {
  const packed = gzipSync(JSON.stringify(content), { level: 9 }).toString("base64");
  return html`<script type="text/plain" id="${id}">${trusted(packed)}</script>
`;
}

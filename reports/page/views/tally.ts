import type { TrialResult } from "../../../harness/model/results.ts";
import { verdictOrder, verdictSigns } from "../../shared/signs.ts";
import { countVerdicts } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";

/** "✗ 3 fail  ✓ 40 pass": what needs attention first. */
export function tallyOf(trials: readonly TrialResult[]): Html {
  const counts = countVerdicts(trials);
  const told = verdictOrder
    .filter((verdict) => counts.has(verdict))
    .map(
      (verdict) =>
        html`<span class="v-${verdict}">${verdictSigns[verdict].symbol} ${counts.get(verdict) ?? 0} ${verdict}</span> `,
    );
  return html`<span class="tally">${told}</span>`;
}

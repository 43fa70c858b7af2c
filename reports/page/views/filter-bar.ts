import type { Results } from "../../../harness/model/results.ts";
import type { Matrix } from "../../shared/matrix.ts";
import { policyMeanings, verdictOrder, verdictSigns } from "../../shared/signs.ts";
import { countVerdicts, foldedTrials } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import { citesOf } from "./requirements.ts";

/** What the matrix can be filtered by. The script puts it into effect, and into the address. */
export function filterBar(results: Results, matrix: Matrix): Html {
  const groups = matrix.groups.map(({ name }) => name);
  const levels = ["must", "should", "open"] as const;
  return html`<form class="bar" id="filter" role="search" aria-label="Filter the matrix">
<div class="bound">
<div class="fields">
<input type="search" id="text" placeholder="Filter: id, words, RFC section" aria-label="Scenarios that hold these words" autocomplete="off" spellcheck="false">
${choice("group", "Group", "all groups", groups)}
${choice("requirement", "Requirement", "all requirements", citesOf(results))}
${choice("level", "Level", "all levels", levels)}
<button type="button" id="clear" hidden>Show all</button>
<output id="shown"></output>
</div>
<div class="fields">
<div class="chips" role="group" aria-label="Only these verdicts">${verdictChips(results)}</div>
${policyChips(matrix)}
</div>
</div></form>`;
}

function choice(id: string, name: string, all: string, options: readonly string[]): Html | null {
  if (options.length < 2) return null;
  return html`<select id="${id}" aria-label="${name}"><option value="">${all}</option>${options.map(
    (one) => html`<option>${one}</option>`,
  )}</select>`;
}

function verdictChips(results: Results): readonly Html[] {
  const counts = countVerdicts(foldedTrials(results));
  return verdictOrder
    .filter((verdict) => counts.has(verdict))
    .map((verdict) => {
      const { symbol, meaning } = verdictSigns[verdict];
      return html`<button type="button" class="chip v-${verdict}" aria-pressed="false" data-verdict="${verdict}" title="${meaning}">${symbol} ${verdict} <b>${counts.get(verdict) ?? 0}</b></button>`;
    });
}

function policyChips({ policies }: Matrix): Html | null {
  if (policies.length < 2) return null;
  return html`<div class="chips policies" role="group" aria-label="Columns of these policies">${policies.map(
    (policy) =>
      html`<button type="button" class="chip" aria-pressed="false" data-policy="${policy}" title="${policyMeanings[policy]}">${policy}</button>`,
  )}</div>`;
}

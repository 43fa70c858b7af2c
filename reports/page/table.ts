import type { Results } from "../../harness/model/results.ts";
import type { Cell, Group, Matrix, Row } from "../shared/matrix.ts";
import { verdictOrder, verdictSigns, whatHappened } from "../shared/signs.ts";
import { countVerdicts, foldedTrials } from "../shared/summary.ts";
import { type Html, html } from "./html.ts";

/** The matrix and the bar to filter it with. It stands in the document itself: it can be read and printed without script. */
export function matrixSection(results: Results, matrix: Matrix): Html {
  const { stacks, policies, groups } = matrix;
  const columns = stacks.flatMap(({ id }) => policies.map((policy) => `${id} ${policy}`));
  return html`
${filterBar(results)}
<p class="bound" id="none" hidden>No scenario matches. <button type="button" id="clear">Show all</button></p>
<table class="matrix" id="matrix">
<thead>
<tr><th class="corner" rowspan="2" scope="col">Scenario</th>${stacks.map(
    ({ sender, resolver }) =>
      html`<th class="stack" colspan="${policies.length}" scope="colgroup">${sender}<small>${resolver}</small></th>`,
  )}</tr>
<tr>${stacks.map(() => policies.map((policy, index) => html`<th class="policy${index === 0 ? " first" : ""}" scope="col">${policy}</th>`))}</tr>
</thead>
${groups.map((group) => groupBody(group, columns, policies.length))}
</table>`;
}

function filterBar(results: Results): Html {
  const counts = countVerdicts(foldedTrials(results));
  const chips = verdictOrder
    .filter((verdict) => counts.has(verdict))
    .map((verdict) => {
      const { symbol, meaning } = verdictSigns[verdict];
      return html`<button type="button" class="chip v-${verdict}" aria-pressed="false" data-verdict="${verdict}" title="${meaning}">${symbol} ${verdict} <b>${counts.get(verdict) ?? 0}</b></button>`;
    });
  return html`<div class="bar"><form class="bound" id="filter" role="search">
<input type="search" id="text" placeholder="Filter: id, words, RFC section" aria-label="Filter scenarios by text" autocomplete="off">
<div class="chips" role="group" aria-label="Show only these verdicts">${chips}</div>
<output id="shown"></output>
</form></div>`;
}

function groupBody({ name, rows }: Group, columns: readonly string[], policies: number): Html {
  const trials = rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell ? [cell.trial] : [])));
  const counts = countVerdicts(trials);
  const told = verdictOrder
    .filter((verdict) => counts.has(verdict))
    .map((verdict) => html` <span class="v-${verdict}">${counts.get(verdict) ?? 0} ${verdict}</span>`);
  return html`<tbody>
<tr class="group"><th colspan="${columns.length + 1}" scope="rowgroup"><span>${name}<small>${told}</small></span></th></tr>
${rows.map((row) => matrixRow(row, columns, policies))}</tbody>
`;
}

function matrixRow({ scenario, name, cells }: Row, columns: readonly string[], policies: number): Html {
  const words = [name, scenario.title, scenario.group, ...scenario.cites, scenario.why ?? ""]
    .join(" ")
    .toLowerCase();
  return html`<tr data-words="${words}"><th scope="row"><code>${name}</code><span>${scenario.title}</span></th>${cells.map(
    (cell, index) =>
      html`<td${index % policies === 0 ? html` class="first"` : null} data-column="${columns[index] ?? ""}">${cell ? cellLink(cell) : html`<span class="empty" aria-label="no such trial">·</span>`}</td>`,
  )}</tr>
`;
}

function cellLink({ trial, twin, controls }: Cell): Html {
  const { verdict } = trial;
  const happened = whatHappened(trial);
  const said = trial.role === "control" ? `control: ${trial.leaked ? "mail lost" : happened}` : happened;
  const marks = [
    ...(twin?.verdict === "pass" ? [html`<i class="mark" title="its twin was refused">t</i>`] : []),
    ...(controls.length > 0 && controls.every((control) => control.verdict === "pass")
      ? [html`<i class="mark" title="its control lost the mail">c</i>`]
      : []),
  ];
  const label = `${trial.scenario}, ${trial.sender} with ${trial.resolver}, ${trial.policy}: ${verdict}, ${said}`;
  return html`<a class="cell v-${verdict}" href="#${encodeURI(trial.id)}" data-verdict="${verdict}" aria-label="${label}"><span class="verdict">${verdictSigns[verdict].symbol} ${verdict}${marks}</span><span class="outcome">${said}</span></a>`;
}

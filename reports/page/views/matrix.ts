import type { TrialResult } from "../../../harness/model/results.ts";
import type { Cell, Group, Matrix, Row, StackColumns } from "../../shared/matrix.ts";
import { implementationName } from "../../shared/names.ts";
import { verdictSigns, whatHappened } from "../../shared/signs.ts";
import { type Html, html } from "../html.ts";
import { type Filter, hrefOf } from "./address.ts";
import { tallyOf } from "./tally.ts";

/** Columns with words beside their signs; with more than these the cells are small. */
const mostRoomy = 8;

/** So many columns at most are shown unless asked for. */
const mostAtFirst = 12;

/** The policies whose columns are shown: those asked for; all of them where that is not too wide, else the first. */
export function shownPolicies({ policies, stacks }: Matrix, wanted: Filter["policies"]): Matrix["policies"] {
  const known = policies.filter((policy) => wanted.includes(policy));
  if (known.length > 0) return known;
  return policies.length * stacks.length <= mostAtFirst ? policies : policies.slice(0, 1);
}

/**
 * A table for each group, so that a browser need not lay out those that are out of sight. Rows and cells stand in the order of
 * the matrix: the filter finds them by their place.
 */
export function matrixHtml(matrix: Matrix, policies: Matrix["policies"]): Html {
  const { stacks, groups } = matrix;
  const chosen = policies.map((policy) => matrix.policies.indexOf(policy));
  const places = stacks.flatMap((_, stack) =>
    chosen.map((policy) => stack * matrix.policies.length + policy),
  );
  const crowded = places.length > mostRoomy;
  return html`<div class="matrix${crowded ? " crowded" : ""}" id="matrix">${groups.map((group) =>
    groupTable(group, { stacks, policies, places, wording: matrix.policies.length > 1 }),
  )}</div>`;
}

interface Columns {
  readonly stacks: readonly StackColumns[];
  readonly policies: Matrix["policies"];
  /** Of the shown cells among a row's. */
  readonly places: readonly number[];
  /** Whether policies are named. */
  readonly wording: boolean;
}

function groupTable({ name, rows }: Group, columns: Columns): Html {
  const { stacks, policies, places, wording } = columns;
  const lines = wording ? 2 : 1;
  return html`<section class="group" aria-label="${name}"><table>
<colgroup><col class="scenarios"><col class="cells" span="${places.length}"></colgroup>
<thead><tr><th class="corner" rowspan="${lines}" scope="col"><b>${name}</b> <small>${tallyOf(rows.flatMap(({ cells }) => places.flatMap((place) => cells[place]?.trial ?? [])))}</small></th>${stacks.map(
    (stack) => html`<th class="stack" colspan="${policies.length}" scope="colgroup">${stackHead(stack)}</th>`,
  )}</tr>${
    wording
      ? html`<tr>${stacks.map(() => policies.map((policy, index) => html`<th class="policy${edge(index)}" scope="col">${policy}</th>`))}</tr>`
      : null
  }</thead>
<tbody>${rows.map((row) => matrixRow(row, columns))}</tbody></table></section>
`;
}

/** Where the harness asks itself, the resolver is what is tested. */
function stackHead({ sender, resolver }: StackColumns): Html {
  const [first, second] = sender === "danelab" ? [resolver, null] : [sender, resolver];
  return html`<a tabindex="-1" href="${hrefOf("implementation", first)}">${implementationName(first)}</a>${
    second ? html`<small>${implementationName(second)}</small>` : null
  }`;
}

function edge(index: number): string {
  return index === 0 ? " first" : "";
}

function matrixRow({ scenario, name, cells }: Row, { policies, places }: Columns): Html {
  return html`<tr><th scope="row"><code>${name}</code><span>${scenario.title}</span></th>${places.map(
    (place, index) =>
      html`<td${index % policies.length === 0 ? html` class="first"` : null}>${cellHtml(cells[place])}</td>`,
  )}</tr>`;
}

function cellHtml(cell: Cell | undefined): Html {
  if (!cell) return html`<span class="empty">·<i class="unseen">no such trial</i></span>`;
  const { trial } = cell;
  const { verdict } = trial;
  return html`<a class="cell v-${verdict}" tabindex="-1" href="${hrefOf("trial", trial.id)}"><b>${verdictSigns[verdict].symbol} ${verdict}</b><span>${happenedIn(trial)}</span></a>`;
}

/** What a cell says below its verdict. */
export function happenedIn(trial: TrialResult): string {
  const happened = whatHappened(trial);
  if (trial.role === "control") return `control: ${trial.leaked ? "mail lost" : happened}`;
  if (trial.policy === "lookup") return trial.outcome ?? happened;
  return happened;
}

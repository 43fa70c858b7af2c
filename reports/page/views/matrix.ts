import type { TrialResult } from "../../../harness/model/results.ts";
import { isMailPolicy } from "../../../harness/model/verdict.ts";
import type { Matrix, Row, StackColumns } from "../../shared/matrix.ts";
import { implementationName } from "../../shared/names.ts";
import { verdictSigns, whatHappened } from "../../shared/signs.ts";
import { type Html, html } from "../html.ts";
import { type Filter, hrefOf } from "./address.ts";
import { tallyOf } from "./tally.ts";

/** So many columns at most are shown unless asked for. */
const mostAtFirst = 12;

/** The policies whose columns are shown: those asked for; all of them where that is not too wide, else the first. */
export function shownPolicies({ policies, stacks }: Matrix, wanted: Filter["policies"]): Matrix["policies"] {
  const known = policies.filter((policy) => wanted.includes(policy));
  if (known.length > 0) return known;
  return policies.length * stacks.length <= mostAtFirst ? policies : policies.slice(0, 1);
}

/** What stands side by side. */
export interface MatrixColumns {
  readonly stacks: readonly StackColumns[];
  readonly policies: Matrix["policies"];
  /** Of the shown cells among those of a row. */
  readonly places: readonly number[];
  /** Whether policies are named. */
  readonly wording: boolean;
}

export function columnsOf({ stacks, policies }: Matrix, shown: Matrix["policies"]): MatrixColumns {
  const chosen = shown.map((policy) => policies.indexOf(policy));
  return {
    stacks,
    policies: shown,
    places: stacks.flatMap((_, stack) => chosen.map((policy) => stack * policies.length + policy)),
    wording: policies.length > 1,
  };
}

/** A row as the filter leaves it. */
export interface ShownRow {
  readonly row: Row;
  /** By column: null where there is no such trial. */
  readonly cells: readonly ShownCell[];
}

export type ShownCell = { readonly trial: TrialResult; readonly wanted: boolean } | null;

export interface ShownGroup {
  readonly name: string;
  readonly rows: readonly ShownRow[];
}

/** The table of a group, without its rows. */
export function groupTable({ name, rows }: ShownGroup, columns: MatrixColumns): Html {
  const { stacks, policies, places, wording } = columns;
  const lines = wording ? 2 : 1;
  const trials = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.trial ?? []));
  return html`<table>
<colgroup><col class="scenarios"><col class="cells" span="${places.length}"></colgroup>
<thead><tr><th class="corner" rowspan="${lines}" scope="col"><b>${name}</b> <small>${tallyOf(trials)}</small></th>${stacks.map(
    (stack) => html`<th class="stack" colspan="${policies.length}" scope="colgroup">${stackHead(stack)}</th>`,
  )}</tr>${
    wording
      ? html`<tr>${stacks.map(() => policies.map((policy, index) => html`<th class="policy${index === 0 ? " first" : ""}" scope="col">${policy}</th>`))}</tr>`
      : null
  }</thead>
</table>`;
}

/** Where the harness asks itself, the resolver is what is tested; where a verifier looks, that one. */
function stackHead({ id, sender, resolver }: StackColumns): Html {
  const [first, second] = id.includes("+") ? [sender, resolver] : [id, null];
  return html`<a tabindex="-1" href="${hrefOf("implementation", first)}">${implementationName(first)}</a>${
    second ? html`<small>${implementationName(second)}</small>` : null
  }`;
}

/** @param stop the trial whose cell the Tab key comes to */
export function rowsHtml(rows: readonly ShownRow[], { policies }: MatrixColumns, stop: string): Html {
  return html`${rows.map(
    ({ row, cells }) =>
      html`<tr><th scope="row"><code>${row.name}</code><span>${row.scenario.title}</span></th>${cells.map(
        (cell, index) =>
          html`<td${index % policies.length === 0 ? html` class="first"` : null}>${cellHtml(cell, stop)}</td>`,
      )}</tr>`,
  )}`;
}

function cellHtml(cell: ShownCell, stop: string): Html {
  if (!cell) return html`<span class="empty">·<i class="unseen">no such trial</i></span>`;
  const { trial, wanted } = cell;
  const { verdict } = trial;
  return html`<a class="cell v-${verdict}${wanted ? "" : " dim"}" tabindex="${trial.id === stop ? 0 : -1}" href="${hrefOf("trial", trial.id)}"><b>${verdictSigns[verdict].symbol} ${verdict}</b><span>${happenedIn(trial)}</span></a>`;
}

/** What a cell says below its verdict. */
export function happenedIn(trial: TrialResult): string {
  const happened = whatHappened(trial);
  if (trial.role === "control") return `control: ${trial.leaked ? "mail lost" : happened}`;
  if (!isMailPolicy(trial.policy)) return trial.outcome ?? happened;
  return happened;
}

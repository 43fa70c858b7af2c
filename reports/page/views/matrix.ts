import type { TrialResult } from "../../../harness/model/results.ts";
import { policies as mailPolicies } from "../../../harness/model/scenario.ts";
import { isMailPolicy } from "../../../harness/model/verdict.ts";
import type { Matrix, Row, StackColumns } from "../../shared/matrix.ts";
import { implementationName } from "../../shared/names.ts";
import { verdictSigns, whatHappened } from "../../shared/signs.ts";
import { type Html, html } from "../html.ts";
import { type Filter, hrefOf } from "./address.ts";
import { tallyOf } from "./tally.ts";

/** So many columns at most are shown unless asked for. */
const mostAtFirst = 12;

/**
 * The policies whose columns are shown: those asked for; all of them where that is not too wide, else the first, and the kinds of
 * trial that have no policy.
 */
export function shownPolicies(matrix: Matrix, wanted: Filter["policies"]): Matrix["policies"] {
  const known = matrix.policies.filter((policy) => wanted.includes(policy));
  if (known.length > 0) return known;
  if (columnsOf(matrix, matrix.policies).places.length <= mostAtFirst) return matrix.policies;
  const isMail = (policy: string): boolean => mailPolicies.some((one) => one === policy);
  return matrix.policies.filter((policy, index) => index === 0 || !isMail(policy));
}

/** What stands side by side. */
export interface MatrixColumns {
  readonly stacks: readonly { readonly stack: StackColumns; readonly policies: Matrix["policies"] }[];
  /** Of the shown cells among those of a row. */
  readonly places: readonly number[];
  /** Whether policies are named. */
  readonly wording: boolean;
}

/** Columns in which there is anything. */
export function columnsOf(matrix: Matrix, shown: Matrix["policies"]): MatrixColumns {
  const used = usedPlaces(matrix);
  const stacks = matrix.stacks.map((stack, index) => {
    const own = matrix.policies.flatMap((policy, at) => {
      const place = index * matrix.policies.length + at;
      return shown.includes(policy) && used.has(place) ? [{ policy, place }] : [];
    });
    return { stack, own };
  });
  const filled = stacks.filter(({ own }) => own.length > 0);
  return {
    stacks: filled.map(({ stack, own }) => ({ stack, policies: own.map(({ policy }) => policy) })),
    places: filled.flatMap(({ own }) => own.map(({ place }) => place)),
    wording: matrix.policies.length > 1,
  };
}

const usedOf = new WeakMap<Matrix, ReadonlySet<number>>();

function usedPlaces(matrix: Matrix): ReadonlySet<number> {
  const known = usedOf.get(matrix);
  if (known) return known;
  const used = new Set<number>();
  for (const { rows } of matrix.groups)
    for (const { cells } of rows) for (const [place, cell] of cells.entries()) if (cell) used.add(place);
  usedOf.set(matrix, used);
  return used;
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
  const { stacks, places, wording } = columns;
  const lines = headLines(wording);
  const trials = rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.trial ?? []));
  return html`<table aria-rowcount="${lines + rows.length}">
<colgroup><col class="scenarios"><col class="cells" span="${places.length}"></colgroup>
<thead><tr><th class="corner" rowspan="${lines}" scope="col"><b>${name}</b> <small>${tallyOf(trials)}</small></th>${stacks.map(
    ({ stack, policies }) =>
      html`<th class="stack" colspan="${policies.length}" scope="colgroup">${stackHead(stack)}</th>`,
  )}</tr>${
    wording
      ? html`<tr>${stacks.map(({ policies }) => policies.map((policy, index) => html`<th class="policy${index === 0 ? " first" : ""}" scope="col">${policy}</th>`))}</tr>`
      : null
  }</thead>
</table>`;
}

function headLines(wording: boolean): number {
  return wording ? 2 : 1;
}

/** Where the harness asks itself, the resolver is what is tested; where a verifier looks, that one. */
function stackHead({ id, sender, resolver }: StackColumns): Html {
  const [first, second] = id.includes("+") ? [sender, resolver] : [id, null];
  return html`<a tabindex="-1" href="${hrefOf("implementation", first)}">${implementationName(first)}</a>${
    second ? html`<small>${implementationName(second)}</small>` : null
  }`;
}

/**
 * @param start how many rows of the table stand before these
 * @param stop the trial whose cell the Tab key comes to
 */
export function rowsHtml(
  rows: readonly ShownRow[],
  { stacks, wording }: MatrixColumns,
  start: number,
  stop: string,
): Html {
  const isFirst = stacks.flatMap(({ policies }) => policies.map((_, index) => index === 0));
  const before = headLines(wording) + start + 1;
  return html`${rows.map(
    ({ row, cells }, at) =>
      html`<tr aria-rowindex="${before + at}"><th scope="row"><code>${row.name}</code><span>${row.scenario.title}</span></th>${cells.map(
        (cell, index) =>
          html`<td${isFirst[index] ? html` class="first"` : null}>${cellHtml(cell, stop)}</td>`,
      )}</tr>`,
  )}`;
}

function cellHtml(cell: ShownCell, stop: string): Html {
  if (!cell) return html`<span class="empty" role="img" aria-label="no such trial">·</span>`;
  const { trial, wanted } = cell;
  const { verdict } = trial;
  return html`<a class="cell v-${verdict}${wanted ? "" : " dim"}" tabindex="${trial.id === stop ? 0 : -1}" href="${hrefOf("trial", trial.id)}"><b>${verdictSigns[verdict].symbol} ${hyphenated(verdict)}</b><span>${happenedIn(trial)}</span></a>`;
}

/** With a soft hyphen where it may be parted: columns are narrow on paper. */
function hyphenated(verdict: TrialResult["verdict"]): string {
  const { short } = verdictSigns[verdict];
  return verdict.length > short.length ? `${short}\u00ad${verdict.slice(short.length)}` : verdict;
}

/** What a cell says below its verdict. */
export function happenedIn(trial: TrialResult): string {
  const happened = whatHappened(trial);
  if (trial.role === "control") return `control: ${trial.leaked ? "mail lost" : happened}`;
  if (!isMailPolicy(trial.policy)) return trial.outcome ?? happened;
  return happened;
}

import { groupTable, type MatrixColumns, rowsHtml, type ShownGroup, type ShownRow } from "../views/matrix.ts";

/**
 * The matrix in the document. Only what is near the window is there: however large a run, a browser has little to lay out. In place
 * of the rest stand gaps as high as it is.
 */
export interface MatrixRows {
  show(groups: readonly ShownGroup[], columns: MatrixColumns): void;
  /** Puts in what came into the window; a little later also what is near it, and what went far is taken out. */
  fill(): void;
  /** Puts in everything, for paper. */
  fillAll(): void;
  /** The cell of a trial, put in if need be. */
  reveal(trial: string): HTMLAnchorElement | undefined;
  /** The trial whose cell the Tab key comes to. */
  stop: string;
}

/** What comes and goes as one: the table of a group, or some rows of it. */
interface Part {
  readonly element: HTMLElement;
  readonly rows: readonly ShownRow[];
  readonly put: () => void;
  readonly take: (height: number) => void;
  isThere: boolean;
}

/** Rows that come and go together. */
const chunkSize = 5;

/** Milliseconds: first what was asked for is shown, then what may be scrolled to. */
const pause = 100;

/** Pixels: as high as most are. What was shown once is known better. */
const usual = { head: 75, row: 50 };

/** What was put in for paper stays there. */
const paper = matchMedia("print");

export function matrixRows(place: HTMLElement): MatrixRows {
  let columns: MatrixColumns = { stacks: [], places: [], wording: false };
  let tables: readonly Part[] = [];
  /** Of the tables that are there. */
  const chunks = new Map<Part, readonly Part[]>();

  const tableOf = (group: ShownGroup): Part => {
    const element = document.createElement("section");
    element.className = "group";
    element.setAttribute("aria-label", group.name);
    const table: Part = {
      element,
      rows: group.rows,
      isThere: false,
      put() {
        element.innerHTML = groupTable(group, columns).markup;
        element.style.height = "";
        const own = chunksOf(group);
        element.querySelector("table")?.append(...own.map((chunk) => chunk.element));
        chunks.set(table, own);
      },
      take(height) {
        chunks.delete(table);
        element.replaceChildren();
        element.style.height = `${height}px`;
      },
    };
    table.take(usual.head + group.rows.length * usual.row);
    return table;
  };
  const chunksOf = (group: ShownGroup): readonly Part[] => {
    const own: Part[] = [];
    for (let start = 0; start < group.rows.length; start += chunkSize) {
      const rows = group.rows.slice(start, start + chunkSize);
      const element = document.createElement("tbody");
      const chunk: Part = {
        element,
        rows,
        isThere: false,
        put() {
          element.innerHTML = rowsHtml(rows, columns, start, matrix.stop).markup;
        },
        take: (height) => setGap(element, height, columns.places.length + 1),
      };
      chunk.take(rows.length * usual.row);
      own.push(chunk);
    }
    return own;
  };
  const put = (part: Part): void => {
    if (!part.isThere) part.put();
    part.isThere = true;
  };
  const take = (part: Part, height: number): void => {
    if (!part.isThere || part.element.contains(document.activeElement)) return;
    part.take(height);
    part.isThere = false;
  };
  /** All is measured before anything is changed, so that the browser lays out once. */
  const putNear = (parts: readonly Part[], beyond: number): void => {
    const boxes = parts.map((part) => [part, part.element.getBoundingClientRect()] as const);
    for (const [part, { top, bottom, height }] of boxes) {
      if (bottom > -beyond && top < innerHeight + beyond) put(part);
      else if (beyond > 0) take(part, height);
    }
  };
  /** @param beyond pixels above and below the window that count as near */
  const fill = (beyond: number): void => {
    // Out of sight, everything is at the same place.
    if (place.offsetParent === null) return;
    putNear(tables, beyond);
    putNear([...chunks.values()].flat(), beyond);
    if (place.querySelector('a.cell[tabindex="0"]')) return;
    const first = place.querySelector<HTMLAnchorElement>("a.cell:not(.dim)");
    if (first) first.tabIndex = 0;
  };
  let waiting = false;

  const matrix: MatrixRows = {
    stop: "",
    show(groups, shownColumns) {
      columns = shownColumns;
      chunks.clear();
      tables = groups.map(tableOf);
      const all = document.createElement("div");
      all.className = `matrix${columns.places.length > mostRoomy ? " crowded" : ""}`;
      // A style at the element would be against the page's content security policy; a property of it is not.
      all.style.setProperty("--columns", String(columns.places.length));
      all.append(...tables.map((table) => table.element));
      place.replaceChildren(all);
      matrix.fill();
    },
    fill() {
      if (paper.matches) return;
      fill(0);
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        if (!paper.matches) fill(innerHeight / 2);
      }, pause);
    },
    fillAll: () => fill(Number.POSITIVE_INFINITY),
    reveal(trial) {
      const holds = ({ rows }: Pick<Part, "rows">): boolean => rows.some((row) => columnOf(row, trial) >= 0);
      const table = tables.find(holds);
      if (!table) return undefined;
      put(table);
      const chunk = chunks.get(table)?.find(holds);
      if (!chunk) return undefined;
      put(chunk);
      const at = chunk.rows.findIndex((row) => columnOf(row, trial) >= 0);
      const row = chunk.rows[at];
      const cell = row && chunk.element.children[at]?.children[columnOf(row, trial) + 1];
      const link = cell?.firstElementChild;
      return link instanceof HTMLAnchorElement ? link : undefined;
    },
  };
  return matrix;
}

/** With more columns than these, paper has no room for more than verdicts. */
const mostRoomy = 8;

function columnOf({ cells }: ShownRow, trial: string): number {
  return cells.findIndex((cell) => cell?.trial.id === trial);
}

function setGap(body: HTMLElement, height: number, width: number): void {
  const cell = document.createElement("td");
  cell.colSpan = width;
  cell.style.height = `${height}px`;
  const row = document.createElement("tr");
  row.className = "gap";
  row.ariaHidden = "true";
  row.append(cell);
  body.replaceChildren(row);
}

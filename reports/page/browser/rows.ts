import { groupTable, type MatrixColumns, rowsHtml, type ShownGroup, type ShownRow } from "../views/matrix.ts";

/**
 * The matrix in the document. Only rows near the window are there: however large a run, a browser has little to lay out. In place
 * of the others stands a gap as high as they are.
 */
export interface MatrixRows {
  show(groups: readonly ShownGroup[], columns: MatrixColumns): void;
  /** Puts rows in that came near, takes out what went far; all of them for paper. */
  fill(all?: boolean): void;
  /** The cell of a trial, put in if need be. */
  reveal(trial: string): HTMLAnchorElement | undefined;
  /** The trial whose cell the Tab key comes to. */
  stop: string;
}

interface Chunk {
  readonly element: HTMLTableSectionElement;
  readonly rows: readonly ShownRow[];
  filled: boolean;
}

/** Rows that come and go together. */
const chunkSize = 10;

/** Pixels: as high as most rows are. What was shown once is known better. */
const usualHeight = 50;

export function matrixRows(place: HTMLElement): MatrixRows {
  let chunks: readonly Chunk[] = [];
  let columns: MatrixColumns = { stacks: [], places: [], wording: false };

  const put = (chunk: Chunk): void => {
    if (chunk.filled) return;
    chunk.filled = true;
    chunk.element.innerHTML = rowsHtml(chunk.rows, columns, rows.stop).markup;
  };
  const take = (chunk: Chunk, height: number): void => {
    if (chunk.element.contains(document.activeElement)) return;
    chunk.filled = false;
    setGap(chunk.element, height, columns.places.length + 1);
  };

  const rows: MatrixRows = {
    stop: "",
    show(groups, shownColumns) {
      columns = shownColumns;
      const made: Chunk[] = [];
      const matrix = document.createElement("div");
      matrix.className = `matrix${columns.places.length > mostRoomy ? " crowded" : ""}`;
      // A style at the element would be against the page's content security policy; a property of it is not.
      matrix.style.setProperty("--columns", String(columns.places.length));
      for (const group of groups) {
        const section = document.createElement("section");
        section.className = "group";
        section.setAttribute("aria-label", group.name);
        section.innerHTML = groupTable(group, columns).markup;
        const table = section.querySelector("table");
        for (let start = 0; start < group.rows.length; start += chunkSize) {
          const own = group.rows.slice(start, start + chunkSize);
          const element = document.createElement("tbody");
          setGap(element, own.length * usualHeight, columns.places.length + 1);
          table?.append(element);
          made.push({ element, rows: own, filled: false });
        }
        matrix.append(section);
      }
      chunks = made;
      place.replaceChildren(matrix);
      rows.fill();
    },
    fill(all = false) {
      // Out of sight, everything is at the same place.
      if (place.offsetParent === null) return;
      const near = innerHeight / 2;
      const places = chunks.map((chunk) => ({ chunk, box: chunk.element.getBoundingClientRect() }));
      for (const { chunk, box } of places) {
        const isNear = box.bottom > -near && box.top < innerHeight + near;
        if (all || isNear) put(chunk);
        else if (chunk.filled) take(chunk, box.height);
      }
      if (place.querySelector('a.cell[tabindex="0"]')) return;
      const first = place.querySelector<HTMLAnchorElement>("a.cell:not(.dim)");
      if (first) first.tabIndex = 0;
    },
    reveal(trial) {
      for (const chunk of chunks) {
        const at = chunk.rows.findIndex(({ cells }) => cells.some((cell) => cell?.trial.id === trial));
        if (at < 0) continue;
        put(chunk);
        const column = chunk.rows[at]?.cells.findIndex((cell) => cell?.trial.id === trial) ?? -1;
        const link = chunk.element.rows[at]?.cells[column + 1]?.firstElementChild;
        return link instanceof HTMLAnchorElement ? link : undefined;
      }
      return undefined;
    },
  };
  return rows;
}

/** With more columns than these, paper has no room for more than verdicts. */
const mostRoomy = 8;

function setGap(body: HTMLTableSectionElement, height: number, width: number): void {
  const cell = document.createElement("td");
  cell.colSpan = width;
  cell.style.height = `${height}px`;
  const row = document.createElement("tr");
  row.className = "gap";
  row.append(cell);
  body.replaceChildren(row);
}

import type { Filter } from "../views/address.ts";
import { cellFilter, rowFilter } from "../views/sought.ts";
import type { Grid, GridCell } from "./grid.ts";

export interface Filtered {
  readonly rows: number;
  readonly of: number;
  /** What one can step through, in the order of the matrix. */
  readonly cells: readonly GridCell[];
}

/** Hides the rows and dims the cells that are not wanted. Touches only what changes. */
export function applyFilter({ groups }: Grid, filter: Filter): Filtered {
  const wantedRow = rowFilter(filter);
  const wantedCell = cellFilter(filter);
  const cells: GridCell[] = [];
  let rows = 0;
  let of = 0;
  for (const group of groups) {
    let shown = 0;
    for (const row of group.rows) {
      const own = row.cells.filter((cell) => cell !== null);
      const hits = wantedCell ? own.filter(({ trial }) => wantedCell(trial)) : own;
      const isShown = (hits.length > 0 || wantedCell === null) && wantedRow(row.sought);
      if (row.element.hidden === isShown) row.element.hidden = !isShown;
      if (!isShown) continue;
      shown++;
      cells.push(...hits);
      const wanted = new Set(hits);
      for (const cell of own) cell.element.classList.toggle("dim", !wanted.has(cell));
    }
    if (group.element.hidden !== (shown === 0)) group.element.hidden = shown === 0;
    group.element.style.setProperty("--rows", String(shown));
    rows += shown;
    of += group.rows.length;
  }
  return { rows, of, cells };
}

import type { Grid, GridCell } from "./grid.ts";

/** With the keyboard the matrix is one stop; within it arrows lead from cell to cell. */

const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

/** @returns the cell that a key leads to; undefined: none */
export function cellBeyond(grid: Grid, from: Element, key: string): GridCell | undefined {
  const [down, right] = steps[key] ?? [0, 0];
  if (down === 0 && right === 0) return undefined;
  const rows = grid.groups.flatMap((group) => group.rows.filter(({ element }) => !element.hidden));
  const row = rows.findIndex(({ element }) => element.contains(from));
  const column = rows[row]?.cells.findIndex((cell) => cell?.element === from) ?? -1;
  if (row < 0 || column < 0) return undefined;
  if (down !== 0) {
    // Over what is missing in this column.
    for (let next = row + down; next >= 0 && next < rows.length; next += down) {
      const cell = rows[next]?.cells[column];
      if (cell) return cell;
    }
    return undefined;
  }
  const cells = rows[row]?.cells ?? [];
  const beyond = right < 0 ? cells.slice(0, column).reverse() : cells.slice(column + 1);
  const there = beyond.filter((cell) => cell !== null);
  return Number.isFinite(right) ? there[0] : there.at(-1);
}

/** Makes the cell the one that the Tab key comes to. */
export function stopAt(grid: Grid, cell: GridCell | undefined): void {
  for (const { rows } of grid.groups)
    for (const { cells } of rows)
      for (const one of cells)
        if (one && one !== cell && one.element.tabIndex === 0) one.element.tabIndex = -1;
  if (cell) cell.element.tabIndex = 0;
}

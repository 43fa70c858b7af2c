import type { Matrix } from "../../shared/matrix.ts";
import type { Filter } from "./address.ts";
import type { MatrixColumns, ShownGroup, ShownRow } from "./matrix.ts";
import { cellFilter, rowFilter, type Sought, soughtIn } from "./sought.ts";

/** A matrix that is filtered again and again: what the filter looks at is made ready once. */
export interface FilterableMatrix {
  readonly rows: number;
  shown(filter: Filter, columns: MatrixColumns): readonly ShownGroup[];
}

export function filterable(matrix: Matrix): FilterableMatrix {
  const sought = new Map<ShownRow["row"], Sought>();
  for (const { rows } of matrix.groups) for (const row of rows) sought.set(row, soughtIn(row));
  return {
    rows: sought.size,
    shown(filter, columns) {
      const wantedRow = rowFilter(filter);
      const wantedCell = cellFilter(filter);
      return matrix.groups.flatMap(({ name, rows }): ShownGroup[] => {
        const own = rows.flatMap((row): ShownRow[] => {
          const seen = sought.get(row);
          if (!seen || !wantedRow(seen)) return [];
          const cells = columns.places.map((place) => {
            const trial = row.cells[place]?.trial;
            return trial ? { trial, wanted: wantedCell === null || wantedCell(trial) } : null;
          });
          return wantedCell === null || cells.some((cell) => cell?.wanted) ? [{ row, cells }] : [];
        });
        return own.length > 0 ? [{ name, rows: own }] : [];
      });
    },
  };
}

import type { Matrix } from "../../shared/matrix.ts";
import type { Filter } from "./address.ts";
import type { MatrixColumns, ShownGroup, ShownRow } from "./matrix.ts";
import { cellFilter, rowFilter, type Sought, soughtIn } from "./sought.ts";

/** A matrix that is filtered again and again: what the filter looks at is made ready once. */
export interface FilterableMatrix {
  readonly rows: number;
  shown(filter: Filter, columns: MatrixColumns): ShownMatrix;
}

export interface ShownMatrix {
  readonly groups: readonly ShownGroup[];
  readonly columns: MatrixColumns;
}

export function filterable(matrix: Matrix): FilterableMatrix {
  const sought = new Map<ShownRow["row"], Sought>();
  for (const { rows } of matrix.groups) for (const row of rows) sought.set(row, soughtIn(row));
  return {
    rows: sought.size,
    shown(filter, columns) {
      const wantedRow = rowFilter(filter);
      const wantedCell = cellFilter(filter);
      const groups = matrix.groups.flatMap(({ name, rows }): ShownGroup[] => {
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
      return wantedCell === null ? { groups, columns } : narrowed(groups, columns);
    },
  };
}

/** Without the columns in which nothing is wanted: what is, would be out of sight among them. */
function narrowed(groups: readonly ShownGroup[], columns: MatrixColumns): ShownMatrix {
  const rows = groups.flatMap((group) => group.rows);
  const isWanted = columns.places.map((_, index) => rows.some(({ cells }) => cells[index]?.wanted));
  const left = <Member>(members: readonly Member[]): readonly Member[] =>
    members.filter((_, index) => isWanted[index]);
  let start = 0;
  const stacks = columns.stacks.flatMap(({ stack, policies }) => {
    const own = policies.filter((_, index) => isWanted[start + index]);
    start += policies.length;
    return own.length > 0 ? [{ stack, policies: own }] : [];
  });
  return {
    columns: { ...columns, stacks, places: left(columns.places) },
    groups: groups.map((group) => ({
      ...group,
      rows: group.rows.map(({ row, cells }) => ({ row, cells: left(cells) })),
    })),
  };
}

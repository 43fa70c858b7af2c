import type { TrialResult } from "../../../harness/model/results.ts";
import type { ShownGroup } from "./matrix.ts";

/** Ways through the matrix from one trial to another. */

/** The trials before and after, of those that are wanted. */
export function neighboursOf(
  groups: readonly ShownGroup[],
  { id }: TrialResult,
): readonly [TrialResult | undefined, TrialResult | undefined] {
  const all = groups.flatMap(({ rows }) =>
    rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell?.wanted ? [cell.trial] : []))),
  );
  const at = all.findIndex((trial) => trial.id === id);
  return at < 0 ? [undefined, undefined] : [all[at - 1], all[at + 1]];
}

const steps: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, Number.NEGATIVE_INFINITY],
  End: [0, Number.POSITIVE_INFINITY],
};

/** The trial that a key leads to, over cells that are empty; undefined: there is none, or the key is for something else. */
export function trialBeyond(
  groups: readonly ShownGroup[],
  from: string,
  key: string,
): TrialResult | undefined {
  const [down, right] = steps[key] ?? [0, 0];
  if (down === 0 && right === 0) return undefined;
  const rows = groups.flatMap((group) => group.rows);
  const row = rows.findIndex(({ cells }) => cells.some((cell) => cell?.trial.id === from));
  const own = rows[row]?.cells ?? [];
  const column = own.findIndex((cell) => cell?.trial.id === from);
  if (column < 0) return undefined;
  const way =
    down !== 0
      ? (down < 0 ? rows.slice(0, row).reverse() : rows.slice(row + 1)).map(({ cells }) => cells[column])
      : right < 0
        ? own.slice(0, column).reverse()
        : own.slice(column + 1);
  const there = way.filter((cell) => cell !== null && cell !== undefined);
  return (Number.isFinite(right) ? there[0] : there.at(-1))?.trial;
}

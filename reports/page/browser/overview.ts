import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { matrixOf } from "../../shared/matrix.ts";
import { type Filter, hrefOf, isWhole, wholeMatrix } from "../views/address.ts";
import { shownPolicies } from "../views/matrix.ts";
import { byId } from "./elements.ts";
import { filterForm } from "./filter-form.ts";
import { applyFilter } from "./filtering.ts";
import { type GridCell, makeGrid } from "./grid.ts";
import { cellBeyond, stopAt } from "./keys.ts";

/** The first screen: the matrix with its filter. */
export interface Overview {
  filter(): Filter;
  setFilter(filter: Filter): void;
  /** @param back the trial that one comes back from */
  enter(back: TrialResult | undefined): void;
  leave(): void;
  /** The trials before and after, of those that the filter lets through. */
  neighbours(trial: TrialResult): readonly [TrialResult | undefined, TrialResult | undefined];
}

/** @param chosen is told of what the reader chooses, not of what `setFilter` sets */
export function createOverview(
  results: Results,
  filtered: Filter,
  chosen: (filter: Filter) => void,
): Overview {
  const matrix = matrixOf(results);
  const [place, cells] = [byId("overview"), byId("cells")];
  const unasked = shownPolicies(matrix, []).join();
  let filter = filtered;
  let grid = makeGrid(cells, matrix, filter);
  let shown = applyFilter(grid, filter);
  /** Where the page was when it was left. */
  let scrolled: readonly [number, number] = [0, 0];

  const setFilter = (wanted: Filter): void => {
    filter = wanted;
    const policies = shownPolicies(matrix, filter.policies);
    if (policies.join() !== grid.policies.join()) grid = makeGrid(cells, matrix, filter);
    shown = applyFilter(grid, filter);
    const { rows, of } = shown;
    byId("shown").textContent = rows === of ? `${of} rows` : `${rows} of ${of} rows`;
    byId("none").hidden = rows > 0;
    byId("clear").hidden = isWhole(filter);
    stopAt(grid, shown.cells.find(({ element }) => element.tabIndex === 0) ?? shown.cells[0]);
    form.show(filter, grid.policies);
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-page="matrix"], a.brand'))
      link.href = hrefOf("matrix", "", filter);
  };

  const choose = (wanted: Filter): void => {
    const isUnasked = wanted.policies.join() === unasked;
    setFilter(isUnasked ? { ...wanted, policies: [] } : wanted);
    chosen(filter);
  };
  const form = filterForm(choose);

  const goTo = (cell: GridCell): void => {
    stopAt(grid, cell);
    cell.element.focus({ preventScroll: true });
    cell.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  byId("clear").addEventListener("click", () => {
    choose(wholeMatrix);
    byId("text").focus();
  });
  byId("skip").addEventListener("click", (event) => {
    const [first] = shown.cells;
    if (place.hidden || !first) return;
    event.preventDefault();
    goTo(first);
  });
  cells.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof Element)) return;
    const cell = cellBeyond(grid, event.target, event.key);
    if (!cell) return;
    event.preventDefault();
    goTo(cell);
  });
  cells.addEventListener("focusin", ({ target }) => {
    const cell = shown.cells.find(({ element }) => element === target);
    if (cell && cell.element.tabIndex !== 0) stopAt(grid, cell);
  });

  setFilter(filter);
  return {
    filter: () => filter,
    setFilter,
    enter(back) {
      place.hidden = false;
      scrollTo(...scrolled);
      const cell = back && shown.cells.find(({ trial }) => trial.id === back.id);
      if (cell) goTo(cell);
    },
    leave() {
      if (!place.hidden) scrolled = [scrollX, scrollY];
      place.hidden = true;
    },
    neighbours(trial) {
      const at = shown.cells.findIndex((cell) => cell.trial.id === trial.id);
      return at < 0 ? [undefined, undefined] : [shown.cells[at - 1]?.trial, shown.cells[at + 1]?.trial];
    },
  };
}

import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { matrixOf } from "../../shared/matrix.ts";
import { addressOf, type Filter, hrefOf, isWhole, wholeMatrix } from "../views/address.ts";
import { filterable } from "../views/filtered.ts";
import { columnsOf, type ShownGroup, shownPolicies } from "../views/matrix.ts";
import { neighboursOf, trialBeyond } from "../views/steps.ts";
import { byId } from "./elements.ts";
import { filterForm } from "./filter-form.ts";
import { matrixRows } from "./rows.ts";

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
  const content = filterable(matrix);
  const rows = matrixRows(cells);
  const unasked = shownPolicies(matrix, []).join();
  let filter = filtered;
  let shown: readonly ShownGroup[] = [];
  /** Where the page was when it was left. */
  let scrolled: readonly [number, number] = [0, 0];

  const setFilter = (wanted: Filter): void => {
    filter = wanted;
    const policies = shownPolicies(matrix, filter.policies);
    const all = columnsOf(matrix, policies);
    const { groups, columns } = content.shown(filter, all);
    shown = groups;
    rows.show(groups, columns);
    const count = shown.reduce((sum, group) => sum + group.rows.length, 0);
    const [width, whole] = [columns.places.length, all.places.length];
    byId("shown").textContent = [
      count === content.rows ? `${count} rows` : `${count} of ${content.rows} rows`,
      ...(width === whole ? [] : [`${width} of ${whole} columns`]),
    ].join(", ");
    byId("none").hidden = count > 0;
    byId("clear").hidden = isWhole(filter);
    form.show(filter, policies);
    for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-page="matrix"], a.brand'))
      link.href = hrefOf("matrix", "", filter);
  };

  const choose = (wanted: Filter): void => {
    const isUnasked = wanted.policies.join() === unasked;
    setFilter(isUnasked ? { ...wanted, policies: [] } : wanted);
    chosen(filter);
  };
  const form = filterForm(choose);

  const stopAt = (cell: HTMLAnchorElement, trial: string): void => {
    for (const other of cells.querySelectorAll<HTMLAnchorElement>('a.cell[tabindex="0"]'))
      other.tabIndex = -1;
    cell.tabIndex = 0;
    rows.stop = trial;
  };
  const goTo = (trial: TrialResult): void => {
    const cell = rows.reveal(trial.id);
    if (!cell) return;
    stopAt(cell, trial.id);
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  byId("clear").addEventListener("click", () => {
    choose(wholeMatrix);
    byId("text").focus();
  });
  byId("skip").addEventListener("click", (event) => {
    const first = cells.querySelector<HTMLAnchorElement>('a.cell[tabindex="0"]');
    if (place.hidden || !first) return;
    event.preventDefault();
    first.focus();
  });
  cells.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (event.altKey || event.ctrlKey || event.metaKey || !(cell instanceof HTMLAnchorElement)) return;
    const beyond = trialBeyond(shown, addressOf(cell.hash).name, event.key);
    if (!beyond) return;
    event.preventDefault();
    goTo(beyond);
  });
  cells.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLAnchorElement && target.matches(".cell") && target.tabIndex !== 0)
      stopAt(target, addressOf(target.hash).name);
  });
  let waiting = false;
  const fillSoon = (): void => {
    if (waiting || place.hidden) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      rows.fill();
    });
  };
  addEventListener("scroll", fillSoon, { passive: true });
  addEventListener("resize", fillSoon);
  addEventListener("beforeprint", () => rows.fillAll());
  addEventListener("afterprint", fillSoon);

  return {
    filter: () => filter,
    setFilter,
    enter(back) {
      place.hidden = false;
      scrollTo(...scrolled);
      if (back) goTo(back);
      rows.fill();
    },
    leave() {
      if (!place.hidden) scrolled = [scrollX, scrollY];
      place.hidden = true;
    },
    neighbours: (trial) => neighboursOf(shown, trial),
  };
}

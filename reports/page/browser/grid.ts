import type { ScenarioResult, TrialResult } from "../../../harness/model/results.ts";
import type { Matrix } from "../../shared/matrix.ts";
import type { Filter } from "../views/address.ts";
import { matrixHtml, shownPolicies } from "../views/matrix.ts";
import { type Sought, soughtIn } from "../views/sought.ts";

/** The matrix as it stands in the document: its rows and cells, found once, so that filtering need not look for them again. */
export interface Grid {
  readonly policies: Matrix["policies"];
  readonly groups: readonly GridGroup[];
}

export interface GridGroup {
  readonly element: HTMLElement;
  readonly rows: readonly GridRow[];
}

export interface GridRow {
  readonly element: HTMLTableRowElement;
  readonly scenario: ScenarioResult;
  readonly sought: Sought;
  /** By column; null: no such trial. */
  readonly cells: readonly (GridCell | null)[];
}

export interface GridCell {
  readonly element: HTMLAnchorElement;
  readonly trial: TrialResult;
}

/** Makes the matrix anew with the columns that the filter asks for. */
export function makeGrid(place: HTMLElement, matrix: Matrix, filter: Filter): Grid {
  const policies = shownPolicies(matrix, filter.policies);
  place.innerHTML = matrixHtml(matrix, policies).markup;
  const container = place.firstElementChild as HTMLElement;
  const width = policies.length * matrix.stacks.length;
  // A style at the element would be against the page's content security policy; a property of it is not.
  container.style.setProperty("--columns", String(width));
  const columns = matrix.stacks.flatMap((_, stack) =>
    policies.map((policy) => stack * matrix.policies.length + matrix.policies.indexOf(policy)),
  );
  const groups = [...container.children].map((section, index): GridGroup => {
    const { rows = [] } = matrix.groups[index] ?? {};
    const lines = section.querySelector("tbody")?.rows ?? [];
    return {
      element: section as HTMLElement,
      rows: rows.flatMap((row, at): GridRow[] => {
        const element = lines[at];
        if (!element) return [];
        const links = columns.map((column, place): GridCell | null => {
          const trial = row.cells[column]?.trial;
          const link = element.cells[place + 1]?.firstElementChild;
          return trial && link instanceof HTMLAnchorElement ? { element: link, trial } : null;
        });
        return [{ element, scenario: row.scenario, sought: soughtIn(row), cells: links }];
      }),
    };
  });
  return { policies, groups };
}

import type { Results } from "../harness/model/results.ts";
import { visibleLine } from "./shared/characters.ts";
import { type Cell, matrixOf } from "./shared/matrix.ts";
import { whatHappened } from "./shared/signs.ts";

/** The matrix as RFC 4180 has it: a row for each scenario, a column for each stack and policy. */
export function matrixCsv(results: Results): string {
  const { stacks, policies, groups } = matrixOf(results);
  const all = stacks.flatMap(({ id }) => policies.map((policy) => `${id} ${policy}`));
  const isUsed = all.map((_, column) =>
    groups.some((group) => group.rows.some(({ cells }) => cells[column] !== undefined)),
  );
  const used = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, column) => isUsed[column]);
  const rows = [
    ["group", "scenario", "title", "cites", ...used(all)],
    ...groups.flatMap(({ name: group, rows: own }) =>
      own.map(({ name, scenario, cells }) => [
        group,
        name,
        scenario.title,
        scenario.cites.join(", "),
        ...used(cells).map(cellText),
      ]),
    ),
  ];
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** "pass: authenticated"; empty where there is no such trial. */
function cellText(cell: Cell | undefined): string {
  return cell ? `${cell.trial.verdict}: ${whatHappened(cell.trial)}` : "";
}

/** No text is a formula to a spreadsheet. */
function field(value: string): string {
  const text = visibleLine(value).replace(/^(?=[=+\-@\t])/, "'");
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

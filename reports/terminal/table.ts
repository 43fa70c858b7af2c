import type { Cell, Matrix, Row, StackColumns } from "../shared/matrix.ts";
import { verdictSigns } from "../shared/signs.ts";
import { cut, type Paint, pad } from "./layout.ts";

/** Symbol, short word, two marks, and the space between columns: "✓ pass  tc ". */
const cellWidth = 11;
const narrowestName = 12;

/** The matrix as lines. Stacks that do not fit beside each other come in blocks, one below the other. */
export function tableLines(matrix: Matrix, columns: number, paint: Paint): readonly string[] {
  const { stacks, policies, groups } = matrix;
  const stackWidth = policies.length * cellWidth;
  const longest = Math.max(0, ...groups.flatMap(({ rows }) => rows.map(({ name }) => name.length)));
  const nameWidth = Math.min(longest + 3, Math.max(narrowestName, columns - stackWidth));
  const perBlock = Math.max(1, Math.floor((columns - nameWidth) / stackWidth));
  const blocks = Array.from({ length: Math.ceil(stacks.length / perBlock) }, (_, block) => block * perBlock);

  return blocks.flatMap((first, block) => {
    const shown = stacks.slice(first, first + perBlock);
    const head = blocks.length > 1 ? [`Block ${block + 1} of ${blocks.length}`] : [];
    return [
      ...(block > 0 ? [""] : []),
      ...head.map((line) => paint("dim", line)),
      ...headings(shown, matrix, nameWidth).map((line) => paint("bold", line)),
      ...groups.flatMap(({ name, rows }) => [
        paint("bold", cut(name, columns)),
        ...rows.map((row) =>
          rowLine(row, first * policies.length, shown.length * policies.length, nameWidth, paint),
        ),
      ]),
    ];
  });
}

function headings(
  shown: readonly StackColumns[],
  { policies }: Matrix,
  nameWidth: number,
): readonly string[] {
  const wide = policies.length * cellWidth;
  const line = (texts: readonly string[], width: number): string =>
    `${" ".repeat(nameWidth)}${texts.map((text) => `${pad(text, width - 1)} `).join("")}`.trimEnd();
  return [
    line(
      shown.map(({ sender }) => sender),
      wide,
    ),
    line(
      shown.map(({ resolver }) => resolver),
      wide,
    ),
    line(
      shown.flatMap(() => policies),
      cellWidth,
    ),
  ];
}

function rowLine(row: Row, from: number, count: number, nameWidth: number, paint: Paint): string {
  const cells = row.cells.slice(from, from + count).map((cell) => cellText(cell, paint));
  return `  ${pad(row.name, nameWidth - 3)} ${cells.join("")}`.trimEnd();
}

function cellText(cell: Cell | undefined, paint: Paint): string {
  if (!cell) return paint("dim", pad("·", cellWidth));
  const { symbol, short } = verdictSigns[cell.trial.verdict];
  const marks = marksOf(cell);
  const text = `${symbol} ${short}`;
  return `${paint.verdict(cell.trial.verdict, text)}${paint("dim", pad(marks ? ` ${marks}` : "", cellWidth - text.length))}`;
}

/** t and c: its twin and its control behaved as they must; capital: they did not. x: it is itself the control of an attack. */
export function marksOf({ trial, twin, controls }: Cell): string {
  if (trial.role === "control") return "x";
  const t = twin ? (twin.verdict === "pass" ? "t" : "T") : "";
  const c = controls.length > 0 ? (controls.every(({ verdict }) => verdict === "pass") ? "c" : "C") : "";
  return t + c;
}

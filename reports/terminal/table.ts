import { isMail } from "../../harness/model/verdict.ts";
import type { Cell, Matrix, Row, StackColumns } from "../shared/matrix.ts";
import { verdictSigns } from "../shared/signs.ts";
import { cut, type Paint, pad } from "./layout.ts";

/** Symbol, short word, two marks, and the space between columns: "✓ pass  tc ". */
const cellWidth = 11;
const narrowestName = 12;

/**
 * The matrix as lines. Stacks that do not fit beside each other come in blocks, one below the other; where a single one does
 * not fit, its policies do.
 */
export function tableLines(matrix: Matrix, columns: number, paint: Paint): readonly string[] {
  const { policies, groups } = matrix;
  const stackWidth = policies.length * cellWidth;
  const longest = Math.max(0, ...groups.flatMap(({ rows }) => rows.map(({ name }) => name.length)));
  const nameWidth = Math.min(longest + 3, Math.max(narrowestName, columns - stackWidth));
  const blocks = blocksOf(matrix, Math.max(1, Math.floor((columns - nameWidth) / cellWidth)));

  return blocks.flatMap(({ from, to }, block) => {
    const head = blocks.length > 1 ? [`Block ${block + 1} of ${blocks.length}`] : [];
    return [
      ...(block > 0 ? [""] : []),
      ...head.map((line) => paint("dim", line)),
      ...headings(matrix, from, to, nameWidth).map((line) => paint("bold", line)),
      ...groups.flatMap(({ name, rows }) => [
        paint("bold", cut(name, columns)),
        ...rows.map((row) => rowLine(row, from, to - from, nameWidth, paint)),
      ]),
    ];
  });
}

/** Columns of the matrix, which has one for each policy of each stack. */
interface Block {
  readonly from: number;
  readonly to: number;
}

function blocksOf({ stacks, policies }: Matrix, room: number): readonly Block[] {
  const perStack = policies.length;
  const slices = (total: number, size: number, offset: number): readonly Block[] =>
    Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
      from: offset + index * size,
      to: offset + Math.min(total, (index + 1) * size),
    }));
  if (room >= perStack) return slices(stacks.length * perStack, Math.floor(room / perStack) * perStack, 0);
  return stacks.flatMap((_, stack) => slices(perStack, room, stack * perStack));
}

function headings(
  { stacks, policies }: Matrix,
  from: number,
  to: number,
  nameWidth: number,
): readonly string[] {
  const all = stacks.flatMap((stack) => policies.map((policy) => ({ stack, policy })));
  const shown = all.slice(from, to);
  const byStack = [...Map.groupBy(shown, ({ stack }) => stack)];
  const line = (texts: readonly (readonly [string, number])[]): string =>
    `${" ".repeat(nameWidth)}${texts.map(([text, width]) => `${pad(text, width - 1)} `).join("")}`.trimEnd();
  /** Names stand in lines of their parts where they are told to, and where one is too long for its columns. */
  const overStacks = (text: (stack: StackColumns) => string, inParts: boolean): readonly string[] => {
    const names = byStack.map(([stack, own]) => ({ name: text(stack), width: own.length * cellWidth }));
    if (!inParts && names.every(({ name, width }) => name.length < width))
      return [line(names.map(({ name, width }) => [name, width] as const))];
    const parted = names.map(({ name, width }) => ({ parts: name.split(/(?<=-)|@/), width }));
    const height = Math.max(...parted.map(({ parts }) => parts.length));
    return Array.from({ length: height }, (_, row) =>
      line(parted.map(({ parts, width }) => [partAt(parts, row, height), width] as const)),
    );
  };
  // Without mail one program is tested by itself: its name has parts, "pdns-recursor@5.2".
  const [policy] = policies;
  if (policy !== undefined && !isMail(policy))
    return overStacks(({ sender, resolver }) => (policy === "verification" ? sender : resolver), true);
  return [
    ...overStacks(({ sender }) => sender, false),
    ...overStacks(({ resolver }) => resolver, false),
    line(shown.map(({ policy }) => [policy, cellWidth] as const)),
  ];
}

/** The version stands in the last line, and nothing twice. */
function partAt(parts: readonly string[], row: number, height: number): string {
  const version = parts.length - 1;
  return parts[row === height - 1 ? version : row < version ? row : parts.length] ?? "";
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

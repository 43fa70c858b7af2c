import type { Results, TrialResult, Verdict } from "../harness/model/results.ts";
import { visibleLine } from "./shared/characters.ts";
import { limitsOf, spansText } from "./shared/limits.ts";
import { kindWithoutMail, matricesOf, matrixOf, stackIdOf } from "./shared/matrix.ts";
import { policyMeanings, verdictOrder, verdictSigns, whatHappened } from "./shared/signs.ts";
import { counted, countVerdicts, foldedTrials, headline, unexpectedTrials } from "./shared/summary.ts";
import { cut, indented, type Paint, pad, paintWith, wrap } from "./terminal/layout.ts";
import { marksOf, tableLines } from "./terminal/table.ts";
import { unexpectedLines } from "./terminal/unexpected.ts";

export interface TerminalOptions {
  /** Width of the terminal in characters; fewer than 40 are taken as 40. */
  readonly columns: number;
  readonly colour: boolean;
}

/** All of a run as plain text: matrix, legend, everything unexpected, totals, programs. The result itself comes last. */
export function matrixText(results: Results, options: TerminalOptions): string {
  const columns = Math.max(40, options.columns);
  const paint = paintWith(options.colour);
  const sections = [
    openingLines(results, columns),
    ...matricesOf(results).map((matrix) => tableLines(matrix, columns, paint)),
    legendLines(results, columns, paint),
    limitLines(results, columns, paint),
    surpriseLines(results, columns, paint),
    noteLines(results, columns, paint),
    programLines(results, columns, paint),
    totalLines(results, columns, paint),
  ];
  return joined(sections);
}

/** Only what is unexpected, and the result. */
export function briefText(results: Results, options: TerminalOptions): string {
  const columns = Math.max(40, options.columns);
  const paint = paintWith(options.colour);
  return joined([
    surpriseLines(results, columns, paint),
    noteLines(results, columns, paint),
    resultLines(results, columns, paint),
  ]);
}

function joined(sections: readonly (readonly string[])[]): string {
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function surpriseLines(results: Results, columns: number, paint: Paint): readonly string[] {
  const unexpected = unexpectedTrials(results);
  if (unexpected.length === 0) return [];
  return [
    paint("bold", `Unexpected: ${counted(unexpected.length, "trial")}`),
    ...unexpectedLines(unexpected, results.scenarios, columns, paint),
  ];
}

/** One verdict as it falls, on one line. */
export function verdictLine(trial: TrialResult, options: TerminalOptions): string {
  const { symbol } = verdictSigns[trial.verdict];
  const word = `${symbol} ${pad(trial.verdict, 12)}`;
  const tail = trial.verdict === "pass" ? "" : `: ${visibleLine(trial.reasons[0] ?? "")}`;
  const rest = ` ${trial.id}  ${whatHappened(trial)}, ${trial.ms} ms${tail}`;
  return (
    paintWith(options.colour).verdict(trial.verdict, word) +
    cut(rest, Math.max(20, options.columns - word.length))
  );
}

const rowsAndColumns = {
  mail: "Each row is a recipient domain set up in one way; each column a sender, the resolver it uses, and how it was told to send.",
  lookup:
    "Each row is a domain set up in one way, and a question about it; each column is a resolver that was asked.",
  verification: "Each row is an MX host set up in one way; each column is a verifier that looked at it.",
} as const;

function openingLines(results: Results, columns: number): readonly string[] {
  const { run } = results;
  const seconds = ((Date.parse(run.end) - Date.parse(run.start)) / 1000).toFixed(1);
  return [
    ...wrap(
      `danelab ${run.danelab}, run ${run.id}, ${run.start.slice(0, 16).replace("T", " ")} UTC, ${seconds} s`,
      columns,
    ),
    ...wrap(rowsAndColumns[kindWithoutMail(results) ?? "mail"], columns),
  ];
}

function legendLines(results: Results, columns: number, paint: Paint): readonly string[] {
  const { policies } = matrixOf(results);
  const cells = matricesOf(results)
    .flatMap(({ groups }) => groups)
    .flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  const marks = new Set(cells.flatMap((cell) => (cell ? [...marksOf(cell)] : [])));
  const counts = countVerdicts(foldedTrials(results));
  const markMeanings: Readonly<Record<string, string>> = {
    t: "its twin, the same domain with altered TLSA records, was refused: it does compare",
    T: "its twin did not behave",
    c: "its control, the same attack on a sender without DANE, succeeded: the attack is real",
    C: "its control did not behave",
    x: "a control: pass means that the attack succeeded here, as it must",
    "·": "no such trial",
  };
  const shown = Object.entries(markMeanings).filter(
    ([mark]) => marks.has(mark) || (mark === "·" && cells.includes(undefined)),
  );
  const line = (sign: string, meaning: string, painted: string): readonly string[] => {
    const [first = "", ...more] = indented(meaning, 12, columns);
    return [`  ${painted}${" ".repeat(Math.max(1, 10 - sign.length))}${first.trimStart()}`, ...more];
  };
  return [
    ...(kindWithoutMail(results) ? [] : policies).flatMap((policy) =>
      line(policy, policyMeanings[policy], policy),
    ),
    ...verdictOrder
      .filter((verdict) => counts.has(verdict))
      .flatMap((verdict) => {
        const { symbol, short, meaning } = verdictSigns[verdict];
        const sign = `${symbol} ${short}`;
        const said = short === verdict ? meaning : `${verdict}: ${meaning}`;
        return line(sign, said, paint.verdict(verdict, sign));
      }),
    ...shown.flatMap(([mark, meaning]) => line(mark, meaning, mark)),
  ];
}

/** What the RFCs leave to programs, as measured. */
function limitLines(results: Results, columns: number, paint: Paint): readonly string[] {
  const limits = limitsOf(results);
  if (limits.length === 0) return [];
  return [
    paint("bold", "Limits"),
    ...limits.flatMap(({ of, tried, findings }) => [
      ...indented(`${of}: ${tried.join(", ")}`, 2, columns),
      ...findings.flatMap((finding) => [
        ...indented(spansText(finding), 4, columns),
        ...indented(finding.resolvers.join(", "), 6, columns),
      ]),
    ]),
  ];
}

/** What concerns the run and no single trial. */
function noteLines({ run }: Results, columns: number, paint: Paint): readonly string[] {
  const { strayPackets, staleDivergences, errors } = run;
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0
      ? []
      : [
          ...wrap(title, columns).map((line) => paint("bold", line)),
          ...items.flatMap((item) => indented(item, 4, columns)),
        ];
  return [
    ...list("Errors of the harness", errors),
    ...list("Recorded divergences that no longer occur (remove them from the list)", staleDivergences),
    ...(strayPackets.count > 0
      ? list(
          `Packets addressed outside the lab (stopped by its seal): ${strayPackets.count}; the first`,
          strayPackets.first,
        )
      : []),
  ];
}

function programLines({ run }: Results, columns: number, paint: Paint): readonly string[] {
  const width = Math.max(0, ...run.programs.map(({ id }) => id.length)) + 2;
  return [
    paint("bold", "Programs"),
    ...run.programs.map(({ id, role, package: installed }) =>
      cut(`  ${pad(role, 11)}${pad(id, width)}${visibleLine(installed)}`, columns),
    ),
  ];
}

function totalLines(results: Results, columns: number, paint: Paint): readonly string[] {
  const trials = foldedTrials(results);
  const all = countVerdicts(trials);
  const shown = verdictOrder.filter((verdict) => all.has(verdict));
  const stacks = [...Map.groupBy(trials, stackIdOf)];
  const lines = [...(stacks.length > 1 ? stacks : []), ["all", trials] as const];
  const room = columns - 4 - shown.length * 7;
  const longest = Math.max(...lines.map(([name]) => name.length));
  const table =
    room >= Math.min(longest, 12)
      ? totalTable(lines, shown, Math.min(longest, room))
      : lines.flatMap(([name, of]) => {
          const counts = countVerdicts(of);
          const told = shown.map((verdict) => `${counts.get(verdict) ?? 0} ${verdict}`);
          return indented(`${name}: ${told.join(", ")}`, 2, columns);
        });
  return [paint("bold", "Totals"), ...table, "", ...resultLines(results, columns, paint)];
}

function totalTable(
  lines: readonly (readonly [string, readonly TrialResult[]])[],
  shown: readonly Verdict[],
  width: number,
): readonly string[] {
  return [
    `  ${pad("", width)}${shown.map((verdict) => verdictSigns[verdict].short.padStart(7)).join("")}`,
    ...lines.map(([name, of]) => {
      const counts = countVerdicts(of);
      return `  ${pad(name, width)}${shown.map((verdict) => String(counts.get(verdict) ?? 0).padStart(7)).join("")}`;
    }),
  ];
}

function resultLines(results: Results, columns: number, paint: Paint): readonly string[] {
  return wrap(headline(results), columns).map((text) => paint("bold", text));
}

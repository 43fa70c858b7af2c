import type { Comparison, Difference, TrialName } from "../../harness/model/comparison.ts";
import { verdictSigns } from "../shared/signs.ts";
import { counted } from "../shared/summary.ts";
import { cut, indented, type Paint, pad, paintWith, wrap } from "../terminal/layout.ts";
import type { TerminalOptions } from "../terminal.ts";
import {
  type Bundle,
  bundled,
  comparisonHeadline,
  listedByStack,
  programTold,
  remarks,
  runTold,
  sections,
  testChangedTold,
} from "./told.ts";

/** A comparison as plain text; the result itself comes last. */
export function comparisonText(comparison: Comparison, { columns, colour }: TerminalOptions): string {
  const paint = paintWith(colour);
  const { before, after, programs, added, gone } = comparison;
  const parts: readonly (readonly string[])[] = [
    [
      ...wrap(`Before: ${runTold(before)}`, columns),
      ...wrap(`After:  ${runTold(after)}`, columns),
      ...remarks(comparison).flatMap((text) => wrap(text, columns)),
    ],
    programs.length === 0
      ? []
      : [
          paint("bold", "Programs"),
          ...programs.flatMap((program) => row(program.role, programTold(program), 2, columns)),
        ],
    ...sections.map(({ key, title, meaning }) => {
      const changes = comparison[key];
      if (changes.length === 0) return [];
      return [
        ...wrap(`${title}: ${changes.length} (${meaning})`, columns).map((line) => paint("bold", line)),
        ...bundled(changes).flatMap((bundle) => ["", ...bundleLines(bundle, columns, paint)]),
      ];
    }),
    listed("New", added, columns, paint),
    listed("Gone", gone, columns, paint),
    wrap(comparisonHeadline(comparison), columns).map((line) => paint("bold", line)),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function bundleLines(bundle: Bundle, columns: number, paint: Paint): readonly string[] {
  const { first, differences, places } = bundle;
  const { verdict, scenario } = first.after;
  const cites = first.cites.length > 0 ? ` (${first.cites.join(", ")})` : "";
  return [
    paint.verdict(verdict, cut(`${verdictSigns[verdict].symbol} ${verdict}  ${scenario}`, columns)),
    ...indented(`${first.title}${cites}`, 4, columns),
    ...places.flatMap((place) => indented(place, 4, columns)),
    ...(first.testChanged ? indented(testChangedTold, 4, columns) : []),
    ...differences.flatMap((difference) => differenceLines(difference, columns)),
  ];
}

/** On one line where both sides fit, else each on its own. */
function differenceLines({ what, before, after }: Difference, columns: number): readonly string[] {
  const both = `${before} -> ${after}`;
  if (6 + labelWidth + both.length <= columns) return row(what, both, 6, columns);
  return [...row(what, before, 6, columns), ...row("", `-> ${after}`, 6, columns)];
}

const labelWidth = 13;
/** Of the scenarios that are new or gone on a stack. */
const mostListed = 40;

function row(label: string, text: string, indent: number, columns: number): readonly string[] {
  const [first = "", ...more] = indented(text, indent + labelWidth, columns);
  const head = `${" ".repeat(indent)}${pad(label, labelWidth)}`;
  return [`${head}${first.slice(head.length)}`, ...more];
}

function listed(
  title: string,
  trials: readonly TrialName[],
  columns: number,
  paint: Paint,
): readonly string[] {
  if (trials.length === 0) return [];
  return [
    paint("bold", `${title}: ${counted(trials.length, "trial")}`),
    ...listedByStack(trials, mostListed).flatMap((line) => indented(line, 2, columns)),
  ];
}

import type { ProbeEvidence } from "../harness/model/probe.ts";
import type { ScenarioResult, TrialResult } from "../harness/model/results.ts";
import { visibleLine } from "./shared/characters.ts";
import { commandFor } from "./shared/command.ts";
import { outcomeMeanings, verdictSigns } from "./shared/signs.ts";
import { indented, paintWith, wrap } from "./terminal/layout.ts";
import type { TerminalOptions } from "./terminal.ts";

/** Why a probe has its verdict: what danelab's client saw, what the server logged, and what is permitted. */
export function probeText(
  result: TrialResult,
  scenario: ScenarioResult | undefined,
  evidence: ProbeEvidence | null,
  { columns, colour }: TerminalOptions,
): string {
  const paint = paintWith(colour);
  const { outcome, verdict, expected, reasons, claimed } = result;
  const cut = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => `  ${visibleLine(line)}`.slice(0, columns));
  const parts: readonly (readonly string[])[] = [
    [
      ...wrap(result.id, columns).map((line) => paint("bold", line)),
      ...(scenario ? wrap(`${scenario.title} (${scenario.cites.join(", ")}).`, columns) : []),
      ...wrap(`danelab's own client tried ${result.resolver}.`, columns),
    ],
    ...(evidence
      ? seenIn(evidence, columns, cut, (text) => paint("bold", text))
      : [["There is no evidence of it."]]),
    [
      `${paint.verdict(verdict, `${verdictSigns[verdict].symbol} ${verdict}`)}: ${verdictSigns[verdict].meaning}`,
      ...indented(`permitted: ${expected.join(" or ")}`, 2, columns),
      ...(outcome ? indented(`seen: ${outcome}: ${outcomeMeanings[outcome]}`, 2, columns) : []),
      ...(claimed ? indented(claimed, 2, columns) : []),
      ...reasons.flatMap((reason) => indented(reason, 2, columns)),
    ],
    [...wrap(`Evidence: ${result.evidence}`, columns), ...wrap(`Again: ${commandFor(result)}`, columns)],
  ];
  return parts.map((lines) => lines.join("\n")).join("\n\n");
}

function seenIn(
  { host, records, matched, record, log, errors }: ProbeEvidence,
  columns: number,
  cut: (lines: readonly string[]) => readonly string[],
  title: (text: string) => string,
): readonly (readonly string[])[] {
  const shown = record?.tls
    ? `chain of ${record.tls.chain.length}; ${matched.length > 0 ? matched.join("; ") : "it matches no record"}`
    : "no chain was shown";
  return [
    [
      title("TLSA records"),
      ...records.flatMap((one) => indented(`_25._tcp.${host}. TLSA ${one}`, 2, columns)),
      ...indented(shown, 2, columns),
    ],
    ...(record
      ? [
          [
            title("What the client saw"),
            ...cut(record.transcript),
            ...(record.broken === null ? [] : indented(`ended: ${record.broken}`, 2, columns)),
          ],
        ]
      : []),
    ...(log.length > 0 ? [[title("The server's log"), ...cut(log)]] : []),
    ...(errors.length > 0 ? [[title("Errors"), ...errors.flatMap((one) => indented(one, 2, columns))]] : []),
  ];
}

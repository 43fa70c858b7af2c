import {
  type ExpectedRecords,
  type LookupAnswer,
  type LookupEvidence,
  type PlannedQuestion,
  titleOfWay,
} from "../harness/model/lookup.ts";
import type { ScenarioResult, TrialResult } from "../harness/model/results.ts";
import { logLines } from "./sequence/text.ts";
import { commandFor } from "./shared/command.ts";
import { outcomeMeanings, verdictSigns } from "./shared/signs.ts";
import { counted } from "./shared/summary.ts";
import { indented, type Paint, paintWith, wrap } from "./terminal/layout.ts";
import type { TerminalOptions } from "./terminal.ts";
import { labelled, verdictLines, type WhyFacts } from "./why.ts";

/** Why a trial in which a resolver or a name server was asked has its verdict: each question, its answer, and what was expected. */

export interface WhyLookupFacts extends Pick<WhyFacts, "anew" | "files"> {
  readonly result: TrialResult;
  readonly scenario: ScenarioResult | undefined;
  /** As they were planned; none where the plan does not tell. */
  readonly questions: readonly PlannedQuestion[];
  /** null: there is none. */
  readonly evidence: LookupEvidence | null;
}

export function whyLookupText(facts: WhyLookupFacts, { columns, colour }: TerminalOptions): string {
  const paint = paintWith(colour);
  const { result, scenario, evidence } = facts;
  const parts: readonly (readonly string[])[] = [
    [
      ...wrap(result.id, columns).map((line) => paint("bold", line)),
      ...(scenario ? wrap(`${scenario.title} (${scenario.cites.join(", ")}).`, columns) : []),
      ...(scenario?.why ? wrap(scenario.why, columns) : []),
    ],
    evidence
      ? [paint("bold", "The question"), ...questionLines(evidence, columns)]
      : wrap("There is no evidence of it.", columns),
    ...(evidence ? answerParts(facts, evidence, columns, paint) : []),
    evidence && evidence.log.length > 0
      ? [paint("bold", "The resolver's log"), ...logLines(evidence.log, columns)]
      : [],
    verdictLines({ ...facts, canaries: [] }, columns, paint),
    [...facts.files.flatMap((file) => wrap(file, columns)), ...wrap(`Again: ${commandFor(result)}`, columns)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function questionLines(
  { question, expected, later = [], errors }: LookupEvidence,
  columns: number,
): readonly string[] {
  return [
    ...labelled("asked for", [`${question.name} ${question.type}`], columns),
    ...zoneLines(expected, columns),
    ...later.flatMap((changed) => [
      ...labelled("then", ["the zone changes"], columns),
      ...zoneLines(changed, columns),
    ]),
    ...labelled("harness", errors, columns),
  ];
}

function zoneLines({ rcode, empty, rdata, status }: ExpectedRecords, columns: number): readonly string[] {
  const held = empty ? "no records" : rdata ? recordsTold(rdata) : "records";
  return [
    ...labelled("zone holds", [`${rcode}, ${held}`], columns),
    ...labelled(
      "validator",
      [status === "any" ? "what it finds is left to it" : `must find that ${status}`],
      columns,
    ),
  ];
}

function answerParts(
  { questions, result }: WhyLookupFacts,
  { answers }: LookupEvidence,
  columns: number,
  paint: Paint,
): readonly (readonly string[])[] {
  return answers.map((answer, index) => {
    const { expectation, step: change = 0 } = questions[index] ?? {};
    const step = result.steps?.[index];
    const then = change === 0 ? "" : ", after the change";
    const title = `${titleOfWay(answer.way)}${then}`;
    return [
      paint("bold", `${title.charAt(0).toUpperCase()}${title.slice(1)}`),
      ...indented(answerTold(answer), 2, columns),
      ...findingsTold(answer).flatMap((line) => indented(line, 2, columns)),
      ...(expectation ? indented(expectationTold(expectation), 2, columns) : []),
      ...(step?.outcome
        ? indented(`It is ${step.outcome}: ${outcomeMeanings[step.outcome]}.`, 2, columns)
        : []),
      ...(step
        ? indented(`${verdictSigns[step.verdict].symbol} ${step.verdict}`, 2, columns).map((line) =>
            paint.verdict(step.verdict, line),
          )
        : []),
    ];
  });
}

function answerTold({ rcode, authenticated, rdata, ms, error, findings }: LookupAnswer): string {
  if (rcode === null) return `No answer after ${ms} ms: ${error ?? "nothing came"}.`;
  const flag = authenticated ? "AD" : "no AD";
  return [rcode, ...(findings ? [] : [flag]), recordsTold(rdata), `after ${ms} ms.`].join(", ");
}

/** Of a name server's own answer. */
function findingsTold({ findings, authenticated }: LookupAnswer): readonly string[] {
  if (!findings) return [];
  const found = [...findings.wrong, ...findings.bogus].map((text) => `Not right: ${text}.`);
  if (found.length > 0) return found;
  return [
    authenticated
      ? "All is as the zone demands; signatures and proofs are right."
      : "All is as the zone demands; there is nothing to verify by.",
  ];
}

function recordsTold(rdata: readonly string[]): string {
  const shown = rdata.slice(0, 2).map((hex) => (hex.length > 24 ? `${hex.slice(0, 24)}…` : hex || "(empty)"));
  const more = rdata.length > shown.length ? ", …" : "";
  return `${counted(rdata.length, "record")}${rdata.length > 0 ? `: ${shown.join(", ")}${more}` : ""}`;
}

function expectationTold({ level, permitted, never }: PlannedQuestion["expectation"]): string {
  const word = { must: "MUST be", should: "SHOULD be", open: "is left open by the RFC; foreseen is" }[level];
  return `It ${word} ${permitted.join(" or ")}${never.length > 0 ? `, never ${never.join(", ")}` : ""}.`;
}

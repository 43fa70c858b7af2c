import type { ScenarioResult, TrialResult } from "../harness/model/results.ts";
import type { VerificationEvidence, VerificationTrial } from "../harness/model/verification.ts";
import { logLines } from "./sequence/text.ts";
import { visibleLine } from "./shared/characters.ts";
import { commandFor } from "./shared/command.ts";
import { outcomeMeanings, whatHappened } from "./shared/signs.ts";
import { counted } from "./shared/summary.ts";
import { paintWith, wrap } from "./terminal/layout.ts";
import type { TerminalOptions } from "./terminal.ts";
import { labelled, verdictLines, type WhyFacts } from "./why.ts";

/** Why a trial in which a verifier looked at an MX host has its verdict: what it was told, what it said, what the host saw. */

export interface WhyVerificationFacts extends Pick<WhyFacts, "anew" | "files" | "twin"> {
  readonly result: TrialResult;
  readonly scenario: ScenarioResult | undefined;
  /** undefined: the plan does not tell. */
  readonly expectation: VerificationTrial["expectation"] | undefined;
  /** null: there is none. */
  readonly evidence: VerificationEvidence | null;
}

export function whyVerificationText(
  facts: WhyVerificationFacts,
  { columns, colour }: TerminalOptions,
): string {
  const paint = paintWith(colour);
  const { result, scenario, evidence, expectation, twin } = facts;
  const parts: readonly (readonly string[])[] = [
    [
      ...wrap(result.id, columns).map((line) => paint("bold", line)),
      ...(scenario ? wrap(`${scenario.title} (${scenario.cites.join(", ")}).`, columns) : []),
      ...(scenario?.why ? wrap(scenario.why, columns) : []),
    ],
    evidence
      ? [paint("bold", "What it looked at"), ...hostLines(evidence, columns)]
      : wrap("There is no evidence of it.", columns),
    evidence ? [paint("bold", "What it said"), ...saidLines(evidence, columns)] : [],
    evidence ? [paint("bold", "What the MX host saw"), ...sessionLines(evidence, columns)] : [],
    expectation ? [paint("bold", "What was expected"), ...wrap(expectationTold(expectation), columns)] : [],
    twin
      ? wrap(`Its twin, whose TLSA records match nothing: ${whatHappened(twin)}, ${twin.verdict}.`, columns)
      : [],
    verdictLines({ ...facts, canaries: [] }, columns, paint),
    [...facts.files.flatMap((file) => wrap(file, columns)), ...wrap(`Again: ${commandFor(result)}`, columns)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function hostLines({ host, errors }: VerificationEvidence, columns: number): readonly string[] {
  return [
    ...(host
      ? [
          ...labelled("host", [`${host.name}, port ${host.port}, MX of ${host.domain}`], columns),
          ...labelled("addresses", [host.addresses.join(", ")], columns),
          ...labelled("TLSA", host.records.slice(0, 8).map(recordTold), columns),
          ...labelled("", host.records.length > 8 ? [`and ${host.records.length - 8} more`] : [], columns),
        ]
      : []),
    ...labelled("harness", errors, columns),
  ];
}

function recordTold(record: string): string {
  return record.length > 40 ? `${record.slice(0, 40)}…` : record;
}

function saidLines(
  { command, exitStatus, output, claim, ms }: VerificationEvidence,
  columns: number,
): readonly string[] {
  const ended = exitStatus === null ? "ended at its deadline" : `exit status ${exitStatus}`;
  return [
    ...labelled("command", [visibleLine(command.join(" "))], columns),
    ...labelled("ended", [`${ended}, after ${ms} ms`], columns),
    ...labelled(
      "taken for",
      [claim ? `${claim.outcome}: ${outcomeMeanings[claim.outcome]}` : "nothing that its driver knows"],
      columns,
    ),
    ...logLines(output.trimEnd().split("\n"), columns),
  ];
}

function sessionLines({ sessions }: VerificationEvidence, columns: number): readonly string[] {
  if (sessions.length === 0) return wrap("No session.", columns);
  const told = sessions.map(({ tls, tlsError, sni }) => {
    const channel = tls ? tls.version : tlsError === null ? "no TLS" : `TLS failed (${tlsError})`;
    return `${channel}, server name ${sni ?? "not sent"}`;
  });
  return labelled(counted(sessions.length, "session"), [...new Set(told)], columns);
}

function expectationTold({ level, permitted, never }: VerificationTrial["expectation"]): string {
  const word = { must: "MUST be", should: "SHOULD be", open: "is left open by the RFC; foreseen is" }[level];
  return `It ${word} ${permitted.join(" or ")}${never.length > 0 ? `, never ${never.join(", ")}` : ""}.`;
}

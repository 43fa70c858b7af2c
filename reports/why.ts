import type { ClaimedAttempt, Evidence, ResolverAnswer, StepEvidence } from "../harness/model/evidence.ts";
import type { Session } from "../harness/model/farm.ts";
import type { JudgedStep } from "../harness/model/judge-trial.ts";
import { resolverMismatch } from "../harness/model/observe.ts";
import type { ScenarioResult, TrialResult } from "../harness/model/results.ts";
import { logLines } from "./sequence/text.ts";
import { visibleLine } from "./shared/characters.ts";
import { commandFor } from "./shared/command.ts";
import { outcomeMeanings, policyMeanings, verdictSigns, verdictTold, whatHappened } from "./shared/signs.ts";
import { indented, type Paint, paintWith, wrap } from "./terminal/layout.ts";
import type { TerminalOptions } from "./terminal.ts";

/** Why a trial has its verdict: what each witness saw, which rule led to what, and the other trials that it hangs on. */

export interface WhyFacts {
  readonly result: TrialResult;
  readonly scenario: ScenarioResult | undefined;
  /** null: there is none. */
  readonly evidence: Evidence | null;
  /** The steps as judged now from the evidence; empty without evidence. */
  readonly steps: readonly JudgedStep[];
  /** The verdict that comes out now; null: it cannot be judged anew. */
  readonly anew: Pick<TrialResult, "verdict" | "reasons"> | null;
  readonly twin: TrialResult | undefined;
  readonly controls: readonly TrialResult[];
  readonly canaries: readonly TrialResult[];
  /** Where its files are. */
  readonly files: readonly string[];
}

export function whyText(facts: WhyFacts, { columns, colour }: TerminalOptions): string {
  const paint = paintWith(colour);
  const { result, evidence, steps } = facts;
  const seen: readonly StepEvidence[] = evidence ? [evidence, ...evidence.steps] : [];
  const several = seen.length > 1;
  const parts: readonly (readonly string[])[] = [
    opening(facts, columns, paint),
    ...(seen.length === 0 ? [wrap("There is no evidence of it.", columns)] : []),
    ...seen.flatMap((step, index) => {
      const judged = steps[index];
      const title = several ? `Step ${index + 1}${judged ? `: ${judged.title}` : ""}. ` : "";
      return [
        [paint("bold", `${title}What the witnesses saw`), ...witnessLines(step, evidence, columns)],
        ...(judged
          ? [[paint("bold", `${title}How it was judged`), ...ruleLines(judged, columns, paint)]]
          : []),
        ...(step.log.length > 0
          ? [[paint("bold", `${title}The sender's log`), ...logLines(step.log, columns)]]
          : []),
      ];
    }),
    hangsOn(facts, columns, paint),
    verdictLines(facts, columns, paint),
    [...facts.files.flatMap((file) => wrap(file, columns)), ...wrap(`Again: ${commandFor(result)}`, columns)],
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function opening({ result, scenario }: WhyFacts, columns: number, paint: Paint): readonly string[] {
  const { policy, role } = result;
  const kinds = {
    main: "",
    control: " It is a control: the attack must succeed.",
    twin: " It is a twin: no TLSA record matches, so nothing may be authenticated.",
  };
  return [
    ...wrap(result.id, columns).map((line) => paint("bold", line)),
    ...(scenario ? wrap(`${scenario.title} (${scenario.cites.join(", ")}).`, columns) : []),
    ...(scenario?.why ? wrap(scenario.why, columns) : []),
    ...wrap(`Policy ${policy}: ${policyMeanings[policy]}.${kinds[role]}`, columns),
  ];
}

function witnessLines(step: StepEvidence, whole: Evidence | null, columns: number): readonly string[] {
  const { questions, dns, sessions, queued, attempts, errors } = step;
  const asked = questions?.map(({ name, type }) => `${type} ${name}`) ?? [];
  return [
    ...labelled(
      "questions",
      questions === null
        ? ["the resolver does not log what it is asked"]
        : asked.length === 0
          ? ["the sender asked its resolver nothing"]
          : [`the sender asked its resolver for ${[...new Set(asked)].join(", ")}`],
      columns,
    ),
    ...labelled("resolver", dns.map(answerTold), columns),
    ...(whole?.reach === "network"
      ? labelled("", ["what the sender was told across the network may have been another answer"], columns)
      : []),
    ...(sessions.length === 0
      ? labelled("servers", ["no SMTP session: neither a server nor an attacker was reached"], columns)
      : sessions.flatMap((session) =>
          labelled(session.witness, [sessionTold(session, step.mail.canary)], columns),
        )),
    ...labelled(
      "queue",
      [
        queued === null
          ? "not known"
          : queued
            ? "the message is still in the sender's queue"
            : "the message has left the sender's queue",
      ],
      columns,
    ),
    ...labelled("log", attempts.length === 0 ? ["it tells no outcome"] : attempts.map(attemptTold), columns),
    ...labelled("harness", errors, columns),
  ];
}

function answerTold(answer: ResolverAnswer): string {
  const { name, type, rcode, authenticated, answers, error, expected } = answer;
  const records = answers.map((record) => record.split(" IN ")[1] ?? record).map(short);
  const said = rcode === null ? (error ?? "no answer") : `${rcode}${authenticated ? ", AD" : ", no AD"}`;
  const found = records.length > 0 ? `: ${records.join("; ")}` : "";
  const mismatch = resolverMismatch(answer);
  const judged = mismatch === null ? `${expected.status}, as it must be` : `WRONG: ${mismatch}`;
  return `${type} ${name} ${said}${found}; ${judged}`;
}

/** Digests of a TLSA record tell nothing after their first octets. */
function short(record: string): string {
  return record.replace(/\b([\da-f]{12})[\da-f]{12,}\b/gi, "$1…");
}

function sessionTold(session: Session, canary: string): string {
  const { host, localAddress, port, sni, tls, tlsError, certificate, commands, accepted } = session;
  const words = new Set(commands.map(({ line }) => line.split(/[ :]/)[0]?.toUpperCase() ?? ""));
  const read =
    session.canary === canary
      ? `read the message${session.canaryInClear ? " in clear text" : " under TLS"}`
      : "did not get the message";
  return [
    `${host} [${localAddress}]:${port}`,
    words.size > 0 ? [...words].join(" ") : "no command",
    tls
      ? `${tls.version}${session.resumed ? " resumed" : ""}, server name ${sni ?? "not sent"}${certificate ? `, certificate ${certificate.slice(0, 12)}…` : ""}`
      : tlsError
        ? `TLS failed: ${tlsError}`
        : "no TLS",
    read,
    ...(accepted ? ["accepted it"] : []),
  ].join("; ");
}

function attemptTold({ status, dsn, tls, reason, relay, text }: ClaimedAttempt): string {
  return [
    `${status}${dsn ? ` ${dsn}` : ""}`,
    tls === "none" ? "no TLS" : tls === "unknown" ? "TLS not told" : `TLS ${tls}`,
    ...(reason ? [reason] : []),
    ...(relay ? [`at ${relay}`] : []),
    text,
  ].join("; ");
}

const labelWidth = 11;

/** Each text on lines of its own, behind one label. */
export function labelled(label: string, texts: readonly string[], columns: number): readonly string[] {
  return texts.flatMap((text, index) => {
    const [first = "", ...more] = indented(text, labelWidth + 2, columns);
    const head = `  ${(index === 0 ? label : "").padEnd(labelWidth)}`;
    return [`${head}${first.slice(head.length)}`, ...more];
  });
}

function ruleLines(
  { considered, verdict, observation, expectation }: JudgedStep,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { outcome } = observation;
  const { level, permitted, never } = expectation;
  const word = { must: "MUST be", should: "SHOULD be", open: "is left open by the RFC; foreseen is" }[level];
  const floor = never.length > 0 ? `, never ${never.join(", ")}` : "";
  return [
    ...indented(`It ${word} ${permitted.join(" or ")}${floor}.`, 2, columns),
    ...(outcome === null ? [] : indented(`It is ${outcome}: ${outcomeMeanings[outcome]}.`, 2, columns)),
    ...considered.flatMap(({ asks, found, decides }, index) => {
      const [first = "", ...more] = indented(asks, 6, columns);
      const answer = decides ? `${verdictSigns[verdict].symbol} ${verdict}: ${found}` : found;
      return [
        `  ${`${index + 1}.`.padEnd(4)}${first.slice(6)}`,
        ...more,
        ...indented(answer, 6, columns).map((line) => (decides ? paint.verdict(verdict, line) : line)),
      ];
    }),
  ];
}

function hangsOn({ twin, controls, canaries }: WhyFacts, columns: number, paint: Paint): readonly string[] {
  const told = (one: TrialResult): string =>
    `${whatHappened(one)}: ${one.verdict === "pass" ? one.verdict : verdictTold(one)}`;
  const bad = canaries.filter(failed);
  const lines = [
    ...(twin
      ? labelled("twin", [`the same domain with TLSA records that match nothing was ${told(twin)}`], columns)
      : []),
    ...controls.flatMap((one) =>
      labelled("control", [`${policyMeanings[one.policy]}: ${told(one)}`], columns),
    ),
    ...(canaries.length > 0
      ? labelled(
          "canaries",
          bad.length > 0
            ? bad.map((one) => `${one.id}: ${told(one)}`)
            : [`all ${canaries.length} of its stack are as they must be: the lab worked`],
          columns,
        )
      : []),
  ];
  return lines.length === 0 ? [] : [paint("bold", "What it hangs on"), ...lines];
}

function failed({ verdict }: TrialResult): boolean {
  return verdict !== "pass" && verdict !== "known";
}

export function verdictLines(
  { result, anew, canaries }: Pick<WhyFacts, "result" | "anew" | "canaries">,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { verdict, reasons, divergence } = result;
  const { symbol, meaning } = verdictSigns[verdict];
  // What is on record is told by itself.
  const told = divergence ? reasons.slice(1) : reasons;
  const line = wrap(`${symbol} ${verdict} (${meaning}): ${visibleLine(told.join("; "))}`, columns);
  const record = divergence
    ? [
        ["on record", divergence.reason],
        ["severity", divergence.severity],
        ["evidence", divergence.evidence],
        ["see", divergence.link],
      ]
    : [];
  // Where a canary failed, nothing of the stack is believed, whatever its evidence says.
  const differs = anew !== null && anew.verdict !== verdict && !canaries.some(failed);
  return [
    ...line.map((text) => paint.verdict(verdict, text)),
    ...record.flatMap(([label, text]) => (label && text ? labelled(label, [text], columns) : [])),
    ...(differs
      ? wrap(
          `Judged anew it is ${anew.verdict}: ${anew.reasons[0] ?? ""}. danelab or the evidence was changed since; danelab judge renews the results.`,
          columns,
        )
      : []),
  ];
}

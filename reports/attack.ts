import type { Evidence } from "../harness/model/evidence.ts";
import type { TrialResult } from "../harness/model/results.ts";
import type { Leak, Policy, Scenario } from "../harness/model/scenario.ts";
import { isMail } from "../harness/model/verdict.ts";
import { sequenceOf } from "./sequence/events.ts";
import type { SequenceStep } from "./sequence/sequence.ts";
import { logLines, sequenceText } from "./sequence/text.ts";
import { visibleLine } from "./shared/characters.ts";
import { verdictSigns } from "./shared/signs.ts";
import { type Paint, paintWith, wrap } from "./terminal/layout.ts";
import type { TerminalOptions } from "./terminal.ts";

/** An attack told from its beginning to its end: the senders that lose, the sender with DANE, what comes after. */

export function attackOpening(scenario: Scenario, { columns, colour }: TerminalOptions): string {
  const paint = paintWith(colour);
  const { id, title, why, cites } = scenario;
  return [
    paint("bold", id),
    ...wrap(`${title}. ${aimOf(scenario)}`, columns),
    ...(why === null ? [] : wrap(why, columns)),
    ...wrap(`See ${cites.join(", ")}.`, columns),
  ].join("\n");
}

/** What the attacker is after: what the senders lose that are its controls. */
function aimOf({ expect, limit }: Scenario): string {
  if (limit !== null) return "DANE does not claim to stop this.";
  const losers: Readonly<Record<Leak, string>> = {
    "on-the-wire": "sends in clear text, and whoever is on the path reads the message",
    "to-the-attacker": "takes the attacker for the server, and hands it the message",
  };
  for (const policy of controlOrder) {
    const leaks = expect[policy]?.leaks;
    if (leaks) return `A sender ${who[policy]} ${losers[leaks]}.`;
  }
  return "What it is worth is recorded.";
}

const controlOrder = ["may", "encrypt", "verify", "secure", "oblivious", "credulous", "exposed"] as const;

const who: Readonly<Record<Policy, string>> = {
  may: "without DANE",
  encrypt: "that demands TLS, but does no DANE,",
  verify: "that verifies by PKIX instead of DANE",
  secure: "that verifies the domain by PKIX instead of DANE",
  oblivious: "with DANE, but behind a resolver that does not validate,",
  credulous: "with DANE, but behind a resolver that only says that it validates,",
  exposed: "with DANE, but with its resolver across the network,",
  dane: "with DANE",
  "dane-only": "that insists on DANE",
};

export interface ToldTrial {
  readonly result: TrialResult;
  readonly evidence: Evidence | undefined;
}

/**
 * @param trials of the scenario on one stack, twins left out
 */
export function attackStory(
  scenario: Scenario,
  trials: readonly ToldTrial[],
  options: TerminalOptions,
): string {
  const paint = paintWith(options.colour);
  const order: readonly TrialResult["policy"][] = [...controlOrder, "dane", "dane-only"];
  const inOrder = trials.toSorted((a, b) => order.indexOf(a.result.policy) - order.indexOf(b.result.policy));
  const chapters = inOrder.flatMap((trial) => chaptersOf(trial, scenario));
  return chapters
    .map(({ title, step, sentence, verdict }, index) =>
      [
        paint("bold", visibleLine(`${index + 1}. ${title}`)),
        "",
        ...(step
          ? [sequenceText({ steps: [{ ...step, title: null }] }, { ...options, log: false }), ""]
          : []),
        ...wrap(sentence, options.columns).map((line) => paint("bold", line)),
        ...verdictLines(verdict, options.columns, paint),
        ...(step && step.log.length > 0
          ? ["", "The sender's log", ...logLines(step.log, options.columns)]
          : []),
      ].join("\n"),
    )
    .join("\n\n");
}

type Judged = Pick<TrialResult, "verdict" | "reasons">;

interface Chapter {
  readonly title: string;
  /** null: nothing was seen. */
  readonly step: SequenceStep | null;
  readonly sentence: string;
  readonly verdict: Judged;
}

/** One for each step of the trial. */
function chaptersOf({ result, evidence }: ToldTrial, scenario: Scenario): readonly Chapter[] {
  const { policy, steps } = result;
  if (!isMail(policy)) return [];
  const name = `A sender ${who[policy].replace(/,$/, "")} (policy ${policy})`;
  const drawn = evidence ? sequenceOf(evidence).steps : [];
  const told = steps ?? [{ ...result, title: "" }];
  return told.map((step, index) => ({
    title: index === 0 ? name : `Then: ${step.title}`,
    step: drawn[index] ?? null,
    sentence: index === 0 ? attackSentence(step, result, scenario) : afterwardsSentence(step),
    verdict: step,
  }));
}

type StepOutcome = Pick<TrialResult, "outcome" | "claimed">;

function attackSentence({ outcome }: StepOutcome, trial: TrialResult, { expect, limit }: Scenario): string {
  const { policy, role, leaked } = trial;
  const withDane = policy === "dane" || policy === "dane-only";
  if (outcome === null) return "What became of the message is not known.";
  if (leaked) {
    const onTheWire = (isMail(policy) && expect[policy]?.leaks === "on-the-wire") || outcome === "cleartext";
    const read = `The attacker read the message${onTheWire ? ", in clear text on the wire" : ""}`;
    if (!withDane) return `${read}: the attack succeeds.`;
    return limit === null
      ? `${read}: DANE did not stop it.`
      : `${read}. DANE does not claim to stop this. ${limit}.`;
  }
  if (outcome === "deferred" || outcome === "bounced") {
    const kept = outcome === "deferred" ? "it waits in the queue" : "it went back to where it came from";
    return `${withDane ? "Stopped: nobody" : "Nobody"} read the message; ${kept}.`;
  }
  if (role === "control") return "The attacker did not get the message: this attack proves nothing here.";
  return `The attacker did not get the message: it reached the server (${outcome}).`;
}

function afterwardsSentence({ outcome, claimed }: StepOutcome): string {
  switch (outcome) {
    case "authenticated":
      return "Delivered to the server that DANE authenticated.";
    case "encrypted":
      return "Delivered over TLS.";
    case "cleartext":
      return "Delivered in clear text.";
    case null:
      return "What became of the message is not known.";
    default:
      return `Still not delivered: ${claimed ?? outcome}.`;
  }
}

/** Of a pass the sentence said all. */
function verdictLines({ verdict, reasons }: Judged, columns: number, paint: Paint): readonly string[] {
  if (verdict === "pass") return [];
  return wrap(`${verdictSigns[verdict].symbol} ${verdict}: ${reasons.join("; ")}`, columns).map((line) =>
    paint.verdict(verdict, line),
  );
}

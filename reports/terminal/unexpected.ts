import type { ScenarioResult, TrialResult } from "../../harness/model/results.ts";
import { isMail } from "../../harness/model/verdict.ts";
import { commandFor } from "../shared/command.ts";
import { stackIdOf } from "../shared/matrix.ts";
import { expectedOf, verdictSigns, whatHappened } from "../shared/signs.ts";
import { counted } from "../shared/summary.ts";
import { cut, indented, type Paint } from "./layout.ts";

const indent = 4;
/** More trials than this with one and the same harness error are told together: a dead resolver is one piece of news. */
const together = 3;

/** Each unexpected trial with all that a reader needs to go on. */
export function unexpectedLines(
  unexpected: readonly TrialResult[],
  scenarios: readonly ScenarioResult[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const byId = new Map(scenarios.map((scenario) => [scenario.id, scenario]));
  const bundles = Map.groupBy(unexpected, (trial) =>
    trial.verdict === "error" ? `error ${stackIdOf(trial)} ${trial.reasons[0] ?? ""}` : trial.id,
  );
  return [...bundles.values()].flatMap((bundle) => {
    const [first] = bundle;
    if (!first) return [];
    if (bundle.length > together) return ["", ...bundleLines(first, bundle, columns, paint)];
    return bundle.flatMap((trial) => ["", ...trialLines(trial, byId.get(trial.scenario), columns, paint)]);
  });
}

function trialLines(
  trial: TrialResult,
  scenario: ScenarioResult | undefined,
  columns: number,
  paint: Paint,
): readonly string[] {
  const { symbol } = verdictSigns[trial.verdict];
  const isLookup = trial.policy === "lookup" || trial.policy === "probe";
  const kind = [
    trial.policy,
    ...(trial.role === "control" ? ["control"] : []),
    ...(trial.canary ? [trial.canary] : []),
  ];
  const title = `${symbol} ${trial.verdict}  ${trial.scenario}${isMail(trial.policy) ? ` [${kind.join(", ")}]` : ""} ${stackIdOf(trial)}`;
  const body = [
    ...(scenario
      ? [`${scenario.title}${scenario.cites.length > 0 ? ` (${scenario.cites.join(", ")})` : ""}`]
      : []),
    ...trial.reasons,
    // Each way of asking may have an expectation of its own.
    ...(isLookup ? [`got: ${whatHappened(trial)}`] : [`${expectedOf(trial)}; got: ${whatHappened(trial)}`]),
    // Of a lookup the reasons tell the answer.
    ...(trial.claimed && !isLookup
      ? [`${isMail(trial.policy) ? "the sender's log" : "it said"}: ${trial.claimed}`]
      : []),
    `again: ${commandFor(trial)}`,
  ];
  return [
    paint.verdict(trial.verdict, cut(title, columns)),
    ...body.flatMap((text) => indented(text, indent, columns)),
  ];
}

function bundleLines(
  first: TrialResult,
  bundle: readonly TrialResult[],
  columns: number,
  paint: Paint,
): readonly string[] {
  const title = `${verdictSigns[first.verdict].symbol} ${first.verdict}  ${counted(bundle.length, "trial")} of ${stackIdOf(first)}`;
  const names = bundle.map(({ scenario, policy }) => (isMail(policy) ? `${scenario} [${policy}]` : scenario));
  return [
    paint.verdict(first.verdict, cut(title, columns)),
    ...indented(first.reasons[0] ?? "", indent, columns),
    ...indented(names.join(", "), indent, columns),
  ];
}

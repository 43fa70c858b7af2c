import type { Results, ScenarioResult, TrialResult } from "../../../harness/model/results.ts";
import { stackIdOf } from "../../shared/matrix.ts";
import { implementationName } from "../../shared/names.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import { hrefOf, wholeMatrix } from "./address.ts";
import { part, table } from "./facts.ts";
import { listed, requirementLink, sectionLink, trialLink, verdictBadge } from "./links.ts";
import { happenedIn } from "./matrix.ts";
import { citesOf, isCited, rfcsOf, scenariosCiting } from "./requirements.ts";
import { tallyOf } from "./tally.ts";

/** From a section to the scenarios that it decides and to their results: a statement of conformance, with what it covers. */
export function requirementPage(results: Results, requirement: string): Html {
  const scenarios = results.scenarios.filter(({ cites }) => isCited(cites, requirement));
  const ids = new Set(scenarios.map(({ id }) => id));
  const all = mainTrials(results);
  const trials = all.filter(({ scenario }) => ids.has(scenario));
  const below = citesOf(results).filter((cite) => cite !== requirement && isCited([cite], requirement));
  return html`<p class="where">Requirement</p>
<h1 tabindex="-1">${requirement}</h1>
<p>${sectionLink(requirement)} at the RFC Editor. ${counted(scenarios.length, "scenario")} ${scenarios.length === 1 ? "rests" : "rest"} on it${
    below.length > 0 ? `, by ${counted(below.length, "section")} below it` : ""
  }; <a href="${hrefOf("matrix", "", { ...wholeMatrix, requirement })}">show them in the matrix</a>.</p>
${part("Conformance", statements(trials))}
${below.length > 0 ? part("Sections", sectionTable(scenariosCiting(results), byScenario(all), below)) : null}
${scenarioPart(
  below.length > 0 ? "Scenarios that cite no section below it" : "Scenarios",
  scenarios.filter(({ cites }) => !cites.some((cite) => below.includes(cite))),
  byScenario(trials),
)}`;
}

/** By implementation, or by stack where senders work with resolvers. */
function statements(trials: readonly TrialResult[]): Html {
  const rows = [...Map.groupBy(trials, stackIdOf)].map(([, own]) => {
    const count = (...verdicts: readonly TrialResult["verdict"][]): number =>
      own.filter(({ verdict }) => verdicts.includes(verdict)).length;
    const tried = own.length - count("unsupported", "error", "inconclusive");
    const good = count("pass", "info");
    return [
      stackName(own[0]),
      `${tried} of ${own.length}`,
      tried === 0
        ? "nothing can be said"
        : good === tried
          ? `within what is permitted in all ${tried}`
          : `within what is permitted in ${good} of ${tried}`,
      tallyOf(own),
    ];
  });
  return table(["Implementation", "Trials judged", "Statement", "Verdicts"], rows);
}

function stackName(trial: TrialResult | undefined): string {
  if (!trial) return "";
  const { sender, resolver } = trial;
  return sender === "danelab"
    ? implementationName(resolver)
    : `${implementationName(sender)} with ${implementationName(resolver)}`;
}

/** @param trials by scenario */
function scenarioPart(
  title: string,
  scenarios: readonly ScenarioResult[],
  trials: ReadonlyMap<string, readonly TrialResult[]>,
): Html | null {
  if (scenarios.length === 0) return null;
  const told = table(
    ["Scenario", "Level", "Results"],
    scenarios.map(({ id, title }) => {
      const own = trials.get(id) ?? [];
      const levels = [...new Set(own.map(({ level }) => level))];
      const odd = own.filter(({ verdict }) => !["pass", "info", "unsupported"].includes(verdict));
      const inMatrix = hrefOf("matrix", "", { ...wholeMatrix, text: id });
      return [
        html`<a href="${inMatrix}"><code>${id}</code></a> ${title}`,
        levels.join(", "),
        own.length === 0 ? "controls only" : [tallyOf(own), oddHtml(odd)],
      ];
    }),
    "scenarios",
  );
  return part(title, told);
}

/** What is alike in one line. What passed is in the matrix, and who lacks a feature on the implementations' pages. */
function oddHtml(trials: readonly TrialResult[]): readonly Html[] {
  const alike = Map.groupBy(trials, (trial) => `${trial.verdict} ${happenedIn(trial)}`);
  return [...alike.values()].map(
    (own) =>
      html`<p>${own.slice(0, 1).map((trial) => html`${verdictBadge(trial.verdict)} ${happenedIn(trial)}: `)}${listed(own.map((trial) => trialLink(trial, placeOf(trial))))}</p>`,
  );
}

function placeOf(trial: TrialResult): string {
  const isMail = !["lookup", "verification", "probe"].includes(trial.policy);
  return isMail ? `${stackName(trial)}, ${trial.policy}` : stackName(trial);
}

/** @param trials by scenario */
function sectionTable(
  citing: ReturnType<typeof scenariosCiting>,
  trials: ReadonlyMap<string, readonly TrialResult[]>,
  cites: readonly string[],
): Html {
  return table(
    ["Section", "Scenarios", "Trials"],
    cites.map((cite) => {
      const own = citing(cite);
      return [
        requirementLink(cite),
        String(own.length),
        tallyOf(own.flatMap(({ id }) => trials.get(id) ?? [])),
      ];
    }),
    "sections",
  );
}

/** Controls show what an attack is worth, not what a program conforms to. */
function mainTrials({ trials }: Results): readonly TrialResult[] {
  return trials.filter(({ role }) => role === "main");
}

function byScenario(trials: readonly TrialResult[]): ReadonlyMap<string, readonly TrialResult[]> {
  return Map.groupBy(trials, ({ scenario }) => scenario);
}

/** What this run covers of each RFC. */
export function requirementList(results: Results): Html {
  const cites = citesOf(results);
  const citing = scenariosCiting(results);
  const trials = byScenario(mainTrials(results));
  const uncited = results.scenarios.filter((scenario) => scenario.cites.length === 0);
  return html`<h1 tabindex="-1">Requirements</h1>
<p>The sections on which the expectations of this run rest, with the results of the scenarios that cite them. A section that is not listed was not tested. A scenario that cites several counts for each.</p>
${rfcsOf(cites).map((rfc) =>
  part(rfc, [
    html`<p>${requirementLink(rfc)} as a whole: ${counted(citing(rfc).length, "scenario")}.</p>`,
    sectionTable(
      citing,
      trials,
      cites.filter((cite) => cite !== rfc && isCited([cite], rfc)),
    ),
  ]),
)}
${uncited.length > 0 ? part("Without a section", html`<p>${uncited.map(({ id }) => id).join(", ")}</p>`) : null}`;
}

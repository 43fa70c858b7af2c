import type { Results, TrialResult } from "../../../harness/model/results.ts";
import { type Limit, limitsOf, spansText } from "../../shared/limits.ts";
import { outcomeMeanings } from "../../shared/signs.ts";
import { type Html, html } from "../html.ts";
import { part, table } from "./facts.ts";
import { implementationLink, listed, trialLink } from "./links.ts";

/** What programs limit as they like, as measured: no verdicts. */
export function limitsPage(results: Results): Html {
  const limits = limitsOf(results);
  const outcomes = new Set(
    limits.flatMap(({ findings }) => findings.flatMap(({ spans }) => spans.map(({ outcome }) => outcome))),
  );
  return html`<h1 tabindex="-1">Limits of the resolvers</h1>
<p>How far each goes is its own choice within the RFCs. Each value was tried by itself; what lies between two that were tried is not known.</p>
${limits.map((limit) => part(limit.of, [findingsTable(limit), valueTable(results, limit)]))}
<dl class="facts">${[...outcomes].map((outcome) => (outcome ? html`<dt>${outcome}</dt><dd>${outcomeMeanings[outcome]}</dd>` : null))}</dl>`;
}

function findingsTable({ findings }: Limit): Html {
  return table(
    ["Resolvers", "Measured"],
    findings.map((finding) => [listed(finding.resolvers.map(implementationLink)), spansText(finding)]),
  );
}

/** Each value with each resolver: where it can be looked up what was asked and answered. */
function valueTable(results: Results, { of, tried }: Limit): Html {
  const scenarios = results.scenarios.filter(({ measure }) => measure?.of === of);
  const tries = new Map(scenarios.map(({ id, measure }) => [id, measure?.value]));
  const trials = results.trials.filter(({ scenario }) => tries.has(scenario));
  const rows = [...Map.groupBy(trials, ({ resolver }) => resolver)].map(([resolver, own]) => [
    implementationLink(resolver),
    ...tried.map((value) => {
      const trial = own.find(({ scenario }) => tries.get(scenario) === value);
      return trial ? trialLink(trial, outcomeOf(trial)) : "not tried";
    }),
  ]);
  return html`<details><summary>Value by value</summary>${table(["Resolver", ...tried.map(String)], rows)}</details>`;
}

/** Of the question with DO, which is the first. */
function outcomeOf({ steps, outcome }: TrialResult): string {
  return steps?.[0]?.outcome ?? outcome ?? "not known";
}

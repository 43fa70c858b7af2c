import { authorityModes } from "../../../harness/model/authority.ts";
import { lookupOutcomes } from "../../../harness/model/lookup.ts";
import { probeOutcomes } from "../../../harness/model/probe.ts";
import type { ProgramResult, Results, TrialResult } from "../../../harness/model/results.ts";
import { outcomes, policies } from "../../../harness/model/scenario.ts";
import { verificationOutcomes } from "../../../harness/model/verification.ts";
import type { Matrix } from "../../shared/matrix.ts";
import { programName } from "../../shared/names.ts";
import { outcomeMeanings, policyMeanings, verdictOrder, verdictSigns } from "../../shared/signs.ts";
import { counted, foldedTrials, headline, paragraph, unexpectedTrials } from "../../shared/summary.ts";
import { type Html, html } from "../html.ts";
import { hrefOf } from "./address.ts";
import { implementationLink } from "./links.ts";

/** The first screen, above the matrix: what was tested, what was found, what must not be missed. */
export function firstScreen(results: Results, matrix: Matrix): Html {
  return html`<div class="bound first-screen">
<h1 tabindex="-1">${headline(results)}</h1>
<div class="summary">
<p class="lead">${paragraph(results)}</p>
${testedPrograms(results)}
</div>
${noteBoxes(results)}
${attention(results)}
${legend(results, matrix)}
</div>`;
}

const roles: Readonly<Record<ProgramResult["role"], string>> = {
  sender: "Senders",
  resolver: "Resolvers",
  authority: "Name servers",
  receiver: "Receivers",
  verifier: "Verifiers",
  farm: "Lab",
};

function testedPrograms({ run, trials }: Results): Html {
  const { programs, start, end } = run;
  const seconds = (Date.parse(end) - Date.parse(start)) / 1000;
  const tested = new Set(trials.flatMap(({ sender, resolver }) => [sender, resolver]));
  const rows = Object.entries(roles).flatMap(([role, name]) => {
    const own = programs.filter((program) => program.role === role);
    if (own.length === 0) return [];
    const told = own.length > mostInFull ? inShort(own) : own.map((one) => inFull(one, tested.has(one.id)));
    return [html`<dt>${name}</dt><dd><ul>${told.map((one) => html`<li>${one}</li>`)}</ul></dd>`];
  });
  return html`<dl class="tested"><dt>Tested</dt><dd>${start.slice(0, 16).replace("T", " ")} UTC, in ${seconds.toFixed(0)} s</dd>${rows}</dl>`;
}

/** So many programs of a role are told with their packages; of more, the names and versions: the rest is on their pages. */
const mostInFull = 6;

function inFull({ id, package: installed }: ProgramResult, isTested: boolean): Html {
  return isTested
    ? html`${implementationLink(id)} <small>${versionIn(installed)}</small>`
    : html`${installed}`;
}

function inShort(programs: readonly ProgramResult[]): readonly Html[] {
  return [...Map.groupBy(programs, ({ id }) => programName(id))].map(([name, own]) => {
    const versions = own.toSorted((a, b) => a.id.localeCompare(b.id, "en", { numeric: true }));
    return html`${name} ${versions.map(
      ({ id, package: installed }) =>
        html`<a href="${hrefOf("implementation", id)}" title="${installed}">${id.split("@")[1] ?? id}</a> `,
    )}`;
  });
}

/** "postfix 3.10.13-0+deb13u1": the name stands before it already. */
function versionIn(installed: string): string {
  return installed.replace(/^\S+ /, "");
}

function noteBoxes({ run }: Results): readonly Html[] {
  const box = (kind: string, title: string, items: readonly string[]): readonly Html[] =>
    items.length === 0
      ? []
      : [
          html`<section class="note ${kind}"><h2>${title}</h2><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></section>`,
        ];
  const { count, first } = run.strayPackets;
  return [
    ...(run.interrupted ? box("bad", "The run was interrupted", ["What follows is incomplete."]) : []),
    ...box("bad", "Errors of the harness", run.errors),
    ...box(
      "bad",
      "Recorded divergences that no longer occur: remove them from the list",
      run.staleDivergences,
    ),
    ...(count > 0
      ? box("odd", `${counted(count, "packet")} addressed outside the lab, which let none out`, first)
      : []),
  ];
}

/** Shown at most; the matrix has them all. */
const mostShown = 40;

function attention(results: Results): Html | null {
  const found = unexpectedTrials(results);
  if (found.length === 0) return null;
  return html`<details class="attention"><summary>${counted(found.length, "result")} that ${found.length === 1 ? "is" : "are"} not as ${found.length === 1 ? "it" : "they"} should be</summary>
<ul>${found.slice(0, mostShown).map(attentionItem)}</ul>
${found.length > mostShown ? html`<p>${found.length - mostShown} more are in the matrix.</p>` : null}</details>`;
}

function attentionItem(trial: TrialResult): Html {
  const { symbol } = verdictSigns[trial.verdict];
  const kind = trial.role === "control" ? `${trial.policy}, control` : trial.policy;
  const where = trial.sender === "danelab" ? trial.resolver : `${trial.sender} + ${trial.resolver}, ${kind}`;
  return html`<li><a href="${hrefOf("trial", trial.id)}"><span class="v-${trial.verdict}">${symbol} ${trial.verdict}</span> <b>${trial.scenario}</b> <span class="where">${where}</span></a><span class="why">${trial.reasons[0] ?? ""}</span></li>
`;
}

function legend(results: Results, { policies: columns }: Matrix): Html {
  const verdicts = verdictOrder
    .toReversed()
    .map(
      (verdict) =>
        html`<dt class="v-${verdict}">${verdictSigns[verdict].symbol} ${verdict}</dt><dd>${verdictSigns[verdict].meaning}</dd>`,
    );
  const plain = (words: readonly string[], meanings: Readonly<Record<string, string>>): readonly Html[] =>
    words.map((word) => html`<dt>${word}</dt><dd>${meanings[word] ?? ""}</dd>`);
  const kinds = new Set(foldedTrials(results).map(({ policy }) => policy));
  const told = [
    ...(policies.some((policy) => kinds.has(policy)) ? outcomes : []),
    ...(kinds.has("lookup") || authorityModes.some((mode) => kinds.has(mode)) ? lookupOutcomes : []),
    ...(kinds.has("verification") ? verificationOutcomes : []),
    ...(kinds.has("probe") ? probeOutcomes : []),
  ];
  return html`<details class="legend"><summary>How to read the matrix</summary>
<div class="legend-columns">
<section><h2>Verdict</h2><dl>${verdicts}</dl></section>
<section><h2>Outcome</h2><dl>${plain(told, outcomeMeanings)}</dl></section>
<section><h2>Policy</h2><dl>${plain(columns, policyMeanings)}</dl>
<p>Keys: arrows go from cell to cell, Enter opens one, Escape comes back, / goes to the filter.</p></section>
</div></details>`;
}

import type { ProgramResult, Results, TrialResult } from "../../harness/model/results.ts";
import { outcomes } from "../../harness/model/scenario.ts";
import type { Matrix } from "../shared/matrix.ts";
import { outcomeMeanings, policyMeanings, verdictOrder, verdictSigns } from "../shared/signs.ts";
import { counted, headline, paragraph, unexpectedTrials } from "../shared/summary.ts";
import { type Html, html } from "./html.ts";

/** The first screen: what was tested, what was found, how to read the rest. */
export function headSection(results: Results, matrix: Matrix): Html {
  const { run } = results;
  return html`
<header class="bound head">
  <p class="overline">danelab ${run.danelab} · interoperability of DANE in SMTP</p>
  <h1>${headline(results)}</h1>
  <div class="summary">
    <p class="lead">${paragraph(results)}</p>
    ${programsTable(results)}
  </div>
  ${noteBoxes(results)}
  ${legend(matrix)}
  ${attention(results)}
</header>`;
}

const roleOrder: readonly ProgramResult["role"][] = ["sender", "resolver", "authority", "receiver", "farm"];

function programsTable({ run }: Results): Html {
  const programs = run.programs.toSorted((a, b) => roleOrder.indexOf(a.role) - roleOrder.indexOf(b.role));
  const seconds = (Date.parse(run.end) - Date.parse(run.start)) / 1000;
  return html`<table class="programs">
      <caption>Tested ${run.start.slice(0, 16).replace("T", " ")} UTC, in ${seconds.toFixed(1)} s</caption>
      ${programs.map(
        ({ role, id, package: installed }) =>
          html`<tr><th scope="row">${role}</th><td title="${id}">${installed}</td></tr>
      `,
      )}</table>`;
}

function noteBoxes({ run }: Results): readonly Html[] {
  const box = (kind: string, title: string, items: readonly string[]): readonly Html[] =>
    items.length === 0
      ? []
      : [
          html`<section class="note ${kind}"><h2>${title}</h2><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></section>`,
        ];
  return [
    ...(run.interrupted ? box("bad", "The run was interrupted", ["What follows is incomplete."]) : []),
    ...box("bad", "Errors of the harness", run.errors),
    ...box(
      "bad",
      "Recorded divergences that no longer occur: remove them from the list",
      run.staleDivergences,
    ),
    ...(run.strayPackets.count > 0
      ? box(
          "odd",
          `${counted(run.strayPackets.count, "packet")} addressed outside the lab, which let none out`,
          run.strayPackets.first,
        )
      : []),
  ];
}

function legend({ policies }: Matrix): Html {
  const verdicts = verdictOrder
    .toReversed()
    .map(
      (verdict) =>
        html`<dt class="v-${verdict}">${verdictSigns[verdict].symbol} ${verdict}</dt><dd>${verdictSigns[verdict].meaning}</dd>`,
    );
  const plain = (words: readonly string[], meanings: Readonly<Record<string, string>>): readonly Html[] =>
    words.map((word) => html`<dt>${word}</dt><dd>${meanings[word] ?? ""}</dd>`);
  return html`<details class="legend" open><summary>How to read this</summary>
  <div class="legend-columns">
    <section><h2>Verdict</h2><dl>${verdicts}</dl></section>
    <section><h2>Outcome</h2><dl>${plain(outcomes, outcomeMeanings)}</dl></section>
    <section><h2>Policy and marks</h2><dl>${plain(policies, policyMeanings)}
      <dt><i class="mark">t</i> twin</dt><dd>the same domain with TLSA records that match nothing was refused: the sender does compare</dd>
      <dt><i class="mark">c</i> control</dt><dd>the same attack on a sender without DANE succeeded: the attack is real</dd>
    </dl></section>
  </div></details>`;
}

/** Shown at once; the rest on request. */
const shownAtOnce = 8;

function attention(results: Results): Html | null {
  const found = unexpectedTrials(results);
  if (found.length === 0) return null;
  const rest = found.slice(shownAtOnce);
  return html`<section class="attention"><h2>Unexpected <span class="count">${found.length}</span></h2>
  <ul>${found.slice(0, shownAtOnce).map(attentionItem)}</ul>
  ${
    rest.length === 0
      ? null
      : html`<details><summary>${rest.length} more</summary><ul>${rest.map(attentionItem)}</ul></details>`
  }</section>`;
}

function attentionItem(trial: TrialResult): Html {
  const { symbol } = verdictSigns[trial.verdict];
  const kind = trial.role === "control" ? `${trial.policy}, control` : trial.policy;
  return html`<li><a href="#${encodeURI(trial.id)}"><span class="v-${trial.verdict}">${symbol} ${trial.verdict}</span> <b>${trial.scenario}</b> <span class="where">${trial.sender} + ${trial.resolver}, ${kind}</span></a><span class="why">${trial.reasons[0] ?? ""}</span></li>
  `;
}

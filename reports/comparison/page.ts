import { readFileSync } from "node:fs";
import type { Comparison, TrialName } from "../../harness/model/comparison.ts";
import { pageStyle } from "../page/bundle.ts";
import { type Html, html, trusted } from "../page/html.ts";
import { visibleLine } from "../shared/characters.ts";
import { hashOf } from "../shared/hash.ts";
import { verdictSigns } from "../shared/signs.ts";
import { counted } from "../shared/summary.ts";
import {
  type Bundle,
  bundled,
  comparisonHeadline,
  listedByStack,
  programTold,
  remarks,
  runTold,
  sections,
  testChangedTold,
} from "./told.ts";

/** A comparison as one HTML file that opens from disk and fetches nothing, in the clothes of the report. It has no script. */
export function comparisonPage(comparison: Comparison): string {
  const style = `${pageStyle()}\n${readFileSync(new URL("./style.css", import.meta.url), "utf8")}`;
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const { before, after, added, gone } = comparison;
  const headline = comparisonHeadline(comparison);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>DANE in SMTP, compared: ${headline}</title>
<style>${trusted(style)}</style>
</head>
<body class="comparison">
<main>
<header class="head">
  <p class="overline">danelab · two runs compared · interoperability of DANE in SMTP</p>
  <h1>${headline}</h1>
  <div class="summary">
    <div class="lead"><p>Before: ${runTold(before)}<br>After: ${runTold(after)}</p>
    <p>${remarks(comparison).join(" ")}</p></div>
    ${programsTable(comparison)}
  </div>
</header>
${sections.map(({ key, title, meaning }) => {
  const changes = comparison[key];
  if (changes.length === 0) return null;
  return html`<section class="changes ${key}"><h2>${title} <span>${changes.length}</span></h2>
<p class="muted">${meaning}</p>
${bundled(changes).map(bundleItem)}</section>
`;
})}
${listed("New", added)}
${listed("Gone", gone)}
</main>
</body>
</html>
`.markup;
}

function programsTable({ programs }: Comparison): Html | null {
  if (programs.length === 0) return null;
  return html`<table class="programs"><caption>Programs that changed</caption>
${programs.map((program) => html`<tr><th scope="row">${program.role}</th><td>${programTold(program)}</td></tr>`)}</table>`;
}

function bundleItem({ first, differences, places }: Bundle): Html {
  const { verdict, scenario } = first.after;
  const cites = first.cites.length > 0 ? ` (${first.cites.join(", ")})` : "";
  return html`<article>
<h3><span class="v-${verdict}">${verdictSigns[verdict].symbol} ${verdict}</span> <code>${scenario}</code></h3>
<p>${first.title}${cites}</p>
<p class="muted">${places.map((place, index) => (index > 0 ? html`<br>${place}` : place))}</p>
${first.testChanged ? html`<p class="test-changed">${testChangedTold}</p>` : null}
<table><thead><tr><th scope="col"></th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
<tbody>${differences.map(
    ({ what, before, after }) =>
      html`<tr><th scope="row">${what}</th><td>${visibleLine(before)}</td><td>${visibleLine(after)}</td></tr>`,
  )}</tbody></table>
</article>
`;
}

function listed(title: string, trials: readonly TrialName[]): Html | null {
  if (trials.length === 0) return null;
  const all = listedByStack(trials, Number.POSITIVE_INFINITY);
  return html`<details class="changes"><summary>${title}: ${counted(trials.length, "trial")}</summary>
${all.map((line) => html`<p>${line}</p>`)}</details>`;
}

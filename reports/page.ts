import { readFileSync } from "node:fs";
import type { Evidence } from "../harness/model/evidence.ts";
import type { Results } from "../harness/model/results.ts";
import { dataBlock } from "./page/data.ts";
import { headSection } from "./page/head.ts";
import { type Html, html, trusted } from "./page/html.ts";
import { clientScript } from "./page/script.ts";
import { matrixSection } from "./page/table.ts";
import { hashOf } from "./shared/hash.ts";
import { matrixOf } from "./shared/matrix.ts";
import { headline } from "./shared/summary.ts";

/**
 * The whole report as one HTML file that opens from disk and fetches nothing: styles, script and evidence are inside, and the
 * content security policy lets nothing else in.
 *
 * @param evidence by trial id; a trial without any still has its cell, and its panel says so
 */
export function reportPage(results: Results, evidence: ReadonlyMap<string, Evidence>): string {
  const style = readFileSync(new URL("./page/style.css", import.meta.url), "utf8");
  const script = clientScript();
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const matrix = matrixOf(results);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>DANE in SMTP: ${headline(results)}</title>
<style>${trusted(style)}</style>
</head>
<body>
${headSection(results, matrix)}
<noscript><p class="bound">Without script the matrix can be read, but not filtered, and no cell can be opened.</p></noscript>
${matrixSection(results, matrix)}
${footer(results)}
<dialog id="panel" aria-labelledby="panel-title">
<nav class="panel-bar"><button type="button" id="before" title="Previous in the matrix">‹ Previous</button><button type="button" id="after" title="Next in the matrix">Next ›</button><button type="button" id="close" title="Close (Escape)">Close ✕</button></nav>
<article id="panel-body" tabindex="-1"></article>
</dialog>
${dataBlock(results, evidence)}
<script type="module">${trusted(script)}</script>
</body>
</html>
`.markup;
}

function footer({ run }: Results): Html {
  const timings = Object.entries(run.timings).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`);
  return html`<footer class="bound">
<p>Run ${run.id}, ${run.start} to ${run.end}. ${timings.join(", ")}. ${run.host.engine}, ${run.host.system}, Node ${run.host.node}, ${run.host.cores} cores.</p>
<details><summary>Options and images</summary>
<pre>${JSON.stringify(run.options, null, 1)}</pre>
<pre>${run.programs.map(({ id, image }) => `${id}  ${image.name}  ${image.digest}`).join("\n")}</pre>
</details>
</footer>`;
}

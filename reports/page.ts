import type { Results } from "../harness/model/results.ts";
import type { DomainSetups } from "../harness/model/setup.ts";
import { dataBlocks } from "./page/blocks.ts";
import { pageScript, pageStyle } from "./page/bundle.ts";
import { type Html, html, trusted } from "./page/html.ts";
import { filterBar } from "./page/views/filter-bar.ts";
import { firstScreen } from "./page/views/first.ts";
import { navigation } from "./page/views/navigation.ts";
import { hashOf } from "./shared/hash.ts";
import { matrixOf } from "./shared/matrix.ts";
import { headline } from "./shared/summary.ts";

/**
 * The whole report as one HTML file that opens from disk and fetches nothing: styles, script and evidence are inside, and the
 * content security policy lets nothing else in.
 *
 * @param evidence by trial id, of any kind of trial; one without any still has its cell, and its page says so
 * @param domains how the recipient domains were set up, where that is known
 */
export function reportPage(
  results: Results,
  evidence: ReadonlyMap<string, unknown>,
  domains: DomainSetups = {},
): string {
  const style = pageStyle();
  const script = pageScript();
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
${navigation(results)}
<main>
<div id="overview">
${firstScreen(results, matrix)}
<noscript><p class="bound">The matrix needs script. Beside this file, summary.txt, summary.md and matrix.csv say the same.</p></noscript>
${filterBar(results, matrix)}
<p class="bound" id="none" hidden>Nothing matches.</p>
<div id="cells"></div>
</div>
<article id="page" class="bound" hidden></article>
</main>
${footer(results)}
${dataBlocks({ results, evidence, domains })}
<script>${trusted(script)}</script>
</body>
</html>
`.markup;
}

function footer({ run }: Results): Html {
  const timings = Object.entries(run.timings).map(([phase, ms]) => `${phase} ${(ms / 1000).toFixed(1)} s`);
  return html`<footer class="bound">
<p>Run ${run.id}, ${run.start} to ${run.end}. ${timings.join(", ")}. ${run.host.engine}, ${run.host.system}, Node ${run.host.node}, ${run.host.cores} cores.</p>
<details><summary>Options and images</summary>
<pre tabindex="0">${JSON.stringify(run.options, null, 1)}</pre>
<pre tabindex="0">${run.programs.map(({ id, image }) => `${id}  ${image.name}  ${image.digest}`).join("\n")}</pre>
</details>
</footer>`;
}

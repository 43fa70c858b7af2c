import { severities } from "../../../harness/model/divergence.ts";
import type { Results, TrialResult, Verdict } from "../../../harness/model/results.ts";
import { visible } from "../../shared/characters.ts";
import { implementationName } from "../../shared/names.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html, type Piece } from "../html.ts";
import { facts, lines, log, part, table } from "./facts.ts";
import { implementationsOf, ownTrials, partnerOf, programOf, trialsWith } from "./implementations.ts";
import { implementationLink, listed, trialLink, verdictBadge } from "./links.ts";
import { happenedIn } from "./matrix.ts";
import { tallyOf } from "./tally.ts";
import { changesOf, deedTold, differencesOf, type Versions, versionsSideBySide } from "./versions.ts";

/** One program in one version: what deviates, what it lacks, what its versions do differently. */
export function implementationPage(results: Results, id: string): Html {
  const own = ownTrials(results, id);
  const versions = versionsSideBySide(results, id);
  const program = programOf(results, id);
  const partners = [...new Set(trialsWith(results, id).flatMap((trial) => partnerOf(trial, id) ?? []))];
  return html`<p class="where">${program?.role ?? "implementation"} <code>${id}</code></p>
<h1 tabindex="-1">${implementationName(id)}</h1>
${facts([
  ["Installed", program?.package ?? null],
  ["Image", program ? html`<code>${program.image.name}</code>` : null],
  ["Tried with", partners.length > 0 ? listed(partners.map(implementationLink)) : null],
  ["Results", own.length > 0 ? tallyOf(own) : "none of its own: it served in stacks of senders"],
])}
${program?.build ? html`<details class="part"><summary>How it was built</summary>${log(program.build)}</details>` : null}
${deviations(results, id, own, ["fail", "warn"], "What deviates", "Nothing was outside what the RFCs permit, but for what is on record.")}
${onRecord(id, own)}
${deviations(results, id, own, ["error", "inconclusive"], "What could not be judged", null)}
${unsupported(own)}
${sideBySide(id, versions)}
${changes(versions)}`;
}

/** Of a scenario all trials in one item: policies and partners are told behind it. */
function deviations(
  results: Results,
  id: string,
  own: readonly TrialResult[],
  verdicts: readonly Verdict[],
  title: string,
  none: string | null,
): Html | null {
  const found = own.filter(({ verdict }) => verdicts.includes(verdict));
  if (found.length === 0) return none === null ? null : part(title, html`<p>${none}</p>`);
  const byScenario = Map.groupBy(found, ({ scenario }) => scenario);
  const items = [...byScenario].map(([scenario, trials]) => {
    const { title: told } = results.scenarios.find((one) => one.id === scenario) ?? { title: scenario };
    return html`<p>${[...new Set(trials.map(({ verdict }) => verdict))].map((one) => html`${verdictBadge(one)} `)}<b>${told}</b> <code>${scenario}</code></p>
<p>${deedsTold(trials, id)}</p>
${reasonsOf(trials)}`;
  });
  return part(title, itemList(items));
}

function placeOf(trial: TrialResult, id: string): string {
  const partner = partnerOf(trial, id);
  const kinds: Readonly<Record<string, string>> = { lookup: "asked", verification: "looked", probe: "tried" };
  const place = kinds[trial.policy] ?? trial.policy;
  return [
    place,
    ...(trial.canary ? [`at the ${trial.canary}`] : []),
    ...(partner ? [implementationName(partner)] : []),
  ].join(", ");
}

function reasonsOf(trials: readonly TrialResult[]): Piece {
  const told = new Set(trials.map(({ reasons }) => reasons[0] ?? ""));
  return [...told].map((reason) => html`<p class="muted">${visible(reason)}</p>`);
}

/** So many scenarios of one deviation are shown before they are asked for. */
const mostOpen = 5;

/** What is on record once, gravest first, with all trials that show it. */
function onRecord(id: string, own: readonly TrialResult[]): Html | null {
  const found = own.filter(({ verdict }) => verdict === "known");
  if (found.length === 0) return null;
  const rankOf = ([{ divergence }]: readonly [TrialResult, ...TrialResult[]]): number =>
    divergence?.severity ? severities.indexOf(divergence.severity) : severities.length;
  const byReason = Map.groupBy(
    found,
    ({ divergence, reasons }) => `${divergence?.severity} ${divergence?.reason ?? reasons[0] ?? ""}`,
  );
  const items = [...byReason.values()]
    .map((trials) => trials as [TrialResult, ...TrialResult[]])
    .toSorted((a, b) => rankOf(a) - rankOf(b) || b.length - a.length)
    .map((trials) => {
      const [{ divergence, reasons }] = trials;
      return html`<p>${verdictBadge("known")} <b>${visible(divergence?.reason ?? reasons[0] ?? "")}</b></p>
${
  divergence
    ? html`<p class="muted">${divergence.severity ? `Severity: ${divergence.severity}. ` : ""}${
        divergence.link ? html`<a href="${divergence.link}" rel="external">${divergence.link}</a>` : null
      }</p>`
    : null
}${showing(trials, id)}`;
    });
  return part("Deviations on record", itemList(items));
}

/** The trials that show a deviation, by scenario. */
function showing(trials: readonly TrialResult[], id: string): Html {
  const byScenario = Map.groupBy(trials, ({ scenario }) => scenario);
  const all = lines(
    [...byScenario].map(([scenario, own]) => html`<code>${scenario}</code>: ${deedsTold(own, id)}`),
  );
  if (byScenario.size <= mostOpen) return all;
  return html`<details><summary>Seen in ${counted(byScenario.size, "scenario")}</summary>${all}</details>`;
}

function deedsTold(trials: readonly TrialResult[], id: string): Piece {
  return [
    listed(trials.map((trial) => trialLink(trial, `${happenedIn(trial)} (${placeOf(trial, id)})`))),
    `; permitted: ${trials[0]?.expected.join(" or ") ?? ""}`,
  ];
}

function itemList(items: readonly Html[]): Html {
  return html`<div class="items">${items.map((item) => html`<div class="item">${item}</div>`)}</div>`;
}

function unsupported(own: readonly TrialResult[]): Html | null {
  const found = own.filter(({ verdict }) => verdict === "unsupported");
  if (found.length === 0) return null;
  const byReason = Map.groupBy(found, ({ reasons }) => reasons[0] ?? "");
  return part(
    "What is unsupported",
    lines(
      [...byReason].map(
        ([reason, trials]) =>
          html`${visible(reason)}: ${counted(trials.length, "trial")} ${scenariosOf(trials)}`,
      ),
    ),
  );
}

function scenariosOf(trials: readonly TrialResult[]): Html {
  const scenarios = [...new Set(trials.map(({ scenario }) => scenario))];
  return html`<details><summary>${counted(scenarios.length, "scenario")}</summary><p>${listed(scenarios)}</p></details>`;
}

function sideBySide(id: string, versions: Versions): Html | null {
  const { ids } = versions;
  if (ids.length < 2) return null;
  const rows = differencesOf(versions);
  if (rows.length === 0)
    return part(
      "Versions side by side",
      html`<p>${listed(ids.map(implementationLink))} did the same in all trials that they have in common.</p>`,
    );
  return part("Versions side by side", [
    html`<p>Where they differ:</p>`,
    table(
      ["Trial", ...ids.map(implementationName)],
      rows.map((trials) => {
        const at = trials.findIndex((trial) => trial);
        const some = trials[at];
        return [
          some ? html`<code>${some.scenario}</code> ${placeOf(some, ids[at] ?? id)}` : "",
          ...trials.map((trial) =>
            trial
              ? trialLink(trial, html`${verdictBadge(trial.verdict)} ${deedTold(trial, trials)}`)
              : "not tried",
          ),
        ];
      }),
    ),
  ]);
}

function changes(versions: Versions): Html | null {
  const told = changesOf(versions).flatMap(({ from, to, changes: own, gained, lost }) => {
    const said = [
      ...own.map(
        ({ before, after }) =>
          html`<code>${after.scenario}</code> (${placeOf(after, to)}): ${trialLink(before, deedTold(before, [after]))} became ${trialLink(after, deedTold(after, [before]))} ${verdictBadge(after.verdict)}`,
      ),
      ...lacking(from, gained),
      ...lacking(to, lost),
    ];
    if (said.length === 0) return [];
    return [html`<h3>From ${implementationName(from)} to ${implementationName(to)}</h3>${lines(said)}`];
  });
  return told.length === 0 ? null : part("Which version changed what", told);
}

function lacking(version: string, trials: readonly TrialResult[]): readonly Html[] {
  if (trials.length === 0) return [];
  return [
    html`${counted(trials.length, "trial")} of what ${implementationName(version)} does not have: ${scenariosOf(trials)}`,
  ];
}

/** All of them, in the order of the run: which is better is for readers to say. */
export function implementationList(results: Results): Html {
  const rows = implementationsOf(results).map((id) => {
    const own = ownTrials(results, id);
    const program = programOf(results, id);
    return [
      implementationLink(id),
      program?.role ?? "",
      program?.package ?? "",
      own.length > 0 ? tallyOf(own) : `in ${counted(trialsWith(results, id).length, "trial")} of senders`,
    ];
  });
  return html`<h1 tabindex="-1">Implementations</h1>
<p>In the order of the run. The numbers count trials, twins left out; they are no score: scenarios differ in weight, and some test the same thing from several sides.</p>
${table(["Implementation", "Role", "Installed", "Results"], rows)}`;
}

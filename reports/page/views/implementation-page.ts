import type { Results, TrialResult, Verdict } from "../../../harness/model/results.ts";
import { visible } from "../../shared/characters.ts";
import { implementationName } from "../../shared/names.ts";
import { counted } from "../../shared/summary.ts";
import { type Html, html, type Piece } from "../html.ts";
import { facts, lines, log, part, table } from "./facts.ts";
import {
  implementationsOf,
  ownTrials,
  partnerOf,
  programOf,
  trialsWith,
  versionsOf,
} from "./implementations.ts";
import { implementationLink, listed, trialLink, verdictBadge } from "./links.ts";
import { happenedIn } from "./matrix.ts";
import { tallyOf } from "./tally.ts";
import { changesOf, deedTold, differencesOf } from "./versions.ts";

/** One program in one version: what deviates, what it lacks, what its versions do differently. */
export function implementationPage(results: Results, id: string): Html {
  const own = ownTrials(results, id);
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
${deviations(results, id, ["fail", "warn"], "What deviates", "Nothing was outside what the RFCs permit, but for what is on record.")}
${deviations(results, id, ["known"], "Deviations on record", null)}
${deviations(results, id, ["error", "inconclusive"], "What could not be judged", null)}
${unsupported(own)}
${versions(results, id)}
${changes(results, id)}`;
}

/** Of a scenario all trials in one item: policies and partners are told behind it. */
function deviations(
  results: Results,
  id: string,
  verdicts: readonly Verdict[],
  title: string,
  none: string | null,
): Html | null {
  const found = ownTrials(results, id).filter(({ verdict }) => verdicts.includes(verdict));
  if (found.length === 0) return none === null ? null : part(title, html`<p>${none}</p>`);
  const byScenario = Map.groupBy(found, ({ scenario }) => scenario);
  const items = [...byScenario].map(([scenario, trials]) => {
    const { title: told } = results.scenarios.find((one) => one.id === scenario) ?? { title: scenario };
    const [first] = trials;
    return html`<p>${[...new Set(trials.map(({ verdict }) => verdict))].map((one) => html`${verdictBadge(one)} `)}<b>${told}</b> <code>${scenario}</code></p>
<p>${listed(trials.map((trial) => trialLink(trial, `${happenedIn(trial)} (${placeOf(trial, id)})`)))}; permitted: ${first?.expected.join(" or ") ?? ""}</p>
${reasonsOf(trials)}`;
  });
  return part(
    title,
    html`<div class="items">${items.map((item) => html`<div class="item">${item}</div>`)}</div>`,
  );
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
  const told = new Set(trials.map(({ divergence, reasons }) => divergence?.reason ?? reasons[0] ?? ""));
  const recorded = trials.find(({ divergence }) => divergence)?.divergence;
  return [
    [...told].map((reason) => html`<p class="muted">${visible(reason)}</p>`),
    recorded
      ? html`<p class="muted">${recorded.severity ? `Severity: ${recorded.severity}. ` : ""}${
          recorded.link ? html`<a href="${recorded.link}" rel="external">${recorded.link}</a>` : null
        }</p>`
      : null,
  ];
}

function unsupported(own: readonly TrialResult[]): Html | null {
  const found = own.filter(({ verdict }) => verdict === "unsupported");
  if (found.length === 0) return null;
  const byReason = Map.groupBy(found, ({ reasons }) => reasons[0] ?? "");
  return part(
    "What is unsupported",
    lines(
      [...byReason].map(([reason, trials]) => {
        const scenarios = [...new Set(trials.map(({ scenario }) => scenario))];
        return html`${visible(reason)}: ${counted(trials.length, "trial")} <details><summary>${counted(scenarios.length, "scenario")}</summary><p>${listed(scenarios)}</p></details>`;
      }),
    ),
  );
}

function versions(results: Results, id: string): Html | null {
  const all = versionsOf(results, id);
  if (all.length < 2) return null;
  const rows = differencesOf(results, id);
  if (rows.length === 0)
    return part(
      "Versions side by side",
      html`<p>${listed(all.map(implementationLink))} did the same in all trials that they have in common.</p>`,
    );
  return part("Versions side by side", [
    html`<p>Where they differ:</p>`,
    table(
      ["Trial", ...all.map(implementationName)],
      rows.map(({ scenario, trials }) => {
        const some = trials.find((trial) => trial);
        return [
          html`<code>${scenario}</code> ${some ? placeOf(some, all[trials.indexOf(some)] ?? id) : ""}`,
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

function changes(results: Results, id: string): Html | null {
  const told = changesOf(results, id).filter((one) => one.changes.length > 0);
  if (told.length === 0) return null;
  return part(
    "Which version changed what",
    told.map(
      ({ from, to, changes: own }) =>
        html`<h3>From ${implementationName(from)} to ${implementationName(to)}</h3>${lines(
          own.map(
            ({ before, after }) =>
              html`<code>${after.scenario}</code> (${placeOf(after, to)}): ${trialLink(before, deedTold(before, [after]))} became ${trialLink(after, deedTold(after, [before]))} ${verdictBadge(after.verdict)}`,
          ),
        )}`,
    ),
  );
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

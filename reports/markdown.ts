import type { Results, TrialResult, Verdict } from "../harness/model/results.ts";
import { code, table, text } from "./shared/gfm.ts";
import { limitsOf, spansText } from "./shared/limits.ts";
import { kindWithoutMail, matrixOf, stackIdOf } from "./shared/matrix.ts";
import { verdictOrder, verdictSigns, whatHappened } from "./shared/signs.ts";
import {
  type Attack,
  attacksOf,
  controlLost,
  counted,
  countVerdicts,
  daneClaims,
  daneHeld,
  foldedTrials,
  headline,
  paragraph,
  unexpectedTrials,
} from "./shared/summary.ts";

/** CI systems take about one MiB for a job summary: beyond this many rows a table says what it leaves out. */
const mostRows = 200;

const titles = {
  mail: "DANE in SMTP",
  lookup: "Resolvers for DANE",
  verification: "Verifiers of DANE",
} as const;
const heads = { mail: "Sender and resolver | Policy", lookup: "Resolver", verification: "Verifier" } as const;

/** A summary for the page of a CI job, in GitHub-flavoured Markdown. */
export function summaryMarkdown(results: Results): string {
  const sections = [
    `## ${titles[kindWithoutMail(results) ?? "mail"]}: ${sign(gravest(results))}`,
    `**${text(headline(results))}**`,
    text(paragraph(results)),
    totals(results),
    unexpected(results),
    attacks(results),
    limits(results),
    notes(results),
    programs(results),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function gravest(results: Results): Verdict {
  const counts = countVerdicts(foldedTrials(results));
  if (results.run.interrupted || results.run.errors.length > 0) return "error";
  if (results.run.staleDivergences.length > 0) return "fail";
  return (
    (["fail", "error", "inconclusive", "warn"] as const).find((verdict) => counts.has(verdict)) ?? "pass"
  );
}

function totals(results: Results): string {
  const trials = foldedTrials(results);
  const all = countVerdicts(trials);
  const shown = verdictOrder.filter((verdict) => all.has(verdict));
  const asked = kindWithoutMail(results);
  const byColumn = Map.groupBy(trials, (trial) =>
    asked ? code(stackIdOf(trial)) : `${code(stackIdOf(trial))} | ${trial.policy}`,
  );
  const row = (name: string, of: readonly TrialResult[]): string => {
    const counts = countVerdicts(of);
    return `${name} | ${shown.map((verdict) => counts.get(verdict) ?? 0).join(" | ")}`;
  };
  return table(`${heads[asked ?? "mail"]} | ${shown.map(sign).join(" | ")}`, [
    ...[...byColumn].map(([name, of]) => row(name, of)),
    row(asked ? "**all**" : "**all** | ", trials),
  ]);
}

function unexpected(results: Results): string {
  const found = unexpectedTrials(results);
  if (found.length === 0) return "";
  const titles = new Map(results.scenarios.map(({ id, title }) => [id, title]));
  const asked = kindWithoutMail(results);
  const rows = found.slice(0, mostRows).map((trial) => {
    const name = `${code(trial.scenario)}<br>${text(titles.get(trial.scenario) ?? "")}`;
    const kind = trial.role === "control" ? `${trial.policy} (control)` : trial.policy;
    const why = trial.reasons.map(text).join("<br>");
    const who = asked ? code(stackIdOf(trial)) : `${code(stackIdOf(trial))} | ${kind}`;
    return `${sign(trial.verdict)} | ${name} | ${who} | ${whatHappened(trial)} | ${why}`;
  });
  const more = found.length - rows.length;
  return [
    `### Unexpected (${found.length})`,
    table(`Verdict | Scenario | ${heads[asked ?? "mail"]} | Outcome | Why`, rows),
    ...(more > 0 ? [`${counted(more, "more trial")} in the report.`] : []),
  ].join("\n\n");
}

function attacks(results: Results): string {
  const all = attacksOf(results);
  if (all.length === 0) return "";
  const rows = all
    .slice(0, mostRows)
    .map(
      (attack) =>
        `${code(attack.scenario.id)}<br>${text(attack.scenario.title)} | ${code(attack.stack)} | ${lostText(attack)} | ${heldText(attack)}`,
    );
  const more = all.length - rows.length;
  const stopped = all.every((attack) => daneHeld(attack) || !daneClaims(attack)) && all.every(controlLost);
  return folded(`Attacks (${all.length})`, !stopped, [
    table("Attack | Sender and resolver | Without DANE: mail lost? | With DANE: held?", rows),
    ...(more > 0 ? [`${counted(more, "more attack")} in the report.`] : []),
  ]);
}

/** What the RFCs leave to programs, as measured. */
function limits(results: Results): string {
  const rows = limitsOf(results).flatMap(({ of, tried, findings }) =>
    findings.map((finding, index) => {
      const name = index === 0 ? `${text(of)}: ${tried.join(", ")}` : "";
      return `${name} | ${text(spansText(finding))} | ${finding.resolvers.map(code).join(", ")}`;
    }),
  );
  if (rows.length === 0) return "";
  return folded("Limits", true, [table("Tried | Found | Resolvers", rows)]);
}

/** Long, and looked up rather than read. */
function folded(title: string, open: boolean, parts: readonly string[]): string {
  return [`<details${open ? " open" : ""}><summary><b>${title}</b></summary>`, ...parts, "</details>"].join(
    "\n\n",
  );
}

function lostText(attack: Attack): string {
  if (attack.controls.length === 0) return "not tried";
  const by = attack.controls.map(({ policy, leaked }) => `${policy}: ${leaked ? "lost" : "kept"}`).join(", ");
  return controlLost(attack) ? `yes (${by})` : `**no** (${by}): proves nothing`;
}

function heldText(attack: Attack): string {
  if (attack.defended.length === 0) return "not tried";
  const by = attack.defended.map((trial) => `${trial.policy}: ${whatHappened(trial)}`).join(", ");
  if (attack.defended.some(({ verdict }) => verdict === "error")) return `not known (${by})`;
  if (!daneClaims(attack)) return `DANE does not claim to (${by})`;
  return daneHeld(attack) ? `yes (${by})` : `**no** (${by})`;
}

function notes({ run }: Results): string {
  const list = (title: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`### ${title}`, items.map((item) => `- ${text(item)}`).join("\n")];
  return [
    ...list("Errors of the harness", run.errors),
    ...list("Recorded divergences that no longer occur", run.staleDivergences),
    ...(run.strayPackets.count > 0
      ? list(`Packets addressed outside the lab: ${run.strayPackets.count}`, run.strayPackets.first)
      : []),
  ].join("\n\n");
}

function programs(results: Results): string {
  const { run } = results;
  const { policies } = matrixOf(results);
  const rows = run.programs.map(
    ({ role, id, package: installed }) => `${role} | ${code(id)} | ${text(installed)}`,
  );
  const seconds = ((Date.parse(run.end) - Date.parse(run.start)) / 1000).toFixed(1);
  return folded("Programs", true, [
    table("Role | Program | Package", rows),
    text(
      `danelab ${run.danelab}, run ${run.id}, ${run.start}, ${seconds} s, policies ${policies.join(", ")}; ${run.host.engine}, ${run.host.system}, ${counted(run.host.cores, "core")}.`,
    ),
  ]);
}

function sign(verdict: Verdict): string {
  return `${verdictSigns[verdict].symbol} ${verdict}`;
}

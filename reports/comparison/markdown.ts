import type { Comparison, TrialName } from "../../harness/model/comparison.ts";
import { code, table, text } from "../shared/gfm.ts";
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

/** CI systems take about one MiB for a job summary. */
const mostRows = 200;

/** A comparison for the page of a CI job. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { before, after, programs, added, gone, regressions } = comparison;
  const parts = [
    `## DANE in SMTP, compared: ${regressions.length === 0 ? "✓ no regression" : "✗ regressions"}`,
    `**${text(comparisonHeadline(comparison))}**`,
    `Before: ${text(runTold(before))}<br>After: ${text(runTold(after))}`,
    remarks(comparison).map(text).join(" "),
    programs.length === 0
      ? ""
      : `### Programs\n\n${table(
          "Role | Change",
          programs.map((program) => `${program.role} | ${text(programTold(program))}`),
        )}`,
    ...sections.map(({ key, title, meaning }) => {
      const changes = comparison[key];
      if (changes.length === 0) return "";
      const bundles = bundled(changes);
      const more = bundles.length - mostRows;
      return [
        `### ${title} (${changes.length})`,
        `${meaning[0]?.toUpperCase()}${meaning.slice(1)}.`,
        table("Verdict | Scenario | Where | Before -> after", bundles.slice(0, mostRows).map(bundleRow)),
        ...(more > 0 ? [`${counted(more, "more row")} in the comparison's page.`] : []),
      ].join("\n\n");
    }),
    listed("New", added),
    listed("Gone", gone),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function bundleRow({ first, differences, places }: Bundle): string {
  const { verdict, scenario } = first.after;
  const told = [
    ...(first.testChanged ? [`**${text(testChangedTold)}**`] : []),
    ...differences.map(({ what, before, after }) => `${what}: ${text(before)} **->** ${text(after)}`),
  ];
  return [
    `${verdictSigns[verdict].symbol} ${verdict}`,
    `${code(scenario)}<br>${text(first.title)}`,
    places.map(text).join("<br>"),
    told.join("<br>"),
  ].join(" | ");
}

function listed(title: string, trials: readonly TrialName[]): string {
  if (trials.length === 0) return "";
  const lines = listedByStack(trials, mostRows).map((line) => `- ${text(line)}`);
  return `<details><summary>${title}: ${counted(trials.length, "trial")}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}

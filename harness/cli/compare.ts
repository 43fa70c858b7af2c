import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { comparisonMarkdown } from "../../reports/comparison/markdown.ts";
import { comparisonPage } from "../../reports/comparison/page.ts";
import { comparisonText } from "../../reports/comparison/terminal.ts";
import { type ComparedRun, type Comparison, type Counterpart, compare } from "../model/comparison.ts";
import type { Results } from "../model/results.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { nearest } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import { terminal } from "./screen.ts";
import { readEvidence, readRun, runWord } from "./stored.ts";

/** A stored run with all its evidence. */
export async function readCompared(word: string): Promise<ComparedRun> {
  const { folder, results } = await readRun(word);
  return { results, evidence: await readEvidence(folder, results.trials) };
}

/** @throws UsageError where the runs have nothing in common. */
export function compareRuns(
  before: ComparedRun,
  after: ComparedRun,
  named: readonly Counterpart[] = [],
): Comparison {
  const comparison = compare(before, after, named);
  if (comparison.compared > 0) return comparison;
  const programs = ({ trials }: Results): string =>
    [...new Set(trials.map(({ sender, resolver }) => `${sender}+${resolver}`))].join(", ") || "no trials";
  throw new UsageError(
    `the runs have no trial in common: before ${programs(before.results)}, after ${programs(after.results)}; --as NAME@VERSION=NAME@VERSION compares two programs`,
  );
}

function counterparts(words: readonly string[], before: Results, after: Results): readonly Counterpart[] {
  return words.map((word) => {
    const [old = "", fresh = "", ...more] = word.split("=");
    if (old === "" || fresh === "" || more.length > 0)
      throw new UsageError(`--as ${word}: wanted is NAME@VERSION=NAME@VERSION, the program before and after`);
    const roles = (["sender", "resolver"] as const).filter((role) =>
      [[old, before] as const, [fresh, after] as const].every(([id, { trials }]) =>
        trials.some((trial) => trial[role] === id),
      ),
    );
    if (roles.length > 0) return { before: old, after: fresh };
    for (const [id, { trials }] of [
      [old, before],
      [fresh, after],
    ] as const) {
      const there = [...new Set(trials.flatMap(({ sender, resolver }) => [sender, resolver]))];
      if (there.includes(id)) continue;
      const close = nearest(id, there);
      throw new UsageError(
        `--as ${word}: ${id} is not in the run ${id === old ? "before" : "after"}${close ? `; did you mean ${close}?` : ";"} ${close ? "There" : "there"} are ${there.join(", ")}`,
      );
    }
    throw new UsageError(`--as ${word}: a sender and a resolver cannot take each other's place`);
  });
}

/** Beside the other reports of a run. */
export async function writeComparison(folder: string, comparison: Comparison): Promise<void> {
  await Promise.all([
    writeFile(join(folder, "comparison.md"), comparisonMarkdown(comparison)),
    writeFile(join(folder, "comparison.html"), comparisonPage(comparison)),
  ]);
}

export const compareCommand: Command = {
  name: "compare",
  usage: "compare BEFORE AFTER",
  summary: "Compare two runs: regressions, fixes, what else changed, what is new or gone",
  more: [
    `Each is ${runWord}.`,
    "Programs are matched by name and version; where each run has one version of a program, by name. Times, ids and",
    "addresses are not compared. Exit status 1 on a regression.",
  ].join("\n"),
  options: {
    as: {
      value: "NAME@VERSION=NAME@VERSION",
      many: true,
      help: "compare only this program of the run before with that one of the run after",
    },
    markdown: { value: "FILE", help: "write it as Markdown too" },
    html: { value: "FILE", help: "write it as a page too" },
    json: { help: "print it as JSON" },
  },
  async run(args) {
    const [first, second, ...rest] = args.words;
    if (first === undefined || second === undefined || rest.length > 0)
      throw new UsageError("compare takes two runs; see danelab compare --help");
    const before = await readCompared(first);
    const after = await readCompared(second);
    const named = counterparts(args.values("as"), before.results, after.results);
    const comparison = compareRuns(before, after, named);
    const write = async (option: string, content: (comparison: Comparison) => string): Promise<void> => {
      const file = args.value(option);
      if (file === undefined) return;
      await writeFile(file, content(comparison)).catch((error: unknown) => {
        throw new UsageError(`--${option} ${file}: cannot be written: ${messageOf(error)}`);
      });
    };
    await write("markdown", comparisonMarkdown);
    await write("html", comparisonPage);
    if (args.flag("json")) console.log(JSON.stringify(comparison, null, 1));
    else console.log(comparisonText(comparison, terminal()));
    return comparison.regressions.length > 0 ? 1 : 0;
  },
};

import { lint } from "../run/lint.ts";
import { lintLookups } from "../run/lint-lookups.ts";
import type { Command } from "./commands.ts";
import { findAny, selectionOptions } from "./selection.ts";

export const lintCommand: Command = {
  name: "lint",
  usage: "lint [ID or GLOB ...]",
  summary:
    "Look for scenarios that test nothing: faults that nobody notices, expectations that nothing breaks, doubles",
  more: "Exit status 1 if something is found.",
  options: { scenarios: selectionOptions.scenarios, json: { help: "print JSON" } },
  async run(args) {
    const { scenarios, lookups, authorities } = await findAny(args, args.words);
    const findings = [...lint(scenarios), ...lintLookups(lookups), ...lintLookups(authorities)];
    if (args.flag("json")) console.log(JSON.stringify(findings, null, 2));
    else if (findings.length === 0) console.log("nothing found");
    else for (const { file, scenario, text } of findings) console.log(`${file}: ${scenario}: ${text}`);
    return findings.length === 0 ? 0 : 1;
  },
};

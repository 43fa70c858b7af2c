import { lint } from "../run/lint.ts";
import type { Command } from "./commands.ts";
import { findScenarios, selectionOptions } from "./selection.ts";

export const lintCommand: Command = {
  name: "lint",
  usage: "lint [ID or GLOB ...]",
  summary:
    "Look for scenarios that test nothing: faults that nobody notices, expectations that nothing breaks, doubles",
  more: "Exit status 1 if something is found.",
  options: { scenarios: selectionOptions.scenarios, json: { help: "print JSON" } },
  async run(args) {
    const findings = lint(await findScenarios(args, args.words));
    if (args.flag("json")) console.log(JSON.stringify(findings, null, 2));
    else if (findings.length === 0) console.log("nothing found");
    else for (const { file, scenario, text } of findings) console.log(`${file}: ${scenario}: ${text}`);
    return findings.length === 0 ? 0 : 1;
  },
};

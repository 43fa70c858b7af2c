import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { loadRegistry, programsOf } from "../lab/registry.ts";
import { isAttack, programId } from "../model/plan.ts";
import { senderPolicies } from "../model/scenario.ts";
import { loadAuthorityScenarios, loadLookups, loadProbes, loadScenarios } from "../run/load-scenarios.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import { candidatesFor, type Sources } from "./candidates.ts";
import type { Command } from "./commands.ts";
import { guideFile } from "./guide.ts";

const shells = ["bash", "zsh", "fish"] as const;

const sources: Sources = {
  scenarios: () => loadScenarios([]),
  lookups: async () => (await loadLookups([])).map(({ domain }) => domain),
  authorities: async () => (await loadAuthorityScenarios([])).map(({ domain }) => domain),
  probes: async () => (await loadProbes([])).map(({ domain }) => domain),
  attacks: async () => (await loadScenarios([])).filter((one) => !one.canary && isAttack(one)),
  // The engine knows better, and would have to be waited for.
  labs: async () =>
    (await readdir(dirname(guideFile("any"))).catch(() => [])).map((file) => ({
      id: basename(file, ".txt"),
    })),
  senders: async () => programsOf((await loadRegistry()).senders).map((one) => ({ id: programId(one) })),
  resolvers: async () => programsOf((await loadRegistry()).resolvers).map((one) => ({ id: programId(one) })),
  verifiers: async () => programsOf((await loadRegistry()).verifiers).map((one) => ({ id: programId(one) })),
  nameServers: async () =>
    programsOf((await loadRegistry()).authorities).map((one) => ({ id: programId(one) })),
  policies: senderPolicies,
};

/** Lines for the scripts: candidate, tab, what it is; or :files, or :open where more is to be typed behind it. */
async function answer(words: readonly string[], commands: readonly Command[]): Promise<readonly string[]> {
  const found = await candidatesFor(words, commands, sources);
  if (found === "files") return [":files"];
  return [
    ...(found.some(({ open }) => open) ? [":open"] : []),
    ...found.map(({ text, help }) => (help === undefined ? text : `${text}\t${help}`)),
  ];
}

/** The scripts know nothing of danelab: they ask it each time, so that what they offer is what there is. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    usage: `completion ${shells.join("|")}`,
    summary:
      "Print a script with which the shell completes commands, options, scenario ids, senders, resolvers",
    more: [
      'bash, in ~/.bashrc                      eval "$(danelab completion bash)"',
      'zsh, in ~/.zshrc after compinit         eval "$(danelab completion zsh)"',
      "fish, in ~/.config/fish/config.fish     danelab completion fish | source",
      "",
      "danelab completion words -- WORD ... is what the scripts ask: how the last of the words may go on.",
    ].join("\n"),
    options: {},
    async run({ words: [shell = "", ...rest] }) {
      if (shell === "words") {
        const lines = await answer(rest, commands());
        if (lines.length > 0) console.log(lines.join("\n"));
        return 0;
      }
      const known = shells.find((one) => one === shell);
      if (!known || rest.length > 0)
        throw new UsageError(
          `completion takes a shell, one of ${shells.join(", ")}${meant(shell, shells) || "; see danelab completion --help"}`,
        );
      const script = join(import.meta.dirname, "completion", `danelab.${known}`);
      console.log((await readFile(script, "utf8")).trimEnd());
      return 0;
    },
  };
}

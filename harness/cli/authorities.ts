import { loadRegistry, type Registry, selectPrograms } from "../lab/registry.ts";
import { type AuthorityMode, authorityModes, type TestedServer } from "../model/authority.ts";
import { programId } from "../model/plan.ts";
import { planAuthorities } from "../model/plan-authorities.ts";
import { runAuthorities, validators } from "../run/authorities.ts";
import { loadAuthorityScenarios, loadScenarios } from "../run/load-scenarios.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import { conductInLab, inLabOptions } from "./in-lab.ts";
import type { Arguments } from "./options.ts";
import { chosenBy } from "./selection.ts";

export const authoritiesCommand: Command = {
  name: "authorities",
  usage: "authorities [ID or GLOB ...]",
  summary:
    "Try authoritative servers: what they say of signed zones, directly and through validating resolvers",
  options: {
    authority: {
      value: "NAME[@VERSION]",
      many: true,
      help: "only these; every version of every one unless told",
    },
    mode: {
      value: authorityModes.join("|"),
      many: true,
      help: "what it does with its zones; all that a program can do unless told",
    },
    ...inLabOptions,
  },
  async run(args) {
    const registry = await loadRegistry();
    const servers = selectServers(args, registry);
    const all = await loadAuthorityScenarios(args.values("scenarios"));
    const scenarios = chosenBy(args.words, all, ({ domain }) => domain.id);
    const trials = planAuthorities(scenarios, servers);
    if (trials.length === 0)
      throw new UsageError(
        `${scenarios.map(({ domain }) => domain.id).join(", ")}: tried with ${scenarios.flatMap(({ modes = [] }) => modes)[0]} alone; see --mode`,
      );
    const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);
    const resolvers = selectPrograms(registry.resolvers, Object.values(validators), "--resolver");
    return conductInLab(args, {
      registry,
      wanted: { stacks: [], scenarios: [], resolvers, tested: servers },
      options: { scenarios: args.words, authorities: servers.map(({ id }) => id) },
      save: (output) => output.saveLookups({ scenarios, servers }),
      trials: trials.length,
      run: (input, { progress, done }) =>
        runAuthorities(
          { ...input, trials, canaries, divergences: registry.divergences },
          { progress, answered: done },
        ),
    });
  },
};

function selectModes(args: Arguments): readonly AuthorityMode[] {
  const wanted = args.values("mode");
  if (wanted.length === 0) return authorityModes;
  return wanted.map((name) => {
    const mode = authorityModes.find((one) => one === name);
    if (!mode)
      throw new UsageError(
        `--mode ${name}: not known; there are ${authorityModes.join(", ")}${meant(name, authorityModes)}`,
      );
    return mode;
  });
}

/** The chosen programs in the chosen modes. */
function selectServers(args: Arguments, registry: Registry): readonly TestedServer[] {
  const wanted = args.values("authority");
  const modes = selectModes(args);
  const programs = selectPrograms(registry.authorities, wanted.length > 0 ? wanted : ["*"], "--authority");
  const servers = programs.flatMap((program) => {
    const found = registry.authorities.find(({ driver }) => driver.name === program.name);
    return modes
      .filter((mode) => found?.driver.modes.includes(mode))
      .map((mode) => ({ id: `${programId(program)}/${mode}`, program, mode }));
  });
  if (servers.length === 0)
    throw new UsageError(`${programs.map(programId).join(", ")}: cannot be tried as ${modes.join(" or ")}`);
  return servers;
}

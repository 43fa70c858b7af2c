import { loadRegistry, selectPrograms } from "../lab/registry.ts";
import { planLookups } from "../model/lookup.ts";
import { loadLookups, loadScenarios } from "../run/load-scenarios.ts";
import { runLookups } from "../run/lookups.ts";
import type { Command } from "./commands.ts";
import { externalResolverOptions, selectResolvers } from "./external-resolver.ts";
import { conductInLab, inLabOptions } from "./in-lab.ts";
import { authorityOption, chosenBy, selectAuthority } from "./selection.ts";

export const resolversCommand: Command = {
  name: "resolvers",
  usage: "resolvers [ID or GLOB ...]",
  summary: "Ask validating resolvers what a DANE client depends on, and judge their answers",
  options: {
    resolver: {
      value: "NAME[@VERSION]",
      many: true,
      help: "only these; every version of every one unless told",
    },
    ...externalResolverOptions,
    ...authorityOption,
    ...inLabOptions,
  },
  async run(args) {
    const registry = await loadRegistry();
    const { own, outside, server } = await selectResolvers(args);
    const wanted = own.length + outside.length > 0 ? own : ["*"];
    const resolvers = [...selectPrograms(registry.resolvers, wanted, "--resolver"), ...outside];
    const authority = selectAuthority(args, registry);
    const lookups = await loadLookups(args.values("scenarios"));
    const scenarios = chosenBy(args.words, lookups, ({ domain }) => domain.id);
    const trials = planLookups(scenarios, resolvers);
    const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);
    return conductInLab(args, {
      registry,
      wanted: {
        ...{ stacks: [], scenarios: [], resolvers },
        ...(authority ? { authority } : {}),
        ...(server ? { outsideResolver: server } : {}),
      },
      options: {
        scenarios: args.words,
        resolvers: resolvers.map(({ name, version }) => `${name}@${version}`),
      },
      save: (output) => output.saveLookups({ scenarios, resolvers }),
      trials: trials.length,
      run: (input, { progress, done }) =>
        runLookups(
          { ...input, trials, canaries, divergences: registry.divergences },
          { progress, answered: done },
        ),
    });
  },
};

import { inabilityOfVerifier } from "../lab/abilities.ts";
import { type Registry, selectPrograms } from "../lab/registry.ts";
import { type Inability, type Program, programId, stackOf } from "../model/plan.ts";
import { planVerifications } from "../model/plan-verifications.ts";
import type { Scenario } from "../model/scenario.ts";
import { isVerifiable } from "../model/verification.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { runVerifications } from "../run/verifications.ts";
import { UsageError } from "../words/errors.ts";
import { matchesGlob } from "../words/glob.ts";
import type { Command } from "./commands.ts";
import { conductInLab, inLabOptions } from "./in-lab.ts";
import { loadPrograms, programOptions } from "./programs.ts";
import { authorityOption, chosenBy, selectAuthority } from "./selection.ts";

export const verifiersCommand: Command = {
  name: "verifiers",
  usage: "verifiers [ID or GLOB ...]",
  summary: "Let tools that check TLSA records look at the MX hosts, and judge what they say",
  more: "Of the scenarios of danelab list scenarios it takes those that are about certificate and TLSA records alone.",
  options: {
    verifier: {
      value: "NAME[@VERSION]",
      many: true,
      help: "only these; every version of every one unless told (see danelab list verifiers)",
    },
    resolver: { value: "NAME[@VERSION]", help: "the resolver beside each, Unbound unless told" },
    ...authorityOption,
    image: programOptions.image,
    ...inLabOptions,
  },
  async run(args) {
    const registry = await loadPrograms(args);
    const wanted = args.values("verifier");
    const verifiers = selectPrograms(registry.verifiers, wanted.length > 0 ? wanted : ["*"], "--verifier");
    const [resolver, ...others] = selectPrograms(
      registry.resolvers,
      [args.value("resolver") ?? "unbound"],
      "--resolver",
    );
    if (!resolver || others.length > 0)
      throw new UsageError(`--resolver ${args.value("resolver")}: one is enough here`);
    const authority = selectAuthority(args, registry);
    const all = await loadScenarios(args.values("scenarios"));
    const scenarios = chosenScenarios(args.words, all);
    const stacks = verifiers.map((verifier) => stackOf(verifier, resolver));
    const verifications = planVerifications(
      scenarios,
      all.filter((scenario) => scenario.canary && scenario.resolver === null),
      { stacks, inability: inabilityIn(registry) },
    );
    return conductInLab(args, {
      registry,
      wanted: { stacks: [], scenarios: [], verifiers: stacks, ...(authority ? { authority } : {}) },
      options: { scenarios: args.words, verifiers: verifiers.map(programId), resolver: programId(resolver) },
      save: (output) => output.saveVerifications(verifications),
      trials: verifications.trials.length,
      run: (input, { progress, done }) =>
        runVerifications(
          { ...input, verifications, scenarios, divergences: registry.divergences },
          { progress, verified: done },
        ),
    });
  },
};

function chosenScenarios(patterns: readonly string[], all: readonly Scenario[]): readonly Scenario[] {
  const fit = all.filter(isVerifiable);
  for (const pattern of patterns) {
    const meant = ({ id }: Scenario): boolean => matchesGlob(pattern, id);
    if (all.some(meant) && !fit.some(meant))
      throw new UsageError(
        `${pattern}: is about more than certificate and TLSA records, at which verifiers look; danelab run takes it`,
      );
  }
  return chosenBy(patterns, fit, ({ id }) => id);
}

function inabilityIn({ verifiers }: Registry) {
  return (verifier: Program, scenario: Scenario): Inability | null => {
    const found = verifiers.find(({ driver }) => driver.name === verifier.name);
    return found ? inabilityOfVerifier(found.driver, verifier, scenario) : null;
  };
}

import { inabilityIn } from "../lab/abilities.ts";
import { programsOf, type Registry, selectPrograms } from "../lab/registry.ts";
import { chooseStacks } from "../lab/stacks.ts";
import { atReceiver, planProbes, wantsRealServer } from "../model/interoperability.ts";
import { type Program, plan, programId, type Stack } from "../model/plan.ts";
import type { Policy } from "../model/scenario.ts";
import { loadProbes, loadScenarios } from "../run/load-scenarios.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { conduct } from "./conduct.ts";
import type { Arguments } from "./options.ts";
import { createOutput, printResults } from "./output.ts";
import { loadPrograms, programOptions } from "./programs.ts";
import { authorityOption, chosenBy, selectAuthority, selectionOptions, selectPolicies } from "./selection.ts";
import { exitStatus } from "./status.ts";
import { verbosity, verbosityOptions } from "./verbosity.ts";

const usualPolicies: readonly Policy[] = ["dane", "may"];

function isUsual({ receivers }: Registry, { name, version }: Program): boolean {
  return receivers.find(({ driver }) => driver.name === name)?.driver.versions[0]?.version === version;
}

/** The current version of every sender, those on request included. */
function selectSenders(args: Arguments, registry: Registry): readonly Stack[] {
  const wanted = args.values("sender");
  if (args.flag("all") && wanted.length > 0)
    throw new UsageError("--all takes every sender: --sender beside it chooses nothing");
  const usual = registry.senders.map(({ driver }) => driver.name);
  const senders = args.flag("all") ? ["*"] : wanted.length > 0 ? wanted : usual;
  return chooseStacks(registry, { senders, resolvers: args.values("resolver") });
}

export const receiversCommand: Command = {
  name: "receivers",
  usage: "receivers [ID or GLOB ...]",
  summary: "Deliver from every sender to every real mail server, try each server, and judge that",
  more: "Scenarios are those that want a real server, once for each: exim-311 is real-311 with Exim at the MX; and those in which danelab's own client tries a server: pub-*.",
  options: {
    receiver: {
      value: "NAME[@VERSION]",
      many: true,
      help: "only these; the current version of every one unless told",
    },
    sender: {
      ...selectionOptions.sender,
      help: "only these; the current version of every one unless told",
    },
    resolver: selectionOptions.resolver,
    policy: { ...selectionOptions.policy, help: "dane and may unless told" },
    all: { help: "every version of every sender and receiver" },
    ...authorityOption,
    ...programOptions,
    scenarios: selectionOptions.scenarios,
    out: { value: "DIR", help: "where the reports go (reports/out/<time> unless told)" },
    json: { help: "print results.json instead of the matrix" },
    ...verbosityOptions,
  },
  async run(args) {
    const registry = await loadPrograms(args);
    const wanted = args.values("receiver");
    if (args.flag("all") && wanted.length > 0)
      throw new UsageError("--all takes every receiver: --receiver beside it chooses nothing");
    const receivers = args.flag("all")
      ? programsOf(registry.receivers)
      : selectPrograms(
          registry.receivers,
          wanted.length > 0 ? wanted : registry.receivers.map(({ driver }) => driver.name),
          "--receiver",
        );
    const stacks = selectSenders(args, registry);
    const policies = args.values("policy").length > 0 ? selectPolicies(args) : usualPolicies;
    const authority = selectAuthority(args, registry);
    const detail = verbosity(args);
    const all = await loadScenarios(args.values("scenarios"));
    const delivered = receivers.flatMap((receiver) =>
      all.filter(wantsRealServer).map((one) => atReceiver(one, receiver, isUsual(registry, receiver))),
    );
    const tried = await loadProbes(args.values("scenarios"));
    const ids = new Set(
      chosenBy(args.words, [...delivered, ...tried.map(({ domain }) => domain)], ({ id }) => id).map(
        ({ id }) => id,
      ),
    );
    const chosen = delivered.filter(({ id }) => ids.has(id));
    const probes = planProbes(
      tried.filter(({ domain }) => ids.has(domain.id)),
      receivers.map((program) => ({
        program,
        lacks: registry.receivers.find(({ driver }) => driver.name === program.name)?.driver.lacks ?? [],
      })),
    );
    const canaries = all.filter(({ canary, resolver }) => canary && resolver === null);
    const mail = plan(chosen.length > 0 ? [...canaries, ...chosen] : [], {
      // Without mail to deliver no sender is needed.
      stacks: chosen.length > 0 ? stacks : [],
      policies,
      inability: inabilityIn(registry),
    });
    const planned = { ...mail, domains: [...mail.domains, ...probes.domains] };
    const output = await createOutput(args.value("out"));
    const { results } = await conduct({
      registry,
      plan: planned,
      probes: probes.trials,
      ...(authority ? { authority } : {}),
      options: {
        scenarios: args.words,
        stacks: stacks.map(({ id }) => id),
        receivers: receivers.map(programId),
        policies,
        ...(authority ? { authority: programId(authority) } : {}),
      },
      packets: "none",
      keep: false,
      output,
      verbosity: detail,
    });
    await output.write(results);
    printResults(
      results,
      output.folder,
      args.flag("json") ? "json" : detail === "quiet" ? "brief" : "matrix",
    );
    return exitStatus(results);
  },
};

import { join } from "node:path";
import { comparisonText } from "../../reports/comparison/terminal.ts";
import { inabilityIn } from "../lab/abilities.ts";
import type { ComparedRun } from "../model/comparison.ts";
import { plan, programId } from "../model/plan.ts";
import type { PacketChoice } from "../run/packets.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { compareRuns, readCompared, writeComparison } from "./compare.ts";
import { conduct } from "./conduct.ts";
import { externalOptions, selectExternal } from "./external-authority.ts";
import { externalResolverOptions, selectResolvers } from "./external-resolver.ts";
import type { Arguments } from "./options.ts";
import { createOutput, type Output, printResults } from "./output.ts";
import { externalPrefix } from "./outside-address.ts";
import { loadPrograms, programOptions } from "./programs.ts";
import { terminal } from "./screen.ts";
import {
  authorityOption,
  receiverOption,
  selectAuthority,
  selectionOptions,
  selectPolicies,
  selectReceiver,
  selectScenarios,
  selectStacks,
} from "./selection.ts";
import { exitStatus } from "./status.ts";
import { verbosity, verbosityOptions } from "./verbosity.ts";

function packetChoice(args: Arguments): PacketChoice {
  const [all, none] = [args.flag("pcap"), args.flag("no-pcap")];
  if (all && none) throw new UsageError("--pcap and --no-pcap contradict each other");
  return all ? "all" : none ? "none" : "attacks";
}

/** Whether something got worse. */
async function compareWith(
  before: ComparedRun,
  after: ComparedRun,
  { folder }: Output,
  args: Arguments,
): Promise<boolean> {
  const comparison = compareRuns(before, after);
  await writeComparison(folder, comparison);
  if (!args.flag("json")) {
    console.log(`\n${comparisonText(comparison, terminal())}`);
    console.log(`\nComparison: ${join(folder, "comparison.html")}`);
  }
  return comparison.regressions.length > 0;
}

export const runCommand: Command = {
  name: "run",
  usage: "run [ID or GLOB ...]",
  summary: "Start the lab, send the mail of all scenarios (or those named), judge it, write the reports",
  options: {
    ...selectionOptions,
    ...authorityOption,
    ...externalOptions,
    ...externalResolverOptions,
    ...receiverOption,
    ...programOptions,
    all: { help: "every version of every sender, on Unbound unless told" },
    out: { value: "DIR", help: "where the reports go (reports/out/<time> unless told)" },
    pcap: { help: "store the packets of all trials, for Wireshark; of attack scenarios only unless told" },
    "no-pcap": { help: "store no packets" },
    baseline: {
      value: "RUN",
      help: "compare with this earlier run, a folder or results.json; exit status 1 on a regression",
    },
    keep: { help: "leave the lab running; danelab clean ends it" },
    json: { help: "print results.json instead of the matrix" },
    ...verbosityOptions,
  },
  async run(args) {
    const registry = await loadPrograms(args);
    const scenarios = await selectScenarios(args, args.words);
    const resolvers = await selectResolvers(args);
    const stacks = selectStacks(args, registry, resolvers);
    const outside = await selectExternal(args);
    const authority = outside ? undefined : selectAuthority(args, registry);
    const receiver = selectReceiver(args, registry);
    const policies = selectPolicies(args);
    const packets = packetChoice(args);
    const detail = verbosity(args);
    const planned = plan(scenarios, { stacks, policies, inability: inabilityIn(registry, receiver) });
    const earlier = args.value("baseline");
    // Before its folder is made: it may be the same one.
    const baseline = earlier === undefined ? null : await readCompared(earlier);
    const output = await createOutput(args.value("out"));

    const { results, evidence } = await conduct({
      registry,
      plan: planned,
      ...(authority ? { authority } : {}),
      ...(receiver ? { receiver } : {}),
      ...(outside ? { outside } : {}),
      ...(resolvers.server ? { outsideResolver: resolvers.server } : {}),
      options: {
        scenarios: args.words,
        stacks: stacks.map(({ id }) => id),
        policies,
        packets,
        ...(authority ? { authority: programId(authority) } : {}),
        ...(outside ? { authority: `${externalPrefix}${outside.address}` } : {}),
        ...(receiver ? { receiver: programId(receiver) } : {}),
      },
      packets,
      keep: args.flag("keep"),
      output,
      verbosity: detail,
    });
    await output.write(results);
    printResults(
      results,
      output.folder,
      args.flag("json") ? "json" : detail === "quiet" ? "brief" : "matrix",
    );
    const regressed = baseline !== null && (await compareWith(baseline, { results, evidence }, output, args));
    const status = exitStatus(results) || (regressed ? 1 : 0);
    // The streams from its containers would keep this process alive.
    if (args.flag("keep")) process.stdout.write("", () => process.exit(status));
    return status;
  },
};

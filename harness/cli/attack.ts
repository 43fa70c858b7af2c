import { join } from "node:path";
import { attackOpening, attackStory } from "../../reports/attack.ts";
import { inabilityIn } from "../lab/abilities.ts";
import { isAttack, plan, programId } from "../model/plan.ts";
import type { Policy, Scenario } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import { conduct } from "./conduct.ts";
import type { Arguments } from "./options.ts";
import { createOutput } from "./output.ts";
import { terminal } from "./screen.ts";
import { selectionOptions, selectScenarios } from "./selection.ts";
import { selectStack, stackOptions } from "./stack.ts";
import { exitStatus } from "./status.ts";

/** Wider than this a diagram is no easier to read. */
const widest = 100;

async function attacks(args: Arguments): Promise<readonly Scenario[]> {
  return (await selectScenarios(args, [])).filter((scenario) => !scenario.canary && isAttack(scenario));
}

function find(all: readonly Scenario[], id: string): Scenario {
  const found = all.find((one) => one.id === id);
  if (found) return found;
  const close = meant(
    id,
    all.map((one) => one.id),
  );
  throw new UsageError(`"${id}" is no attack${close || "."} danelab attack lists them all`);
}

/** The sender with DANE, and the one without beside it; further controls come along. */
function policiesOf({ expect }: Scenario): readonly Policy[] {
  return ["may", expect.dane ? "dane" : "dane-only"];
}

export const attackCommand: Command = {
  name: "attack",
  usage: "attack [ID]",
  summary: "Show one attack: who loses, how DANE stops it, what comes after; without ID, list the attacks",
  more: "Each is shown as a sequence diagram: who said what to whom, with the sender's log below. Exit status as of danelab run.",
  options: {
    ...stackOptions,
    scenarios: selectionOptions.scenarios,
    out: { value: "DIR", help: "where evidence and reports go (reports/out/<time> unless told)" },
  },
  async run(args) {
    const [id, ...rest] = args.words;
    if (rest.length > 0) throw new UsageError("attack takes one id; danelab attack lists them all");
    const all = await attacks(args);
    if (id === undefined) {
      const width = Math.max(...all.map((one) => one.id.length));
      for (const one of all) console.log(`${one.id.padEnd(width)}  ${one.title}`);
      return 0;
    }
    const scenario = find(all, id);
    const { registry, stack } = await selectStack(args);
    const policies = policiesOf(scenario);
    const planned = plan(await selectScenarios(args, [id]), {
      stacks: [stack],
      policies,
      inability: inabilityIn(registry),
    });
    const output = await createOutput(args.value("out"));
    const screen = terminal();
    const options = { ...screen, columns: Math.min(screen.columns, widest) };

    console.log(`${attackOpening(scenario, options)}\n`);
    console.log(`Tried on ${programId(stack.sender)} with the resolver ${programId(stack.resolver)}.\n`);
    const { results, evidence } = await conduct({
      registry,
      plan: planned,
      options: { attack: id, stacks: [stack.id], policies },
      packets: "attacks",
      keep: false,
      output,
    });
    await output.write(results);
    const told = results.trials
      .filter((trial) => trial.scenario === id && trial.role !== "twin")
      .map((result) => ({ result, evidence: evidence.get(result.id) }));
    console.log(attackStory(scenario, told, options));
    console.log("");
    for (const error of results.run.errors) console.log(`Harness: ${error}`);
    for (const { result, evidence: seen } of told) {
      console.log(`Evidence (${result.policy}): ${join(output.folder, result.evidence)}`);
      if (seen?.packets) console.log(`Packets (${result.policy}): ${join(output.folder, seen.packets)}`);
    }
    console.log(`Report: ${join(output.folder, "index.html")}`);
    return exitStatus(results);
  },
};

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { inabilityIn } from "../lab/abilities.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { preparePrograms } from "../lab/programs.ts";
import { type Plan, plan } from "../model/plan.ts";
import { type Scenario, senderPolicyOf } from "../model/scenario.ts";
import { type Raised, raise, raisedLabs } from "../run/raise.ts";
import { stillLives } from "../run/sweep.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { type GuideFacts, guideFile, guideText } from "./guide.ts";
import { interruptible } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { findScenarios, selectionOptions, selectPolicies, selectScenarios } from "./selection.ts";
import { selectStack, stackOptions } from "./stack.ts";

function withoutTwins({ trials, domains, ...rest }: Plan): Plan {
  return {
    ...rest,
    trials: trials.filter(({ role }) => role !== "twin"),
    domains: domains.filter(({ variant }) => !variant.endsWith("twin")),
  };
}

function factsOf({ id, title, setup }: Scenario, { lab, world, domains }: Raised): GuideFacts {
  const farm = lab.containers.find(({ name }) => name.endsWith("-farm"));
  return {
    scenario: { id, title },
    farm: { container: farm?.name ?? "", ipv4: world.addresses.farm.ipv4 },
    domains: domains.map(({ trial, host, step, answers }) => ({
      policy: trial.policy,
      recipient: step.recipient,
      sender: [
        senderPolicyOf(trial.policy),
        ...(setup === "plain" ? [] : [setup]),
        world.facts.senderName,
      ].join("."),
      containers: { sender: host.senderContainer.name, witness: host.witnessContainer.name },
      nameServers: host.nameServers,
      address: host.address,
      hosts: step.hosts,
      answers,
    })),
  };
}

export const upCommand: Command = {
  name: "up",
  usage: "up ID",
  summary: "Start the lab of one scenario and leave it running, with commands to try it by hand",
  more: "danelab down ends it. A scenario that changes with time is as it begins.",
  options: { ...stackOptions, policy: selectionOptions.policy, scenarios: selectionOptions.scenarios },
  async run(args) {
    const [id, ...rest] = args.words;
    if (id === undefined || rest.length > 0)
      throw new UsageError("up takes one scenario id; see danelab list scenarios");
    const scenario = (await findScenarios(args, [id])).find((one) => one.id === id);
    if (!scenario) throw new UsageError(`up takes one id, not a pattern; see danelab list scenarios ${id}`);
    const { registry, stack } = await selectStack(args);
    const planned = withoutTwins(
      plan(await selectScenarios(args, [id]), {
        stacks: [stack],
        policies: selectPolicies(args),
        inability: inabilityIn(registry),
      }),
    );

    const progress = createProgress(process.stderr);
    return interruptible(progress, async (signal) => {
      await ensureEngine(progress.note);
      const engine = await connectDocker();
      if ((await raisedLabs(engine)).has(id)) {
        const guide = await readFile(guideFile(id), "utf8").catch(() => "");
        console.log(`${guide}The lab of ${id} was up already.`);
        return 0;
      }
      await engine.sweep(runLabel, stillLives);
      const { programs } = await preparePrograms(engine, registry, planned, progress.note);
      const { note } = progress;
      try {
        const raised = await raise({ scenario: id, plan: planned, programs, engine, signal, progress: note });
        const guide = `${guideText(factsOf(scenario, raised))}\n`;
        await mkdir(dirname(guideFile(id)), { recursive: true });
        await writeFile(guideFile(id), guide);
        // The streams from its containers would keep this process alive.
        process.stdout.write(guide, () => process.exit(0));
        return 0;
      } catch (error) {
        if (signal.aborted) return 130;
        throw error;
      }
    });
  },
};

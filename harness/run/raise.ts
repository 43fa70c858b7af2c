import { randomBytes } from "node:crypto";
import { encodeQuery } from "../dns/message.ts";
import type { Engine } from "../lab/engine.ts";
import { type Lab, type LabPrograms, runLabel, startLab } from "../lab/lab.ts";
import { harnessAddress, type SendingHost } from "../lab/sending-host.ts";
import type { ResolverAnswer } from "../model/evidence.ts";
import { type Plan, sendingHostOf, type Trial } from "../model/plan.ts";
import { HarnessError } from "../words/errors.ts";
import { compileWorld, type DomainStep, type World } from "../world/world.ts";
import { resolverAnswers } from "./collect.ts";
import { leaseSubnet } from "./lease.ts";
import { ownerLabels } from "./sweep.ts";

/** A lab that stays: started, proven ready, looked at once, and left to the user. */

/** On all of a lab that was raised for one scenario: its id. */
export const upLabel = "danelab.up";

export interface RaiseInput {
  readonly scenario: string;
  readonly plan: Plan;
  readonly programs: LabPrograms;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/** One domain of the scenario, and the sending host that mail to it leaves from. */
export interface RaisedDomain {
  readonly trial: Trial;
  readonly host: SendingHost;
  readonly step: DomainStep;
  /** What the domain's sender is told by its resolver. */
  readonly answers: readonly ResolverAnswer[];
}

export interface Raised {
  readonly lab: Lab;
  readonly world: World;
  readonly domains: readonly RaisedDomain[];
}

export async function raise(input: RaiseInput): Promise<Raised> {
  const { scenario, plan, programs, engine, signal, progress } = input;
  const runId = randomBytes(3).toString("hex");
  const labels = { [runLabel]: runId, [upLabel]: scenario, ...ownerLabels(true) };
  const faults: string[] = [];
  const lease = await leaseSubnet(await engine.subnets());
  try {
    const world = compileWorld(plan, { subnet: lease.subnet, now: new Date() });
    const network = { name: `danelab-${runId}`, ...world.addresses.network, labels };
    const lab = await startLab(
      engine,
      plan,
      world,
      programs,
      { runId, network, labels, keep: true, captured: new Set(), signal },
      { ...unheard, fault: (message) => faults.push(message), progress },
    );
    try {
      await Promise.all(programs.stacks.map(({ stack }) => lab.startStack(stack.id)));
      const [fault] = faults;
      if (fault !== undefined) throw new HarnessError(fault);
      const own = plan.trials.filter((trial) => trial.scenario === scenario && trial.role !== "twin");
      const domains = await Promise.all(own.map((trial) => lookAt(trial, lab, world)));
      signal.throwIfAborted();
      return { lab, world, domains };
    } catch (error) {
      await lab.close();
      throw error;
    }
  } finally {
    await lease.release();
  }
}

const unheard = {
  opened: () => undefined,
  session: () => undefined,
  senderLog: () => undefined,
  question: () => undefined,
  stray: () => undefined,
};

async function lookAt(trial: Trial, lab: Lab, world: World): Promise<RaisedDomain> {
  const host = lab.hosts.get(sendingHostOf(trial));
  const step = world.domains.get(trial.domain)?.steps[0];
  if (!host || !step) throw new HarnessError(`${trial.id} has no place in the lab`);
  const raw = await host.witness.ask(
    host.nameServers[0],
    step.questions.map(({ question }) => encodeQuery(question)),
    { source: harnessAddress(host) },
  );
  return { trial, host, step, answers: resolverAnswers(step, raw) };
}

/** Ids of the scenarios whose labs are up. */
export async function raisedLabs(engine: Engine): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  await engine.sweep(upLabel, (labels) => {
    const id = labels[upLabel];
    if (id !== undefined) ids.add(id);
    return true;
  });
  return ids;
}

/** Ends the lab of that scenario; without one, all labs that are up. Returns what was removed. */
export async function lower(engine: Engine, scenario: string | undefined): Promise<readonly string[]> {
  return engine.sweep(upLabel, (labels) => scenario !== undefined && labels[upLabel] !== scenario);
}

import { cpus } from "node:os";
import type { Engine } from "../lab/engine.ts";
import { type Lab, type LabPrograms, runLabel, type StackLab, startLab } from "../lab/lab.ts";
import type { Divergence } from "../model/divergence.ts";
import type { Evidence } from "../model/evidence.ts";
import type { StrayPacket } from "../model/farm.ts";
import { judge } from "../model/judge.ts";
import type { Plan } from "../model/plan.ts";
import type { ProgramResult, Results, TrialResult } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { compileWorld, type World } from "../world/world.ts";
import { collectStack, type StackCollector } from "./collect.ts";
import { deliverStack } from "./deliver.ts";
import { leaseSubnet } from "./lease.ts";
import { ownerLabels } from "./sweep.ts";

/** The pipeline as a library function: plan in, verdicts as they fall, results document out. */

export interface RunInput {
  readonly plan: Plan;
  readonly programs: LabPrograms;
  /** What the results say of the programs. */
  readonly described: readonly ProgramResult[];
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  readonly engine: Engine;
  readonly runId: string;
  readonly version: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Leaves the lab running. */
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

export interface RunListener {
  progress(line: string): void;
  /** A trial's evidence is complete; its verdict follows. */
  evidence(evidence: Evidence): void;
  verdict(result: TrialResult): void;
  /** The lab is up: for whoever wants to look into it, or to break it. */
  lab?(lab: Lab, world: World): void;
}

export interface Finished {
  readonly results: Results;
  /** SNI demanded by domain: what `danelab judge` needs beside the plan. */
  readonly sni: ReadonlyMap<string, string | null>;
}

export function evidencePath(trial: string): string {
  return `evidence/${trial.replaceAll("@", "-").replaceAll("+", "_")}.json`;
}

export async function run(input: RunInput, listener: RunListener): Promise<Finished> {
  const { plan, engine, signal } = input;
  const start = new Date();
  const timings: Record<string, number> = {};
  const timed = async <T>(phase: string, work: () => Promise<T> | T): Promise<T> => {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      timings[phase] = Math.round(performance.now() - begin);
    }
  };

  const strays: StrayPacket[] = [];
  const errors: string[] = [];
  const collectors = new Map<string, StackCollector>();
  const broken = breakers(plan.stacks.map(({ id }) => id));
  const fault = (message: string, stack?: string): void => {
    errors.push(message);
    broken.fail(new HarnessError(message), stack);
  };

  const lease = await leaseSubnet(await engine.subnets());
  let lab: Lab | undefined;
  let sni: ReadonlyMap<string, string | null> = new Map();
  let judging: ReturnType<typeof judge> | undefined;
  try {
    const world = await timed("world", () => compileWorld(plan, { subnet: lease.subnet, now: start }));
    sni = new Map([...world.domains.values()].map((facts) => [facts.key, facts.sni]));
    const judgeNow = judge({
      plan,
      divergences: input.divergences,
      sni,
      evidencePath: (trial) => evidencePath(trial.id),
    });
    judging = judgeNow;
    listener.progress(
      `world made: ${world.domains.size} recipient domains, ${world.zoneFiles.length} zones, ${world.hosts.length} MX hosts`,
    );

    let index = 0;
    for (const one of input.programs.stacks) {
      const trials = plan.trials.filter(({ stack }) => stack === one.stack.id);
      const reader = one.sender.driver.createLogReader();
      collectors.set(
        one.stack.id,
        collectStack(trials, world, reader, { id: input.runId, firstIndex: index }),
      );
      index += trials.length;
    }
    const drivers = new Map(input.programs.stacks.map((one) => [one.stack.id, one.sender.driver]));

    lab = await timed("lab", () =>
      startLab(
        engine,
        plan,
        world,
        input.programs,
        {
          runId: input.runId,
          network: {
            name: `danelab-${input.runId}`,
            ...world.addresses.network,
            labels: labelsOf(input),
          },
          labels: labelsOf(input),
          signal,
        },
        {
          opened: ({ id, domain, stack }) => collectors.get(stack)?.opened(id, domain),
          session: (session, stack) => collectors.get(stack)?.session(session),
          senderLog: (stack, line) => {
            collectors.get(stack)?.logLine(line);
            if (drivers.get(stack)?.misconfigured(line))
              fault(`the sender of ${stack} is not set up as it must be: ${line}`, stack);
          },
          stray: (packet) => strays.push(packet),
          fault,
          progress: listener.progress,
        },
      ),
    );
    listener.progress(`lab up and proven ready in ${((timings["lab"] ?? 0) / 1000).toFixed(1)} s`);
    listener.lab?.(lab, world);

    const onEvidence = (evidence: Evidence): void => {
      listener.evidence(evidence);
      for (const result of judgeNow.add(evidence)) listener.verdict(result);
    };
    const stacks: readonly StackLab[] = [...lab.stacks.values()];
    await timed("deliver", () =>
      Promise.all(
        stacks.map(async (one) => {
          const collector = collectors.get(one.stack.id);
          if (!collector) return;
          await deliverStack(one, collector, { signal, broken: broken.of(one.stack.id), onEvidence });
        }),
      ),
    );
  } catch (error) {
    if (!signal.aborted && !errors.includes(messageOf(error))) errors.push(messageOf(error));
  } finally {
    if (lab && !input.keep) {
      const open = lab;
      await timed("stop", () => open.close()).catch((error) => errors.push(messageOf(error)));
    }
    await lease.release();
  }

  const judgement = judging?.finish() ?? { trials: [], staleDivergences: [], errors: [] };
  const results: Results = {
    version: 1,
    run: {
      id: input.runId,
      danelab: input.version,
      start: start.toISOString(),
      end: new Date().toISOString(),
      host: {
        system: `${process.platform} ${process.arch}`,
        node: process.version,
        engine: await engine.describe().catch(messageOf),
        cores: cpus().length,
      },
      options: { ...input.options },
      programs: [...input.described],
      strayPackets: { count: strays.length, first: strays.slice(0, 20).map(({ line }) => line) },
      staleDivergences: [...judgement.staleDivergences],
      errors: [...new Set([...errors, ...judgement.errors])],
      interrupted: signal.aborted,
      timings,
    },
    scenarios: plan.scenarios.map(describeScenario),
    trials: [...judgement.trials],
  };
  return { results, sni };
}

function labelsOf(input: RunInput): Readonly<Record<string, string>> {
  return { [runLabel]: input.runId, ...ownerLabels(input.keep) };
}

/** One promise per stack that rejects when something it needs broke. */
function breakers(stacks: readonly string[]) {
  const all = new Map(stacks.map((stack) => [stack, Promise.withResolvers<never>()]));
  // A breaker that nobody waits for at the moment is no unhandled rejection.
  for (const { promise } of all.values()) promise.catch(() => undefined);
  return {
    of: (stack: string): Promise<never> =>
      all.get(stack)?.promise ?? Promise.reject(new HarnessError(`no stack ${stack}`)),
    fail: (error: Error, stack?: string): void => {
      for (const [id, { reject }] of all) if (stack === undefined || stack === id) reject(error);
    },
  };
}

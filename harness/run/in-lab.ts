import { type Lab, type LabPrograms, runLabel, startLab } from "../lab/lab.ts";
import type { Session, StrayPacket } from "../model/farm.ts";
import type { Plan } from "../model/plan.ts";
import type { Results, ScenarioResult, TrialResult } from "../model/results.ts";
import { messageOf } from "../words/errors.ts";
import { compileWorld, type World } from "../world/world.ts";
import { leaseSubnet } from "./lease.ts";
import { type RunIdentity, runFacts } from "./run-facts.ts";
import { ownerLabels } from "./sweep.ts";

/** What the kinds of trial without mail have in common: one world, one lab, the work in it, one document of results. */

export interface LabRunInput extends RunIdentity {
  readonly programs: LabPrograms;
  /** The world is made, and nothing of it has started yet. */
  world?(world: World): void;
}

export interface LabWork {
  readonly plan: Plan;
  /** Goes on after "world made: ". */
  readonly about: string;
  /** A session at an MX host that came from the host with this id. */
  session?(session: Session, host: string): void;
  /** `broken` tells what broke in the lab, by host. */
  carryOut(lab: Lab, world: World, broken: ReadonlyMap<string, string>): Promise<void>;
  /** Called when the lab is gone. */
  judge(): { readonly trials: readonly TrialResult[]; readonly staleDivergences: readonly string[] };
  readonly scenarios: readonly ScenarioResult[];
}

export async function runInLab(
  input: LabRunInput,
  work: LabWork,
  progress: (line: string) => void,
): Promise<Results> {
  const { engine, signal } = input;
  const { plan } = work;
  const start = new Date();
  const timings: Record<string, number> = {};
  const strays: StrayPacket[] = [];
  const errors: string[] = [];
  const broken = new Map<string, string>();

  const lease = await leaseSubnet(await engine.subnets());
  let lab: Lab | undefined;
  try {
    const world = compileWorld(plan, {
      ...{ subnet: lease.subnet, now: start },
      rootKey: input.programs.outsideResolver?.server.rootKey,
    });
    input.world?.(world);
    progress(`world made: ${work.about}, ${world.zoneFiles.length} zones`);
    const labels = { [runLabel]: input.runId, ...ownerLabels(false) };
    lab = await startLab(
      engine,
      plan,
      world,
      input.programs,
      {
        runId: input.runId,
        network: { name: `danelab-${input.runId}`, ...world.addresses.network, labels },
        labels,
        keep: false,
        captured: new Set(),
        signal,
      },
      {
        ...{ opened: () => undefined, senderLog: () => undefined, question: () => undefined },
        session: (session, host) => work.session?.(session, host),
        stray: (packet) => strays.push(packet),
        fault: (message, host) => {
          errors.push(message);
          if (host !== undefined) broken.set(host, message);
        },
        progress,
      },
    );
    timings["lab"] = Date.now() - start.getTime();
    progress(`lab up and proven ready in ${(timings["lab"] / 1000).toFixed(1)} s`);
    const began = Date.now();
    await work.carryOut(lab, world, broken);
    timings["ask"] = Date.now() - began;
  } catch (error) {
    if (!signal.aborted && !errors.includes(messageOf(error))) errors.push(messageOf(error));
  } finally {
    await lab?.close().catch((error) => errors.push(messageOf(error)));
    await lease.release();
  }

  const { staleDivergences, trials } = work.judge();
  return {
    version: 1,
    run: await runFacts(input, { start, strays, staleDivergences, errors, timings }),
    scenarios: [...work.scenarios],
    trials: [...trials],
  };
}

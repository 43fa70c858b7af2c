import { cpus } from "node:os";
import type { SenderDriver } from "../lab/driver.ts";
import { type Lab, type LabPrograms, runLabel, type StackPrograms, startLab } from "../lab/lab.ts";
import type { SendingHost } from "../lab/sending-host.ts";
import type { Divergence } from "../model/divergence.ts";
import type { Evidence } from "../model/evidence.ts";
import type { ForwardedZone, RelayRule, StrayPacket } from "../model/farm.ts";
import { judge, withCanaries } from "../model/judge.ts";
import { type Plan, sendingHostOf, type Trial } from "../model/plan.ts";
import type { Results, TrialResult } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { turns } from "../words/turns.ts";
import { withholdsRecords } from "../world/withheld.ts";
import { compileWorld, type DomainStep, type World } from "../world/world.ts";
import { collectStack, evidenceOf, type StackCollector, type TrialRecord } from "./collect.ts";
import { deliverFrom } from "./deliver.ts";
import { leaseSubnet } from "./lease.ts";
import { fetchPackets, type PacketChoice, trialsToCapture } from "./packets.ts";
import type { ProbeRun } from "./probes.ts";
import { type RunIdentity, runFacts } from "./run-facts.ts";
import { messagesOf, partsToSendAgain } from "./struck.ts";
import { ownerLabels } from "./sweep.ts";

/** The pipeline as a library function: plan in, verdicts as they fall, results document out. */

export interface RunInput extends RunIdentity {
  readonly plan: Plan;
  readonly programs: LabPrograms;
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
  /** Leaves the lab running. */
  readonly keep: boolean;
  readonly packets: PacketChoice;
  /** Real servers to be tried while mail is on its way. */
  readonly probes?: ProbeRun;
}

export interface RunListener {
  progress(line: string): void;
  /** A trial's evidence is complete; its verdict follows. */
  evidence(evidence: Evidence): void;
  /** A capture file, once all evidence is complete. */
  packets?(path: string, file: Buffer): void;
  verdict(result: TrialResult): void;
  /** The world is made, and nothing of it has started yet. */
  world?(world: World): void;
  /** A stack of the lab is up: for whoever wants to look into it, or to break it. */
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

function packetsPath(trial: string): string {
  return evidencePath(trial).replace(/json$/, "pcapng.gz");
}

/**
 * So many stacks run at once. Each waits for silent servers a good part of its time; more of them than this would wait for the
 * processors, and hold memory.
 */
const stacksAtOnce = 2 * cpus().length;

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
  /** Of the stacks as they run now, by host. */
  const collectors = new Map<string, StackCollector>();
  /** Who was told of the beginning of a session that is open. */
  const openSessions = new Map<string, StackCollector>();
  /** The last of each trial. */
  const records = new Map<string, TrialRecord>();
  const broken = breakers([...new Set(plan.trials.map(sendingHostOf))]);
  const fault = (message: string, host?: string): void => {
    errors.push(message);
    broken.fail(new HarnessError(message), host);
  };

  const lease = await leaseSubnet(await engine.subnets());
  let lab: Lab | undefined;
  let sni: ReadonlyMap<string, string | null> = new Map();
  let judging: ReturnType<typeof judge> | undefined;
  const told = new Set<string>();
  const onEvidence = (one: Evidence): void => {
    const evidence = lab?.captured.has(one.trial) ? { ...one, packets: packetsPath(one.trial) } : one;
    told.add(evidence.trial);
    listener.evidence(evidence);
    for (const result of judging?.add(evidence) ?? []) listener.verdict(result);
  };
  /** Trials whose turn did not come, or whose stack went, say why. */
  const giveUp = (message: string, concerns: (trial: Trial) => boolean): void => {
    if (!errors.includes(message)) errors.push(message);
    for (const record of records.values()) {
      if (told.has(record.trial.id) || !concerns(record.trial)) continue;
      record.now.errors.push(message);
      onEvidence(evidenceOf(record));
    }
  };
  try {
    const world = await timed("world", () =>
      compileWorld(plan, {
        ...{ subnet: lease.subnet, now: start },
        ...(input.programs.outside ? { outside: input.programs.outside } : {}),
        rootKey: input.programs.outsideResolver?.server.rootKey,
      }),
    );
    listener.world?.(world);
    sni = new Map([...world.domains.values()].map((facts) => [facts.key, facts.sni]));
    judging = judge({
      plan,
      divergences: input.divergences,
      sni,
      evidencePath: (trial) => evidencePath(trial.id),
    });
    listener.progress(
      `world made: ${world.domains.size} recipient domains, ${world.zoneFiles.length} zones, ${world.hosts.length} MX hosts`,
    );

    const drivers = new Map<string, SenderDriver>();
    const isStack = new Set(plan.stacks.map(({ id }) => id));
    let index = 0;
    /** Makes place for what comes in for these trials of a stack. */
    const collect = ({ stack, sender, resolver }: StackPrograms, trials: readonly Trial[]): void => {
      for (const reach of ["loopback", "network"] as const)
        collectors.delete(sendingHostOf({ stack: stack.id, reach }));
      for (const [id, own] of Map.groupBy(trials, sendingHostOf)) {
        const collector = collectStack(own, world, sender.driver.createLogReader(), {
          id: input.runId,
          firstIndex: index,
          // What goes to one outside the lab passes the harness.
          resolverTells: resolver === null || resolver.driver.question !== undefined,
        });
        collectors.set(id, collector);
        for (const record of collector.records) records.set(record.trial.id, record);
        drivers.set(id, sender.driver);
        index += own.length;
      }
    };
    for (const one of input.programs.stacks)
      collect(
        one,
        plan.trials.filter((trial) => trial.stack === one.stack.id),
      );

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
          keep: input.keep,
          captured: trialsToCapture(plan, input.packets),
          signal,
        },
        {
          opened: ({ id, domain, host }) => {
            const collector = collectors.get(host);
            if (!collector) return;
            collector.opened(id, domain);
            openSessions.set(id, collector);
          },
          session: (session, host) => {
            (openSessions.get(session.id) ?? collectors.get(host))?.session(session);
            openSessions.delete(session.id);
          },
          senderLog: (host, line) => {
            collectors.get(host)?.logLine(line);
            // Past the DNS relay a sender may well find that answers are not validated.
            if (isStack.has(host) && drivers.get(host)?.misconfigured(line))
              fault(`the sender of ${host} is not set up as it must be: ${line}`, host);
          },
          question: (host, question, byHarness) => collectors.get(host)?.question(question, byHarness),
          serverNews: (news) => input.probes?.news(news),
          stray: (packet) => strays.push(packet),
          fault,
          progress: listener.progress,
        },
      ),
    );
    listener.progress(`lab up in ${((timings["lab"] ?? 0) / 1000).toFixed(1)} s`);

    const running = lab;
    const { farm } = lab;
    const change = async (
      { reach, nameServers: [first, second], resolverAddress }: SendingHost,
      { hosts: servers, forward, stubRules }: DomainStep,
    ): Promise<void> => {
      const serve = async (listen: string | undefined, zones: readonly ForwardedZone[]): Promise<void> => {
        if (listen !== undefined) await farm.forwardDns(listen, zones);
      };
      const stub = async (listen: string | undefined, rules: readonly RelayRule[]): Promise<void> => {
        if (reach === "loopback") return;
        await serve(
          listen,
          forward.map(({ origin }) => ({ origin, forward: resolverAddress, rules })),
        );
      };
      await Promise.all([
        farm.serve(servers),
        serve(world.relay.listen[0], forward),
        stub(first, stubRules.first),
        stub(second, stubRules.second),
      ]);
    };
    const scenarioOf = new Map(plan.domains.map(({ key, scenario }) => [key, scenario]));
    const isOdd = ({ domain }: Trial): boolean => {
      const scenario = scenarioOf.get(domain);
      return scenario !== undefined && withholdsRecords(scenario);
    };
    /**
     * Sends the messages of these trials from a stack that starts for them. Where its resolver dies and there are several, those
     * under way are sent again. Resolves to whether a message was found that it dies of.
     */
    const attend = async (
      programs: StackPrograms,
      trials: readonly Trial[],
      again = false,
    ): Promise<boolean> => {
      const { id } = programs.stack;
      const begin = performance.now();
      const stack = await running.startStack(id);
      const ms = Math.round(performance.now() - begin);
      timings["stack"] = Math.max(timings["stack"] ?? 0, ms);
      listener.progress(`${id} up and proven ready in ${(ms / 1000).toFixed(1)} s`);
      listener.lab?.(running, world);

      const alone = messagesOf(trials).length === 1;
      let died: string | undefined;
      const round = new AbortController();
      const onDeath = (how: string): void => {
        died = how;
        if (!alone) round.abort(new HarnessError(`the resolver died: ${how}`));
      };
      // Of a promise that never rejects.
      stack.resolverDied.then(onDeath, () => undefined);
      await Promise.all(
        stack.hosts.map(async (host) => {
          const collector = collectors.get(host.id);
          if (!collector) return;
          if (again) for (const { facts } of collector.records) await change(host, facts.steps[0]);
          await deliverFrom(host, collector, {
            signal: AbortSignal.any([signal, round.signal]),
            broken: broken.of(host.id),
            resolverDied: stack.resolverDied,
            onEvidence: (one) => {
              if (!told.has(one.trial)) onEvidence(one);
            },
            change: (step) => change(host, step),
          }).catch((error) => {
            signal.throwIfAborted();
            if (!round.signal.aborted) throw error;
          });
        }),
      );
      const left = messagesOf(trials)
        .filter((message) => message.some((trial) => !told.has(trial.id)))
        .flat();
      if (!input.keep || left.length > 0) await stack.close();
      if (left.length === 0) {
        if (died !== undefined && !alone)
          errors.push(`the resolver of ${id} died (${died}), when no message was under way any more`);
        return died !== undefined;
      }

      listener.progress(
        `${id}: its resolver died (${died}); ${left.length} messages were under way, and are sent again`,
      );
      let found = false;
      for (const part of partsToSendAgain(left, isOdd)) {
        collect(programs, part);
        if (await attend(programs, part, true)) found = true;
      }
      if (!found)
        errors.push(
          `the resolver of ${id} died (${died}), and did not again when the messages were sent apart`,
        );
      return true;
    };
    /** What keeps one stack from its work touches no other. */
    const attempt = async (programs: StackPrograms): Promise<void> => {
      const { id } = programs.stack;
      try {
        await attend(
          programs,
          plan.trials.filter((trial) => trial.stack === id),
        );
      } catch (error) {
        signal.throwIfAborted();
        giveUp(messageOf(error), (trial) => trial.stack === id);
      }
    };
    const inTurn = turns(stacksAtOnce);
    const probing = input.probes?.carryOut(running, world, signal);
    await timed("deliver", () =>
      Promise.all([probing, ...input.programs.stacks.map((one) => inTurn(() => attempt(one)))]),
    );
  } catch (error) {
    if (!signal.aborted) giveUp(messageOf(error), () => true);
  } finally {
    if (lab) {
      const open = lab;
      await timed("packets", () => fetchPackets(open, packetsPath, listener));
    }
    if (lab && !input.keep) {
      const open = lab;
      await timed("stop", () => open.close()).catch((error) => errors.push(messageOf(error)));
    }
    await lease.release();
  }

  const judgement = judging?.finish() ?? { trials: [], staleDivergences: [], errors: [] };
  const results: Results = {
    version: 1,
    run: await runFacts(input, {
      start,
      strays,
      staleDivergences: judgement.staleDivergences,
      // Canaries that an interrupt cut off are no fault of the lab.
      errors: signal.aborted ? errors : withCanaries(errors, judgement.errors),
      timings,
    }),
    scenarios: plan.scenarios.map(describeScenario),
    trials: [...judgement.trials],
  };
  return { results, sni };
}

function labelsOf(input: RunInput): Readonly<Record<string, string>> {
  return { [runLabel]: input.runId, ...ownerLabels(input.keep) };
}

/** One promise per sending host that rejects when something it needs broke. */
function breakers(hosts: readonly string[]) {
  const all = new Map(hosts.map((host) => [host, Promise.withResolvers<never>()]));
  // A breaker that nobody waits for at the moment is no unhandled rejection.
  for (const { promise } of all.values()) promise.catch(() => undefined);
  return {
    of: (host: string): Promise<never> =>
      all.get(host)?.promise ?? Promise.reject(new HarnessError(`no sending host ${host}`)),
    fail: (error: Error, host?: string): void => {
      for (const [id, { reject }] of all) if (host === undefined || host === id) reject(error);
    },
  };
}

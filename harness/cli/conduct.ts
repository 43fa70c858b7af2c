import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { preparePrograms } from "../lab/programs.ts";
import type { Registry } from "../lab/registry.ts";
import type { Divergence } from "../model/divergence.ts";
import type { Evidence } from "../model/evidence.ts";
import type { OutsideResolver, OutsideServer } from "../model/facts.ts";
import type { Plan, Program } from "../model/plan.ts";
import {
  judgeProbes,
  type ProbeEvidence,
  type ProbeScenario,
  type ProbeTrial,
  wayFacts,
} from "../model/probe.ts";
import type { Results, ScenarioResult } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import type { DomainSetups } from "../model/setup.ts";
import type { PacketChoice } from "../run/packets.ts";
import { evidencePath, run } from "../run/pipeline.ts";
import { probeRun } from "../run/probes.ts";
import { stillLives } from "../run/sweep.ts";
import { setupsOf } from "../world/setup.ts";
import { externalFiles, externalText } from "./external-authority.ts";
import { announceResolver } from "./external-resolver.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { expectedMs } from "./pace.ts";
import { createProgress } from "./progress.ts";
import { lineOptions } from "./screen.ts";
import { type Verbosity, verdictTeller } from "./verbosity.ts";
import { packageVersion } from "./version.ts";

export interface Undertaking {
  readonly registry: Registry;
  readonly plan: Plan;
  /** Serves the zones; NSD unless told. */
  readonly authority?: Program;
  /** Has the zones in place of the authority, which is its hidden primary. */
  readonly outside?: OutsideServer;
  /** The resolver of stacks that have none of danelab's own. */
  readonly outsideResolver?: OutsideResolver;
  /** Stands where a scenario says a real server; Postfix unless told. */
  readonly receiver?: Program;
  /** What the user chose, for the results document. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly packets: PacketChoice;
  /** Leaves the lab running. */
  readonly keep: boolean;
  readonly output: Output;
  /** "usual" unless told. */
  readonly verbosity?: Verbosity;
  /** Real servers to be tried besides; the plan has their domains. */
  readonly probes?: readonly ProbeTrial[];
}

export interface Conducted {
  readonly results: Results;
  /** By trial id. */
  readonly evidence: ReadonlyMap<string, Evidence>;
}

/** Those of the probes, beside those of mail. */
export function withProbes(
  results: Results,
  probes: readonly ProbeTrial[],
  evidence: ReadonlyMap<string, ProbeEvidence>,
  divergences: ReadonlyMap<string, readonly Divergence[]>,
): Results {
  const { trials, staleDivergences } = judgeProbes(probes, evidence, divergences, evidencePath);
  const scenarios = new Map(probes.map(({ scenario }) => [scenario.domain.id, scenario]));
  return {
    ...results,
    run: { ...results.run, staleDivergences: [...results.run.staleDivergences, ...staleDivergences] },
    scenarios: [...results.scenarios, ...[...scenarios.values()].map(describeProbe)],
    trials: [...results.trials, ...trials],
  };
}

function describeProbe({ domain, way }: ProbeScenario): ScenarioResult {
  return {
    ...describeScenario(domain),
    expect: { probe: { level: "must", permitted: [wayFacts[way].permitted], never: [] } },
  };
}

const nowhere = { write: () => true };

/** A run from the command line: progress on standard error, evidence and plan stored, ended by signals. */
export async function conduct(undertaking: Undertaking): Promise<Conducted> {
  const { registry, plan, options, packets, keep, output, verbosity = "usual" } = undertaking;
  const progress = createProgress(verbosity === "quiet" ? nowhere : process.stderr);
  const tell = verdictTeller(verbosity, progress.note, lineOptions(process.stderr));
  return interruptible(progress, async (signal) => {
    await ensureEngine(progress.note);
    const engine = await connectDocker();
    const swept = await engine.sweep(runLabel, stillLives);
    if (swept.length > 0) progress.note(`removed what an earlier run left: ${swept.join(", ")}`);
    const { authority, receiver, outside, outsideResolver } = undertaking;
    const prepared = await preparePrograms(
      engine,
      registry,
      // Probes have domains of their own.
      {
        ...plan,
        scenarios: plan.domains.map(({ scenario }) => scenario),
        ...(authority ? { authority } : {}),
        ...(receiver ? { receiver } : {}),
        ...(outsideResolver ? { outsideResolver } : {}),
      },
      progress.note,
    );
    await output.begin();

    progress.start(plan.trials.length, await expectedMs(plan.trials.length));
    const evidence = new Map<string, Evidence>();
    const writes: Promise<void>[] = [];
    let setups: DomainSetups = {};
    const store = (path: string, content: string | Buffer): void => {
      const file = join(output.folder, path);
      const written = mkdir(dirname(file), { recursive: true }).then(() => writeFile(file, content));
      // Told once the run is over and its lab is gone.
      written.catch(() => undefined);
      writes.push(written);
    };
    const probed = new Map<string, ProbeEvidence>();
    const { probes = [] } = undertaking;
    const running = probeRun(probes, (one) => {
      probed.set(one.trial, one);
      store(evidencePath(one.trial), `${JSON.stringify(one, null, 1)}\n`);
    });
    const { results, sni } = await run(
      {
        plan,
        ...prepared,
        programs: { ...prepared.programs, ...(outside ? { outside } : {}) },
        divergences: registry.divergences,
        engine,
        runId: randomBytes(3).toString("hex"),
        version: await packageVersion(),
        options,
        packets,
        keep,
        signal,
        ...(probes.length > 0 ? { probes: running } : {}),
      },
      {
        progress: progress.note,
        packets: store,
        world: (world) => {
          setups = setupsOf(world);
          if (outsideResolver)
            announceResolver(outsideResolver, world.facts, output.folder, store, progress.note);
          if (!outside) return;
          for (const [name, content] of externalFiles(outside, world.outside))
            store(join("external", name), content);
          for (const line of externalText(outside, world.outside, join(output.folder, "external")))
            progress.note(line);
        },
        evidence: (one) => {
          evidence.set(one.trial, one);
          store(evidencePath(one.trial), `${JSON.stringify(one, null, 1)}\n`);
        },
        verdict: (result) => {
          progress.verdict(result);
          tell(result);
        },
      },
    );
    progress.end();
    await Promise.all(writes);
    await output.saveDomains(setups);
    await output.savePlan(plan, sni, probes);
    if (keep)
      progress.note(
        `the lab is still running (docker ps --filter name=danelab-${results.run.id}); danelab clean ends it`,
      );
    const whole = probes.length > 0 ? withProbes(results, probes, probed, registry.divergences) : results;
    return { results: whole, evidence };
  }).finally(() => progress.end());
}

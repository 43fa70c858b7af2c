import { randomBytes } from "node:crypto";
import type { Engine } from "../lab/engine.ts";
import type { Lab } from "../lab/lab.ts";
import { preparePrograms } from "../lab/programs.ts";
import { loadRegistry, type Registry } from "../lab/registry.ts";
import type { Evidence } from "../model/evidence.ts";
import { type Plan, plan, type Stack, stackOf } from "../model/plan.ts";
import type { Results, TrialResult } from "../model/results.ts";
import type { Policy, Scenario } from "../model/scenario.ts";
import { HarnessError } from "../words/errors.ts";
import { loadScenarios } from "./load-scenarios.ts";
import type { PacketChoice } from "./packets.ts";
import { run } from "./pipeline.ts";

/** One run of the pipeline for a test, and all that it told on the way. */
export interface TestRun {
  readonly runId: string;
  readonly plan: Plan;
  readonly results: Results;
  readonly sni: ReadonlyMap<string, string | null>;
  /** As it was when it was told, by trial. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Capture files by path. */
  readonly packets: ReadonlyMap<string, Buffer>;
  /** "evidence ID", "verdict ID" and "packets PATH", in the order told. */
  readonly told: readonly string[];
  readonly progress: readonly string[];
  /** The verdict that the results hold. */
  verdict(trial: string): TrialResult;
}

export interface TestRunOptions {
  readonly stacks: readonly Stack[];
  readonly policies?: readonly Policy[];
  /** The implementations, where not danelab's own as they are. */
  readonly registry?: Registry;
  readonly packets?: PacketChoice;
  readonly signal?: AbortSignal;
  readonly onLab?: (lab: Lab) => void;
  readonly onEvidence?: (evidence: Evidence) => void;
  readonly onProgress?: (line: string) => void;
}

export const registry = await loadRegistry();

/** Postfix with that resolver, in the default versions. */
export function stackWith(resolver: string): Stack {
  const version = (found: (typeof registry)["senders" | "resolvers"], name: string): string => {
    const driver = found.map((one) => one.driver).find((one) => one.name === name);
    const [first] = driver?.versions ?? [];
    if (!first) throw new HarnessError(`no driver ${name}`);
    return first.version;
  };
  return stackOf(
    { name: "postfix", version: version(registry.senders, "postfix") },
    { name: resolver, version: version(registry.resolvers, resolver) },
  );
}

/** The canaries, and the scenarios of these ids. */
export async function scenariosNamed(...ids: readonly string[]): Promise<readonly Scenario[]> {
  const all = await loadScenarios([]);
  const missing = ids.filter((id) => !all.some((scenario) => scenario.id === id));
  if (missing.length > 0) throw new HarnessError(`no scenario ${missing.join(", ")}`);
  return all.filter(({ id, canary }) => canary || ids.includes(id));
}

export async function testRun(
  engine: Engine,
  scenarios: readonly Scenario[],
  options: TestRunOptions,
): Promise<TestRun> {
  const planned = plan(scenarios, { stacks: options.stacks, policies: options.policies ?? ["dane", "may"] });
  const runId = randomBytes(3).toString("hex");
  const evidence = new Map<string, Evidence>();
  const packets = new Map<string, Buffer>();
  const told: string[] = [];
  const progress: string[] = [];
  const { results, sni } = await run(
    {
      plan: planned,
      ...(await preparePrograms(engine, options.registry ?? registry, planned, () => undefined)),
      divergences: registry.divergences,
      engine,
      runId,
      version: "test",
      options: {},
      keep: false,
      packets: options.packets ?? "none",
      signal: options.signal ?? new AbortController().signal,
    },
    {
      progress: (line) => {
        progress.push(line);
        options.onProgress?.(line);
      },
      evidence: (one) => {
        evidence.set(one.trial, structuredClone(one));
        told.push(`evidence ${one.trial}`);
        options.onEvidence?.(one);
      },
      packets: (path, file) => {
        packets.set(path, file);
        told.push(`packets ${path}`);
      },
      verdict: ({ id }) => told.push(`verdict ${id}`),
      lab: (lab) => options.onLab?.(lab),
    },
  );
  return {
    runId,
    plan: planned,
    results,
    sni,
    evidence,
    packets,
    told,
    progress,
    verdict(trial) {
      const found = results.trials.find(({ id }) => id === trial);
      if (!found) throw new HarnessError(`no trial ${trial}`);
      return found;
    },
  };
}

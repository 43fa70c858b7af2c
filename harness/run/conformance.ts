import { randomBytes } from "node:crypto";
import { connectDocker } from "../lab/engine-docker.ts";
import { preparePrograms } from "../lab/programs.ts";
import type { Registry } from "../lab/registry.ts";
import type { Plan } from "../model/plan.ts";
import type { Results, TrialResult } from "../model/results.ts";
import { HarnessError } from "../words/errors.ts";
import { run } from "./pipeline.ts";

/** A run whose verdicts can be awaited one by one: the face of the pipeline for vitest. */
export interface ConformanceRun {
  verdict(trial: string): Promise<TrialResult>;
  results(): Promise<Results>;
  stop(): Promise<void>;
}

export function startConformanceRun(plan: Plan, registry: Registry): ConformanceRun {
  const interrupt = new AbortController();
  const verdicts = new Map(plan.trials.map(({ id }) => [id, Promise.withResolvers<TrialResult>()]));
  for (const { promise } of verdicts.values()) promise.catch(() => undefined);

  const finished = (async (): Promise<Results> => {
    const engine = await connectDocker();
    const quiet = (): void => undefined;
    const prepared = await preparePrograms(engine, registry, plan, quiet);
    const { results } = await run(
      {
        plan,
        ...prepared,
        divergences: registry.divergences,
        engine,
        runId: randomBytes(3).toString("hex"),
        version: "test",
        options: {},
        keep: false,
        packets: "none",
        signal: interrupt.signal,
      },
      { progress: quiet, evidence: quiet, verdict: (result) => verdicts.get(result.id)?.resolve(result) },
    );
    // Those that never fell, and those that a failed canary changed.
    for (const result of results.trials) verdicts.get(result.id)?.resolve(result);
    return results;
  })();
  finished.catch((error) => {
    for (const { reject } of verdicts.values()) reject(error);
  });

  return {
    verdict: (trial) => verdicts.get(trial)?.promise ?? Promise.reject(new HarnessError(`no trial ${trial}`)),
    results: () => finished,
    async stop() {
      interrupt.abort(new HarnessError("interrupted"));
      await finished.catch(() => undefined);
    },
  };
}

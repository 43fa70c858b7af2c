/**
 * danelab as a library: choose scenarios and programs, plan, run, and get verdicts as they fall.
 *
 *     const registry = await loadRegistry();
 *     const stacks = [stackOf({ name: "postfix", version: "3.10" }, { name: "unbound", version: "1.26" })];
 *     const planned = plan(await loadScenarios([]), { stacks, policies: ["dane", "may"] });
 *     const engine = await connectDocker();
 *     const programs = await preparePrograms(engine, registry, planned, console.error);
 *     await run({ plan: planned, ...programs, engine, ... }, { verdict: (result) => ..., ... });
 */
export type { Engine } from "./lab/engine.ts";
export { connectDocker } from "./lab/engine-docker.ts";
export { withImages } from "./lab/given-images.ts";
export { type PreparedPrograms, preparePrograms } from "./lab/programs.ts";
export { loadRegistry, type Registry, selectPrograms } from "./lab/registry.ts";
export { type ComparedRun, type Comparison, compare } from "./model/comparison.ts";
export type { Divergence } from "./model/divergence.ts";
export type { Evidence } from "./model/evidence.ts";
export { judge } from "./model/judge.ts";
export { type Plan, type Program, plan, type Stack, stackOf, type Trial } from "./model/plan.ts";
export type { Results, TrialResult, Verdict } from "./model/results.ts";
export type { Expectation, Outcome, Policy, Scenario } from "./model/scenario.ts";
export { loadScenarios } from "./run/load-scenarios.ts";
export { type Finished, type RunInput, type RunListener, run } from "./run/pipeline.ts";
export { HarnessError, UsageError } from "./words/errors.ts";

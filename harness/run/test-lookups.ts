import { type FakeConduct, fakeEngine } from "../lab/engine-fake.ts";
import { preparePrograms } from "../lab/programs.ts";
import { selectPrograms } from "../lab/registry.ts";
import type { Divergence } from "../model/divergence.ts";
import { type LookupScenario, planLookups } from "../model/lookup.ts";
import type { Program } from "../model/plan.ts";
import { HarnessError } from "../words/errors.ts";
import { loadLookups, loadScenarios } from "./load-scenarios.ts";
import { type FinishedLookups, runLookups } from "./lookups.ts";
import { registry } from "./test-run.ts";

/** A run in which resolvers are asked, on the engine in memory. */
export interface TestLookups extends FinishedLookups {
  readonly scenarios: readonly LookupScenario[];
  readonly resolvers: readonly Program[];
  /** Of the containers that there were. */
  readonly names: ReadonlySet<string>;
}

const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);
const scenarios = (await loadLookups([])).filter(({ domain: { id } }) =>
  ["res-ad-secure", "res-ad-insecure", "res-ad-nodata", "res-bogus-expired"].includes(id),
);

/** `names`: "unbound@1.26" */
export async function testLookups(
  names: readonly string[],
  conduct: FakeConduct = {},
  divergences: ReadonlyMap<string, readonly Divergence[]> = new Map(),
): Promise<TestLookups> {
  const engine = fakeEngine(conduct);
  const resolvers = selectPrograms(registry.resolvers, names, "--resolver");
  const prepared = await preparePrograms(
    engine,
    registry,
    { stacks: [], scenarios: [], resolvers },
    () => undefined,
  );
  const seen = new Set<string>();
  const finished = await runLookups(
    {
      ...{ trials: planLookups(scenarios, resolvers), canaries, ...prepared, divergences, engine },
      ...{ runId: "0a1b2c", version: "test", options: {}, signal: new AbortController().signal },
    },
    {
      progress: () => undefined,
      answered: () => {
        for (const name of engine.containers.keys()) seen.add(name);
      },
    },
  );
  if (engine.containers.size > 0) throw new HarnessError(`left: ${[...engine.containers.keys()].join(", ")}`);
  return { ...finished, scenarios, resolvers, names: seen };
}

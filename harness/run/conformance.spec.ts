import { afterAll, describe, expect, test } from "vitest";
import { inabilityIn } from "../lab/abilities.ts";
import { loadRegistry } from "../lab/registry.ts";
import { chooseStacks } from "../lab/stacks.ts";
import { plan } from "../model/plan.ts";
import type { TrialResult } from "../model/results.ts";
import { usualPolicies } from "../model/scenario.ts";
import { startConformanceRun } from "./conformance.ts";
import { loadScenarios } from "./load-scenarios.ts";

/** One run for the whole file; one test per trial that awaits its verdict. */

const scenarios = await loadScenarios([]);
const registry = await loadRegistry();
const planned = plan(scenarios, {
  stacks: chooseStacks(registry, { senders: [], resolvers: [] }),
  policies: usualPolicies,
  inability: inabilityIn(registry),
});
const groups = Map.groupBy(
  planned.trials.filter(({ role }) => role !== "twin"),
  ({ scenario }) => scenario,
);

const run = startConformanceRun(planned, registry);
afterAll(() => run.stop());

const expectedVerdicts: readonly TrialResult["verdict"][] = ["pass", "info", "warn", "known", "unsupported"];

for (const scenario of scenarios) {
  describe(scenario.id, () => {
    test.for([...(groups.get(scenario.id) ?? [])])("$id", { concurrent: true }, async ({ id }, context) => {
      const { verdict, reasons } = await run.verdict(id);
      context.expect(expectedVerdicts, `${verdict}: ${reasons.join("; ")}`).toContain(verdict);
    });
  });
}

test("the run as a whole", async () => {
  const { run: facts } = await run.results();
  expect(facts.errors).toEqual([]);
  expect(facts.staleDivergences).toEqual([]);
  expect(facts.strayPackets.first).toEqual([]);
});

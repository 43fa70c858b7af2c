import { judge, loadRegistry, loadScenarios, plan, selectPrograms, stackOf } from "danelab";
import { expect, test } from "vitest";

test("the package's name gives what it takes to plan a run and to judge its evidence", async () => {
  const registry = await loadRegistry();
  const [sender] = selectPrograms(registry.senders, ["postfix"], "sender");
  const [resolver] = selectPrograms(registry.resolvers, ["unbound"], "resolver");
  const scenarios = (await loadScenarios([])).filter(({ id }) => id === "base-311");
  const planned = plan(scenarios, { stacks: [stackOf(sender!, resolver!)], policies: ["dane"] });
  expect(planned.trials.map(({ role }) => role)).toEqual(["main", "twin"]);

  const judging = judge({
    plan: planned,
    divergences: registry.divergences,
    sni: new Map(),
    evidencePath: ({ id }) => id,
  });
  expect(judging.finish().trials.map(({ verdict }) => verdict)).toEqual(["error", "error"]);
});

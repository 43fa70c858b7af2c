import { createHash } from "node:crypto";
import { isAttack } from "./plan.ts";
import type { ScenarioResult } from "./results.ts";
import { type Expectation, policies, type Scenario } from "./scenario.ts";

function describeExpectation({ level, permitted, never, leaks }: Expectation) {
  return { level, permitted: [...permitted], never: [...never], ...(leaks ? { leaks } : {}) };
}

/** A scenario as the results document tells it. */
export function describeScenario(scenario: Scenario): ScenarioResult {
  const expect: ScenarioResult["expect"] = {};
  for (const policy of policies) {
    const expectation = scenario.expect[policy];
    if (expectation) expect[policy] = describeExpectation(expectation);
  }
  return {
    id: scenario.id,
    group: scenario.group,
    title: scenario.title,
    why: scenario.why,
    cites: [...scenario.cites],
    attack: isAttack(scenario),
    canary: scenario.canary,
    digest: digestOf(scenario),
    expect,
  };
}

/** Of what the scenario does, not of how it is told. */
function digestOf(scenario: Scenario): string {
  const { group: _group, title: _title, why: _why, cites: _cites, file: _file, ...set } = scenario;
  return createHash("sha256").update(JSON.stringify(set)).digest("hex");
}

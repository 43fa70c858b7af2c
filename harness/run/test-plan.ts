import { type Plan, plan, stackOf } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { type ScenarioText, scenarios } from "../vocabulary.ts";
import { checkFile } from "./check-scenarios.ts";

/** A scenario as a test tells it: what it is called and cites does not matter. */
export type TestScenario = Omit<ScenarioText, "title" | "cites">;

export function scenariosOf(texts: readonly TestScenario[]): readonly Scenario[] {
  const whole = texts.map((text) => ({ title: text.id, cites: ["RFC 7672 2.2"], ...text }));
  return checkFile(scenarios("x", whole), "x.ts");
}

export const postfixOnUnbound = stackOf(
  { name: "postfix", version: "3.10" },
  { name: "unbound", version: "1.26" },
);

/** What is sent under policy dane by one stack. */
export function daneTrials(texts: readonly TestScenario[]): Plan {
  return plan(scenariosOf(texts), { stacks: [postfixOnUnbound], policies: ["dane"] });
}

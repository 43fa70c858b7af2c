import { plan, stackOf } from "../model/plan.ts";
import type { Expectation, Scenario } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { compileWorld } from "../world/world.ts";
import type { Command } from "./commands.ts";
import { explainLookup } from "./explain-lookup.ts";
import { explainProbe } from "./explain-probe.ts";
import { expectedText, ruleText, serverLines, zoneFileLines, zoneLine } from "./scenario-text.ts";
import { findAny, selectionOptions, selectPolicies } from "./selection.ts";

function expected(expectation: Expectation): string {
  const { leaks } = expectation;
  return [
    expectedText(expectation),
    ...(leaks
      ? [
          `the attack must succeed: the message is read ${leaks === "on-the-wire" ? "on the wire" : "by the attacker"}`,
        ]
      : []),
  ].join("; ");
}

function expectations(expect: Scenario["expect"]): readonly string[] {
  return Object.entries(expect).map(
    ([policy, expectation]) => `  ${policy.padEnd(9)} ${expected(expectation)}`,
  );
}

function describe(scenario: Scenario): readonly string[] {
  const { route, resolver, setup, watch, sni } = scenario;
  return [
    scenario.id,
    `  ${scenario.title}`,
    ...(scenario.why ? [`  ${scenario.why}`] : []),
    `  cites ${scenario.cites.join(", ")}`,
    "",
    "Expected",
    ...expectations(scenario.expect),
    ...(sni ? [`  SNI       ${sni}`] : []),
    ...(watch.length > 0 ? [`  besides   ${watch.join(", ")}`] : []),
    "",
    "Zones",
    ...Object.entries(scenario.zones).map(zoneLine),
    "",
    "Servers",
    ...serverLines(scenario.mx),
    ...(route
      ? [`  the message goes to ${route.to}${route.mx ? "'s MX hosts" : ""}, port ${route.port}`]
      : []),
    ...(setup === "plain" ? [] : [`  the sender is set up with ${setup}`]),
    ...(resolver
      ? [`  the resolver is across the network${["", ...resolver.answers.map(ruleText)].join(", ")}`]
      : []),
  ];
}

export const explainCommand: Command = {
  name: "explain",
  usage: "explain ID",
  summary: "Show a scenario: zone, certificate, TLSA, server, expected outcomes, sections cited",
  options: {
    policy: selectionOptions.policy,
    scenarios: selectionOptions.scenarios,
    json: { help: "print the scenario as JSON" },
  },
  async run(args) {
    const [id, ...rest] = args.words;
    if (id === undefined || rest.length > 0)
      throw new UsageError("explain takes one scenario id; see danelab list scenarios");
    const found = await findAny(args, [id]);
    const lookup = [...found.lookups, ...found.authorities].find(({ domain }) => domain.id === id);
    if (lookup) {
      console.log(args.flag("json") ? JSON.stringify(lookup, null, 2) : explainLookup(lookup).join("\n"));
      return 0;
    }
    const probe = found.probes.find(({ domain }) => domain.id === id);
    if (probe) {
      console.log(args.flag("json") ? JSON.stringify(probe, null, 2) : explainProbe(probe).join("\n"));
      return 0;
    }
    const scenario = found.scenarios.find((one) => one.id === id);
    if (!scenario)
      throw new UsageError(`explain takes one id, not a pattern; see danelab list scenarios ${id}`);
    if (args.flag("json")) {
      console.log(JSON.stringify(scenario, null, 2));
      return 0;
    }
    // Any stack serves: the world does not depend on it. Keys and signatures are fresh each time.
    const stack = stackOf({ name: "any", version: "0" }, { name: "any", version: "0" });
    const [policy = "dane"] = selectPolicies(args);
    const planned = plan([{ ...scenario, canary: false }], { stacks: [stack], policies: [policy] });
    const world = compileWorld(planned, { subnet: 1, now: new Date() });
    const domain = planned.domains.find((one) => one.policy === policy && one.variant === "main");
    const facts = domain && world.domains.get(domain.key);
    const answers = (step: number): readonly string[] => [
      "",
      "What a validating resolver must find",
      ...(facts?.steps[step]?.questions ?? []).map(
        ({ question, status, empty }) =>
          `  ${question.name} ${question.type}: ${status}${empty ? ", no records" : ""}`,
      ),
      ...zoneFileLines(world, facts?.zones ?? [], step),
    ];
    const lines = [
      ...describe(scenario),
      ...answers(0),
      ...scenario.steps.flatMap((step, index) => [
        "",
        `Then: ${step.title}`,
        ...expectations(step.expect),
        ...serverLines(step.mx),
        ...answers(index + 1),
      ]),
    ];
    console.log(lines.join("\n"));
    return 0;
  },
};

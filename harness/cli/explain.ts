import { plan, stackOf } from "../model/plan.ts";
import type { Expectation, Scenario } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { compileWorld } from "../world/world.ts";
import type { Command } from "./commands.ts";
import { selectionOptions, selectPolicies, selectScenarios } from "./selection.ts";

function expected({ level, permitted, never, leaks }: Expectation): string {
  const word = { must: "MUST be", should: "SHOULD be", open: "left open by the RFC, foreseen:" }[level];
  return [
    `${word} ${permitted.join(" or ")}`,
    ...(never.length > 0 ? [`never ${never.join(", ")}`] : []),
    ...(leaks
      ? [
          `the attack must succeed: the message is read ${leaks === "on-the-wire" ? "on the wire" : "by the attacker"}`,
        ]
      : []),
  ].join("; ");
}

function describe(scenario: Scenario): string[] {
  const hosts = scenario.mx.map((host) => {
    const { certificate } = host;
    const names = certificate.names.length > 0 ? certificate.names.join(", ") : "none";
    return [
      `  MX ${host.preference} ${host.name}${host.alias ? ` (through the alias ${host.alias.name})` : ""}: server ${host.server}${host.attacker ? `, attacker ${host.attacker.does} in front of it` : ""}`,
      `     certificate: ${certificate.kind} ${certificate.key}, names ${names}, valid from day ${certificate.notBefore} to day ${certificate.notAfter}, sends ${certificate.sends.join(", ")}`,
    ];
  });
  return [
    scenario.id,
    `  ${scenario.title}`,
    ...(scenario.why ? [`  ${scenario.why}`] : []),
    `  cites ${scenario.cites.join(", ")}`,
    "",
    "Expected",
    ...Object.entries(scenario.expect).map(
      ([policy, expectation]) => `  ${policy.padEnd(9)} ${expected(expectation)}`,
    ),
    ...(scenario.sni ? [`  SNI       ${scenario.sni}`] : []),
    "",
    "Servers",
    ...hosts.flat(),
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
    const scenario = (await selectScenarios(args, [id])).find((one) => one.id === id);
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
    const [domain] = planned.domains.map(({ key }) => world.domains.get(key));
    const zones = world.zoneFiles.filter(({ path }) =>
      domain?.zones.some((zone) => path === `/zones/${zone}.zone`),
    );
    const lines = [
      ...describe(scenario),
      "",
      "What a validating resolver must find",
      ...(domain?.steps[0].questions ?? []).map(
        ({ question, status, empty }) =>
          `  ${question.name} ${question.type}: ${status}${empty ? ", no records" : ""}`,
      ),
      ...zones.flatMap(({ path, content }) => [
        "",
        `Zone ${path.slice(7, -5)}`,
        ...String(content)
          .trimEnd()
          .split("\n")
          .map((line) => `  ${line}`),
      ]),
    ];
    console.log(lines.join("\n"));
    return 0;
  },
};

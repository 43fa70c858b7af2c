import { plan, stackOf } from "../model/plan.ts";
import type { AnswerRule, CertificateSpec, Expectation, Scenario, ZoneSpec } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import { compileWorld } from "../world/world.ts";
import type { Command } from "./commands.ts";
import { readable } from "./readable.ts";
import { findScenarios, selectionOptions, selectPolicies } from "./selection.ts";

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

function expectations(expect: Scenario["expect"]): readonly string[] {
  return Object.entries(expect).map(
    ([policy, expectation]) => `  ${policy.padEnd(9)} ${expected(expectation)}`,
  );
}

function certificate({ kind, key, names, notBefore, notAfter, sends }: CertificateSpec): string {
  const named = names.length > 0 ? names.join(", ") : "none";
  return `${kind} ${key}, names ${named}, valid from day ${notBefore} to day ${notAfter}, sends ${sends.join(", ")}`;
}

function servers(mx: Scenario["mx"]): readonly string[] {
  return mx.flatMap((host) => {
    const { attacker } = host;
    const found = host.published ? `MX ${host.preference}` : "no MX record:";
    return [
      `  ${found} ${host.name}${host.alias ? ` (through the alias ${host.alias.name})` : ""}: server ${host.receiver === "recording" ? host.server : host.receiver}${host.port === 25 ? "" : `, port ${host.port}`}${attacker ? `, attacker ${attacker.does} in front of it` : ""}`,
      `     certificate: ${certificate(host.certificate)}`,
      ...Object.entries(host.sni).map(([name, one]) => `     for SNI ${name}: ${certificate(one)}`),
      ...(attacker && "certificate" in attacker
        ? [`     the attacker's: ${certificate(attacker.certificate)}`]
        : []),
    ];
  });
}

function rule({ does, type, name }: AnswerRule): string {
  return `${does}${type ? ` for ${type}` : ""}${name ? ` at ${name}` : ""}`;
}

function zone([name, { signed, faults, answers }]: readonly [string, ZoneSpec]): string {
  return [
    `  ${name}: ${signed ? "signed" : "unsigned"}`,
    ...faults.map(
      (one) => `fault ${one.fault}${one.type ? ` of ${one.type}` : ""}${one.name ? ` at ${one.name}` : ""}`,
    ),
    ...answers.map((one) => `its server: ${rule(one)}`),
  ].join(", ");
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
    ...Object.entries(scenario.zones).map(zone),
    "",
    "Servers",
    ...servers(scenario.mx),
    ...(route
      ? [`  the message goes to ${route.to}${route.mx ? "'s MX hosts" : ""}, port ${route.port}`]
      : []),
    ...(setup === "plain" ? [] : [`  the sender is set up with ${setup}`]),
    ...(resolver
      ? [`  the resolver is across the network${["", ...resolver.answers.map(rule)].join(", ")}`]
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
    const scenario = (await findScenarios(args, [id])).find((one) => one.id === id);
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
    const zoneFiles = (step: number): readonly string[] =>
      (facts?.zones ?? []).flatMap((name) => {
        const path = `/zones/${step === 0 ? "" : `step-${step}/`}${name}.zone`;
        const file = world.zoneFiles.find((one) => one.path === path);
        if (!file) return [];
        const lines = String(file.content).trimEnd().split("\n");
        return ["", `Zone ${name}`, ...lines.map((line) => `  ${readable(line)}`)];
      });
    const found = (step: number): readonly string[] => [
      "",
      "What a validating resolver must find",
      ...(facts?.steps[step]?.questions ?? []).map(
        ({ question, status, empty }) =>
          `  ${question.name} ${question.type}: ${status}${empty ? ", no records" : ""}`,
      ),
      ...zoneFiles(step),
    ];
    const lines = [
      ...describe(scenario),
      ...found(0),
      ...scenario.steps.flatMap((step, index) => [
        "",
        `Then: ${step.title}`,
        ...expectations(step.expect),
        ...servers(step.mx),
        ...found(index + 1),
      ]),
    ];
    console.log(lines.join("\n"));
    return 0;
  },
};

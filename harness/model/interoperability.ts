import { type ReceiverFeature, receiverFeaturesNeeded } from "./features.ts";
import { isAttack, type Program, programId, type RecipientDomain } from "./plan.ts";
import type { ProbeScenario, ProbeTrial } from "./probe.ts";
import type { Scenario } from "./scenario.ts";

/** Scenarios that want a real server, once for each that there is: every sender delivers to it, danelab's client tries it. */

/** Those that show delivery, not an attack on it. */
export function wantsRealServer(scenario: Scenario): boolean {
  return !scenario.canary && !isAttack(scenario) && scenario.mx.some(({ receiver }) => receiver === "real");
}

function labelOf({ name, version }: Program): string {
  return `${name}-${version.replaceAll(".", "-")}`;
}

function boundTo({ name, version }: Program, hosts: Scenario["mx"]): Scenario["mx"] {
  return hosts.map((host) => (host.receiver === "real" ? { ...host, receiver: `${name}@${version}` } : host));
}

/** `real-311` at Exim is `exim-311`; at a version besides the usual one, `exim-4-96-311`. Its group is the program. */
export function atReceiver(scenario: Scenario, receiver: Program, isUsual: boolean): Scenario {
  const id = programId(receiver);
  const label = isUsual ? receiver.name : labelOf(receiver);
  return {
    ...scenario,
    id: `${label}-${scenario.id.replace(/^real-/, "")}`,
    group: id,
    title: scenario.title.replace("A real server", id),
    mx: boundTo(receiver, scenario.mx),
    steps: scenario.steps.map((step) => ({ ...step, mx: boundTo(receiver, step.mx) })),
  };
}

/** The probes of these scenarios at these receivers, and the recipient domains that they are set up in. */
export function planProbes(
  scenarios: readonly ProbeScenario[],
  receivers: readonly { readonly program: Program; readonly lacks: readonly ReceiverFeature[] }[],
): { readonly trials: readonly ProbeTrial[]; readonly domains: readonly RecipientDomain[] } {
  const planned = scenarios.flatMap(({ domain, way }) =>
    receivers.map(({ program, lacks }) => {
      const scenario = { ...domain, mx: boundTo(program, domain.mx) };
      const key = `${domain.id}.${labelOf(program)}`;
      const [lacking] = receiverFeaturesNeeded(scenario).filter(([, feature]) => lacks.includes(feature));
      const unsupported = lacking ? `as a receiver, ${program.name} has no ${lacking[1]}` : null;
      return {
        trial: {
          id: `${domain.id}/${programId(program)}`,
          scenario: { domain: scenario, way },
          receiver: program,
          domain: key,
          unsupported,
        },
        domain: { key, scenario, policy: "dane" as const, variant: "main" as const },
      };
    }),
  );
  return {
    trials: planned.map(({ trial }) => trial),
    domains: planned.flatMap(({ trial, domain }) => (trial.unsupported === null ? [domain] : [])),
  };
}

import { asOfStep } from "../model/plan.ts";
import type { Expectation, MxHost, Outcome, Scenario, Step } from "../model/scenario.ts";

/**
 * What follows for the policies that demand TLS without DANE, from what a sender with opportunistic TLS does. No RFC says
 * how such a message ends that cannot be sent: it is expected to wait. What must not happen is that it goes out.
 */

type Further = Pick<Scenario["expect"], "encrypt" | "verify" | "secure">;
const furtherPolicies = ["encrypt", "verify", "secure"] as const;

/** For the scenario and all its steps; what they say themselves stands. */
export function withFurtherPolicies(scenario: Scenario): Scenario {
  const forged = scenario.forged?.mx ?? [];
  const first = furtherOf(scenario, forged);
  const later = scenario.steps.map((_, index) => furtherOf(asOfStep(scenario, index + 1), forged));
  // A trial runs through all steps.
  const whole = furtherPolicies.filter((policy) => [first, ...later].every((one) => one[policy]));
  return {
    ...scenario,
    expect: { ...scenario.expect, ...pick(first, whole) },
    steps: scenario.steps.map((step, index): Step => {
      // A control has lost: it has nothing to do with the end of the attack.
      const told = step.byRule ? whole.filter((policy) => !first[policy]?.leaks) : whole;
      return { ...step, expect: { ...step.expect, ...pick(later[index] ?? {}, told) } };
    }),
  };
}

function pick(further: Further, of: readonly (keyof Further)[]): Further {
  return Object.fromEntries(of.map((policy) => [policy, further[policy]]));
}

function furtherOf({ expect, mx }: Pick<Scenario, "expect" | "mx">, forged: readonly MxHost[]): Further {
  // At the end of an attack nothing is said of a sender without DANE: the server is as others are.
  const may = expect.may ?? withoutDane(expect.dane);
  if (!may) return expect;
  const hosts = [...mx, ...forged];
  const verified = verifying(may, hosts);
  const all = { encrypt: encrypting(may, hosts), verify: verified, secure: verified };
  const found = furtherPolicies.flatMap((policy) => {
    const expectation = expect[policy] ?? all[policy];
    return expectation ? [[policy, expectation] as const] : [];
  });
  return Object.fromEntries(found);
}

function withoutDane(dane: Expectation | undefined): Expectation | undefined {
  return dane && changed(dane, (outcome) => (outcome === "authenticated" ? ["encrypted"] : [outcome]));
}

/** TLS is demanded, whoever the server is. There is no trial of an attack that terminates TLS: it need not succeed twice. */
function encrypting(may: Expectation, hosts: readonly MxHost[]): Expectation | undefined {
  if (may.leaks !== undefined && may.permitted.includes("encrypted")) return undefined;
  // Another host may have TLS.
  const withoutTls: readonly Outcome[] = hosts.length > 1 ? ["deferred", "encrypted"] : ["deferred"];
  return changed(may, (outcome) => (outcome === "cleartext" ? withoutTls : [outcome]), "cleartext");
}

/** The server's certificate must be of a CA that the sender knows. Whether one that is suits is for the scenario to say. */
function verifying(may: Expectation, hosts: readonly MxHost[]): Expectation | undefined {
  const suits = hosts.some(isKnown);
  if (suits && may.leaks === "to-the-attacker") return undefined;
  const delivery: readonly Outcome[] = suits ? ["deferred", "encrypted"] : ["deferred"];
  const floor: readonly Outcome[] = suits ? ["cleartext"] : ["encrypted", "cleartext"];
  // A refusal behind TLS need not be come to.
  const become = (outcome: Outcome) =>
    outcome === "bounced" ? (["deferred", "bounced"] as const) : delivery;
  return { ...changed(may, become, ...floor), ...(suits ? { level: "open" } : {}) };
}

function isKnown({ certificate, furtherCertificates, sni, attacker }: MxHost): boolean {
  const shown = [certificate, ...furtherCertificates, ...Object.values(sni)];
  if (attacker && "certificate" in attacker) shown.push(attacker.certificate);
  return shown.some(({ kind, authority }) => kind !== "self-signed" && authority === "public");
}

/** What is not as before is no more than a SHOULD; the floor is a MUST. */
function changed(
  from: Expectation,
  become: (outcome: Outcome) => readonly Outcome[],
  ...floor: readonly Outcome[]
): Expectation {
  const permitted = [...new Set(from.permitted.flatMap(become))];
  const same = from.permitted.every((outcome) => permitted.includes(outcome));
  return { level: same || from.level === "open" ? from.level : "should", permitted, never: floor };
}

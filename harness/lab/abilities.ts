import { featuresNeeded, type Needs, receiverFeaturesNeeded } from "../model/features.ts";
import { type Inability, type Program, programId } from "../model/plan.ts";
import type { RealReceiver, Scenario, SenderPolicy } from "../model/scenario.ts";
import { verifierFeaturesNeeded } from "../model/verification.ts";
import type { ReceiverDriver, SenderDriver, VerifierDriver } from "./driver.ts";
import type { Registry } from "./registry.ts";
import { usual } from "./stacks.ts";

export function doesDane({ dane, versions }: SenderDriver, version: string): boolean {
  return versions.find((one) => one.version === version)?.dane ?? dane;
}

/** What the drivers say of their programs, for the plan. `chosen`: what stands where a scenario says a real server. */
export function inabilityIn(
  { senders, receivers }: Pick<Registry, "senders" | "receivers">,
  chosen?: Program,
): (sender: Program, policy: SenderPolicy, scenario: Needs) => Inability | null {
  const driverOf = (name: RealReceiver): ReceiverDriver | undefined => {
    const wanted = name === "real" ? (chosen?.name ?? usual.receiver) : name.split("@")[0];
    return receivers.find(({ driver }) => driver.name === wanted)?.driver;
  };
  const ofReceivers = (scenario: Needs): Inability | null => {
    for (const [name, lacks] of receiverFeaturesNeeded(scenario)) {
      const driver = driverOf(name);
      if (driver?.lacks?.includes(lacks))
        return { lacks, reason: `as a receiver, ${driver.name} has no ${lacks}` };
    }
    return null;
  };
  return (sender, policy, scenario) => {
    const driver = senders.find((found) => found.driver.name === sender.name)?.driver;
    if (!driver) return null;
    const id = programId(sender);
    if ((policy === "dane" || policy === "dane-only") && !doesDane(driver, sender.version))
      return { lacks: "DANE", reason: `${id} has no DANE` };
    if (!driver.policies.includes(policy))
      return { lacks: "policy", reason: `${id} has no policy ${policy}` };
    const { setup } = scenario;
    if (setup !== "plain" && !driver.setups.includes(setup))
      return { lacks: "set-up", reason: `${id} has no set-up ${setup}` };
    const lacks = featuresNeeded(scenario).find((feature) => driver.lacks?.includes(feature));
    return lacks ? { lacks, reason: `${id} has no ${lacks}` } : ofReceivers(scenario);
  };
}

/** The same of a verifier. */
export function inabilityOfVerifier(
  { lacks = [] }: Pick<VerifierDriver, "lacks">,
  verifier: Program,
  scenario: Pick<Scenario, "mx" | "expect">,
): Inability | null {
  const missing = verifierFeaturesNeeded(scenario).find((feature) => lacks.includes(feature));
  return missing ? { lacks: missing, reason: `${programId(verifier)} has no ${missing}` } : null;
}

import { featuresNeeded, type Needs } from "../model/features.ts";
import { type Inability, type Program, programId } from "../model/plan.ts";
import type { Scenario, SenderPolicy } from "../model/scenario.ts";
import { verifierFeaturesNeeded } from "../model/verification.ts";
import type { SenderDriver, VerifierDriver } from "./driver.ts";
import type { Registry } from "./registry.ts";

export function doesDane({ dane, versions }: SenderDriver, version: string): boolean {
  return versions.find((one) => one.version === version)?.dane ?? dane;
}

/** What the drivers say of their senders, for the plan. */
export function inabilityIn({
  senders,
}: Pick<Registry, "senders">): (sender: Program, policy: SenderPolicy, scenario: Needs) => Inability | null {
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
    return lacks ? { lacks, reason: `${id} has no ${lacks}` } : null;
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

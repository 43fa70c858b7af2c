import { type Inability, type Program, programId } from "../model/plan.ts";
import type { SenderPolicy, SenderSetup } from "../model/scenario.ts";
import type { SenderDriver } from "./driver.ts";
import type { Registry } from "./registry.ts";

export function doesDane({ dane, versions }: SenderDriver, version: string): boolean {
  return versions.find((one) => one.version === version)?.dane ?? dane;
}

/** What the drivers say of the policies and set-ups of their senders, for the plan. */
export function inabilityIn({
  senders,
}: Pick<Registry, "senders">): (
  sender: Program,
  policy: SenderPolicy,
  setup: SenderSetup,
) => Inability | null {
  return (sender, policy, setup) => {
    const driver = senders.find((found) => found.driver.name === sender.name)?.driver;
    if (!driver) return null;
    const id = programId(sender);
    if ((policy === "dane" || policy === "dane-only") && !doesDane(driver, sender.version))
      return { lacks: "DANE", reason: `${id} has no DANE` };
    if (!driver.policies.includes(policy))
      return { lacks: "policy", reason: `${id} has no policy ${policy}` };
    if (setup !== "plain" && !driver.setups.includes(setup))
      return { lacks: "set-up", reason: `${id} has no set-up ${setup}` };
    return null;
  };
}

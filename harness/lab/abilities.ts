import { type PlanOptions, programId } from "../model/plan.ts";
import type { Registry } from "./registry.ts";

/** What the drivers say of the policies and set-ups of their senders, for the plan. */
export function inabilityIn({ senders }: Pick<Registry, "senders">): NonNullable<PlanOptions["inability"]> {
  return (sender, policy, setup) => {
    const driver = senders.find((found) => found.driver.name === sender.name)?.driver;
    if (!driver) return null;
    if (!driver.policies.includes(policy)) return `${programId(sender)} has no policy ${policy}`;
    if (setup !== "plain" && !driver.setups.includes(setup))
      return `${programId(sender)} has no set-up ${setup}`;
    return null;
  };
}

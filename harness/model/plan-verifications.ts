import { type Inability, type Plan, type Program, plan, type Stack } from "./plan.ts";
import type { Scenario } from "./scenario.ts";
import { type VerificationTrial, verificationExpectation } from "./verification.ts";

/** Scenarios and verifiers become trials, as mail's do. Pure. */

export interface VerificationPlan {
  /** For world and lab: its stacks are verifiers with their resolvers. */
  readonly plan: Plan;
  readonly trials: readonly VerificationTrial[];
  readonly unsupported: readonly { readonly trial: VerificationTrial; readonly reason: string }[];
}

export interface VerificationPlanOptions {
  /** Verifiers with the resolvers beside them. */
  readonly stacks: readonly Stack[];
  /** Why a verifier cannot do a scenario; null: it can. */
  inability(verifier: Program, scenario: Scenario): Inability | null;
}

/** The trials of these scenarios, twins included; canaries prove the lab alone. */
export function planVerifications(
  scenarios: readonly Scenario[],
  canaries: readonly Scenario[],
  { stacks, inability }: VerificationPlanOptions,
): VerificationPlan {
  const whole = plan([...canaries, ...scenarios], {
    stacks,
    policies: ["dane"],
    inability: (verifier, _policy, scenario) => (scenario.canary ? null : inability(verifier, scenario)),
  });
  const ofTrial = (trial: Plan["trials"][number]): readonly VerificationTrial[] => {
    const stack = stacks.find(({ id }) => id === trial.stack);
    const expectation = verificationExpectation({ expect: { dane: trial.expectation } });
    if (trial.canary !== null || !stack || !expectation) return [];
    const { scenario, role, domain } = trial;
    // A verifier may have a name that begins as the policy does.
    const idOf = (id: string): string =>
      id.replace(`/${stack.id}/${trial.policy}`, `/${stack.id}/verification`);
    const of = trial.of === null ? null : idOf(trial.of);
    return [{ id: idOf(trial.id), scenario, stack, role, of, domain, expectation }];
  };
  return {
    plan: whole,
    trials: whole.trials.flatMap(ofTrial),
    unsupported: (whole.unsupported ?? []).flatMap(({ trial, reason }) =>
      ofTrial(trial).map((one) => ({ trial: one, reason })),
    ),
  };
}

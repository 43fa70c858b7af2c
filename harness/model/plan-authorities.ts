import { labelOf, type TestedServer } from "./authority.ts";
import { type LookupScenario, type LookupTrial, lookupPlan } from "./lookup.ts";
import type { Plan } from "./plan.ts";
import type { Scenario } from "./scenario.ts";

/** The trials of name servers: each server in each mode has recipient domains of its own. */

export interface AuthorityTrial extends LookupTrial {
  readonly server: TestedServer;
  /** Key of the recipient domain that is asked about. */
  readonly domain: string;
}

export function planAuthorities(
  scenarios: readonly LookupScenario[],
  servers: readonly TestedServer[],
): readonly AuthorityTrial[] {
  return scenarios.flatMap((scenario) =>
    servers
      .filter(({ mode }) => scenario.modes?.includes(mode) ?? true)
      .map((server) => ({
        id: `${scenario.domain.id}/${server.id}`,
        scenario,
        resolver: server.program,
        server,
        domain: `${scenario.domain.id}.${labelOf(server)}`,
      })),
  );
}

/** The domains of these trials, and those that prove the lab. */
export function authorityPlan(trials: readonly AuthorityTrial[], canaries: readonly Scenario[]): Plan {
  const { domains, scenarios, ...plan } = lookupPlan([], canaries);
  const own = trials.map(({ domain, scenario, server }) => ({
    ...{ key: domain, scenario: scenario.domain, server },
    ...({ policy: "dane", variant: "main" } as const),
  }));
  return {
    ...plan,
    scenarios: [...scenarios, ...new Set(trials.map(({ scenario }) => scenario.domain))],
    domains: [...domains, ...own],
  };
}

import type { Outcome, Policy } from "./scenario.ts";

/** A known difference of one implementation from what the RFCs demand. One that no longer occurs turns the run red. */
export interface Divergence {
  /** Scenario id, or a glob with * . */
  readonly scenario: string;
  readonly policies: readonly Policy[];
  /** Versions it is known of, as in the driver's table; empty: all. */
  readonly versions: readonly string[];
  /** Names of resolvers that it takes to see it; empty: any. */
  readonly resolvers: readonly string[];
  readonly outcome: Outcome;
  readonly reason: string;
  readonly link: string | null;
}

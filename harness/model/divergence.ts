import type { AuthorityMode } from "./authority.ts";
import type { LookupOutcome } from "./lookup.ts";
import type { ProbeOutcome } from "./probe.ts";
import type { Outcome, Policy } from "./scenario.ts";
import type { VerificationOutcome } from "./verification.ts";

/**
 * leak: the message can be read by others; downgrade: less protection than the RFC demands; too-strict: mail is lost or
 * late that should not be; mislabelled: the right thing done, the wrong thing said; cosmetic: no effect on mail; none: no
 * fault: what an attack should do to a sender without DANE it does not do to this one, so that it proves nothing of DANE.
 */
export const severities = ["leak", "downgrade", "too-strict", "mislabelled", "cosmetic", "none"] as const;
export type Severity = (typeof severities)[number];

/** A known difference of one implementation from what the RFCs demand. One that no longer occurs turns the run red. */
export interface Divergence {
  /** Scenario id, or a glob with * . */
  readonly scenario: string;
  /** Of mail; of a name server its modes, empty: any; lookups, verifications and probes have none. */
  readonly policies: readonly (Policy | AuthorityMode)[];
  /** Versions it is known of, as in the driver's table; empty: all. */
  readonly versions: readonly string[];
  /** Names of resolvers that it takes to see it; empty: any. */
  readonly resolvers: readonly string[];
  /** Of a resolver, about mail: names of senders that it takes to see it; absent: any. */
  readonly senders?: readonly string[];
  readonly outcome: Outcome | LookupOutcome | VerificationOutcome | ProbeOutcome;
  /**
   * Chance decides whether a run shows it, such as the order of hosts of one preference: where it does not, it is not stale, and
   * the verdict is "known" all the same.
   */
  readonly byChance?: boolean;
  readonly severity: Severity;
  readonly reason: string;
  /** What shows it: a log line, packets, a place in the source. */
  readonly evidence: string;
  readonly link: string | null;
}

/** Under which a program's divergences are found: a resolver and a name server, a sender and a receiver may have one name. */
export function divergenceKey(
  role: "sender" | "resolver" | "authority" | "receiver" | "verifier",
  name: string,
): string {
  return role === "authority" || role === "receiver" ? `${role} ${name}` : name;
}

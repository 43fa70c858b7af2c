import type { Program } from "./plan.ts";

/**
 * What a name server does with the zones it is tested with. serving: it has them signed, as files; signing: it signs them
 * itself, with keys that it is given; secondary: it has them by transfer (RFC 5936) from a hidden primary.
 */
export const authorityModes = ["serving", "signing", "secondary"] as const;
export type AuthorityMode = (typeof authorityModes)[number];

/** An authoritative server under test. */
export interface TestedServer {
  /** "bind@9.20/serving" */
  readonly id: string;
  readonly program: Program;
  readonly mode: AuthorityMode;
}

/** The server's label in names: "bind-9-20-serving". */
export function labelOf({ id }: TestedServer): string {
  return id.replaceAll(/[^a-z0-9]+/g, "-");
}

import type { Reach, Stack } from "../model/plan.ts";
import type { ResolverDriver, SenderDriver, VerifierDriver } from "./driver.ts";
import type { RunningContainer } from "./engine.ts";
import type { FarmClient } from "./requests.ts";

export interface ResolverProgram {
  readonly driver: ResolverDriver;
  readonly image: string;
}

/** null: a resolver outside the lab, which the witness stands in for. */
type StackResolver = ResolverProgram | null;

/** A stack's programs. */
export interface StackPrograms {
  readonly stack: Stack;
  readonly sender: { readonly driver: SenderDriver; readonly image: string };
  readonly resolver: StackResolver;
}

/** A resolver without a sender: the harness asks it, or a verifier beside it. */
export interface LoneResolver {
  /** "unbound@1.26", "openssl@3.5+unbound@1.26" */
  readonly id: string;
  readonly resolver: StackResolver;
  readonly verifier?: VerifierProgram;
}

export interface VerifierProgram {
  readonly driver: VerifierDriver;
  readonly image: string;
}

/** A network namespace with a resolver in it or near it, and the harness's own eyes and hands (the witness). */
export interface ResolvingHost {
  /** As sendingHostOf() in harness/model/plan.ts makes it, or that of the lone resolver. */
  readonly id: string;
  readonly reach: Reach;
  readonly resolver: StackResolver;
  readonly witness: FarmClient;
  readonly witnessContainer: RunningContainer;
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  /** What resolv.conf names, in this order. */
  readonly nameServers: readonly [string, ...string[]];
  /** The resolver itself: the same, or what stands behind the DNS relay. */
  readonly resolverAddress: string;
}

/** One without a sender. The process of a resolver that only the harness asks may die of a question: another is started then. */
export interface LoneHost extends ResolvingHost, LoneResolver {
  /** Idle: the harness starts the tool in it. */
  readonly verifierContainer: RunningContainer | null;
  /** What the resolver's processes have written, line by line. */
  readonly log: readonly string[];
  /** Number of the process that runs now, or ran last: the first is 1. */
  life(): number;
  /** Resolves when that process ends; the text says how. */
  death(): Promise<string>;
  /** Starts another process in place of the one that runs, or ran last; resolves when it answers. */
  revive(): Promise<void>;
}

/** One with a sender besides. */
export interface SendingHost extends ResolvingHost, StackPrograms {
  readonly senderContainer: RunningContainer;
}

/** The source address of the harness's own questions, so that the resolver's log tells them from the sender's. */
export function harnessAddress({ reach, address }: Pick<ResolvingHost, "reach" | "address">): string {
  return reach === "loopback" ? "127.0.0.9" : address.ipv4;
}

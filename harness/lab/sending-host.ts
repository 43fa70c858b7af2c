import type { Reach, Stack } from "../model/plan.ts";
import type { ResolverDriver, SenderDriver } from "./driver.ts";
import type { RunningContainer } from "./engine.ts";
import type { FarmClient } from "./requests.ts";

export interface StackPrograms {
  readonly stack: Stack;
  readonly sender: { readonly driver: SenderDriver; readonly image: string };
  readonly resolver: { readonly driver: ResolverDriver; readonly image: string };
}

/** A sender in a network namespace, with the harness's own eyes and hands (the witness) beside it. */
export interface SendingHost extends StackPrograms {
  /** As sendingHostOf() in harness/model/plan.ts makes it. */
  readonly id: string;
  readonly reach: Reach;
  readonly witness: FarmClient;
  readonly senderContainer: RunningContainer;
  readonly witnessContainer: RunningContainer;
  readonly address: { readonly ipv4: string; readonly ipv6: string };
  /** What the sender's resolv.conf names, in this order. */
  readonly nameServers: readonly [string, ...string[]];
  /** The resolver itself: the same, or what stands behind the DNS relay. */
  readonly resolverAddress: string;
}

/** The source address of the harness's own questions, so that the resolver's log tells them from the sender's. */
export function harnessAddress({ reach, address }: Pick<SendingHost, "reach" | "address">): string {
  return reach === "loopback" ? "127.0.0.9" : address.ipv4;
}

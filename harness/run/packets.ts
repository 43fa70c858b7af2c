import type { Lab } from "../lab/lab.ts";
import { isAttack, type Plan } from "../model/plan.ts";
import { messageOf } from "../words/errors.ts";

/** Of which trials the packets are kept. */
export type PacketChoice = "all" | "attacks" | "none";

export function trialsToCapture({ scenarios, trials }: Plan, choice: PacketChoice): ReadonlySet<string> {
  const attacks = new Set(scenarios.filter(isAttack).map(({ id }) => id));
  return new Set(
    trials
      .filter(({ scenario }) => choice === "all" || (choice === "attacks" && attacks.has(scenario)))
      .map(({ id }) => id),
  );
}

export interface PacketListener {
  packets?(path: string, file: Buffer): void;
  progress(line: string): void;
}

/** So many are on their way at once: each takes the time of a round trip. */
const fetchers = 32;

/**
 * Fetches the capture files from the farm, after delivery: while mail is on its way they would delay it. What goes wrong
 * is told, and is no fault of the run.
 */
export async function fetchPackets(
  { captured, farm }: Pick<Lab, "captured"> & { readonly farm: Pick<Lab["farm"], "packets"> },
  pathOf: (trial: string) => string,
  listener: PacketListener,
): Promise<void> {
  const trials = listener.packets ? [...captured] : [];
  const fetchNext = async (): Promise<void> => {
    for (let trial = trials.shift(); trial !== undefined; trial = trials.shift())
      listener.packets?.(pathOf(trial), await farm.packets(trial));
  };
  try {
    await Promise.all(Array.from({ length: fetchers }, fetchNext));
  } catch (error) {
    // In a farm that is gone, each would be waited for in vain.
    trials.length = 0;
    listener.progress(`there are not all capture files: ${messageOf(error)}`);
  }
}

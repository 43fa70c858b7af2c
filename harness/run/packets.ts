import type { Lab } from "../lab/lab.ts";
import { isAttack, type Plan } from "../model/plan.ts";
import { messageOf } from "../words/errors.ts";
import { turns } from "../words/turns.ts";

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
const atOnce = 32;

/**
 * Fetches the capture files from the farm, after delivery: while mail is on its way they would delay it. What goes wrong
 * is told, and is no fault of the run.
 */
export async function fetchPackets(
  { captured, farm }: Pick<Lab, "captured"> & { readonly farm: Pick<Lab["farm"], "packets"> },
  pathOf: (trial: string) => string,
  listener: PacketListener,
): Promise<void> {
  const { packets } = listener;
  if (!packets) return;
  const inTurn = turns(atOnce);
  let failed = false;
  const fetchOne = async (trial: string): Promise<void> => {
    // In a farm that is gone, each would be waited for in vain.
    if (failed) return;
    try {
      packets.call(listener, pathOf(trial), await farm.packets(trial));
    } catch (error) {
      if (!failed) listener.progress(`there are not all capture files: ${messageOf(error)}`);
      failed = true;
    }
  };
  await Promise.all([...captured].map((trial) => inTurn(() => fetchOne(trial))));
}

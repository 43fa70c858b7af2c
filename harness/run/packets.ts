import type { Lab } from "../lab/lab.ts";
import type { CapturedPackets } from "../model/packets.ts";
import { isAttack, type Plan, type Trial } from "../model/plan.ts";
import { messageOf } from "../words/errors.ts";
import { pcapng } from "./pcapng.ts";

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

/** Makes a capture file of each trial whose packets are kept. What goes wrong is told, and is no fault of the run. */
export function packetStore(
  runId: string,
  { captured, farm }: Pick<Lab, "captured" | "farm">,
  pathOf: (trial: string) => string,
  { packets, progress }: { packets?(path: string, file: Buffer): void; progress(line: string): void },
): (trial: Pick<Trial, "id">) => Promise<string | null> {
  const told = new Set<string>();
  return async ({ id }) => {
    if (!packets || !captured.has(id)) return null;
    try {
      const kept = await farm.packets(id);
      const path = pathOf(id);
      packets(path, pcapng(kept, { comment: commentOn(runId, id, kept), device: "eth0" }));
      return path;
    } catch (error) {
      const message = messageOf(error);
      if (!told.has(message)) progress(message);
      told.add(message);
      return null;
    }
  };
}

function commentOn(runId: string, trial: string, { leftOut }: CapturedPackets): string {
  const missing = leftOut === 0 ? "" : ` ${leftOut} packets were left out: there were too many.`;
  return `danelab run ${runId}, trial ${trial}: mail and DNS as they reached and left the lab's servers.${missing}`;
}

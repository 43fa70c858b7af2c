import { hostname } from "node:os";
import { isAlive } from "./alive.ts";

/** Says on all that a run starts whose it is, so that another run can tell whether it was left behind. */
export function ownerLabels(keep: boolean): Readonly<Record<string, string>> {
  return {
    "danelab.host": hostname(),
    "danelab.pid": String(process.pid),
    ...(keep ? { "danelab.keep": "yes" } : {}),
  };
}

/** Whether the run that these labels name is still somebody's: its process lives, or it was told to stay. */
export function stillLives(labels: Readonly<Record<string, string>>): boolean {
  if (labels["danelab.keep"] === "yes") return true;
  // Machines that share an engine cannot see each other's processes.
  const host = labels["danelab.host"];
  if (host !== undefined && host !== hostname()) return true;
  const pid = Number(labels["danelab.pid"]);
  return Number.isInteger(pid) && pid > 0 && isAlive(pid);
}

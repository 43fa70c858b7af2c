import { connectDocker } from "../lab/engine-docker.ts";
import { runLabel } from "../lab/lab.ts";
import type { Command } from "./commands.ts";

export const cleanCommand: Command = {
  name: "clean",
  usage: "clean",
  summary: "Remove every container and network of danelab, also of runs that were told to stay",
  options: {},
  async run() {
    const engine = await connectDocker();
    const removed = await engine.sweep(runLabel, () => false);
    console.log(removed.length === 0 ? "nothing of danelab was left" : `removed: ${removed.join(", ")}`);
    return 0;
  },
};

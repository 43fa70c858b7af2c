import { rm } from "node:fs/promises";
import { connectDocker } from "../lab/engine-docker.ts";
import { lower, raisedLabs } from "../run/raise.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import { guideFile } from "./guide.ts";

export const downCommand: Command = {
  name: "down",
  usage: "down [ID]",
  summary: "End the lab that danelab up started for this scenario; without ID, all of them",
  options: {},
  async run(args) {
    const [id, ...rest] = args.words;
    if (rest.length > 0) throw new UsageError("down takes one scenario id, or none");
    const engine = await connectDocker();
    const up = await raisedLabs(engine);
    if (id !== undefined && !up.has(id)) {
      const others = up.size === 0 ? "no lab is up" : `up: ${[...up].join(", ")}`;
      throw new UsageError(`the lab of "${id}" is not up; ${others}${meant(id, [...up])}`);
    }
    const ended = id === undefined ? [...up] : [id];
    await lower(engine, id);
    for (const one of ended) await rm(guideFile(one), { force: true });
    console.log(ended.length === 0 ? "no lab was up" : `ended: ${ended.join(", ")}`);
    return 0;
  },
};

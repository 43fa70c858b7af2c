import { cpus, freemem, totalmem } from "node:os";
import { connectDocker } from "../lab/engine-docker.ts";
import { engineAdvice } from "../lab/host.ts";
import { isDebian } from "../lab/host-command.ts";
import { findImage, keyOf } from "../lab/images.ts";
import { runLabel } from "../lab/lab.ts";
import { defaultImages } from "../lab/programs.ts";
import { loadRegistry } from "../lab/registry.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { programOptions } from "./programs.ts";
import { packageVersion } from "./version.ts";

/** ok: there; soon: danelab gets it by itself; missing: the user has to. */
type Finding = readonly [state: "ok" | "soon" | "missing", what: string, how?: string];

async function findings(drivers: readonly string[]): Promise<readonly Finding[]> {
  const gib = (octets: number): string => `${(octets / 2 ** 30).toFixed(1)} GiB`;
  const registry = await loadRegistry(drivers);
  const machine: readonly Finding[] = [
    ["ok", `danelab ${await packageVersion()} on Node ${process.version}`],
    ["ok", `${cpus().length} cores, ${gib(totalmem())} of memory, ${gib(freemem())} free`],
  ];
  const engine = await connectDocker().catch(() => undefined);
  if (!engine) {
    const own = process.getuid?.() === 0 && !process.env["DOCKER_HOST"] && (await isDebian());
    const what = `container engine${process.env["DOCKER_HOST"] ? ` at DOCKER_HOST=${process.env["DOCKER_HOST"]}` : ""}: none answers`;
    return [
      ...machine,
      own ? ["soon", what, "danelab run installs and starts docker.io"] : ["missing", what, engineAdvice],
    ];
  }
  const images = await Promise.all(
    defaultImages(registry).map(async (image): Promise<Finding> => {
      const found = await findImage(engine, image);
      return found
        ? ["ok", `image ${found.reference}: ${found.package}`]
        : ["soon", `image ${keyOf(image)}: not built`, "danelab run builds it"];
    }),
  );
  const left: string[] = [];
  await engine.sweep(runLabel, (labels) => {
    left.push(labels[runLabel] ?? "");
    return true;
  });
  const runs = [...new Set(left)];
  return [
    ...machine,
    ["ok", `container engine: ${await engine.describe()}`],
    ...images,
    runs.length === 0
      ? ["ok", "no lab is running, none was left behind"]
      : ["soon", `labs running or left behind: ${runs.join(", ")}`, "danelab clean removes them"],
  ];
}

export const doctorCommand: Command = {
  name: "doctor",
  usage: "doctor",
  summary: "Tell what danelab needs, what is there, what is missing and how to get it",
  more: "Exit status 2 if something is missing that danelab cannot get by itself.",
  options: { driver: programOptions.driver },
  async run(args) {
    try {
      const all = await findings(args.values("driver"));
      for (const [state, what, how] of all) console.log(`${state.padEnd(8)}${what}${how ? `: ${how}` : ""}`);
      return all.some(([state]) => state === "missing") ? 2 : 0;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      console.log(`missing ${messageOf(error)}`);
      return 2;
    }
  },
};

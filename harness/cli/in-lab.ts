import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { preparePrograms, type Wanted } from "../lab/programs.ts";
import type { Registry } from "../lab/registry.ts";
import type { Results } from "../model/results.ts";
import type { DomainSetups } from "../model/setup.ts";
import type { LabRunInput } from "../run/in-lab.ts";
import { evidencePath } from "../run/pipeline.ts";
import { stillLives } from "../run/sweep.ts";
import { setupsOf } from "../world/setup.ts";
import { announceResolver } from "./external-resolver.ts";
import { interruptible } from "./interrupt.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { createOutput, type Output, printResults } from "./output.ts";
import { createProgress } from "./progress.ts";
import { selectionOptions } from "./selection.ts";
import { exitStatus } from "./status.ts";
import { packageVersion } from "./version.ts";

/** What the commands for trials without mail have in common. */

export const inLabOptions = {
  scenarios: selectionOptions.scenarios,
  out: { value: "DIR", help: "where the reports go (reports/out/<time> unless told)" },
  json: { help: "print results.json instead of the matrix" },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export interface InLab {
  readonly registry: Registry;
  readonly wanted: Wanted;
  /** What the user chose, for the results. */
  readonly options: LabRunInput["options"];
  /** How many there are. */
  readonly trials: number;
  /** Stores what danelab judge and danelab why need. */
  save?(output: Output): Promise<void>;
  run(
    input: LabRunInput,
    listener: { progress(line: string): void; done(): void },
  ): Promise<{
    readonly results: Results;
    /** By trial. */
    readonly evidence: ReadonlyMap<string, unknown>;
  }>;
}

/** Makes the images, runs, writes and prints; returns the exit status. */
export async function conductInLab(
  args: Arguments,
  { registry, wanted, options, trials, save, run }: InLab,
): Promise<number> {
  const output = await createOutput(args.value("out"));
  await output.begin();
  await save?.(output);
  const progress = createProgress(process.stderr);
  const { results } = await interruptible(progress, async (signal) => {
    await ensureEngine(progress.note);
    const engine = await connectDocker();
    await engine.sweep(runLabel, stillLives);
    const prepared = await preparePrograms(engine, registry, wanted, progress.note);
    progress.start(trials);
    let setups: DomainSetups = {};
    const writes: Promise<void>[] = [];
    const store = (path: string, content: string): void => {
      const file = join(output.folder, path);
      const written = mkdir(dirname(file), { recursive: true }).then(() => writeFile(file, content));
      // Told at the end.
      written.catch(() => undefined);
      writes.push(written);
    };
    const finished = await run(
      {
        ...{ ...prepared, engine, signal, options },
        runId: randomBytes(3).toString("hex"),
        version: await packageVersion(),
        world: (world) => {
          setups = setupsOf(world);
          const { outsideResolver } = wanted;
          if (outsideResolver)
            announceResolver(outsideResolver, world.facts, output.folder, store, progress.note);
        },
      },
      { progress: progress.note, done: progress.done },
    );
    progress.end();
    for (const [trial, seen] of finished.evidence)
      store(evidencePath(trial), `${JSON.stringify(seen, null, 1)}\n`);
    await Promise.all(writes);
    await output.saveDomains(setups);
    return finished;
  }).finally(() => progress.end());
  await output.write(results);
  printResults(results, output.folder, args.flag("json") ? "json" : "matrix");
  return exitStatus(results);
}

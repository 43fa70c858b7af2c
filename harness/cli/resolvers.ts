import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { preparePrograms } from "../lab/programs.ts";
import { loadRegistry, selectPrograms } from "../lab/registry.ts";
import { planLookups } from "../model/lookup.ts";
import { loadLookups, loadScenarios } from "../run/load-scenarios.ts";
import { runLookups } from "../run/lookups.ts";
import { evidencePath } from "../run/pipeline.ts";
import { stillLives } from "../run/sweep.ts";
import type { Command } from "./commands.ts";
import { interruptible } from "./interrupt.ts";
import { createOutput, printResults } from "./output.ts";
import { createProgress } from "./progress.ts";
import { authorityOption, chosenBy, selectAuthority, selectionOptions } from "./selection.ts";
import { exitStatus } from "./status.ts";
import { packageVersion } from "./version.ts";

export const resolversCommand: Command = {
  name: "resolvers",
  usage: "resolvers [ID or GLOB ...]",
  summary: "Ask validating resolvers what a DANE client depends on, and judge their answers",
  options: {
    resolver: {
      value: "NAME[@VERSION]",
      many: true,
      help: "only these; every version of every one unless told",
    },
    ...authorityOption,
    scenarios: selectionOptions.scenarios,
    out: { value: "DIR", help: "where the reports go (reports/out/<time> unless told)" },
    json: { help: "print results.json instead of the matrix" },
  },
  async run(args) {
    const registry = await loadRegistry();
    const wanted = args.values("resolver");
    const resolvers = selectPrograms(registry.resolvers, wanted.length > 0 ? wanted : ["*"], "--resolver");
    const authority = selectAuthority(args, registry);
    const lookups = await loadLookups(args.values("scenarios"));
    const scenarios = chosenBy(args.words, lookups, ({ domain }) => domain.id);
    const trials = planLookups(scenarios, resolvers);
    const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);
    const output = await createOutput(args.value("out"));
    const progress = createProgress(process.stderr);

    const { results } = await interruptible(progress, async (signal) => {
      await ensureEngine(progress.note);
      const engine = await connectDocker();
      await engine.sweep(runLabel, stillLives);
      const prepared = await preparePrograms(
        engine,
        registry,
        { stacks: [], scenarios: [], resolvers, ...(authority ? { authority } : {}) },
        progress.note,
      );
      const finished = await runLookups(
        {
          ...{ trials, canaries, ...prepared, divergences: registry.divergences, engine, signal },
          runId: randomBytes(3).toString("hex"),
          version: await packageVersion(),
          options: {
            scenarios: args.words,
            resolvers: resolvers.map(({ name, version }) => `${name}@${version}`),
          },
        },
        { progress: progress.note, answered: () => undefined },
      );
      for (const [trial, seen] of finished.evidence) {
        const file = join(output.folder, evidencePath(trial));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, `${JSON.stringify(seen, null, 1)}\n`);
      }
      return finished;
    }).finally(() => progress.end());
    await output.write(results);
    printResults(results, output.folder, args.flag("json") ? "json" : "matrix");
    return exitStatus(results);
  },
};

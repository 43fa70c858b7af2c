import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { verdictLine } from "../../reports/terminal.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { preparePrograms } from "../lab/programs.ts";
import { loadRegistry } from "../lab/registry.ts";
import { plan } from "../model/plan.ts";
import type { PacketChoice } from "../run/packets.ts";
import { evidencePath, run } from "../run/pipeline.ts";
import { stillLives } from "../run/sweep.ts";
import { HarnessError, UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import type { Arguments } from "./options.ts";
import { createOutput } from "./output.ts";
import { createProgress } from "./progress.ts";
import { selectionOptions, selectPolicies, selectScenarios, selectStacks } from "./selection.ts";
import { exitStatus } from "./status.ts";
import { packageVersion } from "./version.ts";

function packetChoice(args: Arguments): PacketChoice {
  const [all, none] = [args.flag("pcap"), args.flag("no-pcap")];
  if (all && none) throw new UsageError("--pcap and --no-pcap contradict each other");
  return all ? "all" : none ? "none" : "attacks";
}

export const runCommand: Command = {
  name: "run",
  usage: "run [ID or GLOB ...]",
  summary: "Start the lab, send the mail of all scenarios (or those named), judge it, write the reports",
  options: {
    ...selectionOptions,
    out: { value: "DIR", help: "where the reports go (reports/out/<time> unless told)" },
    pcap: { help: "store the packets of all trials, for Wireshark; of attack scenarios only unless told" },
    "no-pcap": { help: "store no packets" },
    keep: { help: "leave the lab running; danelab clean ends it" },
    json: { help: "print results.json instead of the matrix" },
    verbose: { help: "print each verdict as it falls" },
  },
  async run(args) {
    const registry = await loadRegistry();
    const scenarios = await selectScenarios(args, args.words);
    const stacks = selectStacks(args, registry);
    const policies = selectPolicies(args);
    const packets = packetChoice(args);
    const planned = plan(scenarios, { stacks, policies });
    const output = await createOutput(args.value("out"));

    const progress = createProgress(process.stderr);
    const interrupt = new AbortController();
    const onSignal = (): void => {
      if (interrupt.signal.aborted) process.exit(130);
      progress.note("interrupted: stopping the lab (once more to leave at once)");
      interrupt.abort(new HarnessError("interrupted"));
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
    try {
      await ensureEngine(progress.note);
      const engine = await connectDocker();
      const swept = await engine.sweep(runLabel, stillLives);
      if (swept.length > 0) progress.note(`removed what an earlier run left: ${swept.join(", ")}`);
      const prepared = await preparePrograms(engine, registry, stacks, progress.note);
      const runId = randomBytes(3).toString("hex");

      progress.start(planned.trials.length);
      const writes: Promise<void>[] = [];
      const store = (path: string, content: string | Buffer): void => {
        const file = join(output.folder, path);
        const written = mkdir(dirname(file), { recursive: true }).then(() => writeFile(file, content));
        // Told once the run is over and its lab is gone.
        written.catch(() => undefined);
        writes.push(written);
      };
      const { results, sni } = await run(
        {
          plan: planned,
          ...prepared,
          divergences: registry.divergences,
          engine,
          runId,
          version: await packageVersion(),
          options: { scenarios: args.words, stacks: stacks.map(({ id }) => id), policies, packets },
          packets,
          keep: args.flag("keep"),
          signal: interrupt.signal,
        },
        {
          progress: progress.note,
          packets: store,
          evidence: (evidence) =>
            store(evidencePath(evidence.trial), `${JSON.stringify(evidence, null, 1)}\n`),
          verdict: (result) => {
            progress.verdict(result);
            if (args.flag("verbose")) progress.note(verdictLine(result, { columns: 100, colour: false }));
          },
        },
      );
      progress.end();
      await Promise.all(writes);
      await output.savePlan(planned, sni);
      await output.write(results, { json: args.flag("json") });
      if (args.flag("keep")) {
        progress.note("the lab is still running; danelab clean ends it");
        // The streams from its containers would keep this process alive.
        process.stdout.write("", () => process.exit(exitStatus(results)));
      }
      return exitStatus(results);
    } finally {
      progress.end();
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    }
  },
};

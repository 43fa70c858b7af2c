import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { runLabel } from "../lab/lab.ts";
import { stillLives } from "../run/sweep.ts";
import { UsageError } from "../words/errors.ts";
import { meant } from "../words/nearest.ts";
import { home, isInstalled } from "../words/places.ts";
import type { Command } from "./commands.ts";
import { createProgress } from "./progress.ts";

const projects = ["unit", "lab", "conformance"] as const;

export const testCommand: Command = {
  name: "test",
  usage: "test [FILE or NAME ...]",
  summary: "Run danelab's own tests: unit (no containers), lab and conformance (real containers)",
  options: {
    project: { value: projects.join("|"), many: true, help: "only these; all unless told" },
    "test-name": { value: "PATTERN", help: "only tests whose name matches" },
  },
  async run(args) {
    if (isInstalled)
      throw new UsageError("the tests are not in the package; they are in danelab's repository");
    const wanted = args.values("project");
    for (const name of wanted) {
      if (!projects.some((one) => one === name)) {
        throw new UsageError(
          `--project ${name}: not known; there are ${projects.join(", ")}${meant(name, projects)}`,
        );
      }
    }
    const selected = wanted.length > 0 ? wanted : projects;
    if (selected.some((name) => name !== "unit")) {
      const progress = createProgress(process.stderr);
      await ensureEngine(progress.note).finally(progress.end);
      await (await connectDocker()).sweep(runLabel, stillLives);
    }

    const { createVitest } = await import("vitest/node");
    const pattern = args.value("test-name");
    const vitest = await createVitest("test", {
      root: home,
      watch: false,
      project: [...selected],
      ...(pattern ? { testNamePattern: pattern } : {}),
    });
    // vitest leaves at once on a signal, with containers still running: cancelling lets every clean-up run first.
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.removeAllListeners(signal);
      let again = false;
      process.on(signal, () => {
        if (again) process.exit(130);
        again = true;
        vitest.cancelCurrentRun("keyboard-input").catch(() => process.exit(130));
      });
    }
    await vitest.start([...args.words]);
    const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const brokenModules = vitest.state
      .getTestModules()
      .filter(
        (module) =>
          module.state() === "failed" &&
          [...module.children.allTests()].every((test) => test.result().state !== "failed"),
      );
    const failed = count("failed") + brokenModules.length + vitest.state.getUnhandledErrors().length;
    const passed = count("passed");
    await vitest.close();
    const skipped = count("skipped");
    console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    return failed > 0 || passed === 0 ? 1 : 0;
  },
};

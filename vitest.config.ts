import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** As harness/words/own-modules.ts does it for Node: for files outside the repository. */
const resolve = {
  alias: [{ find: /^danelab\/(\w+)$/, replacement: join(import.meta.dirname, "harness", "$1.ts") }],
};

export default defineConfig({
  test: {
    projects: [
      {
        // No engine, seconds.
        resolve,
        test: {
          name: "unit",
          include: ["{harness,scenarios,containers,reports}/**/*.test.ts"],
          exclude: ["**/*.lab.test.ts"],
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        // Real containers.
        resolve,
        test: {
          name: "lab",
          include: ["{harness,containers,reports}/**/*.lab.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
      {
        // One test per trial, on the pipeline.
        resolve,
        test: {
          name: "conformance",
          include: ["harness/run/conformance.spec.ts"],
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        // No engine, seconds.
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

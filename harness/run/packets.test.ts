import { expect, test } from "vitest";
import { fetchPackets } from "./packets.ts";

/** A farm that gives files of all but these trials, and what was told. */
async function fetch(captured: readonly string[], missing: readonly string[]) {
  const asked: string[] = [];
  const files = new Map<string, string>();
  const progress: string[] = [];
  await fetchPackets(
    {
      captured: new Set(captured),
      farm: {
        async packets(trial) {
          asked.push(trial);
          if (missing.includes(trial)) throw new Error("the farm is gone");
          return Buffer.from(`of ${trial}`);
        },
      },
    },
    (trial) => `evidence/${trial}`,
    {
      packets: (path, file) => files.set(path, file.toString()),
      progress: (line) => progress.push(line),
    },
  );
  return { asked, files, progress };
}

const trials = Array.from({ length: 200 }, (_, index) => `t${index}`);

test("every captured trial has its own file", async () => {
  const { asked, files, progress } = await fetch(trials, []);
  expect([...asked].sort()).toEqual([...trials].sort());
  expect(files.size).toBe(200);
  expect(files.get("evidence/t13")).toBe("of t13");
  expect(progress).toEqual([]);
});

test("a farm that gives none is told once, is not asked by every trial, and fails nothing", async () => {
  const { asked, files, progress } = await fetch(trials, trials);
  expect(progress).toEqual(["there are not all capture files: the farm is gone"]);
  expect(files.size).toBe(0);
  expect(asked.length).toBeLessThan(100);
});

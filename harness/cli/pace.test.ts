import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { sample } from "../../reports/sample.ts";
import { withRun } from "../../reports/test-results.ts";
import { expectedMs } from "./pace.ts";

const folder = await mkdtemp(join(tmpdir(), "danelab-pace-"));
afterAll(() => rm(folder, { recursive: true }));
const { results } = sample();
const count = results.trials.length;
const store = (of: unknown): Promise<void> => writeFile(join(folder, "results.json"), JSON.stringify(of));

test("in proportion to the last run, where that was about as large", async () => {
  expect(await expectedMs(count, folder)).toBeNull();
  await store(results);
  const took = Date.parse(results.run.end) - Date.parse(results.run.start);
  expect(await expectedMs(count, folder)).toBeCloseTo(took);
  expect(await expectedMs(count / 2, folder)).toBeCloseTo(took / 2);
  expect(await expectedMs(count * 3, folder)).toBeNull();
  expect(await expectedMs(10, folder)).toBeNull();
  await store(withRun(results, { interrupted: true }));
  expect(await expectedMs(count, folder)).toBeNull();
  await store({ of: "old" });
  expect(await expectedMs(count, folder)).toBeNull();
});

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Results, resultsSchema } from "../model/results.ts";
import { evidencePath } from "../run/pipeline.ts";
import { stackWith } from "../run/test-run.ts";
import { createOutput } from "./output.ts";
import { exitStatus } from "./status.ts";
import { call } from "./test-cli.ts";
import { storeRun } from "./test-stored.ts";

/** Runs on the engine in memory, stored as danelab run stores them. */

const base = await mkdtemp(join(tmpdir(), "danelab-judge-"));
afterAll(() => rm(base, { recursive: true }));
const good = join(base, "good");
const bad = join(base, "bad");
let folder = "";

const stored: Record<string, Results> = {};
beforeAll(async () => {
  stored["good"] = await storeRun(good, "conforming");
  stored["bad"] = await storeRun(bad, "empty-claim");
});
let count = 0;
/** A copy that a test may spoil. */
async function copyOf(run: string): Promise<string> {
  const own = join(base, `copy-${++count}`);
  await cp(run, own, { recursive: true });
  return own;
}
beforeEach(async () => {
  folder = await copyOf(good);
});

const read = async (file: string): Promise<string> => readFile(join(folder, file), "utf8");
const readResults = async (): Promise<Results> => resultsSchema.parse(JSON.parse(await read("results.json")));

test.for(["good", "bad"])("the same evidence gets the same verdicts and exit status: %s", async (name) => {
  folder = await copyOf(join(base, name));
  const before = stored[name]!;
  const { status, out } = await call("judge", folder);
  expect(await readResults()).toEqual(resultsSchema.parse(JSON.parse(JSON.stringify(before))));
  expect(status).toBe(exitStatus(before));
  expect(out).toContain(`Report: ${join(folder, "index.html")}`);
});

test("the two runs differ: else the same would prove nothing", () => {
  expect(exitStatus(stored["good"]!)).toBe(0);
  expect(exitStatus(stored["bad"]!)).not.toBe(0);
});

test("other evidence gets another verdict", async () => {
  const path = evidencePath(`base-wrong/${stackWith("unbound").id}/dane`);
  const evidence = JSON.parse(await read(path));
  const delivered = JSON.parse(await read(evidencePath(`base-wrong/${stackWith("unbound").id}/may`)));
  const changed = { ...delivered, trial: evidence.trial };
  await writeFile(join(folder, path), JSON.stringify(changed));
  const { status } = await call("judge", folder);
  expect(status).not.toBe(0);
  const { trials } = await readResults();
  const found = trials.find(({ id }) => id === evidence.trial);
  expect(["fail", "error"]).toContain(found?.verdict);
});

test("what was told of a canary is told anew, or no longer; what the harness told stays", async () => {
  const before = await readResults();
  const errors = ["canary canary-good/of-an-older-judge is fail: it was", "the lab did not stop"];
  await writeFile(
    join(folder, "results.json"),
    JSON.stringify({ ...before, run: { ...before.run, errors } }),
  );
  await call("judge", folder);
  expect((await readResults()).run.errors).toEqual(["the lab did not stop"]);
  const canary = before.trials.find((trial) => trial.canary === "start");
  await rm(join(folder, evidencePath(canary!.id)));
  await call("judge", folder);
  expect((await readResults()).run.errors).toEqual([
    "the lab did not stop",
    expect.stringContaining(`canary ${canary!.id} is error: no evidence`),
  ]);
});

test("a trial whose evidence is gone is an error, never a pass", async () => {
  const trial = `base-311/${stackWith("unbound").id}/dane`;
  await rm(join(folder, evidencePath(trial)));
  const { status } = await call("judge", folder);
  const { trials } = await readResults();
  expect(trials.find(({ id }) => id === trial)?.verdict).toBe("error");
  expect(status).toBe(3);
});

test("all reports are written anew, and --json prints the results document", async () => {
  for (const file of ["junit.xml", "summary.md", "index.html"])
    await writeFile(join(folder, file), "an old one");
  const { out } = await call("judge", folder, "--json");
  expect(resultsSchema.parse(JSON.parse(out))).toEqual(await readResults());
  expect(await read("junit.xml")).toMatch(/^<\?xml /);
  expect(await read("summary.md")).toMatch(/^## DANE in SMTP: ✓ pass/);
  expect(await read("index.html")).toMatch(/^<!doctype html>/);
});

test.for([
  ["plan.json", "{"],
  ["results.json", "not JSON"],
  ["results.json", "{}"],
] as const)("%s that holds %s is told, with status 2", async ([file, content]) => {
  await writeFile(join(folder, file), content);
  const { status, out, err } = await call("judge", folder);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toContain(`danelab: ${join(folder, file)}: `);
});

test("a new run into the folder of an earlier one does not take over its evidence, and leaves other files", async () => {
  await writeFile(join(folder, "notes.txt"), "mine");
  await (await createOutput(folder)).begin();
  await expect(read("plan.json")).rejects.toThrow("ENOENT");
  await expect(read(evidencePath(`base-311/${stackWith("unbound").id}/dane`))).rejects.toThrow("ENOENT");
  expect(await read("notes.txt")).toBe("mine");
});

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BatchJob, type BatchResult, runBatch } from "./batch.ts";
import type { RunningContainer } from "./engine.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "danelab-batch-"));
});
afterAll(() => rm(root, { recursive: true }));

/** This machine in place of a container: its paths lie below a folder of their own. */
function here(died = new Promise<string>(() => undefined)): RunningContainer {
  const below = (text: string): string => text.replaceAll("/danelab/batch", join(root, "danelab/batch"));
  const unused = () => {
    throw new Error("not used here");
  };
  return {
    ...{ id: "x", name: "x", image: "x", died },
    ...{ exec: unused, run: unused, follow: unused, tail: unused, remove: unused },
    async copy(files) {
      for (const { path, content } of files) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), typeof content === "string" ? below(content) : content);
      }
    },
    async stream([program = "", ...words]) {
      const child = spawn(program, words.map(below), { stdio: ["ignore", "pipe", "pipe"] });
      let last = "";
      child.stderr.on("data", (chunk) => {
        last += chunk;
      });
      return {
        send: unused,
        lines: createInterface({ input: child.stdout }),
        lastWords: () => last,
        close: () => child.kill(),
      };
    },
  };
}

async function results(jobs: readonly BatchJob[], deadlineSeconds = 10) {
  const options = { atOnce: 4, deadlineSeconds, signal: new AbortController().signal };
  const all = new Map<string, BatchResult>();
  for await (const one of runBatch(here(), jobs, options)) all.set(one.id, one);
  return all;
}

test("each command has its own exit status and output", async () => {
  const seen = await results([
    { id: "good", command: ["echo", "it's", "$HOME;  two  spaces", 'and "quotes"'] },
    { id: "bad", command: ["sh", "-c", "echo out; echo err >&2; exit 3"] },
    { id: "silent", command: ["true"] },
    { id: "missing", command: ["/no/such/program"] },
  ]);
  expect(seen.get("good")).toMatchObject({
    exitStatus: 0,
    output: `it's $HOME;  two  spaces and "quotes"\n`,
  });
  expect(seen.get("bad")).toMatchObject({ exitStatus: 3, output: "out\nerr\n" });
  expect(seen.get("silent")).toMatchObject({ exitStatus: 0, output: "" });
  expect(seen.get("missing")).toMatchObject({ exitStatus: 127 });
});

test("many that talk at once do not mix, and of one that talks too much the end is kept", async () => {
  const jobs = Array.from({ length: 40 }, (_, index) => ({
    id: `${index}`,
    command: ["sh", "-c", `yes line-${index} | head -c 60000`],
  }));
  const seen = await results(jobs);
  expect(seen.size).toBe(40);
  for (const [id, { output }] of seen) {
    expect(output).toHaveLength(16384);
    expect(new Set(output.split("\n").slice(1, -1))).toEqual(new Set([`line-${id}`]));
  }
});

test("one that does not end is ended, and the others go on", async () => {
  const seen = await results(
    [
      { id: "hangs", command: ["sleep", "60"] },
      { id: "reads", command: ["cat"] },
    ],
    1,
  );
  expect(seen.get("hangs")?.exitStatus).toBeNull();
  expect(seen.get("reads")?.exitStatus).toBe(0);
});

test("a container that dies is not waited for", async () => {
  const options = { atOnce: 1, deadlineSeconds: 60, signal: new AbortController().signal };
  const jobs = [{ id: "hangs", command: ["sleep", "60"] }];
  const results = runBatch(here(Promise.resolve("killed")), jobs, options);
  await expect(results.next()).rejects.toThrow("container x died: killed");
});

test("no command, no container asked", async () => {
  expect((await results([])).size).toBe(0);
});

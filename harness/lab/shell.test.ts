import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import type { LineStream } from "./engine.ts";
import { createShell } from "./shell.ts";

/** This machine's own shell in place of a container's. */
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

async function open(): Promise<LineStream> {
  const child = spawn("sh", { stdio: ["pipe", "pipe", "pipe"] });
  started.push(child);
  let words = "";
  child.stderr.on("data", (chunk: Buffer) => {
    words += chunk.toString();
  });
  return {
    lines: createInterface({ input: child.stdout }),
    send: (line) => {
      child.stdin.write(`${line}\n`);
    },
    lastWords: () => words.trim(),
    close: () => {
      child.stdin.end();
    },
  };
}

test("each command has its own exit status and output; all have one shell", async () => {
  const run = createShell(open, "here");
  const results = await Promise.all([
    run(["echo", "it's", "$HOME;  two  spaces", "two\nlines"]),
    run(["sh", "-c", "cat; echo told >&2; exit 3"]),
    run(["true"]),
    run(["seq", "20000"]),
  ]);
  expect(results.map(({ exitCode, stdout }) => [exitCode, stdout.slice(0, 40)])).toEqual([
    [0, "it's $HOME;  two  spaces two\nlines"],
    [3, ""],
    [0, ""],
    [0, expect.stringMatching(/^1\n2\n/)],
  ]);
  expect(results[1]?.stderr).toBe("told");
  expect(results[3]?.stdout.endsWith("\n20000")).toBe(true);
  expect(started).toHaveLength(1);
});

test("a command that does not end in time is named; the next has another shell", async () => {
  const run = createShell(open, "here", 300);
  await expect(run(["sleep", "60"])).rejects.toThrow("waited 0.3 s for sleep 60 in here");
  expect(await run(["echo", "next"])).toMatchObject({ exitCode: 0, stdout: "next" });
  expect(started).toHaveLength(2);
});

test("a shell that ends says so; the next command has another", async () => {
  const run = createShell(open, "here");
  const ended = run(["sh", "-c", "echo bad >&2; kill -9 $PPID"]);
  await expect(ended).rejects.toThrow(/^\[here\] the shell ended/);
  expect(await run(["echo", "next"])).toMatchObject({ exitCode: 0, stdout: "next" });
});

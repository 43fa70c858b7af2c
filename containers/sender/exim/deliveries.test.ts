import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deliveries } from "./deliveries.ts";

/** The program as it is, with two processes at once, and an exim that writes down what it was asked for and waits for "go", or for the end of the test. */
let folder: string;
let started: ChildProcess[];

function run(command: string, ...words: string[]): ChildProcess {
  const child = spawn(command, words, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
  });
  started.push(child);
  return child;
}

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o755 });
  return path;
}

const due = (...ids: string[]) => appendFileSync(join(folder, "due"), ids.map((id) => `${id}\n`).join(""));
const go = () => write("go", "");
const asked = () => {
  const path = join(folder, "asked");
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").sort() : [];
};
const comes = (expected: readonly string[]) =>
  vi.waitFor(() => expect(asked()).toEqual(expected), { timeout: 10_000, interval: 20 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "danelab-exim-"));
  started = [];
  // It ends with its folder at the latest.
  write(
    "exim",
    `#!/bin/sh\necho "$*" >> ${folder}/asked\nwhile [ -d ${folder} ] && [ ! -e ${folder}/go ]; do sleep 0.02; done\n`,
  );
  execFileSync("mkfifo", [join(folder, "due")]);
  run("perl", write("deliver", deliveries), join(folder, "due"), folder, "2");
});

afterEach(() => {
  go();
  for (const child of started) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

test("in a burst a process takes quick messages, then one from the head of the queue; no more are started at once", async () => {
  due("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
  await comes(["-M g h i b", "-M j k l a"]);
  go();
  await comes(["-M c", "-M d", "-M e", "-M f", "-M g h i b", "-M j k l a"]);
});

test("a message that another process still has in its hands waits, and no other with it", async () => {
  go();
  const data = write("x-D", "");
  const holder = run(
    "perl",
    "-e",
    'open(F, ">>", $ARGV[0]); flock(F, 2); $| = 1; print "held"; <STDIN>',
    data,
  );
  await new Promise((resolve) => holder.stdout?.once("data", resolve));
  due("x", "y");
  await comes(["-M y"]);
  holder.stdin?.end();
  await comes(["-M x", "-M y"]);
});

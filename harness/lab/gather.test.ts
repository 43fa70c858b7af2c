import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { gathered } from "./gather.ts";

const folder = mkdtempSync(join(tmpdir(), "danelab-gather-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As a container runs it, with the file where this machine may put it. */
function run(script: string) {
  const { command, files } = gathered(["sh", "-c", script]);
  const [file] = files;
  const path = join(folder, "gather.pl");
  writeFileSync(path, file?.content ?? "");
  const [program = "", ...words] = command.map((word) => word.replaceAll(file?.path ?? "", path));
  const { status, stdout } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 2 ** 24 });
  return { status, stdout };
}

test("both outputs are handed on, in order, and the exit status", () => {
  const script = "echo 1; echo 2 >&2; sleep 0.1; echo 3; exit 7";
  expect(run(script)).toEqual({ status: 7, stdout: "1\n2\n3\n" });
});

test("of a program that a signal ended, the last words come too", () => {
  expect(run("echo last words; kill -SEGV $$")).toEqual({ status: 128 + 11, stdout: "last words\n" });
});

test("more than a pipe holds is handed on whole", () => {
  const { status, stdout } = run("seq 1 200000");
  expect({ status, last: stdout.slice(-7), length: stdout.length }).toEqual({
    status: 0,
    last: "200000\n",
    length: 1_288_895,
  });
});

test("what it leaves behind does not hold it up, nor does an output that it closes", () => {
  expect(run("sleep 60 & echo done")).toEqual({ status: 0, stdout: "done\n" });
  expect(run("printf before; exec >&- 2>&-; exit 3")).toEqual({ status: 3, stdout: "before" });
});

test("a signal goes to the program", () => {
  expect(run("trap 'echo told; exit 5' TERM; kill -TERM $PPID; sleep 60 & wait")).toEqual({
    status: 5,
    stdout: "told\n",
  });
});

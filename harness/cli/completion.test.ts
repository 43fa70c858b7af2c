import { execFile, spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadScenarios } from "../run/load-scenarios.ts";
import { home } from "../words/places.ts";
import { commands } from "./commands.ts";
import { call } from "./test-cli.ts";

const all = await loadScenarios([]);
const lines = async (...words: readonly string[]) =>
  (await call("completion", "words", "--", ...words)).out.split("\n").slice(0, -1);

test("the scripts are told candidates with what they are, one per line", async () => {
  expect(await lines("")).toEqual(commands.map(({ name, summary }) => `${name}\t${summary}`));
  const ofGroup = all.filter(({ group }) => group === "ee");
  expect(await lines("run", "ee-")).toEqual([
    `ee-*\tall ${ofGroup.length}`,
    ...ofGroup.map(({ id, title }) => `${id}\t${title}`),
  ]);
});

test("groups are open: more is to be typed; files are left to the shell; --help is a word like others", async () => {
  const [first, ...groups] = await lines("run", "");
  expect(first).toBe(":open");
  expect(groups.map((line) => line.split("\t")[0])).toEqual([
    ...new Set(all.map(({ group }) => `${group}-`)),
  ]);
  expect(await lines("tlsa", "")).toEqual([":files"]);
  expect(await lines("run", "--help", "base-31")).toEqual(["base-311\tA matching 3 1 1 in a signed zone"]);
});

test("senders, resolvers, policies, attacks are those that there are", async () => {
  expect(await lines("run", "--sender", "postfix@3.10")).toEqual(["postfix@3.10"]);
  expect(await lines("run", "--resolver", "unb")).toContain("unbound");
  expect(await lines("explain", "--policy", "dane-")).toEqual(["dane-only"]);
  expect((await lines("attack", "atk-mitm-self")).map((line) => line.split("\t")[0])).toContain(
    "atk-mitm-selfsigned",
  );
});

test.each([
  ["", "completion takes a shell, one of bash, zsh, fish; see danelab completion --help"],
  ["fishy", 'completion takes a shell, one of bash, zsh, fish; did you mean "fish"?'],
])("completion %j: status 2", async (shell, message) => {
  expect(await call(...["completion", shell].filter(Boolean))).toEqual({
    status: 2,
    out: "",
    err: `danelab: ${message}\n`,
  });
});

describe.skipIf(spawnSync("bash", ["-c", "true"]).status !== 0)("in bash", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "danelab-bash-"));
    const program = join(folder, "danelab");
    await writeFile(
      program,
      `#!/bin/sh\nexec '${process.execPath}' '${join(home, "harness/cli/main.ts")}' "$@"\n`,
    );
    await chmod(program, 0o755);
    await writeFile(join(folder, "run"), (await call("completion", "bash")).out);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What bash is given to replace the word before the cursor with. */
  const replies = async (line: string) => {
    const script = [
      `. "${folder}/run"`,
      'compopt() { shift; echo "compopt $1"; }',
      `COMP_LINE='${line}' COMP_POINT=${line.length}`,
      "_danelab",
      "printf '%s\\n' \"$" + '{COMPREPLY[@]}"',
    ].join("\n");
    const env = { ...process.env, PATH: `${folder}:${process.env["PATH"]}` };
    const { stdout } = await promisify(execFile)("bash", ["-c", script], { env });
    return stdout.split("\n").filter(Boolean);
  };

  test.each<[line: string, ...replies: string[]]>([
    ["danelab doc", "doctor"],
    ["danelab run base-31", "base-311"],
    ["danelab run canary-g", "canary-good"],
    ["danelab run --policy may,dane-", "may,dane-only"],
    ["danelab tlsa ", "compopt default"],
    ["danelab frob "],
  ])("%s", async (line, ...expected) => {
    expect(await replies(line)).toEqual(expected);
  });

  test("a glob is quoted; behind @ and = only the rest is replied; behind a group no space follows", async () => {
    expect(await replies("danelab run ee")).toContain("ee-\\*");
    expect(await replies("danelab run --sender postfix@3.1")).toContain("3.10");
    expect(await replies("danelab explain --policy=dane-")).toEqual(["dane-only"]);
    expect((await replies("danelab run ")).slice(0, 1)).toEqual(["compopt nospace"]);
  });
});

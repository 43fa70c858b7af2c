import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commands } from "./commands.ts";
import { call, danelab } from "./test-cli.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "danelab-cli-"));
  await writeFile(join(folder, "a-file"), "");
});
afterAll(() => rm(folder, { recursive: true }));

test("without a command: the overview, status 2; help asked for: status 0", async () => {
  const [bare, asked] = [await call(), await call("--help")];
  expect({ ...bare, status: 0 }).toEqual(asked);
  expect([bare.status, asked.status]).toEqual([2, 0]);
  const words = inOneLine(asked.out);
  for (const { usage, summary } of commands) expect(words).toContain(` ${usage} ${summary}`);
  expect(asked.out.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const inOneLine = (text: string) => text.replace(/\s+/g, " ");

test("--version tells which danelab this is", async () => {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  expect(await call("--version")).toEqual({ status: 0, out: `danelab ${version}\n`, err: "" });
});

test.for(commands.map(({ name }) => name))(
  "%s --help tells usage and every option, and does nothing",
  async (name) => {
    const command = commands.find((one) => one.name === name)!;
    const { status, out, err } = await call(name, "--help");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const words = inOneLine(out);
    expect(words.startsWith(`Usage: danelab ${command.usage} [options] ${command.summary}`)).toBe(true);
    for (const [option, { value, help }] of Object.entries(command.options))
      expect(words).toContain(` --${option}${value ? ` ${value}` : ""} ${help}`);
  },
);

describe("what cannot be used ends with status 2 and one line that says why, before anything starts", () => {
  test.for<[words: string, message: string]>([
    ["rnu", '"rnu" is no command; did you mean "run"? There are run, '],
    ["frobnicate", '"frobnicate" is no command; there are run, '],
    ["run --polcy may", "Unknown option '--polcy'; did you mean --policy? See danelab run --help"],
    ["run --frobnicate", "Unknown option '--frobnicate'; see danelab run --help"],
    ["run --sender", "Option '--sender <value>' argument missing; see danelab run --help"],
    [
      "run --policy exposed",
      "--policy exposed: not known; there are dane, dane-only, may, encrypt, verify, secure",
    ],
    ["run --sender postfx", "--sender postfx: not known; there are "],
    ["run --resolver unbound@0.1", "--resolver unbound@0.1: not known; there are "],
    ["run --image postfix", "--image postfix: write NAME=IMAGE or NAME@LABEL=IMAGE"],
    ["run --image postfx=x:y", "--image postfx=x:y: no program of that name is known; there are "],
    ["attack atk-strip-starttls --driver FOLDER/none", "--driver FOLDER/none: ENOENT"],
    ["up base-311 --driver FOLDER", "FOLDER/driver.ts: cannot be loaded: "],
    ["doctor --driver FOLDER", "FOLDER/driver.ts: cannot be loaded: "],
    ["driver", "driver takes the word check and one folder or program; see danelab driver --help"],
    ["driver check nsd", "driver check nsd: no such folder, and no sender or resolver; there are "],
    ["driver check postfix@0.1", "driver check postfix@0.1: not known; there are "],
    ["driver check postfix@*", "driver check takes one program; see danelab list senders"],
    ["driver check FOLDER", "FOLDER/driver.ts: cannot be loaded: "],
    ["run base-3111", 'no scenario matches "base-3111"; did you mean "base-311"? See danelab list scenarios'],
    ["run nothing-*", 'no scenario matches "nothing-*". See danelab list scenarios'],
    ["run --scenarios FOLDER/none", "--scenarios FOLDER/none: ENOENT"],
    ["run --scenarios FOLDER", "--scenarios FOLDER: holds no scenario files (*.ts, *.js, *.mjs)"],
    ["run base-311 --out FOLDER/a-file/out", "--out FOLDER/a-file/out: cannot be made: ENOTDIR"],
    ["run base-311 --quiet --verbose", "--quiet and --verbose contradict each other"],
    ["run base-311 --pcap --no-pcap", "--pcap and --no-pcap contradict each other"],
    ["run base-311 --out FOLDER/a-file", "--out FOLDER/a-file: cannot be made: EEXIST"],
    [
      "run --policy dane-onyl",
      '--policy dane-onyl: not known; there are dane, dane-only, may, encrypt, verify, secure; did you mean "dane-only"?',
    ],
    ["run bse-*", 'no scenario matches "bse-*"; did you mean "base-*"? See'],
    [
      "attack atk-mitm-selfsignd",
      '"atk-mitm-selfsignd" is no attack; did you mean "atk-mitm-selfsigned"? danelab',
    ],
    [
      "list sender",
      'list sender: not known; there are scenarios, senders, resolvers, authorities, receivers, verifiers; did you mean "senders"?',
    ],
    [
      "test --project untit",
      '--project untit: not known; there are unit, lab, conformance; did you mean "unit"?',
    ],
    ["completion bsh", 'completion takes a shell, one of bash, zsh, fish; did you mean "bash"?'],
    ["list frobs", "list frobs: not known; there are scenarios, senders, "],
    [
      "verifiers atk-strip-starttls",
      "atk-strip-starttls: is about more than certificate and TLSA records, at which verifiers look; danelab run takes it",
    ],
    ["verifiers --verifier opensll", "--verifier opensll: not known; there are danetool@"],
    ["verifiers --resolver bind@*", "--resolver bind@*: one is enough here"],
    ["list senders postfix", "list senders takes no further words; see danelab list --help"],
    ["explain", "explain takes one scenario id; see danelab list scenarios"],
    ["explain base-311 base-wrong", "explain takes one scenario id; see danelab list scenarios"],
    ["explain ee-*", "explain takes one id, not a pattern; see danelab list scenarios ee-*"],
    ["judge", "judge takes one folder; see danelab judge --help"],
    ["judge FOLDER", "FOLDER/plan.json: ENOENT"],
    ["clean everything", "clean takes no further words; see danelab clean --help"],
    ["test --project frob", "--project frob: not known; there are unit, lab, conformance"],
  ])("danelab %s", async ([words, message]) => {
    const real = (text: string) => text.replaceAll("FOLDER", folder);
    const { status, out, err } = await call(...real(words).split(" "));
    expect({ status, out, err }).toEqual({
      status: 2,
      out: "",
      err: expect.stringMatching(new RegExp(`^danelab: ${escaped(real(message))}.*\\n$`)),
    });
  });

  test("as a process too; and no folder is made for what was not run", async () => {
    const said = await danelab("run", "base-3111", "--out", join(folder, "out"));
    expect(said).toEqual({ status: 2, out: "", err: expect.stringMatching(/^danelab: no scenario.*\n$/) });
    await expect(access(join(folder, "out"))).rejects.toThrow("ENOENT");
  });

  test("a DOCKER_HOST where nothing answers", async () => {
    const { status, err } = await danelab("run", "base-311", "--out", join(folder, "out"));
    expect({ status, err }).toEqual({
      status: 2,
      err: "danelab: DOCKER_HOST is tcp://127.0.0.1:1, but no container engine answers there\n",
    });
  });
});

test("doctor tells a line for each thing: what is there, and how to get what is missing", async () => {
  const { status, out, err } = await danelab("doctor");
  expect({ status, err }).toEqual({ status: 2, err: "" });
  expect(out).toMatch(/^ok {6}danelab \d+\.\d+\.\d+ on Node v/m);
  expect(out).toMatch(/^ok {6}\d+ cores, [\d.]+ GiB of memory/m);
  expect(out).toMatch(
    /^missing container engine at DOCKER_HOST=tcp:\/\/127.0.0.1:1: none answers: install and start one/m,
  );
  expect(out).toContain("apt-get install -y --no-install-recommends docker.io");
});

test("where no engine answers, that is told with status 3 by clean, which can do nothing without", async () => {
  const { status, err } = await danelab("clean");
  expect({ status, err }).toEqual({
    status: 3,
    err: expect.stringMatching(/^danelab: no container engine answers .*; see danelab doctor\n$/),
  });
});

test("scenarios of a folder are listed and explained like danelab's own", async () => {
  const own = join(folder, "own");
  await mkdir(own);
  await writeFile(
    join(own, "mine.ts"),
    `import { must, scenarios, selfSigned } from "danelab/vocabulary";
     export default scenarios("mine", [{
       id: "mine-other-name", title: "Another name in the certificate", cites: ["RFC 7671 5.1"],
       mx: { certificate: selfSigned({ names: ["elsewhere.example"] }) },
       expect: { dane: must("authenticated") },
     }]);`,
  );
  const [list, explain, clash] = await Promise.all([
    danelab("list", "scenarios", "mine-*", "--scenarios", own),
    danelab("explain", "mine-other-name", "--scenarios", own),
    danelab("list", "scenarios", "mine-*"),
  ]);
  expect(list).toEqual({ status: 0, out: "mine-other-name  Another name in the certificate\n", err: "" });
  expect(explain).toMatchObject({ status: 0, err: "" });
  expect(explain.out).toContain("names elsewhere.example");
  expect(clash.status).toBe(2);
});

import { type ChildProcess, spawn } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { engineHas, nothing } from "../lab/test-engine.ts";
import { resultsSchema } from "../model/results.ts";
import { home } from "../words/places.ts";
import { until, within } from "../words/until.ts";
import { folderForRuns } from "./test-folder.ts";

/** ./danelab as a process of its own. */

const folder = await folderForRuns("command-line");
let count = 0;

interface Process {
  readonly pid: number;
  readonly out: string;
  /** Resolves with the first line on standard error that holds the text. */
  says(text: string): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  ended(): Promise<{ readonly status: number | null; readonly said: string; readonly printed: string }>;
}

const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** `./danelab run` with one stack and an output folder of its own, in a process group of its own. */
function danelabRun(...words: readonly string[]): Process {
  const out = join(folder, `out-${++count}`);
  const child = spawn(
    join(home, "danelab"),
    ["run", "--sender", "postfix", "--resolver", "unbound", "--policy", "dane", "--out", out, ...words],
    { detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  running.add(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stderr }).on("line", (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  const end = Promise.withResolvers<number | null>();
  child.on("close", (status) => {
    running.delete(child);
    end.resolve(status);
    for (const look of waiting) look();
  });
  const deadline = (waitedFor: string) => ({ ms: 120_000, waitedFor, lastSeen: () => lines.join("\n") });
  return {
    pid: child.pid!,
    out,
    says(text) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = (): void => {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) resolve(found);
        else if (!running.has(child)) reject(new Error(`ended without "${text}": ${lines.join("\n")}`));
      };
      waiting.add(look);
      look();
      return within(promise, deadline(`"${text}"`));
    },
    signal: (signal) => child.kill(signal),
    async ended() {
      const status = await within(end.promise, deadline("the end"));
      return { status, said: lines.join("\n"), printed };
    },
  };
}

function groupLives(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

/** Nothing of the process's lab, and no process that it started. */
async function expectNothingLeft({ pid }: Process): Promise<void> {
  expect(await engineHas(`danelab.pid=${pid}`)).toEqual(nothing);
  // What it had started sees that its input has ended, and ends too.
  await until(() => (groupLives(pid) ? undefined : true), {
    ms: 30_000,
    waitedFor: `the end of group ${pid}`,
  });
}

const up = "up and proven ready";

test.for(["SIGINT", "SIGTERM"] as const)(
  "%s ends a run with status 130, and nothing is left",
  async (signal) => {
    const run = danelabRun("base-311", "atk-abort-handshake");
    await run.says(up);
    expect((await engineHas(`danelab.pid=${run.pid}`)).networks).toHaveLength(1);
    run.signal(signal);
    const { status, said } = await run.ended();
    expect({ status, said }).toMatchObject({ status: 130, said: expect.stringContaining("interrupted") });
    await expectNothingLeft(run);
    const { run: facts } = resultsSchema.parse(
      JSON.parse(await readFile(join(run.out, "results.json"), "utf8")),
    );
    expect(facts).toMatchObject({ interrupted: true, errors: [] });
  },
);

test("what a killed run left is removed by the next one, which can be interrupted while its lab starts", async () => {
  const killed = danelabRun("base-311", "atk-abort-handshake");
  await killed.says(up);
  expect((await engineHas(`danelab.pid=${killed.pid}`)).containers.length).toBeGreaterThan(3);
  killed.signal("SIGKILL");
  await killed.ended();

  const next = danelabRun("base-311");
  await next.says("world made");
  expect(await engineHas(`danelab.pid=${killed.pid}`)).toEqual(nothing);
  next.signal("SIGINT");
  expect((await next.ended()).status).toBe(130);
  await expectNothingLeft(next);
});

async function scenarioFolder(name: string, content: string): Promise<string> {
  const own = join(folder, name);
  await mkdir(own);
  await writeFile(join(own, "mine.ts"), content);
  return own;
}

const vocabulary = 'import { mismatch, must, scenarios } from "danelab/vocabulary";\n';

test("scenarios of a folder of the user's own run and are judged", async () => {
  const own = await scenarioFolder(
    "own",
    `${vocabulary}export default scenarios("mine", [
      { id: "mine-good", title: "Mine", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } },
      { id: "mine-wrong", title: "Wrong on purpose", cites: ["RFC 7672 2.2"],
        mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("authenticated") } },
    ]);`,
  );
  const run = danelabRun("--scenarios", own, "mine-*");
  const { status, said, printed } = await run.ended();
  expect({ status, said }).toMatchObject({ status: 1 });
  const { trials } = resultsSchema.parse(JSON.parse(await readFile(join(run.out, "results.json"), "utf8")));
  const verdicts = trials
    .filter(({ scenario, role }) => scenario.startsWith("mine-") && role === "main")
    .map(({ scenario, verdict, outcome }) => [scenario, verdict, outcome]);
  expect(verdicts).toEqual([
    ["mine-good", "pass", "authenticated"],
    ["mine-wrong", "fail", "deferred"],
  ]);
  expect(printed).toContain("mine-wrong");
  await expectNothingLeft(run);
});

test.for([
  ["an id that is not known", ["base-3111"], 'no scenario matches "base-3111"; did you mean "base-311"?'],
  ["a file that does not parse", ["--scenarios", "broken"], "mine.ts: cannot be loaded"],
  [
    "a field that is not known",
    ["--scenarios", "field"],
    'mine-typo: field "attemps" is not known; did you mean "attempts"?',
  ],
  ["an id that is taken", ["--scenarios", "twice"], "base-311: the id is taken already"],
  ["a folder that is not there", ["--scenarios", "absent"], "absent"],
] as const)("%s ends with status 2 before anything starts", async ([, words, message]) => {
  const scenario = (fields: string) =>
    `${vocabulary}export default scenarios("mine", [{ ${fields}, title: "Mine", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } }]);`;
  const content = {
    broken: "export default scenarios(",
    field: scenario('id: "mine-typo", attemps: 2'),
    twice: scenario('id: "base-311"'),
  };
  const [option, name = ""] = words;
  const text = Object.entries(content).find(([key]) => key === name)?.[1];
  if (text !== undefined) await scenarioFolder(name, text);
  const run = option === "--scenarios" ? danelabRun(option, join(folder, name)) : danelabRun(...words);
  const { status, said, printed } = await run.ended();
  expect({ status, said }).toMatchObject({ status: 2, said: expect.stringContaining(message) });
  expect(said.split("\n")).toHaveLength(1);
  expect(printed).toBe("");
  await expect(access(run.out)).rejects.toThrow("ENOENT");
  await expectNothingLeft(run);
});

test("a run is compared with an earlier one: status 1 where something got worse, though nothing is unexpected", async () => {
  // On record for Postfix: it bounces what it should keep.
  const first = danelabRun("atk-starttls-554");
  expect(await first.ended()).toMatchObject({ status: 0 });
  const file = join(first.out, "results.json");
  const results = resultsSchema.parse(JSON.parse(await readFile(file, "utf8")));
  expect(results.trials.map(({ verdict }) => verdict)).toContain("known");
  const trials = results.trials.map((trial) =>
    trial.verdict === "known" ? { ...trial, verdict: "pass", outcome: "deferred" } : trial,
  );
  await writeFile(file, JSON.stringify({ ...results, trials }));

  const second = danelabRun("atk-starttls-554", "--baseline", first.out, "--quiet");
  const { status, said, printed } = await second.ended();
  expect({ status, said }).toEqual({ status: 1, said: "" });
  expect(printed).toMatch(/^\d+ trials, nothing unexpected\.\n/);
  expect(printed).toContain("1 regression; of ");
  expect(await readFile(join(second.out, "comparison.md"), "utf8")).toContain("atk-starttls-554");
  await access(join(second.out, "comparison.html"));
}, 120_000);

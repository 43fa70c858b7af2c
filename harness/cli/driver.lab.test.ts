import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyPostfix } from "../lab/test-driver.ts";
import { engineHas, nothing } from "../lab/test-engine.ts";
import { resultsSchema } from "../model/results.ts";
import { folderForRuns } from "../run/test-folder.ts";
import { home } from "../words/places.ts";
import type { Said } from "./test-cli.ts";

const folder = await folderForRuns("driver");

/** As a process; nothing of its labs is left when it ends. */
async function danelab(...words: readonly string[]): Promise<Said> {
  const { promise, resolve } = Promise.withResolvers<Said>();
  const { pid } = execFile(join(home, "danelab"), words, (error, out, err) =>
    resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
  );
  const said = await promise;
  expect(await engineHas(`danelab.pid=${pid}`)).toEqual(nothing);
  return said;
}

/** The checks that have this state, by name. */
function checksOf({ out }: Said, state: "ok" | "failed"): readonly string[] {
  return [...out.matchAll(new RegExp(`^${state} +(\\S.*?)  `, "gm"))].map(([, name]) => name ?? "");
}

test("Postfix keeps the contract", async () => {
  const said = await danelab("driver", "check", "postfix");
  expect(said).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^postfix@3\.10 keeps the contract\.$/m),
  });
  expect(checksOf(said, "ok")).toEqual(
    expect.arrayContaining(["image", "version", "starts", "delivers, dane", "bounces", "refuses", "stops"]),
  );
});

test("a driver that breaks some clauses is told which, and where to look", async () => {
  const mine = await copyPostfix(join(folder, "broken"), (text) =>
    text
      .replace(
        "async queued(container) {",
        "async queued(container) {\n    if (container.id) return new Set();",
      )
      .replace('line: "inet_protocols = nonsense"', 'line: "# nonsense"'),
  );
  const said = await danelab("driver", "check", mine);
  expect(said).toMatchObject({ status: 1, out: expect.stringMatching(/^mine@3\.10: \d+ checks failed\.$/m) });
  expect(checksOf(said, "failed")).toEqual(expect.arrayContaining(["queue", "retries", "refuses"]));
  expect(checksOf(said, "ok")).toEqual(expect.arrayContaining(["starts", "tells", "delivers, may", "stops"]));
  expect(said.out).toMatch(/^failed +queue +driver-\S+: deferred, and not in the queue$/m);
  expect(said.out).toMatch(/^ +see queued$/m);
});

test("a driver from a folder of the user's own is run, and judged by its own divergences", async () => {
  const mine = await copyPostfix(
    join(folder, "mine"),
    (text) => text.replace("myhostname = ", "smtp_tls_ciphers = high\nmyhostname = "),
    `export const divergences: readonly Divergence[] = [{
  scenario: "base-no-tlsa", policies: ["dane"], versions: [], resolvers: [], outcome: "deferred",
  severity: "too-strict", reason: "it is not so", evidence: "none", link: null,
}];`,
  );
  const out = join(folder, "out");
  const said = await danelab(
    ...["run", "base-311", "base-no-tlsa", "--driver", mine, "--policy", "dane", "--out", out],
  );
  const { run, trials } = resultsSchema.parse(JSON.parse(await readFile(join(out, "results.json"), "utf8")));
  expect(run.errors).toEqual([]);
  expect(new Set(trials.map(({ sender }) => sender))).toEqual(new Set(["mine@3.10"]));
  expect(trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(run.programs.find(({ role }) => role === "sender")).toMatchObject({
    id: "mine@3.10",
    package: expect.stringMatching(/^postfix 3\.10/),
    image: { name: expect.stringContaining("danelab/sender-mine:trixie-") },
  });
  // What the folder says is known of it does not occur: the record is stale.
  expect(run.staleDivergences).toEqual([expect.stringContaining("base-no-tlsa")]);
  expect(said.status).toBe(1);
});

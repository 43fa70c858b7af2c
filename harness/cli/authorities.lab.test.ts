import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { engineHas, nothing } from "../lab/test-engine.ts";
import { type Results, resultsSchema } from "../model/results.ts";
import { folderForRuns } from "../run/test-folder.ts";
import { home } from "../words/places.ts";
import { call } from "./test-cli.ts";

const folder = await folderForRuns("authorities");

/** As a process; nothing of its lab is left when it ends. */
async function authorities(...words: readonly string[]): Promise<{ status: number; results: Results }> {
  const { promise, resolve } = Promise.withResolvers<{ status: number; out: string }>();
  const { pid } = execFile(
    join(home, "danelab"),
    ["authorities", ...words, "--json", "--out", folder],
    { maxBuffer: 1 << 26 },
    (error, out) => resolve({ status: typeof error?.code === "number" ? error.code : error ? -1 : 0, out }),
  );
  const { status, out } = await promise;
  expect(await engineHas(`danelab.pid=${pid}`)).toEqual(nothing);
  return { status, results: resultsSchema.parse(JSON.parse(out)) };
}

test("NSD serves and is secondary, BIND signs: answers are right, also after a change", async () => {
  const { status, results } = await authorities(
    ...["auth-tlsa", "auth-wildcard-nsec3", "auth-change"],
    ...["--authority", "nsd,bind"],
  );
  expect(results.run.errors).toEqual([]);
  expect(results.trials.map(({ resolver, policy }) => `${resolver} ${policy}`).toSorted()).toEqual(
    [
      "bind@9.20 secondary",
      "bind@9.20 serving",
      "bind@9.20 signing",
      "nsd@4.12 secondary",
      "nsd@4.12 serving",
    ].flatMap((one) => [one, one, one]),
  );
  expect(results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  const changed = results.trials.find(({ id }) => id === "auth-change/nsd@4.12/secondary");
  expect(changed?.steps).toHaveLength(12);
  expect(status).toBe(0);

  const why = await call("why", folder, "auth-change", "nsd", "secondary");
  expect(why.out).toContain("  All is as the zone demands; signatures and proofs are right.\n");
  expect((await call("judge", folder)).status).toBe(0);
  const again = JSON.parse(await readFile(join(folder, "results.json"), "utf8"));
  expect(again.trials).toEqual(results.trials);
});

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type Results, resultsSchema } from "../model/results.ts";
import { loadProbes } from "../run/load-scenarios.ts";
import { folderForRuns } from "../run/test-folder.ts";
import { registry } from "../run/test-run.ts";
import { home } from "../words/places.ts";

const folder = await folderForRuns("receivers");

const danelab = async (...words: readonly string[]): Promise<string> => {
  const { stdout } = await promisify(execFile)(join(home, "danelab"), words, { maxBuffer: 2 ** 26 });
  return stdout;
};

/** By id of the trial: verdict and outcome. */
function told({ trials }: Results) {
  return new Map(trials.map(({ id, verdict, outcome }) => [id, `${verdict} ${outcome}`]));
}

const names = registry.receivers.map(({ driver }) => driver.name);

test("mail is delivered to every real server under DANE, and each server is tried in every way", async () => {
  const words = ["receivers", "*-311", "pub-*", "--sender", "postfix", "--policy", "dane", "--out", folder];
  const results = resultsSchema.parse(JSON.parse(await danelab(...words, "--json")));
  expect(results.run.errors).toEqual([]);
  expect(results.run.strayPackets.count).toBe(0);

  const mail = results.trials.filter(({ id }) => /^\w+-311\/.*\/dane$/.test(id));
  expect(mail.map(({ scenario }) => scenario).sort()).toEqual(names.map((name) => `${name}-311`).sort());
  for (const { verdict, outcome } of mail) expect(`${verdict} ${outcome}`).toBe("pass authenticated");

  const probes = results.trials.filter(({ policy }) => policy === "probe");
  expect(probes).toHaveLength((await loadProbes([])).length * names.length);
  expect(probes.filter(({ verdict }) => !["pass", "known", "unsupported"].includes(verdict))).toEqual([]);
  expect(told(results).get("pub-chain-has-ta/postfix@3.10")).toBe("pass matched");
  expect(told(results).get("pub-sni-chosen/sendmail@8.18.1")).toBe("unsupported null");

  // What is stored is enough to judge it anew.
  const anew = resultsSchema.parse(JSON.parse(await danelab("judge", folder, "--json")));
  expect(told(anew)).toEqual(told(results));
  expect(anew.scenarios).toEqual(results.scenarios);
  expect(await danelab("why", folder, "pub-starttls-twice/exim@4.98")).toContain("What the client saw");
});

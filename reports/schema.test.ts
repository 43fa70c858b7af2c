import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { resultsSchema } from "../harness/model/results.ts";
import { sample } from "./sample.ts";
import { resultsJsonSchema } from "./schema.ts";

const published = JSON.parse(readFileSync(new URL("./results.schema.json", import.meta.url), "utf8"));

test("results.schema.json is what the source makes", () => {
  expect(
    published,
    "stale: node reports/schema.ts > reports/results.schema.json && npx biome check --write reports/results.schema.json",
  ).toEqual(JSON.parse(resultsJsonSchema()));
});

test("the published schema takes a results document, and rejects one that is not", () => {
  const schema = z.fromJSONSchema(published);
  const { results } = sample();
  expect(results.trials.length).toBeGreaterThan(100);
  expect(schema.safeParse(results).error).toBeUndefined();
  expect(resultsSchema.safeParse(results).error).toBeUndefined();

  const [first, ...rest] = results.trials;
  const issues = (wrong: unknown) => schema.safeParse(wrong).error?.issues.map(({ path }) => path.join("."));
  expect(issues({ ...results, trials: [{ ...first, verdict: "ok" }, ...rest] })).toEqual([
    "trials.0.verdict",
  ]);
  expect(issues({ ...results, version: 2 })).toEqual(["version"]);
  const { errors: _, ...run } = results.run;
  expect(issues({ ...results, run })).toEqual(["run.errors"]);
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fieldsMarkdown, tablesOf } from "./fields.ts";
import { sample } from "./sample.ts";

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), "utf8");
const schema = JSON.parse(read("./results.schema.json"));

test("docs/results.md is what the schema makes", () => {
  expect(read("../docs/results.md"), "stale: node reports/fields.ts > docs/results.md").toBe(
    fieldsMarkdown(schema),
  );
});

test("every field is told, with its meaning", () => {
  const fields = tablesOf(schema).flatMap((table) => table.fields);
  expect(fields.filter(({ meaning }) => !meaning).map(({ path }) => path)).toEqual([]);
  const told = new Set(fields.map(({ path }) => path));
  const { results } = sample();
  const [trial] = results.trials.filter(({ divergence }) => divergence);
  const found = [
    ...Object.keys(results),
    ...Object.keys(results.run).map((name) => `run.${name}`),
    ...Object.keys(results.run.host).map((name) => `run.host.${name}`),
    ...Object.keys(results.run.programs[0]!.image).map((name) => `run.programs[].image.${name}`),
    ...Object.keys(results.scenarios[0]!).map((name) => `scenarios[].${name}`),
    ...Object.keys(results.scenarios[0]!.expect.dane!).map((name) => `scenarios[].expect.*.${name}`),
    ...Object.keys(trial!).map((name) => `trials[].${name}`),
    ...Object.keys(trial!.divergence!).map((name) => `trials[].divergence.${name}`),
  ];
  expect(found.filter((path) => !told.has(path))).toEqual([]);
});

import { expect, test } from "vitest";
import type { Results } from "../../harness/model/results.ts";
import { summaryMarkdown } from "../markdown.ts";
import { sample } from "../sample.ts";
import { matrixText } from "../terminal.ts";
import { limitsOf, spansText } from "./limits.ts";

type Outcome = Results["trials"][number]["outcome"];

/** Scenarios that each try one number of iterations; what each resolver made of them, in the order of the values. */
function measured(values: readonly number[], found: Readonly<Record<string, readonly Outcome[]>>): Results {
  const { results } = sample({ only: "base-311" });
  const [scenario] = results.scenarios;
  const [trial] = results.trials;
  if (!scenario || !trial) throw new Error("the sample has no such scenario");
  return {
    ...results,
    scenarios: values.map((value) => ({
      ...scenario,
      id: `iterations-${value}`,
      measure: { of: "NSEC3 iterations", value },
    })),
    trials: Object.entries(found).flatMap(([resolver, outcomes]) =>
      values.map((value, index) => ({
        ...trial,
        id: `iterations-${value}/${resolver}`,
        scenario: `iterations-${value}`,
        resolver,
        outcome: outcomes[index] ?? null,
      })),
    ),
  };
}

test("values come in their order, spans with one outcome are one, resolvers that did the same stand together", () => {
  const results = measured([150, 0, 50, 51], {
    "bind@9.20": ["insecure", "secure", "secure", "insecure"],
    "other@1": ["insecure", "secure", "secure", "insecure"],
    "knot@5": ["bogus", "secure", "secure", "insecure"],
  });
  expect(limitsOf(results)).toEqual([
    {
      of: "NSEC3 iterations",
      tried: [0, 50, 51, 150],
      findings: [
        {
          resolvers: ["bind@9.20", "other@1"],
          spans: [
            { outcome: "secure", from: 0, to: 50 },
            { outcome: "insecure", from: 51, to: 150 },
          ],
        },
        {
          resolvers: ["knot@5"],
          spans: [
            { outcome: "secure", from: 0, to: 50 },
            { outcome: "insecure", from: 51, to: 51 },
            { outcome: "bogus", from: 150, to: 150 },
          ],
        },
      ],
    },
  ]);
});

test("spans in words", () => {
  const spans = (...list: readonly [Outcome, number, number][]) =>
    spansText({ spans: list.map(([outcome, from, to]) => ({ outcome, from, to })) });
  expect(spans(["secure", 0, 500])).toBe("secure throughout");
  expect(spans(["secure", 0, 50], ["insecure", 51, 51], ["silent", 100, 150], [null, 151, 500])).toBe(
    "secure to 50, insecure at 51, silent from 100 to 150, not known from 151",
  );
});

test("terminal and Markdown tell them; without measures there is nothing to tell", () => {
  const results = measured([0, 500], { "bind@9.20": ["secure", "insecure"] });
  expect(matrixText(results, { columns: 100, colour: false })).toContain(
    "Limits\n  NSEC3 iterations: 0, 500\n    secure to 0, insecure from 500\n      bind@9.20\n",
  );
  expect(summaryMarkdown(results)).toContain(
    "| NSEC3 iterations: 0, 500 | secure to 0, insecure from 500 | `bind@9.20` |",
  );
  const { results: without } = sample({ only: "base-311" });
  expect(matrixText(without, { columns: 100, colour: false })).not.toContain("Limits");
  expect(summaryMarkdown(without)).not.toContain("Limits");
});

import { expect, test } from "vitest";
import { matrixCsv } from "./csv.ts";
import { sample } from "./sample.ts";
import { matrixOf } from "./shared/matrix.ts";

/** RFC 4180, read back. */
function parse(text: string): readonly (readonly string[])[] {
  expect(text.endsWith("\r\n")).toBe(true);
  return text
    .slice(0, -2)
    .split("\r\n")
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)]
        .slice(0, -1)
        .map(([, field = ""]) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)),
    );
}

const { results } = sample();

test("a row for each scenario, a column for each stack and policy", () => {
  const [head = [], ...rows] = parse(matrixCsv(results));
  expect(head.slice(0, 4)).toEqual(["group", "scenario", "title", "cites"]);
  expect(head.slice(4)).toEqual(
    ["postfix@3.10+unbound@1.22", "exim@4.98+bind@9.20"].flatMap((stack) =>
      ["dane", "dane-only", "may"].map((policy) => `${stack} ${policy}`),
    ),
  );
  expect(rows).toHaveLength(matrixOf(results).groups.flatMap((group) => group.rows).length);
  expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([head.length]));
  const expired = rows.find(([, scenario]) => scenario === "ee-expired");
  expect(expired?.slice(4)).toEqual([
    "pass: authenticated",
    "pass: authenticated",
    "pass: encrypted",
    "fail: deferred",
    "fail: deferred",
    "pass: encrypted",
  ]);
  expect(rows.flat()).toContain("unsupported: not run");
});

test("commas, quotes and line breaks stay in their field; nothing is a formula", () => {
  const [first, ...rest] = results.scenarios;
  const title = '=HYPERLINK("x", 1)\r\nmore';
  const [, row] = parse(matrixCsv({ ...results, scenarios: [{ ...first!, title }, ...rest] }));
  expect(row?.[2]).toBe(`'=HYPERLINK("x", 1) more`);
});

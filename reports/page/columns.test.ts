import { expect, test } from "vitest";
import { fromColumns, toColumns } from "./columns.ts";

const rows = [
  { id: "a", verdict: "pass", reasons: ["one"], of: null },
  { id: "b", verdict: "pass", reasons: ["one"], of: "a", steps: [{ title: "then" }] },
  { id: "c", verdict: "fail", reasons: ["one", "two"], of: null },
];

test("rows come back as they were, absent fields included", () => {
  expect(fromColumns(JSON.parse(JSON.stringify(toColumns(rows))))).toEqual(rows);
});

test("each value is stored once", () => {
  const { columns } = toColumns(rows);
  expect(columns["verdict"]).toEqual({ values: ["pass", "fail"], places: [0, 0, 1] });
  expect(columns["reasons"]?.values).toHaveLength(2);
  expect(columns["steps"]?.places).toEqual([-1, 0, -1]);
});

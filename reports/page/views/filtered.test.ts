import { expect, test } from "vitest";
import { sample } from "../../sample.ts";
import { matrixOf } from "../../shared/matrix.ts";
import { type Filter, wholeMatrix } from "./address.ts";
import { filterable } from "./filtered.ts";
import { columnsOf, shownPolicies } from "./matrix.ts";
import { neighboursOf, trialBeyond } from "./steps.ts";

const matrix = matrixOf(sample().results);
const content = filterable(matrix);
const all = columnsOf(matrix, matrix.policies);

function shown(filter: Partial<Filter>) {
  return content.shown({ ...wholeMatrix, ...filter }, all);
}

function names({ groups }: ReturnType<typeof shown>): readonly string[] {
  return groups.flatMap(({ rows }) => rows.map(({ row }) => row.name));
}

test("without a filter everything is there", () => {
  expect(names(shown({}))).toHaveLength(content.rows);
  expect(shown({}).columns).toBe(all);
});

test("all words must be in a row, in any case and any order", () => {
  expect(names(shown({ text: "EXPIRED ee-" }))).toEqual(["ee-expired"]);
  expect(names(shown({ text: "nothing like it" }))).toEqual([]);
});

test("a requirement stands for the sections below it, and for no other that begins alike", () => {
  const whole = names(shown({ requirement: "RFC 7672" }));
  const section = names(shown({ requirement: "RFC 7672 3.1" }));
  const below = names(shown({ requirement: "RFC 7672 3.1.1" }));
  expect(whole.length).toBeGreaterThan(section.length);
  expect(section.length).toBeGreaterThan(below.length);
  expect(below).toContain("ee-expired");
  expect(names(shown({ requirement: "RFC 767" }))).toEqual([]);
});

test("a verdict leaves the rows and columns that have it", () => {
  const { groups, columns } = shown({ verdicts: ["fail"] });
  const cells = groups.flatMap(({ rows }) => rows.flatMap((row) => row.cells));
  expect(cells.filter((cell) => cell?.wanted).map((cell) => cell?.trial.verdict)).toEqual([
    "fail",
    "fail",
    "fail",
  ]);
  expect(columns.stacks.map(({ stack, policies }) => [stack.sender, policies])).toEqual([
    ["exim@4.98", ["dane", "dane-only"]],
  ]);
  expect(groups.every(({ rows }) => rows.every((row) => row.cells.length === columns.places.length))).toBe(
    true,
  );
});

test("columns: all where they are few, else the first policy; those asked for in any case", () => {
  expect(shownPolicies(matrix, [])).toEqual(["dane", "dane-only", "may"]);
  const stacks = ["a", "b", "c", "d", "e", "f"].map((name) => [`postfix@3.${name}`, "unbound@1.22"] as const);
  const wide = matrixOf(sample({ stacks, only: "base" }).results);
  expect(shownPolicies(wide, [])).toEqual(["dane"]);
  expect(shownPolicies(wide, ["may", "unheard-of"])).toEqual(["may"]);
});

test("keys lead from cell to cell, and past what is not there", () => {
  const { groups } = shown({});
  const [first, second] = groups[0]!.rows;
  const at = first!.cells[1]!.trial.id;
  expect(trialBeyond(groups, at, "ArrowRight")).toBe(first!.cells[2]!.trial);
  expect(trialBeyond(groups, at, "ArrowLeft")).toBe(first!.cells[0]!.trial);
  expect(trialBeyond(groups, at, "ArrowDown")).toBe(second!.cells[1]!.trial);
  expect(trialBeyond(groups, at, "End")).toBe(first!.cells.at(-1)!.trial);
  expect(trialBeyond(groups, at, "ArrowUp")).toBeUndefined();
  expect(trialBeyond(groups, at, "x")).toBeUndefined();
});

test("one steps through what is wanted", () => {
  const { groups } = shown({ verdicts: ["fail"] });
  const wanted = groups.flatMap(({ rows }) =>
    rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell?.wanted ? [cell.trial] : []))),
  );
  expect(neighboursOf(groups, wanted[1]!)).toEqual([wanted[0], wanted[2]]);
  expect(neighboursOf(groups, wanted[0]!)[0]).toBeUndefined();
});

import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { Results } from "../harness/model/results.ts";
import { sample } from "./sample.ts";
import { briefText, matrixText, verdictLine } from "./terminal.ts";
import { hostileResults, withRun } from "./test-results.ts";

const { results } = sample();
const quiet = sample({ surprises: false }).results;
const plain = (of: Results, columns = 120): string => matrixText(of, { columns, colour: false });

describe("widths", () => {
  test.for([40, 60, 80, 100, 200])("at %i columns no line is longer", (columns) => {
    const lines = plain(results, columns).split("\n");
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
  });

  test("stacks that do not fit beside each other come in blocks, which together hold every cell", () => {
    const text = plain(results, 80);
    expect(text).toContain("Block 2 of 2");
    const rows = text.split("\n").filter((line) => line.startsWith("  ee-expired "));
    expect(rows.map((row) => row.replace(/ +/g, " ").trim())).toEqual([
      "ee-expired ✓ pass t ✓ pass t ✓ pass",
      "ee-expired ✗ fail t ✗ fail t ✓ pass",
    ]);
    expect(plain(results, 200)).not.toContain("Block");
  });

  test("where not even one stack fits, its policies come in blocks", () => {
    const text = plain(results, 40);
    expect(text).toContain("Block 4 of 4");
    const rows = text.split("\n").filter((line) => line.startsWith("  ee-expi"));
    expect(rows.map((row) => row.replace(/^\S* +\S+ +/, "").trim())).toEqual([
      "✓ pass t   ✓ pass t",
      "✓ pass",
      "✗ fail t   ✗ fail t",
      "✓ pass",
    ]);
  });

  test("where a stack has one policy only, its names stand whole, in two lines where they must", () => {
    const trials = results.trials.filter(({ policy }) => policy === "dane");
    const heading =
      plain({ ...results, trials }, 200)
        .split("\n\n")[1]
        ?.split("\n") ?? [];
    expect(heading.slice(0, 3).join("\n")).not.toContain("…");
    expect(heading[0]).toMatch(/^ +postfix +/);
    expect(heading[1]).toMatch(/^ +3\.\d+ +/);
  });

  test("a terminal narrower than 40 columns is taken as one of 40", () => {
    expect(plain(results, 20)).toBe(plain(results, 40));
  });
});

test("colour only adds: without it there is none, and the text is the same", () => {
  expect(plain(results)).toBe(stripVTControlCharacters(plain(results)));
  const coloured = matrixText(results, { columns: 120, colour: true });
  expect(coloured).not.toBe(plain(results));
  // The last cell of a row keeps its width.
  expect(stripVTControlCharacters(coloured).replace(/ +$/gm, "")).toBe(plain(results));
});

test("each scenario has its row under its group, a canary one for each place", () => {
  const lines = plain(results, 200).split("\n");
  for (const { id, canary } of results.scenarios) {
    const names = canary ? [`${id} (start)`, `${id} (end)`] : [id];
    for (const name of names) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
  }
  expect(lines.indexOf("ee")).toBe(lines.findIndex((line) => line.startsWith("  ee-expired ")) - 1);
});

test("the last line is the result", () => {
  expect(plain(quiet).split("\n").at(-1)).toMatch(/^\d+ trials, nothing unexpected\.$/);
  expect(plain(results, 200).split("\n").at(-1)).toMatch(
    /^Of \d+ trials, 3 failed, 4 could not be judged and 2 departed from a SHOULD; 1 recorded divergence no longer occurred\.$/,
  );
});

test("totals count each verdict of each stack, twins apart", () => {
  const [head, ...rows] = plain(results, 200)
    .split("Totals\n")[1]!
    .split("\n\n")[0]!
    .split("\n")
    .map((line) => line.trim().split(/ +/));
  expect(head).toEqual(["fail", "error", "incon", "warn", "known", "info", "unsup", "pass"]);
  const [first, second, all] = rows.map(([, ...numbers]) => numbers.map(Number));
  expect(rows.map(([name]) => name)).toEqual(["postfix@3.10+unbound@1.22", "exim@4.98+bind@9.20", "all"]);
  expect(second?.slice(0, 5)).toEqual([3, 1, 3, 2, 1]);
  expect(all).toEqual(all?.map((_, index) => first![index]! + second![index]!));
  expect(all?.reduce((sum, count) => sum + count, 0)).toBe(
    results.trials.filter(({ role }) => role !== "twin").length,
  );
});

test("in brief: what is unexpected and the result, no matrix", () => {
  expect(briefText(quiet, { columns: 100, colour: false })).toMatch(/^\d+ trials, nothing unexpected\.$/);
  const brief = briefText(results, { columns: 200, colour: false });
  expect(brief).toMatch(/^Unexpected: 9 trials\n/);
  expect(brief.split("\n").at(-1)).toBe(plain(results, 200).split("\n").at(-1));
  expect(brief).not.toContain("Totals");
});

describe("what is unexpected", () => {
  const text = plain(results, 200);

  test("stands with title, sections, reason, expectation, the log's claim and the command", () => {
    expect(text).toContain("Unexpected: 9 trials");
    expect(text).toContain(
      [
        "✗ fail  ee-expired [dane] exim@4.98+bind@9.20",
        "    DANE-EE ignores an expired certificate (RFC 7672 3.1.1)",
        "    deferred where the RFC demands authenticated",
        "    expected (must): authenticated; got: deferred",
        "    the sender's log: deferred (certificate-does-not-match: Server certificate not verified)",
        "    again: ./danelab run ee-expired --policy dane --sender exim@4.98 --resolver bind@9.20",
      ].join("\n"),
    );
  });

  test("many trials with one and the same harness error are told once", () => {
    const trials = results.trials.map((trial) => ({
      ...trial,
      verdict: "error" as const,
      outcome: null,
      reasons: ["container resolver-bind died"],
    }));
    const told = plain({ ...results, trials }, 200);
    expect(told.split("container resolver-bind died")).toHaveLength(3);
    const folded = trials.filter(({ role, sender }) => role !== "twin" && sender === "exim@4.98");
    expect(told).toContain(`! error  ${folded.length} trials of exim@4.98+bind@9.20`);
  });
});

test("what went wrong with the run itself is told", () => {
  const text = plain(withRun(results, { errors: ["container farm died"] }));
  expect(text).toContain("Errors of the harness\n    container farm died");
  expect(text).toContain("Packets addressed outside the lab (stopped by its seal): 3; the first");
  expect(text).toContain("unusable-rdata-2: deferred: fixed upstream");
  expect(plain(quiet)).not.toMatch(/Errors|Unexpected|Packets|divergences/);
});

test("what programs wrote cannot move the cursor or turn the text around", () => {
  const text = plain(hostileResults());
  // biome-ignore lint/suspicious/noControlCharactersInRegex: there must be none
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(text).toContain("@everyone ]]> ␛[2J␀\ufffdtxt.exe");
});

test("a verdict as it falls takes one line of the width it is given", () => {
  const trial = results.trials.find(({ verdict }) => verdict === "fail")!;
  const line = verdictLine({ ...trial, reasons: ["first\nline"] }, { columns: 200, colour: false });
  expect(line).toBe(`✗ fail         ${trial.id}  ${trial.outcome}, ${trial.ms} ms: first line`);
  expect(verdictLine(trial, { columns: 60, colour: false })).toMatch(/^.{59}…$/);
});

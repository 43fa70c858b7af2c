import { describe, expect, test } from "vitest";
import { summaryMarkdown } from "./markdown.ts";
import { sample } from "./sample.ts";
import { hostileResults, withRun } from "./test-results.ts";

const { results } = sample();
const summary = summaryMarkdown(results);

/** The cells of the table below a heading, row by row, the head first. */
function tableBelow(markdown: string, heading: string): readonly (readonly string[])[] {
  const lines = markdown.slice(markdown.indexOf(heading) + heading.length).split("\n");
  const first = lines.findIndex((line) => line.startsWith("|"));
  const rest = lines.slice(first);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest
    .slice(0, end)
    .filter((line) => !/^\|( --- \|)+$/.test(line))
    .map((line) => line.slice(2, -2).split(/(?<!\\) \| /));
}

test("it begins with the gravest verdict and the result in one sentence", () => {
  expect(summary.split("\n").slice(0, 3)).toEqual([
    "## DANE in SMTP: ✗ fail",
    "",
    expect.stringMatching(/^\*\*Of \d+ trials, 3 failed, 4 could not be judged and 2 departed from a SHOULD/),
  ]);
  expect(summaryMarkdown(sample({ surprises: false }).results)).toMatch(
    /^## DANE in SMTP: ✓ pass\n\n\*\*\d+ trials, nothing unexpected\.\*\*\n/,
  );
});

test("every table has as many cells in each row as in its head", () => {
  const tables = summary
    .split("\n\n")
    .map((block) => block.split("\n").filter((line) => line.startsWith("|")))
    .filter((lines) => lines.length > 0);
  expect(tables.length).toBeGreaterThanOrEqual(4);
  for (const lines of tables) {
    const widths = lines.map((line) => line.split(/(?<!\\)\|/).length);
    expect(new Set(widths).size, lines[0]).toBe(1);
  }
});

test("totals add up to all trials but twins", () => {
  const [head, ...rows] = tableBelow(summary, "\n\n");
  const numbers = rows.map((cells) => cells.slice(2).map(Number));
  const all = numbers.at(-1) ?? [];
  expect(head?.slice(2)).toContain("✗ fail");
  expect(all).toEqual(
    all.map((_, column) => numbers.slice(0, -1).reduce((sum, row) => sum + row[column]!, 0)),
  );
  expect(all.reduce((sum, count) => sum + count, 0)).toBe(
    results.trials.filter(({ role }) => role !== "twin").length,
  );
});

describe("tables", () => {
  test("everything unexpected stands with scenario, stack, outcome and reason, gravest first", () => {
    const rows = tableBelow(summary, "### Unexpected (9)").slice(1);
    expect(rows).toHaveLength(9);
    expect(rows.map(([verdict]) => verdict?.slice(2))).toEqual([
      "fail",
      "fail",
      "fail",
      "error",
      "inconclusive",
      "inconclusive",
      "inconclusive",
      "warn",
      "warn",
    ]);
    expect(rows[0]).toEqual([
      "✗ fail",
      "`ee-expired`<br>DANE-EE ignores an expired certificate",
      "`exim@4.98+bind@9.20`",
      "dane",
      "deferred",
      "deferred where the RFC demands authenticated",
    ]);
  });

  test("an attack that gets nothing without DANE proves nothing", () => {
    const rows = tableBelow(summary, "<summary><b>Attacks (").slice(1);
    const found = (stack: string) =>
      rows.find(([name, on]) => name?.startsWith("`atk-abort-handshake`") && on?.includes(stack));
    expect(found("postfix")?.slice(2)).toEqual([
      "yes (may: lost)",
      "yes (dane: deferred, dane-only: deferred)",
    ]);
    expect(found("exim")?.[2]).toBe("**no** (may: kept): proves nothing");
  });

  test("attacks are folded away where DANE stopped all that it claims to stop", () => {
    expect(summary).toMatch(/<details open><summary><b>Attacks/);
    expect(summaryMarkdown(sample({ surprises: false }).results)).toMatch(/<details><summary><b>Attacks/);
  });

  test("a long list says what it leaves out", () => {
    const stacks = Array.from({ length: 30 }, (_, index) => [`s@${index}`, "r@1"] as const);
    const many = sample({ stacks }).results;
    const failing = { ...many, trials: many.trials.map((one) => ({ ...one, verdict: "fail" as const })) };
    const long = summaryMarkdown(failing);
    const unexpected = failing.trials.filter(({ role }) => role !== "twin").length;
    expect(long).toContain(`### Unexpected (${unexpected})`);
    expect(long).toContain(`\n${unexpected - 200} more trials in the report.\n`);
    expect(Buffer.byteLength(long)).toBeLessThan(1_000_000);
  });
});

test("errors, stale divergences and stray packets are told", () => {
  const told = summaryMarkdown(withRun(results, { errors: ["container farm died"] }));
  expect(told).toContain("## DANE in SMTP: ! error");
  expect(told).toContain("### Errors of the harness\n\n- container farm died\n");
  expect(told).toContain("### Packets addressed outside the lab: 3\n");
  expect(told).toContain("### Recorded divergences that no longer occur\n");
});

test("what programs wrote stays text: no markup, no mention, no line of its own", () => {
  const told = summaryMarkdown(hostileResults());
  const [row] = tableBelow(told, "### Unexpected (2)").slice(1);
  expect(row?.at(-1)).toBe(
    '&lt;/script&gt;&lt;script&gt;alert("owned")&lt;/script&gt;&lt;\\!-- &amp; \\`code\\` \\| \\*\\*bold\\*\\* &#64;everyone \\]\\]&gt; ␛\\[2J␀\ufffdtxt.exe',
  );
});

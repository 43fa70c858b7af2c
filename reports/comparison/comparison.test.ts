import { describe, expect, test } from "vitest";
import { type ComparedRun, compare } from "../../harness/model/comparison.ts";
import { sample } from "../sample.ts";
import { hostile } from "../test-results.ts";
import { comparisonMarkdown } from "./markdown.ts";
import { comparisonPage } from "./page.ts";
import { comparisonText } from "./terminal.ts";

const good: ComparedRun = sample({ surprises: false });
const bad: ComparedRun = sample();
const same = compare(good, good);
const worse = compare(good, bad);
const plain = { columns: 100, colour: false };

const forms = [
  ["text", (comparison: typeof same) => comparisonText(comparison, plain)],
  ["Markdown", comparisonMarkdown],
  ["page", comparisonPage],
] as const;

describe.for(forms)("%s", ([, form]) => {
  test("of two runs that are alike there is nothing to tell", () => {
    const told = form(same);
    expect(told).toContain(`No regression; of ${same.compared} trials compared, all are the same.`);
    expect(told).toContain("The programs are the same in both runs.");
    expect(told).not.toContain("ee-expired");
  });

  test("each regression has its scenario, where it happened, and both sides", () => {
    const told = form(worse);
    for (const { after } of [...worse.regressions, ...worse.changed]) expect(told).toContain(after.scenario);
    expect(told).toContain("DANE-EE ignores an expired certificate");
    expect(told).toContain("exim@4.98+bind@9.20: dane, dane-only");
    expect(told).toMatch(/authenticated.{0,40}deferred/s);
  });

  test("new and gone trials are counted", () => {
    const part: ComparedRun = sample({ only: "ee-", surprises: false });
    const told = form(compare(good, part));
    expect(told).toContain(`Gone: ${good.results.trials.length - part.results.trials.length} trials`);
    expect(form(compare(part, good))).toContain("New: ");
  });

  test("what programs wrote cannot break it", () => {
    const trials = good.results.trials.map((trial, index) =>
      index === 0 ? { ...trial, verdict: "fail" as const, reasons: [hostile] } : trial,
    );
    const told = form(compare(good, { ...good, results: { ...good.results, trials } }));
    for (const control of ["\u0000", "\u001b", "\u202e"]) expect(told).not.toContain(control);
    if (form !== forms[0][1]) expect(told).not.toContain("<script>alert");
    expect(told).toContain("alert(");
  });
});

test.for([60, 80, 100])("text keeps within %i columns", (columns) => {
  const lines = comparisonText(worse, { columns, colour: false }).split("\n");
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
});

test("the page fetches nothing and runs nothing", () => {
  const page = comparisonPage(worse);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<link|src=|@import|url\(/);
});

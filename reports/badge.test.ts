import { expect, test } from "vitest";
import type { Results, TrialResult } from "../harness/model/results.ts";
import { badgesOf } from "./badge.ts";
import { sample } from "./sample.ts";
import { withRun } from "./test-results.ts";
import { parseXml } from "./test-xml.ts";

const good = sample({ surprises: false }).results;
const titles = (results: Results) =>
  badgesOf(results).map(({ file, svg }) => {
    const badge = parseXml(`<?xml version="1.0"?>${svg}`);
    const [title] = badge.children.filter(({ name }) => name === "title");
    expect(badge.attributes).toMatchObject({ role: "img", "aria-label": title?.text });
    const [, , , group] = badge.children;
    // What is seen is what is read out.
    expect(title?.text.endsWith(`DANE: ${group?.children[1]?.text}`)).toBe(true);
    return [file, title?.text];
  });

const counted = (results: Results, sender: string): number =>
  results.trials.filter(
    (trial) =>
      trial.sender === sender &&
      trial.role === "main" &&
      trial.canary === null &&
      trial.policy.startsWith("dane"),
  ).length;

test("one for each sender: its trials with DANE, neither controls nor twins nor canaries", () => {
  const total = counted(good, "exim@4.98");
  expect(titles(good)).toEqual([
    ["badge-postfix-3.10.svg", `postfix@3.10, DANE: ${total} of ${total} as expected`],
    ["badge-exim-4.98.svg", `exim@4.98, DANE: ${total} of ${total} as expected`],
  ]);
});

test("what differs as recorded, and what was not judged, is no success and is told", () => {
  const { results } = sample();
  const [, exim] = titles(results);
  // 2 and 1 fail, 2 warn, 1 known, 1 unsupported, 2 inconclusive, 1 error.
  const total = counted(results, "exim@4.98") - 1;
  expect(exim?.[1]).toBe(
    `exim@4.98, DANE: ${total - 9} of ${total} as expected, 1 known to differ, 3 not judged`,
  );
});

test("a sender without DANE, and a run that was interrupted, claim nothing", () => {
  const trials = good.trials.map((trial): TrialResult => ({ ...trial, verdict: "unsupported" }));
  expect(titles({ ...good, trials })[0]?.[1]).toBe("postfix@3.10, DANE: not supported");
  expect(titles(withRun(good, { interrupted: true }))[0]?.[1]).toMatch(/as expected, interrupted$/);
});

test("colours differ, and no two badges of one run share a file", () => {
  const fills = badgesOf(sample().results).map(({ svg }) => /<path.*fill="(#\w+)"/.exec(svg)?.[1]);
  expect(new Set(fills).size).toBe(2);
});

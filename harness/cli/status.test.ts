import { expect, test } from "vitest";
import type { Results, TrialResult, Verdict } from "../model/results.ts";
import { exitStatus } from "./status.ts";

function trial(verdict: Verdict, rest: Partial<TrialResult> = {}): TrialResult {
  return {
    id: "x",
    scenario: "x",
    sender: "s@1",
    resolver: "r@1",
    policy: "dane",
    role: "main",
    canary: null,
    of: null,
    outcome: "authenticated",
    verdict,
    level: "must",
    expected: ["authenticated"],
    reasons: [],
    claimed: null,
    leaked: false,
    divergence: null,
    ms: 1,
    evidence: "x.json",
    ...rest,
  };
}

function statusOf(trials: readonly TrialResult[], run: Partial<Results["run"]> = {}): number {
  return exitStatus({
    version: 1,
    run: {
      id: "0",
      danelab: "0",
      start: "",
      end: "",
      host: { system: "", node: "", engine: "", cores: 1 },
      options: {},
      programs: [],
      strayPackets: { count: 0, first: [] },
      staleDivergences: [],
      errors: [],
      interrupted: false,
      timings: {},
      ...run,
    },
    scenarios: [],
    trials: [...trials],
  });
}

test.for<[Verdict, number]>([
  ["pass", 0],
  ["info", 0],
  ["known", 0],
  ["warn", 0],
  ["unsupported", 0],
  ["fail", 1],
  ["inconclusive", 1],
  ["error", 3],
])("a trial that is %s: %i", ([verdict, status]) => {
  expect(statusOf([trial("pass"), trial(verdict)])).toBe(status);
});

test("a control counts as much as a trial, a twin is folded into its trial", () => {
  expect(statusOf([trial("pass"), trial("inconclusive", { role: "control" })])).toBe(1);
  expect(statusOf([trial("pass"), trial("fail", { role: "twin", of: "x" })])).toBe(0);
});

test("what could not be told outweighs what failed", () => {
  expect(statusOf([trial("fail"), trial("error")])).toBe(3);
  expect(statusOf([trial("fail")], { errors: ["container died"] })).toBe(3);
});

test("a failed canary makes all else an error, and is itself what is unexpected", () => {
  expect(statusOf([trial("error"), trial("fail", { canary: "start" })], { errors: ["canary failed"] })).toBe(
    1,
  );
});

test("a stale divergence, an error of the harness, an interrupt", () => {
  expect(statusOf([trial("pass")], { staleDivergences: ["gone"] })).toBe(1);
  expect(statusOf([trial("pass")], { errors: ["died"] })).toBe(3);
  expect(statusOf([trial("fail"), trial("error")], { errors: ["died"], interrupted: true })).toBe(130);
});

test("packets that the seal stopped are reported, and break nothing", () => {
  expect(statusOf([trial("pass")], { strayPackets: { count: 1, first: ["x"] } })).toBe(0);
});

import { describe, expect, test } from "vitest";
import { sample } from "../../reports/sample.ts";
import { type ComparedRun, compare } from "./comparison.ts";
import type { Evidence } from "./evidence.ts";
import type { Results, TrialResult } from "./results.ts";

const stacks = [
  ["postfix@3.10", "unbound@1.26"],
  ["exim@4.98", "unbound@1.26"],
] as const;
const before: ComparedRun = sample({ only: "ee-", stacks, surprises: false });
const id = "ee-expired/postfix@3.10+unbound@1.26/dane";

/** The run once more, with this trial changed. */
function withTrial(change: Partial<TrialResult>, run = before, trial = id): ComparedRun {
  const trials = run.results.trials.map((one) => (one.id === trial ? { ...one, ...change } : one));
  return { ...run, results: { ...run.results, trials } };
}

function withEvidence(change: (evidence: Evidence) => Partial<Evidence>, run = before): ComparedRun {
  const own = run.evidence.get(id)!;
  return { ...run, evidence: new Map(run.evidence).set(id, { ...own, ...change(own) }) };
}

/** As it would be with other versions of the programs. */
function upgraded(run: ComparedRun, from: string, to: string, packageName: string): ComparedRun {
  const renamed = (text: string): string => text.replaceAll(from, to);
  const results: Results = JSON.parse(renamed(JSON.stringify(run.results)));
  const programs = results.run.programs.map((program) =>
    program.id === to ? { ...program, package: packageName } : program,
  );
  return {
    results: { ...results, run: { ...results.run, programs } },
    evidence: new Map([...run.evidence].map(([key, value]) => [renamed(key), value])),
  };
}

const kinds = ({ regressions, fixes, changed }: ReturnType<typeof compare>) => [
  regressions.length,
  fixes.length,
  changed.length,
];

test("a run is the same as itself, and as one that differs in times, ids and addresses only", () => {
  const own = compare(before, before);
  expect([own.compared, own.same, own.withoutEvidence]).toEqual([
    before.results.trials.length,
    before.results.trials.length,
    0,
  ]);
  const later = withTrial(
    { ms: 4711, reasons: ["authenticated, as demanded"] },
    withEvidence(({ mail, sessions, attempts, log }) => ({
      mail: { ...mail, canary: "canary-ffffff-9", queueId: "0" },
      log: [...log, "Nov 25 00:00:00 more"],
      attempts: [...attempts, ...attempts],
      sessions: sessions.map((session) => ({
        ...session,
        id: "x",
        start: 0,
        end: 1,
        remoteAddress: "198.18.96.16",
        certificate: "ab".repeat(32),
      })),
    })),
  );
  expect(kinds(compare(before, later))).toEqual([0, 0, 0]);
});

describe("what a changed verdict is", () => {
  test.for<[TrialResult["verdict"], TrialResult["verdict"], "regression" | "fix" | "changed"]>([
    ["pass", "fail", "regression"],
    ["pass", "warn", "regression"],
    ["pass", "known", "regression"],
    ["info", "error", "regression"],
    ["known", "fail", "regression"],
    ["pass", "unsupported", "regression"],
    ["fail", "pass", "fix"],
    ["fail", "warn", "fix"],
    ["known", "pass", "fix"],
    ["pass", "info", "changed"],
    // It does what it did before; now that is on record.
    ["fail", "known", "changed"],
  ])("%s, then %s: %s", ([was, is, kind]) => {
    const comparison = compare(withTrial({ verdict: was }), withTrial({ verdict: is }));
    expect(kinds(comparison)).toEqual(["regression", "fix", "changed"].map((one) => (one === kind ? 1 : 0)));
  });

  test("mail that leaks now is a regression though the verdict is no worse; without DANE it may be chance", () => {
    const leaks = { verdict: "info", leaked: true } as const;
    const quiet = withTrial({ verdict: "info" });
    expect(kinds(compare(quiet, withTrial(leaks)))).toEqual([1, 0, 0]);
    const may = id.replace("/dane", "/may");
    const plain = withTrial({ leaked: false }, before, may);
    expect(kinds(compare(plain, withTrial({ leaked: true }, before, may)))).toEqual([0, 0, 1]);
  });
});

test("a difference tells both sides, and whether the test is still the same", () => {
  const worse = withTrial({ verdict: "fail", outcome: "deferred", reasons: ["deferred where not"] });
  const [change] = compare(before, worse).regressions;
  expect(change).toMatchObject({
    before: { id, verdict: "pass", outcome: "authenticated" },
    after: { id, verdict: "fail", outcome: "deferred" },
    testChanged: false,
  });
  expect(change?.differences).toEqual([
    { what: "verdict", before: "pass", after: "fail" },
    { what: "outcome", before: "authenticated", after: "deferred" },
    { what: "reasons", before: "authenticated, as demanded", after: "deferred where not" },
  ]);

  const otherwise = withTrial({ verdict: "fail", expected: ["deferred"] });
  expect(compare(before, otherwise).regressions[0]?.testChanged).toBe(true);
  const withDigest = (digest: string, run: ComparedRun): ComparedRun => ({
    ...run,
    results: { ...run.results, scenarios: run.results.scenarios.map((one) => ({ ...one, digest })) },
  });
  const [redone] = compare(withDigest("a", before), withDigest("b", worse)).regressions;
  expect(redone?.testChanged).toBe(true);
});

test("reasons are the same in any order", () => {
  const reasons = ["told in clear text", "told to the attacker"];
  const [one, other] = [withTrial({ reasons }), withTrial({ reasons: reasons.toReversed() })];
  expect(kinds(compare(one, other))).toEqual([0, 0, 0]);
  expect(kinds(compare(one, withTrial({ reasons: reasons.slice(1) })))).toEqual([0, 0, 1]);
});

test("of a client's connection the port is chance, the server's is not", () => {
  const said = (client: number, server: number) =>
    withTrial({ reasons: [`read tcp 198.18.1.10:${client}->198.18.2.20:${server}: connection reset`] });
  expect(kinds(compare(said(60930, 25), said(57030, 25)))).toEqual([0, 0, 0]);
  expect(kinds(compare(said(60930, 25), said(60930, 53)))).toEqual([0, 0, 1]);
});

test("evidence counts where both runs have it: status codes, TLS versions, what the log says", () => {
  const other = withEvidence(({ attempts, sessions }) => ({
    attempts: attempts.map((attempt) => ({ ...attempt, dsn: "2.6.0", tls: "trusted" })),
    sessions: sessions.map((session) => ({ ...session, tls: { version: "TLSv1.2", cipher: "X" } })),
  }));
  expect(compare(before, other).changed.map(({ differences }) => differences)).toEqual([
    [
      { what: "log", before: "sent, TLS verified", after: "sent, TLS trusted" },
      { what: "status code", before: "2.0.0", after: "2.6.0" },
      { what: "TLS version", before: "TLSv1.3", after: "TLSv1.2" },
    ],
  ]);
  const bare = compare(before, { ...other, evidence: new Map() });
  expect([kinds(bare), bare.withoutEvidence]).toEqual([[0, 0, 0], before.results.trials.length]);
});

describe("programs", () => {
  const newer = upgraded(before, "postfix@3.10", "postfix@3.11", "postfix 3.11.7-1");
  const both: ComparedRun = {
    results: {
      ...before.results,
      trials: [
        ...before.results.trials,
        ...newer.results.trials.filter(({ sender }) => sender === "postfix@3.11"),
      ],
    },
    evidence: new Map([...before.evidence, ...newer.evidence]),
  };

  test("one version each: compared by name, and told", () => {
    const comparison = compare(before, newer);
    expect(comparison.counterparts).toEqual([{ before: "postfix@3.10", after: "postfix@3.11" }]);
    expect([comparison.compared, comparison.same]).toEqual([
      before.results.trials.length,
      before.results.trials.length,
    ]);
    expect(comparison.programs).toEqual([
      { role: "sender", before: "postfix 3.10.2-1+deb13u1", after: "postfix 3.11.7-1", rebuilt: false },
    ]);
  });

  test("several versions: by version, and what has no match is new or gone", () => {
    const added = compare(before, both);
    const ofPostfix = before.results.trials.filter(({ sender }) => sender === "postfix@3.10").length;
    expect([added.counterparts, added.added.length, added.gone.length]).toEqual([[], ofPostfix, 0]);
    expect(compare(both, before).gone).toHaveLength(ofPostfix);
  });

  test("named: two versions in one run, and nothing else", () => {
    const comparison = compare(both, both, [{ before: "postfix@3.10", after: "postfix@3.11" }]);
    const ofPostfix = before.results.trials.filter(({ sender }) => sender === "postfix@3.10").length;
    expect([comparison.compared, comparison.added.length, comparison.gone.length]).toEqual([ofPostfix, 0, 0]);
  });

  test("of two different programs the log's own words and codes do not count, what it claims does", () => {
    const as = [{ before: "postfix@3.10", after: "exim@4.98" }];
    expect(kinds(compare(before, before, as))).toEqual([0, 0, 0]);
    const otherId = id.replace("postfix@3.10", "exim@4.98");
    const exim = (change: Partial<Evidence["attempts"][number]>): ComparedRun => {
      const own = before.evidence.get(otherId)!;
      const attempts = own.attempts.map((attempt) => ({ ...attempt, ...change }));
      return { ...before, evidence: new Map(before.evidence).set(otherId, { ...own, attempts }) };
    };
    expect(kinds(compare(before, exim({ dsn: null, text: "in its own words" }), as))).toEqual([0, 0, 0]);
    expect(kinds(compare(before, exim({ tls: "trusted" }), as))).toEqual([0, 0, 1]);
  });

  test("a new package under the same label is told, and an image that was built anew", () => {
    const change = (change: Partial<Results["run"]["programs"][number]>): ComparedRun => ({
      ...before,
      results: {
        ...before.results,
        run: {
          ...before.results.run,
          programs: before.results.run.programs.map((one) =>
            one.id === "postfix@3.10" ? { ...one, ...change } : one,
          ),
        },
      },
    });
    expect(compare(before, before).programs).toEqual([]);
    expect(compare(before, change({ package: "postfix 3.10.3-1" })).programs).toMatchObject([
      { role: "sender", before: "postfix 3.10.2-1+deb13u1", after: "postfix 3.10.3-1", rebuilt: false },
    ]);
    const image = { name: "danelab/postfix:3.10", digest: "sha256:0" };
    expect(compare(before, change({ image })).programs).toMatchObject([{ role: "sender", rebuilt: true }]);
  });
});

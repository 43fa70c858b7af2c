import { describe, expect, test } from "vitest";
import { checkLookups } from "../run/check-lookups.ts";
import { must as demanded, lookups } from "../vocabulary.ts";
import type { Divergence } from "./divergence.ts";
import { judgeLookups } from "./judge-lookup.ts";
import {
  type LookupAnswer,
  type LookupEvidence,
  type LookupExpectation,
  type LookupTrial,
  observeAnswer,
} from "./lookup.ts";

const expected = { status: "secure", rcode: "NOERROR", rdata: ["03", "04"], empty: false } as const;

function answer(change: Partial<LookupAnswer> = {}): LookupAnswer {
  const right = { way: "DO", rcode: "NOERROR", authenticated: true, rdata: ["04", "03"] } as const;
  return { ...right, ms: 5, error: null, died: false, ...change };
}

describe("what an answer is", () => {
  test.each([
    ["secure", answer()],
    ["insecure", answer({ authenticated: false })],
    ["bogus", answer({ rcode: "SERVFAIL", rdata: [] })],
    ["bogus", answer({ rcode: "SERVFAIL", authenticated: true, rdata: [] })],
    ["refused", answer({ rcode: "REFUSED", rdata: [] })],
    ["silent", answer({ rcode: null, error: "no answer", rdata: [] })],
    ["died", answer({ rcode: null, error: "exit code 139", rdata: [], died: true })],
    ["wrong", answer({ rcode: "NXDOMAIN", rdata: [] })],
    ["wrong", answer({ rdata: [] })],
    ["wrong", answer({ rdata: ["03"] })],
    ["wrong", answer({ rdata: ["03", "05"] })],
    ["wrong", answer({ brokenAt: "a.example." })],
  ] as const)("%s", (outcome, given) => {
    expect(observeAnswer(given, expected).outcome).toBe(outcome);
  });

  test.each([
    ["secure", { authenticated: true, findings: { wrong: [], bogus: [] } }, "signatures right"],
    ["insecure", { authenticated: false, findings: { wrong: [], bogus: [] } }, "NOERROR"],
    ["bogus", { authenticated: false, findings: { wrong: [], bogus: ["no proof"] } }, "no proof"],
    [
      "wrong",
      { authenticated: false, findings: { wrong: ["AA is clear"], bogus: ["no proof"] } },
      "AA is clear",
    ],
    ["refused", { rcode: "REFUSED", findings: { wrong: ["REFUSED, where ..."], bogus: [] } }, "REFUSED"],
  ] as const)("of a name server itself: %s", (outcome, change, said) => {
    // What the zone holds was looked at with the answer.
    const observed = observeAnswer(answer({ rdata: [], ...change }), expected);
    expect(observed).toEqual({ outcome, told: expect.stringContaining(said) });
  });

  test("records where there are none are wrong", () => {
    const none = { ...expected, rdata: [], empty: true };
    expect(observeAnswer(answer({ rdata: [] }), none).outcome).toBe("secure");
    expect(observeAnswer(answer({ rdata: ["03"] }), none).outcome).toBe("wrong");
  });

  test("names in records may be written in several ways: there the number tells", () => {
    expect(observeAnswer(answer({ rdata: ["0a"] }), { ...expected, rdata: null }).outcome).toBe("secure");
  });
});

const must: LookupExpectation = { level: "must", permitted: ["secure"], never: [] };
const unchecked: LookupExpectation = { level: "open", permitted: ["secure", "insecure"], never: [] };

const [base] = checkLookups(
  lookups("res", [{ id: "res-x", title: "One", cites: ["RFC 4035 3.2.3"], expect: demanded("secure") }]),
  "x.ts",
);

function trialOf(expectation: LookupExpectation): LookupTrial {
  return {
    id: "res-x/unbound@1.26",
    resolver: { name: "unbound", version: "1.26" },
    scenario: {
      ...base!,
      questions: [
        { way: "DO", expectation },
        { way: "CD", expectation: unchecked },
      ],
    },
  };
}

function judged(
  expectation: LookupExpectation,
  answers: readonly LookupAnswer[],
  divergences: readonly Divergence[] = [],
  errors: readonly string[] = [],
) {
  const trial = trialOf(expectation);
  const question = { name: "_25._tcp.mx.res-x.lookup.example.", type: "TLSA" } as const;
  const evidence: LookupEvidence = { trial: trial.id, question, expected, answers, log: [], errors };
  const { trials, staleDivergences } = judgeLookups({
    trials: [trial],
    evidence: new Map([[trial.id, evidence]]),
    divergences: new Map([["unbound", divergences]]),
    evidencePath: ({ id }) => `evidence/${id}.json`,
  });
  return { result: trials[0]!, staleDivergences };
}

describe("verdicts", () => {
  const cd = answer({ way: "CD" });

  test("the first answer that fails decides, else the first that is not as it should be", () => {
    expect(judged(must, [answer(), cd]).result).toMatchObject({ verdict: "pass", outcome: "secure" });
    const { result } = judged(must, [answer({ authenticated: false }), cd]);
    expect(result).toMatchObject({ verdict: "fail", outcome: "insecure" });
    expect(result.reasons).toEqual(["asked with DO: insecure (NOERROR), where the RFC demands secure"]);
    const should: LookupExpectation = { ...must, level: "should" };
    const both = [answer({ authenticated: false }), { ...cd, rdata: ["99"] }];
    expect(judged(should, both).result).toMatchObject({ verdict: "fail", outcome: "wrong" });
    expect(judged(must, [answer(), { ...cd, rdata: ["99"] }]).result).toMatchObject({
      verdict: "fail",
      outcome: "wrong",
    });
  });

  test("should warns, open informs, a floor and a wrong answer fail", () => {
    const should: LookupExpectation = { level: "should", permitted: ["secure"], never: ["bogus"] };
    const open: LookupExpectation = { level: "open", permitted: ["secure"], never: [] };
    const plain = answer({ authenticated: false });
    const failing = answer({ rcode: "SERVFAIL", rdata: [] });
    expect(judged(should, [plain, cd]).result.verdict).toBe("warn");
    expect(judged(should, [failing, cd]).result.verdict).toBe("fail");
    expect(judged(open, [answer(), cd]).result.verdict).toBe("info");
    expect(judged(open, [failing, cd]).result.verdict).toBe("warn");
    expect(judged(open, [answer({ rdata: [] }), cd]).result.verdict).toBe("fail");
    const limit: LookupExpectation = { level: "open", permitted: ["secure", "wrong"], never: [] };
    expect(judged(limit, [answer({ rdata: [] }), cd]).result.verdict).toBe("info");
  });

  test("a death fails whatever the level is, and what was not asked any more is not told", () => {
    const open: LookupExpectation = { level: "open", permitted: ["secure"], never: [] };
    const { result } = judged(open, [answer({ rcode: null, error: "exit code 139", died: true })]);
    expect(result).toMatchObject({ verdict: "fail", outcome: "died" });
    expect(result.steps).toHaveLength(1);
  });

  test("what the harness could not do is an error", () => {
    expect(judged(must, [], [], ["it broke"]).result).toMatchObject({
      verdict: "error",
      outcome: null,
      reasons: ["it broke"],
    });
  });
});

describe("divergences", () => {
  const known: Divergence = {
    ...{ scenario: "res-*", policies: [], versions: ["1.26"], resolvers: [], outcome: "insecure" },
    ...{ severity: "downgrade", reason: "it does not validate", evidence: "its log", link: null },
  };
  const cd = answer({ way: "CD" });

  test("one on record is known, with the reasons that there are", () => {
    const { result, staleDivergences } = judged(must, [answer({ authenticated: false }), cd], [known]);
    expect(result).toMatchObject({ verdict: "known", divergence: { severity: "downgrade" } });
    expect(result.reasons).toHaveLength(2);
    expect(staleDivergences).toEqual([]);
  });

  test("one of another outcome or version is not, and one that no longer occurs is told", () => {
    expect(judged(must, [answer({ rdata: [] }), cd], [known]).result.verdict).toBe("fail");
    const other = { ...known, versions: ["1.17"] };
    expect(judged(must, [answer({ authenticated: false }), cd], [other])).toMatchObject({
      result: { verdict: "fail" },
      staleDivergences: [],
    });
    expect(judged(must, [answer(), cd], [known]).staleDivergences).toEqual([
      "res-*: insecure: it does not validate",
    ]);
  });
});

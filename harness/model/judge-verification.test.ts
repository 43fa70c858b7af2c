import { describe, expect, test } from "vitest";
import type { Divergence } from "./divergence.ts";
import { judgeVerifications } from "./judge-verification.ts";
import { stackOf } from "./plan.ts";
import { session } from "./test-evidence.ts";
import type {
  VerificationEvidence,
  VerificationExpectation,
  VerificationOutcome,
  VerificationTrial,
} from "./verification.ts";

const stack = stackOf({ name: "tool", version: "1" }, { name: "unbound", version: "1.26" });

function trial(expectation: Partial<VerificationExpectation>, of: string | null = null): VerificationTrial {
  return {
    id: of === null ? "x" : `${of}/twin`,
    scenario: "x",
    stack,
    role: of === null ? "main" : "twin",
    of,
    domain: "x.dane",
    expectation: { level: "must", permitted: ["matched"], never: [], ...expectation },
  };
}

function seen(
  outcome: VerificationOutcome | null,
  rest: Partial<VerificationEvidence> = {},
): VerificationEvidence {
  return {
    trial: "x",
    host: null,
    command: ["tool"],
    exitStatus: 0,
    output: "as told",
    claim: outcome === null ? null : { outcome, told: "as told" },
    sessions: [session()],
    ms: 7,
    errors: [],
    ...rest,
  };
}

const onRecord: Divergence = {
  scenario: "x*",
  policies: [],
  versions: [],
  resolvers: [],
  outcome: "matched",
  severity: "downgrade",
  reason: "does not look",
  evidence: "its source",
  link: null,
};

function judged(
  trials: readonly VerificationTrial[],
  evidence: readonly VerificationEvidence[],
  divergences: readonly Divergence[] = [],
) {
  return judgeVerifications({
    trials,
    unsupported: [],
    evidence: new Map(evidence.map((one) => [one.trial, one])),
    divergences: new Map([["tool", divergences]]),
    evidencePath: (id) => `evidence/${id}.json`,
  });
}

function verdictOf(expectation: Partial<VerificationExpectation>, evidence: VerificationEvidence) {
  const [result] = judged([trial(expectation)], [evidence]).trials;
  return [result?.verdict, result?.reasons[0]];
}

describe("a verdict", () => {
  test.each([
    [{}, "matched", "pass", "matched, as demanded"],
    [{ level: "should" }, "matched", "pass", "matched, as recommended"],
    [{ level: "open" }, "matched", "info", "matched, as permitted"],
    [{}, "unmatched", "fail", "unmatched (as told), where the RFC demands matched"],
    [{ level: "should" }, "unmatched", "warn", "unmatched (as told), where the RFC recommends matched"],
    [
      { level: "should", permitted: ["unusable"], never: ["matched"] },
      "matched",
      "fail",
      "matched (as told), where the RFC recommends unusable",
    ],
    [{ level: "open" }, "no-tls", "warn", "no-tls (as told), where foreseen is matched"],
    [{ level: "open" }, "crashed", "fail", "crashed (as told), where foreseen is matched"],
  ] as const)("%j, %s: %s", (expectation, outcome, verdict, reason) => {
    expect(verdictOf(expectation, seen(outcome))).toEqual([verdict, reason]);
  });

  test("a match that the MX host saw no handshake of is a failure", () => {
    const [verdict, reason] = verdictOf({}, seen("matched", { sessions: [session({ tls: null })] }));
    expect(verdict).toBe("fail");
    expect(reason).toContain("saw no TLS handshake");
  });

  test("a handshake that the tool ended once it had the certificate is one", () => {
    const sessions = [session({ tls: null, tlsError: "connection closed during the handshake" })];
    expect(verdictOf({}, seen("matched", { sessions }))[0]).toBe("pass");
  });

  test("what the driver does not understand is an error, with the last words", () => {
    const output = "first\nsegmentation fault\n";
    expect(verdictOf({}, seen(null, { exitStatus: 139, output }))).toEqual([
      "error",
      "what the verifier says is not known to its driver (exit status 139): segmentation fault",
    ]);
    expect(verdictOf({}, seen(null, { exitStatus: null, output: "" }))[1]).toContain(
      "it did not end in time",
    );
  });

  test("what broke is an error, and so is what is missing", () => {
    expect(verdictOf({}, seen(null, { errors: ["no lab"] }))).toEqual(["error", "no lab"]);
    expect(judged([trial({})], []).trials[0]?.verdict).toBe("error");
  });
});

describe("a twin", () => {
  const twin = trial({ permitted: ["unmatched", "no-tls"], never: ["matched"] }, "x");
  const both = (outcome: VerificationOutcome) =>
    judged([trial({}), twin], [seen("matched"), seen(outcome, { trial: twin.id })]).trials.map(
      ({ verdict }) => verdict,
    );

  test("that is unmatched proves the match", () => {
    expect(both("unmatched")).toEqual(["pass", "pass"]);
  });

  test("that is matched too takes it back", () => {
    expect(both("matched")).toEqual(["fail", "fail"]);
  });

  test("that cannot be judged leaves the match unproven", () => {
    const [main] = judged(
      [trial({}), twin],
      [seen("matched"), seen(null, { trial: twin.id, errors: ["no lab"] })],
    ).trials;
    expect(main?.verdict).toBe("error");
  });
});

describe("a divergence", () => {
  const wanted = trial({ permitted: ["unmatched"] });

  test("on record makes a failure known", () => {
    const { trials, staleDivergences } = judged([wanted], [seen("matched")], [onRecord]);
    expect(trials[0]).toMatchObject({ verdict: "known", divergence: { severity: "downgrade" } });
    expect(staleDivergences).toEqual([]);
  });

  test("excuses no other outcome, and is stale then", () => {
    const { trials, staleDivergences } = judged([wanted], [seen("unusable")], [onRecord]);
    expect(trials[0]?.verdict).toBe("fail");
    expect(staleDivergences).toEqual(["x*: matched: does not look"]);
  });

  test("of another version is no matter", () => {
    const other = { ...onRecord, versions: ["2"] };
    const { trials, staleDivergences } = judged([wanted], [seen("matched")], [other]);
    expect([trials[0]?.verdict, staleDivergences]).toEqual(["fail", []]);
  });
});

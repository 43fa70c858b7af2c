import { expect, test } from "vitest";
import { verificationEvidence, verificationResult } from "../harness/model/test-verification.ts";
import { type WhyVerificationFacts, whyVerificationText } from "./why-verification.ts";

const facts: WhyVerificationFacts = {
  result: verificationResult,
  scenario: undefined,
  expectation: { level: "must", permitted: ["unmatched", "no-tls"], never: [] },
  evidence: verificationEvidence,
  twin: undefined,
  anew: verificationResult,
  files: ["Evidence: out/x.json"],
};

function told(change: Partial<WhyVerificationFacts> = {}): string {
  return whyVerificationText({ ...facts, ...change }, { columns: 100, colour: false });
}

test("the host, the tool's own words, what the host saw, and what was expected", () => {
  const text = told();
  for (const part of [
    "mx.x.dane.example, port 25, MX of x.dane.example",
    "3 1 1 00",
    "openssl s_client -dane_tlsa_rrdata 3 1 1 00",
    "exit status 0, after 70 ms",
    "matched: a TLSA record authenticates the server",
    "CONNECTION ESTABLISHED",
    "TLSv1.3, server name mx.x.dane.example",
    "It MUST be unmatched or no-tls.",
    "where the RFC demands unmatched or no-tls",
    "Again: ./danelab verifiers x --verifier openssl@3.5",
  ])
    expect(text).toContain(part);
});

test("a tool that did not end, said nothing known, and was not seen", () => {
  const evidence = { ...verificationEvidence, exitStatus: null, claim: null, sessions: [], output: "" };
  const text = told({ evidence });
  expect(text).toContain("ended at its deadline");
  expect(text).toContain("nothing that its driver knows");
  expect(text).toContain("No session.");
});

test("without evidence that is told", () => {
  expect(told({ evidence: null, files: [] })).toContain("There is no evidence of it.");
});

test("many records are not all shown; what the twin showed is", () => {
  const host = { ...verificationEvidence.host!, records: Array.from({ length: 100 }, () => "3 1 1 00") };
  const text = told({
    evidence: { ...verificationEvidence, host },
    twin: { ...verificationResult, outcome: "unmatched", verdict: "pass" },
  });
  expect(text).toContain("and 92 more");
  expect(text).toContain("Its twin, whose TLSA records match nothing: unmatched, pass.");
});

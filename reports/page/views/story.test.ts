import { expect, test } from "vitest";
import { observe } from "../../../harness/model/observe.ts";
import type { TrialResult } from "../../../harness/model/results.ts";
import type { Policy } from "../../../harness/model/scenario.ts";
import { sample } from "../../sample.ts";
import { type Recording, recorded } from "../../sequence/test-recorded.ts";
import { storyOf } from "./story.ts";

const [model] = sample({ only: "base-311" }).results.trials;

function trialOf(name: Recording, policy: Policy): TrialResult {
  const evidence = recorded(name);
  const steps = [evidence, ...evidence.steps].map((step, index) => ({
    title: ["while it lasts", "the attack is over"][index] ?? "",
    level: "must" as const,
    expected: [],
    outcome: observe(step, policy).outcome,
    verdict: "pass" as const,
    reasons: [],
    claimed: null,
  }));
  const { id: _id, ...rest } = { ...model!, policy, sender: "postfix@3.10", outcome: steps[0]!.outcome };
  return { ...rest, id: evidence.trial, ...(steps.length > 1 ? { steps } : {}) };
}

function told(name: Recording, policy: Policy): string {
  return storyOf(trialOf(name, policy), recorded(name));
}

test("STARTTLS stripped, with DANE and without", () => {
  expect(told("strip-starttls-dane", "dane")).toMatch(
    /^Postfix 3\.10 refused to deliver: STARTTLS was stripped although the domain publishes a TLSA record that DNSSEC secures\./,
  );
  expect(told("strip-starttls-may", "may")).toMatch(
    /^Postfix 3\.10 delivered in clear text: STARTTLS was stripped; policy may, opportunistic TLS without DANE; the attacker read the message\./,
  );
});

test("an attacker with a certificate of its own", () => {
  expect(told("mitm-selfsigned-dane", "dane")).toMatch(
    /^Postfix 3\.10 refused to deliver: the attacker's certificate matches no TLSA record/,
  );
  expect(told("mitm-selfsigned-may", "may")).toMatch(
    /^Postfix 3\.10 delivered over TLS to a server that nothing authenticated: .*the attacker read the message/,
  );
});

test("what comes after is told too", () => {
  expect(told("strip-starttls-dane", "dane")).toContain(
    " Then (the attack is over) it delivered over TLS to a server that DANE authenticated: the certificate matches a TLSA record of the domain.",
  );
});

test("resolvers, and what no witness saw", () => {
  const lookup = { ...model!, policy: "lookup" as const, sender: "danelab", resolver: "bind@9.20" };
  const step = {
    title: "asked with DO",
    level: "must" as const,
    expected: [],
    verdict: "pass" as const,
    reasons: [],
  };
  const steps = [
    { ...step, outcome: "secure" as const, claimed: "NOERROR, AD" },
    { ...step, title: "asked with CD", outcome: "insecure" as const, claimed: "NOERROR" },
  ];
  expect(storyOf({ ...lookup, outcome: "secure", steps }, undefined)).toBe(
    "BIND 9.20 gave the right answer with AD when asked with DO, the right answer without AD when asked with CD.",
  );
  expect(storyOf({ ...model!, outcome: null }, undefined)).toMatch(/could not be told\.$/);
  expect(storyOf({ ...model!, verdict: "unsupported", reasons: ["no DANE"] }, undefined)).toMatch(
    /was not tried: no DANE\.$/,
  );
});

import { describe, expect, test } from "vitest";
import { scenariosOf } from "../run/test-plan.ts";
import { mismatch, must } from "../vocabulary.ts";
import { stackOf } from "./plan.ts";
import { planVerifications } from "./plan-verifications.ts";

describe("the plan", () => {
  const stacks = ["danetool", "b"].map((name) =>
    stackOf({ name, version: "1" }, { name: "unbound", version: "1.26" }),
  );
  const scenarios = scenariosOf([
    { id: "good", expect: { dane: must("authenticated") } },
    { id: "wrong", mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } },
  ]);
  const [canary] = scenariosOf([{ id: "canary", canary: true, expect: { dane: must("authenticated") } }]);
  const whole = planVerifications(scenarios, canary ? [canary] : [], {
    stacks,
    inability: ({ name }, { id }) =>
      name === "b" && id === "wrong"
        ? { lacks: "names besides the host's", reason: "b has no names besides the host's" }
        : null,
  });

  test("has a trial for each verifier, and a twin where a match is wanted", () => {
    expect(whole.trials.map(({ id, of }) => [id, of])).toEqual([
      ["good/danetool@1+unbound@1.26/verification", null],
      ["good/danetool@1+unbound@1.26/verification/twin", "good/danetool@1+unbound@1.26/verification"],
      ["good/b@1+unbound@1.26/verification", null],
      ["good/b@1+unbound@1.26/verification/twin", "good/b@1+unbound@1.26/verification"],
      ["wrong/danetool@1+unbound@1.26/verification", null],
    ]);
  });

  test("all verifiers look at the same host, whose twin is to be unmatched", () => {
    const good = whole.trials.filter(({ scenario }) => scenario === "good");
    expect(new Set(good.map(({ domain }) => domain))).toEqual(new Set(["good.dane", "good.dane-twin"]));
    expect(good.find(({ of }) => of !== null)?.expectation.permitted).toEqual(["unmatched", "no-tls"]);
  });

  test("canaries are set up for the lab, and are no trials", () => {
    expect(whole.plan.domains.map(({ key }) => key)).toContain("canary.dane-start");
  });

  test("what a verifier cannot do is told, not run", () => {
    expect(whole.unsupported.map(({ trial, reason }) => [trial.id, reason])).toEqual([
      ["wrong/b@1+unbound@1.26/verification", "b has no names besides the host's"],
    ]);
  });
});

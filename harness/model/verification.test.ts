import { describe, expect, test } from "vitest";
import { scenariosOf, type TestScenario } from "../run/test-plan.ts";
import { answer, attacker, dv, leaksOnTheWire, must, open, rawRdata, record, should } from "../vocabulary.ts";
import { isVerifiable, verificationExpectation, verifierFeaturesNeeded } from "./verification.ts";

function scenarioOf(text: Omit<TestScenario, "id" | "expect"> & Partial<Pick<TestScenario, "expect">> = {}) {
  const [scenario] = scenariosOf([{ id: "x", expect: { dane: must("authenticated") }, ...text }]);
  if (!scenario) throw new Error("no scenario");
  return scenario;
}

const lost = { dane: must("deferred"), control: leaksOnTheWire("cleartext") };

describe("what a verifier is to say", () => {
  test.each([
    [must("authenticated"), ["matched"]],
    [must("deferred"), ["unmatched", "no-tls"]],
    [open("encrypted", "deferred"), ["unusable", "unmatched", "no-tls"]],
  ])("%j", (dane, permitted) => {
    expect(verificationExpectation(scenarioOf({ expect: { dane } }))?.permitted).toEqual(permitted);
  });

  test("floors go along, but for those that only mail has", () => {
    const dane = should("encrypted").floor("authenticated", "cleartext", "bounced");
    expect(verificationExpectation(scenarioOf({ expect: { dane } }))).toEqual({
      level: "should",
      permitted: ["unusable"],
      never: ["matched"],
    });
  });

  test("what only mail can do is nothing to say", () => {
    expect(verificationExpectation(scenarioOf({ expect: { dane: must("cleartext") } }))).toBeUndefined();
    expect(verificationExpectation({ expect: { may: must("encrypted") } })).toBeUndefined();
  });
});

describe("verifiers look at", () => {
  test.each<[string, Parameters<typeof scenarioOf>[0]]>([
    ["the base set-up", {}],
    ["another certificate", { mx: { certificate: dv(), tlsa: ["2 0 1"] } }],
    ["a host in another signed zone", { zones: { hosts: { under: "tld" } }, mx: { zone: "hosts" } }],
    ["a server that wants SNI", { mx: { server: "sni-required" } }],
  ])("%s", (_, text) => {
    expect(isVerifiable(scenarioOf(text))).toBe(true);
  });

  test.each<[string, Parameters<typeof scenarioOf>[0]]>([
    ["no records", { mx: { tlsa: [] }, expect: { dane: open("encrypted") } }],
    ["two hosts", { mx: [{}, {}] }],
    ["an alias", { mx: { alias: "alias" } }],
    ["an unsigned zone", { zone: { unsigned: true }, expect: { dane: open("encrypted") } }],
    ["other records in the zone", { zone: { records: [record("a", "CNAME", "@")] } }],
    ["a name server that misbehaves", { zone: { answers: [answer("servfail", "TLSA")] } }],
    ["an attacker", { mx: { attacker: attacker("strip-starttls") }, expect: lost }],
    ["a server without STARTTLS", { mx: { server: "no-starttls" }, expect: { dane: must("deferred") } }],
    ["a demand besides", { watch: ["no-envelope"] }],
  ])("not at %s", (_, text) => {
    expect(isVerifiable(scenarioOf(text))).toBe(false);
  });
});

test.each<[Parameters<typeof scenarioOf>[0], readonly string[]]>([
  [{}, []],
  [{ mx: { certificate: dv({ names: ["{recipient}"] }) } }, ["names besides the host's"]],
  [{ mx: { certificate: dv({ names: ["{recipient}", "{mx}"] }) } }, []],
  [{ mx: { certificate: dv({ names: ["{recipient}"] }) }, expect: { dane: must("deferred") } }, []],
  [{ mx: { tlsa: [rawRdata("030101")] } }, ["records that cannot be written"]],
  [{ mx: { tlsa: [rawRdata("03010100")] } }, []],
])("%j takes %j", (text, features) => {
  expect(verifierFeaturesNeeded(scenarioOf(text))).toEqual(features);
});

import { describe, expect, test } from "vitest";
import type { Expectation, Outcome, Scenario } from "../model/scenario.ts";
import {
  intercept,
  leaksOnTheWire,
  must,
  open,
  type ScenarioText,
  scenarios,
  selfSigned,
  should,
  stripStarttls,
} from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { checkFile, mandatory } from "./check-scenarios.ts";

const plain = {
  id: "x-one",
  title: "One",
  cites: ["RFC 7672 2.2"],
  expect: { dane: must("authenticated") },
} satisfies ScenarioText;

/** As a file without types would say it. */
function checked(...texts: readonly object[]): readonly Scenario[] {
  return checkFile({ danelab: 1, group: "x", scenarios: texts }, "mine/x.ts");
}

function complaint(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error("nothing was complained of");
}

describe("what a scenario need not say", () => {
  test("is the base set-up", () => {
    const [scenario] = checkFile(scenarios("x", [plain]), "mine/x.ts");
    expect(scenario).toMatchObject({
      group: "x",
      file: "mine/x.ts",
      recipient: "@",
      canary: false,
      steps: [],
      route: null,
      setup: "plain",
      resolver: null,
      attempts: 1,
      zones: { "@": { signed: true, algorithm: 13, denial: { type: "nsec" }, faults: [], answers: [] } },
      mx: [
        {
          name: "mx",
          preference: 10,
          addresses: "both",
          port: 25,
          server: "normal",
          attacker: null,
          tlsa: [{ usage: 3, selector: 1, matchingType: 1, data: { from: "leaf", matches: true } }],
        },
      ],
    });
  });

  test("several hosts get names and preferences in order", () => {
    const [scenario] = checked({ ...plain, mx: [{}, { host: "other" }, { preference: 5 }] });
    expect(scenario?.mx.map(({ name, preference }) => [name, preference])).toEqual([
      ["mx1", 10],
      ["other", 20],
      ["mx3", 5],
    ]);
  });

  test("a step says again only what it changes; zones that change live shortly", () => {
    const [scenario] = checked({
      ...plain,
      zone: { keys: "single" },
      mx: { host: "mail" },
      steps: [{ title: "no records", mx: { host: "mail", tlsa: [] }, expect: { dane: must("encrypted") } }],
    });
    const [step] = scenario!.steps;
    expect(scenario?.zones["@"]?.ttl).toBe(1);
    expect(step).toMatchObject({
      zones: { "@": { keys: "single", ttl: 1 } },
      mx: [{ name: "mail", tlsa: [] }],
      recipient: "@",
      afterTtl: true,
      expect: { dane: { permitted: ["encrypted"] }, "dane-only": { permitted: ["deferred"] } },
    });
  });
});

describe("expectations that follow by rule", () => {
  const never: readonly Outcome[] = ["encrypted", "cleartext"];

  // RFC 7672 section 6: what is not authenticated is delayed.
  test.each<[string, Expectation, Expectation]>([
    ["authenticated stays", must("authenticated"), { level: "must", permitted: ["authenticated"], never }],
    ["deferred stays", must("deferred"), { level: "must", permitted: ["deferred"], never }],
    ["bounced stays", must("bounced"), { level: "must", permitted: ["bounced"], never }],
    ["encrypted is delayed", must("encrypted"), { level: "must", permitted: ["deferred"], never }],
    [
      "clear text is delayed",
      must("cleartext", "encrypted"),
      { level: "must", permitted: ["deferred"], never },
    ],
    [
      "what is left open for opportunistic DANE is not for mandatory DANE",
      open("encrypted", "deferred"),
      { level: "must", permitted: ["deferred"], never },
    ],
    [
      "a delay that is only recommended is no more than that: the sender may authenticate",
      should("deferred"),
      { level: "should", permitted: ["deferred"], never },
    ],
    [
      "several outcomes keep their level",
      should("authenticated", "encrypted"),
      { level: "should", permitted: ["authenticated", "deferred"], never },
    ],
    [
      "a floor stays",
      open("authenticated", "deferred").floor("bounced"),
      { level: "open", permitted: ["authenticated", "deferred"], never: ["bounced", ...never] },
    ],
    [
      "a floor that forbids delay of mail without DANE does not forbid it here",
      must("encrypted").floor("deferred"),
      { level: "must", permitted: ["deferred"], never },
    ],
  ])("dane-only from dane: %s", (_, dane, expected) => {
    expect(mandatory(dane)).toEqual(expected);
    const [scenario] = checkFile(
      scenarios("x", [{ ...plain, expect: { dane: { ...must(), ...dane } } }]),
      "x.ts",
    );
    expect(scenario?.expect["dane-only"]).toEqual(expected);
  });

  test("what is written stands, on the same floor", () => {
    const [scenario] = checked({
      ...plain,
      expect: { dane: must("encrypted"), "dane-only": open("bounced"), may: must("cleartext") },
    });
    expect(scenario?.expect).toMatchObject({
      "dane-only": { level: "open", permitted: ["bounced"], never },
      may: { level: "must", permitted: ["cleartext"] },
    });
  });

  test("may delivers with TLS; of an attack it is the control", () => {
    expect(checked(plain)[0]?.expect.may).toEqual({ level: "must", permitted: ["encrypted"], never: [] });
    const [attack] = checked({
      ...plain,
      mx: { attacker: stripStarttls },
      expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
    });
    expect(attack?.expect.may).toMatchObject({ permitted: ["cleartext"], leaks: "on-the-wire" });
    expect(attack?.expect).not.toHaveProperty("exposed");
  });
});

describe("complaints name file, scenario and field", () => {
  test.each<[string, object, string | RegExp]>([
    ["a misspelt field", { titel: "x" }, 'field "titel" is not known; did you mean "title"?'],
    [
      "a misspelt field of an MX host",
      { mx: { tlsaa: [] } },
      /^field "mx\.tlsaa" is not known; did you mean "tlsa"\?$/,
    ],
    [
      "one of several MX hosts",
      { mx: [{}, { prefrence: 1 }] },
      /^field "mx\.1\.prefrence" .* "preference"\?$/,
    ],
    ["a misspelt field of a zone", { zone: { unsinged: true } }, /^field "zone\.unsinged" .* "unsigned"\?$/],
    [
      "a misspelt policy",
      { expect: { dane: must("deferred"), "dane-onyl": must("deferred") } },
      /"dane-only"\?$/,
    ],
    ["a field of nothing known", { quux: 1 }, 'field "quux" is not known'],
    ["a bad id", { id: "X_1" }, /^field "id": must be lower case/],
    ["an id that is no label", { id: "x-" }, /^field "id"/],
    ["no section", { cites: [] }, /^field "cites"/],
    ["a section without its RFC", { cites: ["7672 2.2"] }, 'field "cites.0": must be like "RFC 7672 3.1.1"'],
    [
      "an unknown outcome",
      { expect: { dane: { level: "must", permitted: ["sent"], never: [] } } },
      /^field "expect\.dane\.permitted\.0"/,
    ],
    ["nothing permitted", { expect: { dane: must() } }, /^field "expect\.dane\.permitted"/],
    [
      "an unknown fault",
      { zone: { faults: [{ fault: "signature-lost" }] } },
      /^field "zone\.faults\.0\.fault"/,
    ],
    ["an unknown server", { mx: { server: "grumpy" } }, /^field "mx\.server"/],
    ["a TLSA text of two numbers", { mx: { tlsa: ["3 1"] } }, 'field "mx.tlsa.0": must be like "3 1 1"'],
    [
      "TLSA data that is no hexadecimal",
      { mx: { tlsa: [{ usage: 3, selector: 1, matchingType: 1, data: { hex: "xy" } }] } },
      /^field "mx\.tlsa\.0\.data\.hex": must be hexadecimal/,
    ],
    ["a number as title", { title: 3 }, /^field "title": .*expected string/],
    ["no expectation", { expect: undefined }, /^field "expect": /],
  ])("%s", (_, text, said) => {
    const message = complaint(() => checked({ ...plain, ...text }));
    const id = "id" in text ? String(text.id) : "x-one";
    expect(message).toMatch(/^mine\/x\.ts: /);
    expect(message.slice(0, `mine/x.ts: ${id}: `.length)).toBe(`mine/x.ts: ${id}: `);
    const rest = message.slice(`mine/x.ts: ${id}: `.length);
    if (typeof said === "string") expect(rest).toBe(said);
    else expect(rest).toMatch(said);
  });

  test("a misspelt field is told rather than that the right one is missing", () => {
    const { expect: dane, ...rest } = plain;
    const message = complaint(() => checked({ ...rest, expects: dane }));
    expect(message).toBe('mine/x.ts: x-one: field "expects" is not known; did you mean "expect"?');
  });

  test("a scenario without an id is named by its place", () => {
    expect(complaint(() => checked(plain, { title: "Two" }))).toMatch(/^mine\/x\.ts: scenario 2: field "id"/);
  });

  test("the first wrong scenario of several is named", () => {
    expect(complaint(() => checked(plain, { ...plain, id: "x-two", attempts: 99 }))).toMatch(
      /^mine\/x\.ts: x-two: field "attempts"/,
    );
  });

  test.each<[string, unknown]>([
    ["nothing is exported", undefined],
    ["something else is exported", [plain]],
    ["another version of the vocabulary", { ...scenarios("x", [plain]), danelab: 2 }],
    ["no scenarios", scenarios("x", [])],
    ["a group that is no label", scenarios("X y", [plain])],
  ])("a wrong file: %s", (_, content) => {
    expect(complaint(() => checkFile(content, "mine/x.ts"))).toMatch(
      /^mine\/x\.ts: export default scenarios\("group", \[\.\.\.\]\) is missing or wrong: field "/,
    );
  });
});

describe("what makes no sense though every field is right", () => {
  const attack = { dane: must("deferred"), control: leaksOnTheWire("cleartext") };

  test.each<[string, object, RegExp]>([
    [
      "nothing is expected of DANE",
      { expect: { may: must("encrypted") } },
      /^field "expect\.dane": is missing/,
    ],
    [
      "an attack that nobody need lose to",
      { mx: { attacker: stripStarttls } },
      /^field "expect\.control": is missing: an attack must say/,
    ],
    [
      "an attack whose control loses nothing",
      {
        mx: { attacker: intercept(selfSigned()) },
        expect: { dane: must("deferred"), control: must("encrypted") },
      },
      /^field "expect\.control": is missing/,
    ],
    ["a control without an attack", { expect: attack }, /^there is no attacker/],
    [
      "a host in a zone that does not exist",
      { mx: { zone: "b" } },
      /^field "mx\.zone": there is no zone "b"; there are @$/,
    ],
    [
      "TLSA at an alias that does not exist",
      { mx: { tlsaAt: "alias" } },
      /^field "mx\.tlsaAt": the host has no alias/,
    ],
    [
      "a fault in an unsigned zone",
      { zone: { unsigned: true, faults: [{ fault: "signature-missing", type: "TLSA" }] } },
      /^zone "@": is unsigned/,
    ],
    [
      "a real server that is told how to behave",
      { mx: { receiver: "real", server: "no-starttls" } },
      /^field "mx\.server": a real server cannot be told to be "no-starttls"/,
    ],
    [
      "a real server that is the attacker's own",
      { mx: { receiver: "real", hostile: true } },
      /^field "mx\.receiver": the attacker's own server is the recording one/,
    ],
    [
      "connections to a real server that are kept",
      { mx: { receiver: "real" }, setup: "caches" },
      /^field "mx\.receiver": a connection to a real server that is kept/,
    ],
    [
      "an outcome permitted and forbidden",
      { expect: { dane: must("deferred").floor("deferred") } },
      /^field "expect\.dane": deferred is both permitted and forbidden/,
    ],
  ])("%s", (_, text, said) => {
    const message = complaint(() => checked({ ...plain, ...text }));
    expect(message.slice(0, 18)).toBe("mine/x.ts: x-one: ");
    expect(message.slice(18)).toMatch(said);
  });

  test.each<[string, object, RegExp]>([
    ["nothing is expected of DANE", { expect: {} }, /field "expect\.dane": is missing/],
    ["a zone that does not exist", { mx: { zone: "b" } }, /there is no zone "b"/],
    [
      "an attack that nobody need lose to",
      { mx: { attacker: stripStarttls } },
      /field "expect\.control": is missing/,
    ],
    ["a control without an attack", { expect: attack }, /there is no attacker/],
  ])("in a later step: %s", (_, step, said) => {
    const steps = [{ title: "then", expect: { dane: must("deferred") }, ...step }];
    const message = complaint(() => checked({ ...plain, steps }));
    expect(message).toMatch(/^mine\/x\.ts: x-one: step "then": /);
    expect(message).toMatch(said);
  });
});

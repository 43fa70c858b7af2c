import { describe, expect, test } from "vitest";
import {
  answer,
  fault,
  leaksOnTheWire,
  leaksToTheAttacker,
  must,
  open,
  type ScenarioText,
  scenarios,
  stripStarttls,
} from "../vocabulary.ts";
import { checkFile } from "./check-scenarios.ts";
import { lint } from "./lint.ts";

type Text = Omit<ScenarioText, "title" | "cites"> & Partial<Pick<ScenarioText, "title" | "cites">>;

function found(...texts: readonly Text[]): readonly string[] {
  const whole = texts.map((text) => ({ title: "One", cites: ["RFC 7672 2.2"], ...text }));
  return lint(checkFile(scenarios("x", whole), "mine/x.ts")).map(({ text }) => text);
}

const good: Text = { id: "good", expect: { dane: must("authenticated") } };
const strip: Text = {
  id: "strip",
  mx: { attacker: stripStarttls },
  expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
};

describe("what is sound", () => {
  test("is not spoken of", () => {
    expect(found(good, strip)).toEqual([]);
  });
});

describe("scenarios that test nothing", () => {
  test("two that differ in words only", () => {
    expect(found(good, { ...good, id: "again", title: "Another" })).toEqual(["differs in nothing from good"]);
  });

  test("a fault at a name that nobody asks for", () => {
    const zone = {
      records: [{ name: "aside", type: "TXT", data: '"x"' }] as const,
      faults: [fault("signature-expired", "TXT", "aside")],
    };
    expect(found({ ...good, zone })).toEqual([
      "the fault signature-expired on aside TXT changes no answer that a sender asks for",
    ]);
  });

  test("an expectation that nothing can break", () => {
    const all = ["authenticated", "encrypted", "cleartext", "deferred", "bounced"] as const;
    expect(found({ ...good, expect: { dane: must(...all) } })).toEqual([
      expect.stringContaining("expect.dane permits every outcome"),
    ]);
  });
});

describe("attacks", () => {
  test("that DANE stops must not end in a delivery without authentication", () => {
    expect(found({ ...strip, expect: { ...strip.expect, dane: must("deferred", "encrypted") } })).toEqual([
      "the attack may end in encrypted with DANE: if DANE cannot stop it, give it a limit",
    ]);
  });

  test("that it does not stop are left open, with advice in the form of a title", () => {
    const limited = {
      ...strip,
      limit: "Publish more",
      expect: { dane: open("cleartext"), may: must("cleartext") },
    };
    expect(found(limited)).toEqual([]);
    expect(
      found({ ...limited, limit: "Publish more.", expect: { ...limited.expect, dane: must("deferred") } }),
    ).toEqual([
      "it has a limit, but what DANE does about it is not left open",
      "the limit ends with a full stop",
    ]);
  });

  test("on the path to the MX host need no other resolver to succeed", () => {
    expect(found({ ...strip, expect: { ...strip.expect, oblivious: leaksOnTheWire("cleartext") } })).toEqual([
      "expect.oblivious is about resolvers, but no name server is attacked",
    ]);
    const zone = { answers: [answer("nodata", "TLSA")] };
    expect(
      found({ ...strip, zone, expect: { ...strip.expect, oblivious: leaksOnTheWire("cleartext") } }),
    ).toEqual([]);
  });

  test("between sender and resolver do something", () => {
    const exposed = { dane: must("authenticated"), exposed: leaksToTheAttacker("encrypted") };
    expect(found({ id: "stub", resolver: { answers: [] }, expect: exposed })).toEqual([
      "expect.exposed: nothing stands between the sender and its resolver",
    ]);
  });
});

import { describe, expect, test } from "vitest";
import type { AskingWay, LookupScenario } from "../model/lookup.ts";
import { authorities, type LookupText, lookups, must, nsec3, open, should } from "../vocabulary.ts";
import { checkAuthorityScenarios, checkLookups } from "./check-lookups.ts";
import { lintLookups } from "./lint-lookups.ts";

type Text = Partial<LookupText> & Pick<LookupText, "expect">;

function whole(text: Text): LookupText {
  return { id: "res-x", title: "One", cites: ["RFC 4035 3.2.3"], ...text };
}

function checked(text: Text): LookupScenario {
  const [found] = checkLookups(lookups("res", [whole(text)]), "mine/x.ts");
  return found!;
}

const expectationOf = (text: Text, way: AskingWay) =>
  checked(text).questions.find((question) => question.way === way)?.expectation;

test("unless told, the TLSA records of the MX host are asked for, with DO, AD and CD, and over TCP", () => {
  const { name, zone, type, questions, measure } = checked({ expect: must("secure") });
  expect({ name, zone, type, measure }).toEqual({
    ...{ name: "_25._tcp.mx", zone: "@", type: "TLSA", measure: null },
  });
  expect(questions.map(({ way }) => way)).toEqual(["DO", "AD", "CD", "TCP"]);
  const { zone: host } = checked({ zones: { hosts: {} }, mx: { zone: "hosts" }, expect: must("secure") });
  expect(host).toBe("hosts");
});

test("what is said of DO holds of AD and TCP", () => {
  const expectation = { level: "must", permitted: ["bogus"], never: [] };
  expect(expectationOf({ expect: must("bogus") }, "AD")).toEqual(expectation);
  expect(expectationOf({ expect: must("bogus") }, "TCP")).toEqual(expectation);
});

describe("with CD", () => {
  test("bogus data should be handed out, and never with AD (RFC 4035 3.2.2)", () => {
    expect(expectationOf({ expect: must("bogus") }, "CD")).toEqual({
      level: "should",
      permitted: ["insecure"],
      never: ["secure"],
    });
  });

  test("AD on good data is left open, and insecure data stay so", () => {
    expect(expectationOf({ expect: must("secure") }, "CD")).toEqual({
      level: "open",
      permitted: ["secure", "insecure"],
      never: [],
    });
    expect(expectationOf({ expect: must("insecure") }, "CD")).toEqual({
      level: "must",
      permitted: ["insecure"],
      never: ["secure"],
    });
  });

  test("what is open stays open", () => {
    expect(expectationOf({ expect: open("bogus", "refused") }, "CD")).toEqual({
      level: "open",
      permitted: ["bogus", "refused", "insecure"],
      never: ["secure"],
    });
  });
});

test("without DO and AD there should be no AD (RFC 6840 5.8); SERVFAIL stays SERVFAIL", () => {
  const ways = ["DO", "plain"] as const;
  expect(expectationOf({ expect: must("secure"), ways }, "plain")).toEqual({
    level: "should",
    permitted: ["insecure"],
    never: [],
  });
  expect(expectationOf({ expect: must("bogus"), ways }, "plain")).toMatchObject({
    level: "must",
    permitted: ["bogus"],
  });
});

test("each way may be told by itself", () => {
  const { questions } = checked({ expect: { DO: must("secure"), CD: should("insecure") } });
  expect(questions.map(({ way, expectation: { level } }) => `${way} ${level}`)).toEqual([
    "DO must",
    "CD should",
  ]);
});

test("what makes no sense is told with file, scenario and field", () => {
  expect(() => checked({ expect: must("secure"), ask: { name: "x", zone: "hosts", type: "A" } })).toThrow(
    'mine/x.ts: res-x: field "ask.zone": there is no zone "hosts"',
  );
  expect(() => checked({ expect: must("secure"), colour: "red" } as Text)).toThrow(
    'field "colour" is not known',
  );
});

describe("lint", () => {
  const found = (...texts: readonly Text[]) =>
    lintLookups(checkLookups(lookups("res", texts.map(whole)), "x.ts")).map(({ text }) => text);

  test("what is sound is not spoken of", () => {
    expect(found({ expect: must("secure") })).toEqual([]);
    // Left to the resolver.
    const denial = nsec3({ iterations: 500 });
    expect(found({ zone: { denial }, mx: { tlsa: [] }, expect: open("insecure") })).toEqual([]);
  });

  test("an expectation that the zones contradict, and one that nothing breaks", () => {
    expect(found({ zone: { unsigned: true }, expect: must("secure") })).toEqual([
      "_25._tcp.mx.res-x.lookup.example. TLSA is insecure, but secure is expected",
    ]);
    const all = open("secure", "insecure", "bogus", "refused", "silent", "wrong", "died");
    expect(found({ ways: ["DO"], expect: all })).toEqual([
      "asked with DO, every outcome is permitted: no answer can break it",
    ]);
  });

  test("two that differ in words only", () => {
    expect(found({ expect: must("secure") }, { id: "res-y", title: "Two", expect: must("secure") })).toEqual([
      "differs in nothing from res-x",
    ]);
  });
});

describe("what authoritative servers are tried with", () => {
  const one = { id: "auth-x", title: "One", cites: ["RFC 4035 3.1"] };
  const checkedFor = (text: object) =>
    checkAuthorityScenarios(authorities("auth", [{ ...one, ...text }]), "mine/x.ts")[0]!;

  test("a signed answer is expected, and none where signatures are not asked for", () => {
    const { questions } = checkedFor({});
    expect(questions.map(({ way, expectation }) => `${way} ${expectation.permitted.join()}`)).toEqual([
      "server-DO secure",
      "server-TCP secure",
      "server-plain insecure",
      "server-no-EDNS insecure",
      "by-unbound secure",
      "by-bind secure",
    ]);
  });

  test("after a change everything is asked once more", () => {
    const { questions, domain } = checkedFor({ change: { mx: { tlsa: [] } }, ways: ["server-DO"] });
    expect(questions.map(({ step }) => step)).toEqual([0, 1]);
    expect(domain.steps.map(({ mx }) => mx[0]?.tlsa)).toEqual([[]]);
  });

  test("a refresh timer without a change is refused", () => {
    const list = [{ id: "auth-x", title: "x", cites: ["RFC 4035 3.1"], refresh: 3 }];
    expect(() => checkAuthorityScenarios(authorities("auth", list), "x.ts")).toThrow(
      /x\.ts: .*field "refresh": nothing changes; "change" is missing/,
    );
  });

  test("a field that is not known is refused", () => {
    expect(() => checkedFor({ measure: { of: "x", value: 1 } })).toThrow(/mine\/x\.ts: auth-x: .*measure/);
  });
});

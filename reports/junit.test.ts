import { describe, expect, test } from "vitest";
import { junitXml } from "./junit.ts";
import { sample } from "./sample.ts";
import { foldedTrials } from "./shared/summary.ts";
import { hostile, hostileResults, withRun } from "./test-results.ts";
import { parseXml, type XmlElement } from "./test-xml.ts";

const { results } = sample();
const document = parseXml(junitXml(results));

const of = (element: XmlElement, name: string) => element.children.filter((child) => child.name === name);
const casesOf = (suites: XmlElement) => of(suites, "testsuite").flatMap((suite) => of(suite, "testcase"));

function caseNamed(suites: XmlElement, suite: string, name: string): XmlElement {
  const within = of(suites, "testsuite").filter(({ attributes }) => attributes["name"] === suite);
  const found = within.flatMap((one) => of(one, "testcase")).filter((one) => one.attributes["name"] === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

const exim = "exim@4.98+bind@9.20";

test("each trial but twins is a case, under its stack", () => {
  const trials = foldedTrials(results);
  const suites = of(document, "testsuite").filter(({ attributes }) => attributes["name"] !== "danelab");
  expect(suites.map(({ attributes }) => attributes["name"])).toEqual(["postfix@3.10+unbound@1.22", exim]);
  expect(suites.flatMap((suite) => of(suite, "testcase"))).toHaveLength(trials.length);
  expect(new Set(casesOf(document).map(({ attributes }) => JSON.stringify(attributes))).size).toBe(
    casesOf(document).length,
  );
});

test("the counts of every suite and of all are those of the cases in it", () => {
  for (const element of [document, ...of(document, "testsuite")]) {
    const cases = element === document ? casesOf(document) : of(element, "testcase");
    const holding = (name: string) => cases.filter((one) => of(one, name).length > 0).length;
    expect(element.attributes).toMatchObject({
      tests: String(cases.length),
      failures: String(holding("failure")),
      errors: String(holding("error")),
      skipped: String(holding("skipped")),
    });
  }
  // The sample's surprises: 3 fail and 3 inconclusive trials, a stale divergence; 1 error; 1 known and 1 unsupported.
  expect(document.attributes).toMatchObject({ failures: "7", errors: "1", skipped: "2" });
});

describe("verdicts", () => {
  const resultsOf = (name: string) =>
    caseNamed(document, exim, name).children.map((child) => [child.name, child.attributes["message"]]);
  test.for([
    ["ee-expired [dane]", "failure", /^fail: deferred where the RFC demands authenticated$/],
    ["atk-abort-handshake [may, control]", "failure", /^inconclusive: the attack did not succeed/],
    ["dnssec-denial-unproven [dane]", "error", /^error: the resolver's answer to .* is not what the zone/],
    ["combo-202-match [dane-only]", "skipped", /^unsupported: the sender has no mandatory DANE$/],
  ] as const)("%s is a %s with its reason", ([name, kind, message]) => {
    expect(resultsOf(name)).toEqual([[kind, expect.stringMatching(message)]]);
  });

  test("pass has nothing to say; warn passes too, and says why", () => {
    expect(resultsOf("base-311 [dane]")).toEqual([]);
    expect(resultsOf("combo-312-match [dane]")).toEqual([["system-out", undefined]]);
  });

  test("a known divergence stands apart from what passed, as such, with all that is on record", () => {
    const [told] = caseNamed(document, exim, "unusable-pkix-ee-selfsigned [dane]").children;
    expect(told).toMatchObject({
      name: "skipped",
      attributes: { type: "known", message: "known: PKIX-EE is treated as DANE-EE since 4.95" },
    });
    expect(told?.text).toContain("got: deferred");
    expect(told?.text).toContain("see https://bugs.example/1234");
  });

  test("a failure tells what was expected, what came, what the log says, and the command", () => {
    const [failure] = caseNamed(document, exim, "ee-expired [dane]").children;
    expect(failure?.text.split("\n")).toEqual([
      "fail: deferred where the RFC demands authenticated",
      "expected (must): authenticated; got: deferred",
      "the sender's log: deferred (certificate-does-not-match: Server certificate not verified)",
      "./danelab run ee-expired --policy dane --sender exim@4.98 --resolver bind@9.20",
    ]);
  });
});

test("a canary has a case for each place", () => {
  for (const place of ["start", "end"]) caseNamed(document, exim, `canary-good [dane, ${place}]`);
});

test("whatever turns a run red beside its trials is a case too", () => {
  const quiet = sample({ surprises: false }).results;
  expect(of(parseXml(junitXml(quiet)), "testsuite")).toHaveLength(2);
  const red = parseXml(
    junitXml(
      withRun(quiet, { errors: ["container died"], staleDivergences: ["x: gone"], interrupted: true }),
    ),
  );
  expect(red.attributes).toMatchObject({ errors: "2", failures: "1" });
  const [failure] = caseNamed(red, "danelab", "recorded divergences still occur").children;
  expect(failure?.attributes["message"]).toBe("no longer occurs: x: gone");
});

test("what programs wrote cannot break the document", () => {
  const written = junitXml(hostileResults());
  const found = caseNamed(parseXml(written), "postfix@3.10+unbound@1.22", "base-311 [dane]").children[0];
  // Only characters that XML forbids, or that turn text around, are replaced.
  const shown = hostile.replace("\u001b", "␛").replace("\u0000", "␀").replace("\u202e", "\ufffd");
  expect(found?.attributes["message"]).toBe(`fail: ${shown}`);
  expect(found?.text).toContain(shown);
});

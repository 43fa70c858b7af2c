import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { TrialResult } from "../harness/model/results.ts";
import type { Scenario } from "../harness/model/scenario.ts";
import { loadScenarios } from "../harness/run/load-scenarios.ts";
import { attackOpening, attackStory, type ToldTrial } from "./attack.ts";
import { type Recording, recorded } from "./sequence/test-recorded.ts";

const plain = { columns: 100, colour: false } as const;
const all = await loadScenarios([]);
const scenario = all.find(({ id }) => id === "atk-strip-starttls")!;
const intercepted = all.find(({ id }) => id === "atk-mitm-selfsigned")!;

/** In one line. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

function resultOf(rest: Partial<TrialResult>): TrialResult {
  return {
    id: "t",
    scenario: scenario.id,
    sender: "postfix@3.10",
    resolver: "unbound@1.26",
    policy: "dane",
    role: "main",
    canary: null,
    of: null,
    outcome: "deferred",
    verdict: "pass",
    level: "must",
    expected: ["deferred"],
    reasons: ["as demanded"],
    claimed: null,
    leaked: false,
    divergence: null,
    ms: 1,
    evidence: "evidence/x.json",
    ...rest,
  };
}

const step = { level: "must", expected: [], verdict: "pass", reasons: [], claimed: null } as const;
const over = {
  steps: [
    { ...step, title: "at first", outcome: "deferred", expected: ["deferred"], reasons: [] },
    {
      ...step,
      title: "the attack is over",
      outcome: "authenticated",
      expected: ["authenticated"],
      reasons: [],
    },
  ],
} satisfies Partial<TrialResult>;

function told(name: Recording | undefined, rest: Partial<TrialResult>): ToldTrial {
  return { result: resultOf(rest), evidence: name && recorded(name) };
}

const control = told("strip-starttls-may", {
  policy: "may",
  role: "control",
  outcome: "cleartext",
  leaked: true,
});
const defended = told("strip-starttls-dane", over);

describe("the opening", () => {
  test("says in two sentences what the attacker does", () => {
    expect(flat(attackOpening(scenario, plain))).toContain(
      `${scenario.title}. A sender without DANE sends in clear text, and whoever is on the path reads the message.`,
    );
    expect(flat(attackOpening(intercepted, plain))).toContain(
      `${intercepted.title}. A sender without DANE takes the attacker for the server, and hands it the message.`,
    );
  });

  test("does not promise what DANE does not", () => {
    const limited: Scenario = { ...scenario, limit: "Nothing helps" };
    expect(flat(attackOpening(limited, plain))).toContain("DANE does not claim to stop this.");
  });

  test.each(all.filter(({ mx }) => mx.some(({ attacker }) => attacker !== null)).map(({ id }) => id))(
    "of %s keeps to its width",
    (id) => {
      const lines = attackOpening(all.find((one) => one.id === id)!, { ...plain, columns: 80 }).split("\n");
      expect(lines.filter((line) => line.length > 80 || line.includes("undefined"))).toEqual([]);
    },
  );
});

describe("the story", () => {
  const text = attackStory(scenario, [defended, control], plain);

  test("has the sender without DANE first, then the one with DANE, then the end of the attack", () => {
    expect(text.match(/^\d+\. .*$/gm)).toEqual([
      "1. A sender without DANE (policy may)",
      "2. A sender with DANE (policy dane)",
      "3. Then: the attack is over",
    ]);
  });

  test("says what came of each, below its diagram and above its log", () => {
    const chapters = text.split(/^\d+\. .*$/m).slice(1);
    const sentences = [
      "The attacker read the message, in clear text on the wire: the attack succeeds.",
      "Stopped: nobody read the message; it waits in the queue.",
      "Delivered to the server that DANE authenticated.",
    ];
    for (const [index, sentence] of sentences.entries()) {
      const chapter = chapters[index]!;
      expect(chapter).toContain(sentence);
      expect(chapter.indexOf("│")).toBeLessThan(chapter.indexOf(sentence));
      expect(chapter.indexOf(sentence)).toBeLessThan(chapter.indexOf("The sender's log"));
    }
    expect(chapters[1]).toContain("status=deferred (TLS is required, but was not offered");
    expect(chapters[2]).toContain("Verified TLS connection established");
    expect(chapters[2]).not.toContain("status=deferred");
  });

  test("colour only adds", () => {
    const coloured = attackStory(scenario, [defended, control], { ...plain, colour: true });
    expect(coloured).not.toBe(text);
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  test("a verdict that is no pass is told with its reasons", () => {
    const failed = told("strip-starttls-dane", { verdict: "fail", reasons: ["out of bounds"], leaked: true });
    const story = attackStory(scenario, [failed], plain);
    expect(story).toContain("The attacker read the message: DANE did not stop it.");
    expect(story).toContain("✗ fail: out of bounds");
    expect(text).not.toContain("pass");
  });

  test("a control that kept its message proves nothing", () => {
    const kept = told("strip-starttls-may", { policy: "may", role: "control", outcome: "encrypted" });
    expect(attackStory(scenario, [kept], plain)).toContain("this attack proves nothing here");
  });

  test("what DANE does not claim to stop is told with what helps", () => {
    const limited: Scenario = { ...scenario, limit: "Publish records for every host" };
    const lost = told("strip-starttls-may", { outcome: "cleartext", leaked: true, verdict: "info" });
    expect(flat(attackStory(limited, [lost], plain))).toContain(
      "DANE does not claim to stop this. Publish records for every host.",
    );
  });

  test("a trial without evidence is told all the same", () => {
    const lost = told(undefined, { outcome: null, verdict: "error", reasons: ["the lab broke"] });
    const story = attackStory(scenario, [lost], plain);
    expect(story).toContain("What became of the message is not known.");
    expect(story).toContain("! error: the lab broke");
  });
});

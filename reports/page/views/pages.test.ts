import { describe, expect, test } from "vitest";
import type { Results, TrialResult } from "../../../harness/model/results.ts";
import {
  verificationEvidence,
  verificationId,
  verificationResult,
} from "../../../harness/model/test-verification.ts";
import { sample } from "../../sample.ts";
import { hostile, hostileResults } from "../../test-results.ts";
import type { StoredTrials } from "../stored.ts";
import { addressOf } from "./address.ts";
import { makePage } from "./pages.ts";
import { changesOf, differencesOf, versionsSideBySide } from "./versions.ts";

const { results, evidence } = sample();

function storedOf(scenario: string): Promise<StoredTrials> {
  const own = results.trials.filter((trial) => trial.scenario === scenario);
  return Promise.resolve({
    evidence: Object.fromEntries(own.map(({ id }) => [id, evidence.get(id)])),
    domains: {},
  });
}

async function textOf(hash: string, of: Results = results): Promise<string> {
  const { content } = await makePage(of, addressOf(hash), storedOf);
  return content.markup.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");
}

const pages = [
  ...results.trials.map(({ id }) => `#/trial/${id}`),
  ...["#/implementations", "#/implementation/postfix@3.10", "#/implementation/bind@9.20", "#/requirements"],
  ...["#/requirement/RFC%207672", "#/requirement/RFC%207672%203.1.1", "#/attacks", "#/limits"],
  ...results.scenarios.flatMap(({ id, attack }) => (attack ? [`#/attack/${id}`] : [])),
];

test("every page has one heading of the first rank, and leads only to pages that there are", async () => {
  const wanted = new Set<string>(pages);
  for (const hash of pages) {
    const { content } = await makePage(results, addressOf(hash), storedOf);
    expect(content.markup.match(/<h1 /g), hash).toHaveLength(1);
    expect(content.markup, hash).not.toMatch(/undefined|\[object|NaN/);
    for (const [, href] of content.markup.matchAll(/href="(#\/[^"]*)"/g)) wanted.add(href!);
  }
  for (const hash of wanted) {
    if (addressOf(hash).page === "matrix") continue;
    const { content } = await makePage(results, addressOf(hash.replaceAll("&amp;", "&")), storedOf);
    expect(content.markup, hash).not.toContain("There is no ");
  }
});

test("a trial: story, expectation, witnesses, log, packets, proofs, command", async () => {
  const told = await textOf("#/trial/atk-strip-starttls/exim@4.98+bind@9.20/may");
  for (const piece of [
    "Exim 4.98 delivered in clear text: STARTTLS was stripped",
    "RFC 7672 2.2",
    "sent in clear text, past the attacker",
    "Who said what to whom",
    "evidence/atk-strip-starttls/exim-4.98_bind-9.20/may.pcapng.gz",
    "The same elsewhere",
    "./danelab run atk-strip-starttls --policy dane --sender exim@4.98 --resolver bind@9.20",
  ])
    expect(told).toContain(piece);
});

test("an implementation: what deviates, what is on record, what it lacks", async () => {
  const told = await textOf("#/implementation/exim@4.98");
  expect(told).toMatch(/What deviates.*ee-expired.*permitted: authenticated/);
  expect(told).toMatch(/Deviations on record.*PKIX-EE is treated as DANE-EE/);
  expect(told).toMatch(/What is unsupported/);
  expect(await textOf("#/implementation/postfix@3.10")).toContain("Nothing was outside what the RFCs permit");
});

test("a requirement: the scenarios that cite it, and a statement for each stack", async () => {
  const told = await textOf("#/requirement/RFC%207672%203.1.1");
  expect(told).toMatch(/Exim 4\.98 with BIND 9\.20 \d+ of \d+ within what is permitted in \d+ of \d+/);
  expect(told).toContain("ee-expired");
  expect(told).not.toContain("atk-strip-starttls");
});

test("an attack: controls and defended, with a diagram of each", async () => {
  const told = await textOf("#/attack/atk-strip-starttls");
  expect(told).toContain("It got the mail in 2 of 2 controls. With DANE it got the mail in 0 of 4 trials.");
  expect(told).toMatch(/Without DANE .*With DANE/);
});

test("what is not there is said so", async () => {
  expect(await textOf("#/trial/nothing")).toContain("There is no trial nothing in this run");
  expect(await textOf("#/requirement/RFC%209999")).toContain("There is no requirement RFC 9999 in this run");
});

test("what programs wrote is text", async () => {
  const of = hostileResults();
  const trial = of.trials.find(({ reasons }) => reasons.includes(hostile))!;
  const stored = { evidence: { [trial.id]: { odd: hostile } }, domains: {} };
  const { content } = await makePage(of, addressOf(`#/trial/${trial.id}`), () => Promise.resolve(stored));
  expect(content.markup).not.toContain("<script");
  expect(content.markup).not.toContain("\u202e");
  expect(content.markup).toContain("&lt;script&gt;");
});

test("a verification tells what the tool said, and what the MX host saw", async () => {
  const of = { ...results, trials: [verificationResult] };
  const stored = { evidence: { [verificationId]: verificationEvidence }, domains: {} };
  const { content } = await makePage(of, addressOf(`#/trial/${verificationId}`), () =>
    Promise.resolve(stored),
  );
  for (const part of [
    "looked at the MX host: a TLSA record authenticates the server",
    "mx.x.dane.example",
    "1 session: TLSv1.3",
    "CONNECTION ESTABLISHED",
    "C: EHLO tool.example",
    "./danelab verifiers x --verifier openssl@3.5",
  ])
    expect(content.markup).toContain(part);
  expect(content.markup).not.toContain("The evidence");
});

test("a trial of a kind that the page does not know shows its evidence as it is", async () => {
  const [trial] = results.trials;
  const stored = {
    evidence: { [trial!.id]: { tool: "danetool", exitStatus: 1, output: "one\ntwo" } },
    domains: {},
  };
  const { content } = await makePage(results, addressOf(`#/trial/${trial!.id}`), () =>
    Promise.resolve(stored),
  );
  expect(content.markup).toMatch(/<dt>Exit status<\/dt><dd>1<\/dd>/);
  expect(content.markup).toContain("danetool");
  expect(content.markup).toMatch(/<summary><h2>Output<\/h2>.*one\ntwo/s);
});

describe("versions", () => {
  const versioned = (version: string, change: Partial<TrialResult>): readonly TrialResult[] =>
    results.trials
      .filter(({ sender, role }) => sender === "postfix@3.10" && role === "main")
      .map((trial) => ({
        ...trial,
        id: trial.id.replace("3.10", version),
        sender: `postfix@${version}`,
        ...(trial.scenario === "base-311" ? change : {}),
      }));
  const both: Results = {
    ...results,
    trials: [
      ...versioned("3.10", { outcome: "authenticated", verdict: "pass" }),
      ...versioned("3.7", { outcome: "encrypted", verdict: "fail" }),
    ],
  };

  test("stand side by side where they differ, oldest first", () => {
    const rows = differencesOf(versionsSideBySide(both, "postfix@3.10"));
    expect(new Set(rows.flat().map((trial) => trial?.scenario))).toEqual(new Set(["base-311"]));
    expect(rows[0]!.map((trial) => trial?.sender)).toEqual(["postfix@3.7", "postfix@3.10"]);
  });

  test("tell which of them changed what", async () => {
    const [change] = changesOf(versionsSideBySide(both, "postfix@3.7"));
    expect(change).toMatchObject({ from: "postfix@3.7", to: "postfix@3.10" });
    expect(await textOf("#/implementation/postfix@3.10", both)).toMatch(
      /From Postfix 3\.7 to Postfix 3\.10 base-311 \(dane, Unbound 1\.22\): encrypted became authenticated/,
    );
  });

  test("what one of them lacks is counted, not compared", async () => {
    const lacking = both.trials.map((trial) =>
      trial.sender === "postfix@3.7" && trial.policy === "dane"
        ? { ...trial, verdict: "unsupported" as const, outcome: null }
        : trial,
    );
    const versions = versionsSideBySide({ ...both, trials: lacking }, "postfix@3.7");
    const compared = differencesOf(versions).flat();
    expect(compared.every((trial) => trial?.policy !== "dane")).toBe(true);
    const [change] = changesOf(versions);
    expect(change?.gained.length).toBeGreaterThan(10);
    expect(change?.gained.every(({ sender, policy }) => sender === "postfix@3.10" && policy === "dane")).toBe(
      true,
    );
    expect(change?.lost).toEqual([]);
    expect(await textOf("#/implementation/postfix@3.10", { ...both, trials: lacking })).toMatch(
      /From Postfix 3\.7 to Postfix 3\.10 .*\d+ trials of what Postfix 3\.7 does not have: \d+ scenarios/,
    );
  });

  test("a deviation on record is told once, with the trials that show it", async () => {
    const reason = "falls back to clear text";
    const trials = both.trials.map((trial) => ({
      ...trial,
      verdict: "known" as const,
      divergence: { severity: "downgrade" as const, reason, link: null },
    }));
    const told = await textOf("#/implementation/postfix@3.7", { ...both, trials });
    expect(told.match(new RegExp(reason, "g"))).toHaveLength(1);
    expect(told).toMatch(/falls back to clear text Severity: downgrade\. Seen in \d+ scenarios/);
    expect(told).toContain("base-311 : encrypted (dane, Unbound 1.22)");
  });
});

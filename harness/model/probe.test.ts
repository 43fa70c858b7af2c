import { expect, test } from "vitest";
import { checkFile } from "../run/check-scenarios.ts";
import { must, scenarios } from "../vocabulary.ts";
import type { Divergence } from "./divergence.ts";
import {
  judgeProbes,
  type ProbeEvidence,
  type ProbeRecord,
  type ProbeTrial,
  type ProbeWay,
} from "./probe.ts";

const [domain] = checkFile(
  scenarios("pub", [
    { id: "pub-x", title: "x", cites: ["RFC 3207 4"], expect: { dane: must("authenticated") } },
  ]),
  "x.ts",
);

const trialOf = (way: ProbeWay, unsupported: string | null = null): ProbeTrial => ({
  id: "pub-x/exim@4.98",
  scenario: { domain: domain!, way },
  receiver: { name: "exim", version: "4.98" },
  domain: "pub-x.exim-4-98",
  unsupported,
});

const seen = (record: Partial<ProbeRecord>, more: Partial<ProbeEvidence> = {}): ProbeEvidence => ({
  trial: "pub-x/exim@4.98",
  host: "mx.pub-x.example",
  records: ["3 1 1 00"],
  matched: [],
  record: {
    client: "127.0.0.1:40000",
    transcript: [],
    tls: null,
    offeredAgain: false,
    code: null,
    broken: null,
    ms: 1,
    ...record,
  },
  log: [],
  errors: [],
  ...more,
});

const tls = { version: "TLSv1.3", cipher: "x", chain: [] };

function judged(way: ProbeWay, evidence: ProbeEvidence | undefined, known: readonly Divergence[] = []) {
  const { trials, staleDivergences } = judgeProbes(
    [trialOf(way)],
    new Map(evidence ? [["pub-x/exim@4.98", evidence]] : []),
    new Map([["receiver exim", known]]),
    (id) => `evidence/${id}`,
  );
  return { ...trials[0]!, staleDivergences };
}

test.each<[ProbeWay, ProbeEvidence, string, string]>([
  ["sni-known", seen({ tls }, { matched: ["3 1 1"] }), "pass", "matched"],
  ["sni-unknown", seen({ tls }), "fail", "unmatched"],
  ["no-sni", seen({}), "fail", "no-tls"],
  ["rsa-only", seen({ broken: "alert" }), "fail", "no-tls"],
  ["lower-case", seen({ tls }, { matched: ["3 1 1"] }), "pass", "matched"],
  ["lower-case", seen({}), "fail", "no-tls"],
  ["starttls-again", seen({ tls, code: 503 }), "pass", "declined"],
  ["starttls-again", seen({ tls, code: 220 }), "fail", "accepted"],
  ["starttls-again", seen({ tls, code: 503, offeredAgain: true }), "fail", "accepted"],
  ["injection", seen({ tls }), "pass", "declined"],
  ["injection", seen({ code: 554 }), "pass", "declined"],
  ["injection", seen({ tls, code: 250 }), "fail", "accepted"],
  ["early-helo", seen({ tls, code: 503 }), "pass", "declined"],
  ["early-helo", seen({ tls, code: 250 }), "fail", "accepted"],
  ["early-helo", seen({ code: 454 }), "fail", "no-tls"],
  ["early-mail", seen({ tls, code: 503 }), "pass", "declined"],
  ["early-mail", seen({ tls, code: 250 }), "fail", "accepted"],
  ["in-clear", seen({ code: 250 }), "pass", "accepted"],
  ["in-clear", seen({ code: 530 }), "fail", "declined"],
])("%s %#", (way, evidence, verdict, outcome) => {
  expect(judged(way, evidence)).toMatchObject({
    verdict,
    outcome,
    sender: "danelab",
    resolver: "exim@4.98",
    policy: "probe",
  });
});

test("what the harness could not see is an error; what a server lacks, unsupported", () => {
  expect(judged("no-sni", undefined).verdict).toBe("error");
  expect(judged("no-sni", seen({}, { errors: ["no connection"] }))).toMatchObject({
    verdict: "error",
    reasons: ["no connection"],
  });
  const { trials } = judgeProbes([trialOf("no-sni", "no SNI")], new Map(), new Map(), String);
  expect(trials[0]).toMatchObject({ verdict: "unsupported", reasons: ["no SNI"], outcome: null });
});

test("a divergence on record is known while it shows, and stale when it does not", () => {
  const known: Divergence = {
    ...{ scenario: "pub-x", policies: [], versions: ["4.98"], resolvers: [], severity: "too-strict" },
    ...{ outcome: "no-tls", reason: "none without SNI", evidence: "alert", link: null },
  };
  expect(judged("no-sni", seen({}), [known])).toMatchObject({
    verdict: "known",
    divergence: { reason: "none without SNI" },
    staleDivergences: [],
  });
  expect(judged("no-sni", seen({ tls }, { matched: ["x"] }), [known])).toMatchObject({
    verdict: "pass",
    staleDivergences: ["pub-x: no-tls: none without SNI"],
  });
});

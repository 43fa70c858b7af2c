import { expect, test } from "vitest";
import type { ProbeEvidence } from "../harness/model/probe.ts";
import type { TrialResult } from "../harness/model/results.ts";
import { probeText } from "./probe.ts";

const result: TrialResult = {
  ...{ id: "pub-sni-none/exim@4.98", scenario: "pub-sni-none", sender: "danelab", resolver: "exim@4.98" },
  ...{
    policy: "probe",
    role: "main",
    canary: null,
    of: null,
    level: "must",
    leaked: false,
    divergence: null,
  },
  ...{ outcome: "unmatched", verdict: "fail", expected: ["matched"], ms: 3, evidence: "evidence/x.json" },
  reasons: ["TLS without SNI: unmatched, where the RFC demands matched"],
  claimed: "TLSv1.3; the chain shown matches none of 1 records",
};
const evidence: ProbeEvidence = {
  ...{ trial: result.id, host: "mx.x.example", records: ["3 1 1 ab"], matched: [], errors: [] },
  record: {
    client: "127.0.0.1:40000",
    transcript: ["S: 220 mx.x.example", `S: ${"long ".repeat(40)}`],
    tls: { version: "TLSv1.3", cipher: "x", chain: ["AA=="] },
    ...{ offeredAgain: false, code: null, broken: "the server closed the connection", ms: 3 },
  },
  log: ["C: EHLO danelab.example"],
};

test("a probe tells records, transcript, log, verdict and how to do it again, within the width", () => {
  const text = probeText(result, undefined, evidence, { columns: 80, colour: false });
  for (const told of [
    "_25._tcp.mx.x.example. TLSA 3 1 1 ab",
    "chain of 1; it matches no record",
    "S: 220 mx.x.example",
    "ended: the server closed the connection",
    "C: EHLO danelab.example",
    "✗ fail",
    "permitted: matched",
    "./danelab receivers pub-sni-none --receiver exim@4.98",
  ])
    expect(text).toContain(told);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("without evidence it says so", () => {
  expect(probeText(result, undefined, null, { columns: 80, colour: false })).toContain("no evidence");
});

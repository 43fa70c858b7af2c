import type { TrialResult } from "./results.ts";
import { session } from "./test-evidence.ts";
import type { VerificationEvidence } from "./verification.ts";

/** A verification for tests: openssl takes a server for authenticated that it should refuse. */
export const verificationId = "x/openssl@3.5+unbound@1.26/verification";

export const verificationResult: TrialResult = {
  id: verificationId,
  scenario: "x",
  sender: "openssl@3.5",
  resolver: "unbound@1.26",
  policy: "verification",
  role: "main",
  canary: null,
  of: null,
  outcome: "matched",
  verdict: "fail",
  level: "must",
  expected: ["unmatched", "no-tls"],
  reasons: ["matched (DANE TLSA 3 1 1 …), where the RFC demands unmatched or no-tls"],
  claimed: "DANE TLSA 3 1 1 …",
  leaked: false,
  divergence: null,
  ms: 70,
  evidence: "evidence/x/openssl-3.5_unbound-1.26/verification.json",
};

export const verificationEvidence: VerificationEvidence = {
  trial: verificationId,
  host: {
    domain: "x.dane.example",
    name: "mx.x.dane.example",
    addresses: ["198.18.20.1"],
    port: 25,
    records: ["3 1 1 00"],
  },
  command: ["openssl", "s_client", "-dane_tlsa_rrdata", "3 1 1 00"],
  exitStatus: 0,
  output: "CONNECTION ESTABLISHED\nVerification: OK\n",
  claim: { outcome: "matched", told: "DANE TLSA 3 1 1 …" },
  sessions: [session({ transcript: ["C: EHLO tool.example"] })],
  ms: 70,
  errors: [],
};

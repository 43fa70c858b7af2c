import type { Divergence } from "../../../harness/model/divergence.ts";

const safe = (scenario: string, reason: string, evidence: string): Divergence => ({
  scenario,
  policies: ["may"],
  versions: [],
  resolvers: [],
  outcome: "deferred",
  severity: "none",
  reason,
  evidence,
  link: null,
});

export const divergences: readonly Divergence[] = [
  {
    scenario: "atk-ehlo-354",
    policies: ["may"],
    versions: [],
    resolvers: [],
    outcome: "bounced",
    severity: "too-strict",
    reason:
      "354 to EHLO is taken for a yes: STARTTLS or MAIL follows, and the server's 503 makes the message bounce; RFC 5321 4.2.1 has 3xx as no answer to EHLO",
    evidence: "503 5.5.1 Error: send HELO/EHLO first, status: failure",
    link: null,
  },
  ...["atk-drop-mid-data", "atk-alter-message"].map((scenario) =>
    safe(
      scenario,
      "TLS that breaks behind the handshake is not followed by clear text: the message waits",
      "Network connection shut down by the remote mail server, status: deferred, at each attempt",
    ),
  ),
  safe(
    "atk-ehlo-450",
    "450 to EHLO is no reason to try HELO: the message waits",
    "450 No TLS here, status: deferred",
  ),
];

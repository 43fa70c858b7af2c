import type { Divergence } from "../../../harness/model/divergence.ts";

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
];

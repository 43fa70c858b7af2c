import type { Divergence } from "../../../harness/model/divergence.ts";

export const divergences: readonly Divergence[] = [
  {
    scenario: "pub-helo-name",
    policies: [],
    versions: [],
    resolvers: [],
    outcome: "accepted",
    severity: "cosmetic",
    reason:
      "an EHLO that came in clear still counts once there is TLS, where RFC 3207 4.2 has the server discard what it learned from the client",
    evidence:
      "with needmailhelo, MAIL without any EHLO: 503 5.0.0 Polite people say HELO first; under TLS after EHLO in clear alone: 250. The branch for STARTTLS in srvrsmtp.c resets n_helo, and leaves gothello as it is; that of 8.11 reset both",
    link: null,
  },
];

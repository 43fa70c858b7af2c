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
      "the argument of an EHLO that came in clear is kept beyond STARTTLS, where RFC 3207 4.2 has the server discard it: somebody on the path can choose the name in the Received field of a client that sends no other EHLO",
    evidence:
      "MAIL without any EHLO: 502 Polite people say HELO first; under TLS after EHLO in clear alone: 250, and Received: from that name. The branch for STARTTLS in courieresmtpd leaves helobuf as it is",
    link: null,
  },
];

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
      "DATA without any EHLO: 503 5.5.1 Invisible customers are not welcome!; under TLS after EHLO in clear alone: 354. Conn.STARTTLS() in internal/smtpsrv/conn.go calls resetEnvelope(), and leaves ehloDomain as it is",
    link: null,
  },
];

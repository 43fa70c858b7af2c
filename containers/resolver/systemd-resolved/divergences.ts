import type { Divergence } from "../../../harness/model/divergence.ts";

export const divergences: readonly Divergence[] = [
  {
    scenario: "res-bogus-*",
    policies: [],
    versions: [],
    resolvers: [],
    outcome: "insecure",
    severity: "downgrade",
    reason:
      "A question with DO set is answered with the bogus data, NOERROR and no AD, where one without DO gets SERVFAIL: a client that sets DO takes the domain for unsigned.",
    evidence:
      'Its log says "DNSSEC validation failed for question …: signature-expired" for both; the answer to the one with DO has flags 8180 and two records, that to the other 8182 and none.',
    link: null,
  },
];

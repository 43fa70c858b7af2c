import type { Divergence } from "../../../harness/model/divergence.ts";

export const divergences: readonly Divergence[] = [
  {
    scenario: "res-tlsa-rdata-3*",
    policies: [],
    versions: ["6.5"],
    resolvers: [],
    outcome: "died",
    severity: "too-strict",
    reason:
      "Its process ends over a TLSA record that has no certificate association data; what supervises it starts another.",
    evidence:
      'Exit code 139; the last line of its log: requirement "rr && rr->rrs.count && rr->rrs.rdata" failed in kr_rrset_type_maysig@../lib/utils.h:504.',
    link: null,
  },
];

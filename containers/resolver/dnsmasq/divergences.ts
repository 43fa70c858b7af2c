import type { Divergence } from "../../../harness/model/divergence.ts";

const everywhere = { policies: [], resolvers: [], link: null } as const;

const signedDname = {
  ...everywhere,
  versions: ["2.90", "2.91"],
  severity: "too-strict",
  reason: "A signed DNAME record is answered with SERVFAIL (RFC 6672 5.3.1).",
  evidence:
    "Its upstream hands out DNAME, its RRSIG and the CNAME record made of it, which has no RRSIG of its own; version 2.93 and all other validators give the same answer with AD.",
} as const satisfies Partial<Divergence>;

export const divergences: readonly Divergence[] = [
  { ...signedDname, scenario: "res-dname-*", policies: [], outcome: "bogus" },
  ...["cname-mx-dname", "cname-nexthop-dname"].map(
    (scenario): Divergence => ({
      ...signedDname,
      scenario,
      policies: ["dane", "dane-only", "may"],
      outcome: "deferred",
    }),
  ),
  { ...signedDname, scenario: "cname-tlsa-dname", policies: ["dane", "dane-only"], outcome: "deferred" },
  { ...signedDname, scenario: "cname-tlsa-dname", policies: ["may"], outcome: "encrypted" },
  {
    ...everywhere,
    scenario: "res-nsec*-wildcard-itself",
    versions: ["2.90", "2.91"],
    outcome: "bogus",
    severity: "too-strict",
    reason:
      "Records at the very name that begins with an asterisk are answered with SERVFAIL: it wants a proof that no closer name exists.",
    evidence:
      "The Labels field of the RRSIG does not count the asterisk (RFC 4034 3.1.3); version 2.93 and all other validators give the same answer with AD.",
  },
  {
    ...everywhere,
    scenario: "res-*optout-*",
    versions: [],
    outcome: "secure",
    severity: "mislabelled",
    reason: "The denial of a name in an opt-out span has AD (RFC 5155 9.2 forbids it).",
    evidence: "NXDOMAIN with AD, where NSEC3 with the Opt-Out flag covers the next closer name.",
  },
  // The same behind a sender: to one that does DANE, no TLSA records are no TLSA records, with AD or without.
  ...(
    [
      ["encrypted", ["dane", "may"]],
      ["deferred", ["dane-only"]],
    ] as const
  ).map(
    ([outcome, policies]): Divergence => ({
      ...everywhere,
      scenario: "dnssec-nsec3-optout-denial",
      policies,
      versions: [],
      outcome,
      severity: "mislabelled",
      reason: "The denial of a name in an opt-out span has AD (RFC 5155 9.2 forbids it).",
      evidence: "NXDOMAIN with AD to the question for TLSA; the mail goes the same way.",
    }),
  ),
];

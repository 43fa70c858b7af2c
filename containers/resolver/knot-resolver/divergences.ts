import type { Divergence } from "../../../harness/model/divergence.ts";

const firstQuestion = {
  versions: [],
  resolvers: [],
  severity: "too-strict",
  reason:
    "The first question for a name below an unsigned delegation at _tcp of a host gets SERVFAIL; asked again, the answer is right.",
  evidence:
    "SERVFAIL to the first question, NOERROR without AD to those that follow, with the same zones and in every version; all other resolvers give the right answer at once.",
  link: null,
} as const satisfies Partial<Divergence>;

const dies = {
  versions: ["6.5"],
  resolvers: [],
  severity: "too-strict",
  reason:
    "Its process ends over a TLSA record that has no certificate association data; what supervises it starts another.",
  evidence:
    'Exit code 139; the last line of its log: requirement "rr && rr->rrs.count && rr->rrs.rdata" failed in kr_rrset_type_maysig@../lib/utils.h:504.',
  link: null,
} as const satisfies Partial<Divergence>;

export const divergences: readonly Divergence[] = [
  { ...dies, scenario: "res-tlsa-rdata-3*", policies: [], outcome: "died" },
  // The sender waits; where it does not do DANE, danelab is the first to ask for TLSA, when the mail is delivered.
  ...["unusable-empty-data", "robust-tlsa-len3"].flatMap((scenario): readonly Divergence[] => [
    { ...dies, scenario, policies: ["dane", "dane-only"], outcome: "deferred" },
    { ...dies, scenario, policies: ["may"], outcome: "encrypted", byChance: true },
    // It may be Sendmail's question for an address that the end of the process leaves without an answer.
    { ...dies, scenario, policies: ["may"], outcome: "deferred", byChance: true, senders: ["sendmail"] },
  ]),
  {
    ...firstQuestion,
    scenario: "res-ad-tcp-zone-insecure*",
    policies: [],
    outcome: "bogus",
  },
  // Where the sender does not do DANE, danelab is the first to ask for TLSA.
  {
    ...firstQuestion,
    scenario: "dnssec-tlsa-insecure-delegation",
    policies: ["may"],
    outcome: "encrypted",
    byChance: true,
  },
  {
    ...firstQuestion,
    scenario: "cname-mx-target-tlsa-insecure",
    policies: ["may"],
    outcome: "encrypted",
    byChance: true,
  },
  // Sendmail asks for the TLSA records of the alias only, and danelab for those of its target.
  {
    ...firstQuestion,
    scenario: "cname-mx-target-tlsa-insecure",
    policies: ["dane", "dane-only"],
    outcome: "authenticated",
    senders: ["sendmail"],
    byChance: true,
  },
  ...(
    [
      ["deferred", ["dane", "dane-only", "may"]],
      ["authenticated", ["dane", "dane-only"]],
    ] as const
  ).map(
    ([outcome, policies]): Divergence => ({
      ...firstQuestion,
      scenario: "atk-tlsa-tc",
      policies,
      outcome,
      senders: ["sendmail"],
      byChance: true,
      severity: "too-strict",
      reason:
        "Once a name server's answer for TLSA records is cut short, and TCP gets none, it does not ask that server for addresses either: SERVFAIL.",
      evidence:
        "The last question that the name server sees is that for the TLSA records; those for A and AAAA, which the attacker lets pass, never come.",
    }),
  ),
  // danelab asks for the address and the TLSA records at once.
  {
    ...firstQuestion,
    scenario: "atk-tlsa-alias",
    policies: ["may"],
    outcome: "encrypted",
    byChance: true,
    reason:
      "Of questions for several names of a zone that come at once, before it knows that zone, one may get SERVFAIL: it asks the parent's server again and again.",
    evidence:
      "29 questions for the TLSA records go to the parent's server, each answered with the same referral, while the addresses are asked of the zone's own server. In other runs the TLSA records are asked there too.",
  },
];

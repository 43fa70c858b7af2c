import type { Divergence } from "../../../harness/model/divergence.ts";

const everywhere = { policies: [], versions: [], resolvers: [], link: null } as const;

export const divergences: readonly Divergence[] = [
  {
    ...everywhere,
    scenario: "res-bogus-nsec*-wildcard",
    outcome: "secure",
    severity: "downgrade",
    reason:
      "Records by a wildcard have AD though nothing proves that no closer name exists (RFC 4035 5.3.4, RFC 5155 8.8): what the wildcard holds can be given in place of what the name itself holds.",
    evidence:
      "The zone has no NSEC or NSEC3 record at all, so the answer of its name server has none; the answer is NOERROR with AD. Where there are such records, and they cover nothing, it is SERVFAIL.",
  },
  {
    ...everywhere,
    scenario: "res-cname-*",
    outcome: "bogus",
    severity: "cosmetic",
    reason:
      "With CD, SERVFAIL where a link of the chain is bogus: the data should be handed out (RFC 4035 3.2.2).",
    evidence:
      "SERVFAIL to the question with CD as to those without; for bogus records without an alias CD is heeded.",
  },
  {
    ...everywhere,
    scenario: "res-bogus-*",
    outcome: "bogus",
    severity: "cosmetic",
    reason:
      "With CD, SERVFAIL where a denial or the zone's keys are bogus: the answer should be handed out (RFC 4035 3.2.2).",
    evidence: "SERVFAIL to the question with CD as to those without; for bogus records CD is heeded.",
  },
  {
    ...everywhere,
    scenario: "res-tlsa-rdata-0",
    outcome: "wrong",
    severity: "cosmetic",
    reason: "With CD, a TLSA record without RDATA is handed out with three octets that it does not have.",
    evidence:
      "RDATA c00c00: the first octets of the record behind it in the name server's message. Without CD such records are bogus.",
  },
  // A sender behind a path that lets nobody validate asks with CD: the same keeps forged data from it.
  ...(
    [
      ["atk-cname-inject", []],
      ["atk-forge-insecure-delegation", ["4.8"]],
      ["atk-mx-forge-signed", ["4.8"]],
    ] as const
  ).map(
    ([scenario, versions]): Divergence => ({
      ...everywhere,
      scenario,
      policies: ["oblivious"],
      versions,
      outcome: "deferred",
      severity: "none",
      reason:
        "With CD, SERVFAIL where an alias, a denial or the zone's keys are forged: the attack has no effect without DANE either.",
      evidence:
        "All questions of this control have CD. It asks for the DS record at the host's name again and again, where what is forged has no signature or a strange one, and says SERVFAIL; the sender waits for an address.",
    }),
  ),
];

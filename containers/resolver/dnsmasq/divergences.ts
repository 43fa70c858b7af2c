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

const asterisk = {
  ...everywhere,
  versions: ["2.90", "2.91"],
  severity: "too-strict",
  reason:
    "Records at the very name that begins with an asterisk are answered with SERVFAIL: it wants a proof that no closer name exists.",
  evidence:
    "The Labels field of the RRSIG does not count the asterisk (RFC 4034 3.1.3); version 2.93 and all other validators give the same answer with AD.",
} as const satisfies Partial<Divergence>;

const optOut = {
  ...everywhere,
  severity: "mislabelled",
  reason:
    "Where an opt-out span proves that no closer name exists, the answer has AD (RFC 5155 9.2 forbids it).",
  evidence:
    "AD, where NSEC3 with the Opt-Out flag covers the next closer name; the mail goes the same way with it or without.",
} as const satisfies Partial<Divergence>;

/** Behind a sender: what comes of the mail under DANE, and that it is sent without. */
function behind(
  shared: Omit<Divergence, "scenario" | "policies" | "outcome">,
  scenario: string,
  outcome: Divergence["outcome"],
): readonly Divergence[] {
  return [
    { ...shared, scenario, policies: ["dane", "dane-only"], outcome },
    { ...shared, scenario, policies: ["may"], outcome: "encrypted" },
  ];
}

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
    ...asterisk,
    scenario: "res-nsec*-wildcard-itself",
    policies: [],
    outcome: "bogus",
  },
  ...behind(asterisk, "wild-star-in-target", "deferred"),
  // To the sender the wildcard gives the records: nothing but the question at the wildcard itself fails.
  ...behind({ ...asterisk, severity: "cosmetic" }, "wild-tlsa-cname", "authenticated"),
  ...behind({ ...optOut, versions: ["2.90", "2.91"] }, "mx-nodata-optout", "authenticated"),
  // Names decide which of the two shows.
  ...behind({ ...optOut, versions: ["2.93"], byChance: true }, "mx-nodata-optout", "authenticated"),
  ...behind(
    {
      ...everywhere,
      versions: ["2.93"],
      byChance: true,
      severity: "too-strict",
      reason:
        "Records that a wildcard gives two or more labels below it are answered with SERVFAIL, where the NSEC3 record that covers the next closer name is that of the wildcard and does not cover the name asked for (RFC 5155 8.8 does not want it to).",
      evidence:
        "Of fifteen zones that differ in their names alone SERVFAIL in the four of which this is true, in opt-out spans and others; versions 2.90 and 2.91 and all other validators give the answer.",
    },
    "mx-nodata-optout",
    "deferred",
  ),
  ...behind(
    {
      ...everywhere,
      versions: [],
      severity: "mislabelled",
      reason:
        "Keys and DS records are kept for a minute or more, whatever their TTL: that a DS record is gone shows late (RFC 1035 3.2.1).",
      evidence:
        "Their TTL is 1 s; 22 s later it asks for the address and the TLSA records anew, not for DS and DNSKEY. config.h: DNSSEC_MIN_TTL 60.",
    },
    "roll-go-insecure",
    "authenticated",
  ),
  { ...optOut, scenario: "res-*optout-*", policies: [], versions: [], outcome: "secure" },
  // The same behind a sender: to one that does DANE, no TLSA records are no TLSA records, with AD or without.
  ...(
    [
      ["encrypted", ["dane", "may"], undefined],
      ["deferred", ["dane-only"], ["postfix", "sendmail"]],
      ["bounced", ["dane-only"], ["exim", "exim-openssl"]],
    ] as const
  ).map(
    ([outcome, policies, senders]): Divergence => ({
      ...optOut,
      scenario: "dnssec-nsec3-optout-denial",
      policies,
      versions: [],
      outcome,
      ...(senders && { senders }),
    }),
  ),
];

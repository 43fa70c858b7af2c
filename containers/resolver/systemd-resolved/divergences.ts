import type { Divergence } from "../../../harness/model/divergence.ts";

const everywhere = { policies: [], versions: [], resolvers: [], link: null } as const;

/** With mandatory DANE Exim bounces what it takes for unsigned, and it knows an alias by its expanded name only. */
const exim = ["exim", "exim-openssl"];
const otherSenders = ["postfix", "sendmail"];
/** Sendmail's questions for addresses have no DO, but for some of those with DANE. */
const sendmail = ["sendmail"];
const askWithDo = [...exim, "postfix"];

const withDo = {
  ...everywhere,
  outcome: "insecure",
  severity: "downgrade",
  reason:
    "A question with DO set is answered with the bogus data, NOERROR and no AD, where one without DO gets SERVFAIL: a client that sets DO takes the domain for unsigned.",
  evidence:
    'Its log says "DNSSEC validation failed for question …: signature-expired" for both; the answer to the one with DO has flags 8180 and two records, that to the other 8182 and none.',
} as const satisfies Partial<Divergence>;

const firstLink = {
  ...everywhere,
  outcome: "secure",
  severity: "downgrade",
  reason:
    "A question with DO set is answered with AD where only the first link of a chain of aliases is secure, and with the data of the others as they are, bogus ones too (RFC 4035 3.2.3).",
  evidence: "NOERROR with AD to the question with DO; to the same question without DO, no AD or SERVFAIL.",
} as const satisfies Partial<Divergence>;

/**
 * The same behind a sender whose questions have DO set, as those of glibc's resolver do where AD is asked for: what is bogus goes
 * for unsigned, so that mail is delivered, or bounced, that must wait.
 */
const behindSender = (
  scenario: string,
  outcome: Divergence["outcome"],
  policies: Divergence["policies"],
): Divergence => ({
  ...everywhere,
  scenario,
  policies,
  outcome,
  severity: "downgrade",
  reason:
    "To a question with DO set it hands out what does not validate, as if the zone were unsigned: the sender goes on where the lookup must fail (RFC 7672 2.1.2).",
  evidence:
    "The sender's questions have DO set; asked in the same way, NOERROR or NXDOMAIN without AD where every other validator says SERVFAIL.",
});

/** Where DANE is mandatory and the host goes for unsigned the message waits, but with Exim, whose hosts_require_dane bounces it. */
const waitsOrBounces = (scenario: string): readonly Divergence[] => [
  { ...behindSender(scenario, "deferred", ["dane-only"]), senders: otherSenders },
  { ...behindSender(scenario, "bounced", ["dane-only"]), senders: exim },
];

function reachesAttacker(scenario: string, policies: Divergence["policies"]): Divergence {
  return { ...behindSender(scenario, "encrypted", policies), severity: "leak" };
}

const goesForUnsigned = [
  "canary-bogus",
  "dnssec-*-sig-*",
  "dnssec-*-ds-mismatch",
  "dnssec-*-dnskey-missing",
  "dnssec-addr-data-altered",
  "mx-lookup-bogus",
  "dnssec-mx-data-altered",
  "dnssec-tlsa-data-altered",
  "dnssec-tlsa-denial-*",
  "err-tlsa-wrong-type",
  "log-reason-*-bogus",
].flatMap((scenario) => [behindSender(scenario, "encrypted", ["dane", "may"]), ...waitsOrBounces(scenario)]);

const goesForUnsignedWithDo = [
  { ...behindSender("dnsx-edns-blocked", "encrypted", ["dane", "may"]), senders: askWithDo },
  ...waitsOrBounces("dnsx-edns-blocked"),
];

/** That there is no MX record, so that mail goes to the address; that there is nothing, so that it goes back. */
const deniesFalsely = [
  ...["dnssec-mx-denial-unproven", "dnssec-mx-denial-type-bit-set"].flatMap((scenario) => [
    behindSender(scenario, "authenticated", ["dane", "dane-only"]),
    behindSender(scenario, "encrypted", ["may"]),
  ]),
  ...["dnssec-mx-denial-wrong-range", "mx-nxdomain-bogus"].map((scenario) =>
    behindSender(scenario, "bounced", ["dane", "dane-only", "may"]),
  ),
  {
    ...behindSender("dnssec-addr-denial-*", "bounced", ["dane", "dane-only", "may"]),
    senders: askWithDo,
  },
];

/** One host or one of its addresses is bogus: it is used, where the sender is to go on without it. */
const bogusAddress = [
  behindSender("mx-first-addr-bogus", "encrypted", ["dane", "may"]),
  { ...behindSender("mx-first-addr-bogus", "authenticated", ["dane-only"]), senders: otherSenders },
  { ...behindSender("mx-first-addr-bogus", "bounced", ["dane-only"]), senders: exim },
  behindSender("addr-a-nodata-bogus", "authenticated", ["dane", "dane-only"]),
  behindSender("addr-a-nodata-bogus", "encrypted", ["may"]),
];

const hostForged = ["atk-a-forge", "atk-cname-inject"];
const hostForgedWithDo = [
  "atk-cache-poison-glue",
  "atk-forge-insecure-delegation",
  "atk-insecurise-algorithm",
  "atk-insecurise-unsigned-zone",
  "atk-mx-forge",
  "atk-mx-forge-signed",
  "atk-optout-signed-child",
];
const tlsaForged = [
  "atk-replay-old-*-expired",
  "atk-tlsa-alias",
  "atk-tlsa-alter",
  "atk-tlsa-deny-o*",
  "atk-tlsa-forge*",
  "atk-tlsa-nsec3-iterations",
];

/** The same, where an attacker forged it: the message goes to him. */
const attackSucceeds = [
  // The lookup is expected to fail: where it does not, nothing is asked of the sender.
  ...["atk-insecurise", "atk-insecurise-no-*", "atk-mx-strip-to-a"].flatMap((scenario) => [
    { ...reachesAttacker(scenario, ["dane", "may"]), senders: askWithDo },
    ...waitsOrBounces(scenario),
  ]),
  ...["atk-real-tlsa-strip", "atk-tlsa-strip*", "atk-tlsa-wrong-type"].flatMap((scenario) => [
    reachesAttacker(scenario, ["dane", "may"]),
    ...waitsOrBounces(scenario),
  ]),
  // The data that lead to the host do not validate: a sender without DANE must wait, too.
  ...hostForged.map((scenario) => reachesAttacker(scenario, ["dane", "may"])),
  ...hostForgedWithDo.map(
    (scenario): Divergence => ({ ...reachesAttacker(scenario, ["dane", "may"]), senders: askWithDo }),
  ),
  ...tlsaForged.map((scenario) => reachesAttacker(scenario, ["dane"])),
  // Nothing reaches him then, but the message is lost where it must wait.
  ...[...hostForged, ...hostForgedWithDo, ...tlsaForged].map(
    (scenario): Divergence => ({ ...behindSender(scenario, "bounced", ["dane-only"]), senders: exim }),
  ),
];

/** AD over an alias whose target is insecure or bogus: its TLSA records are believed. */
const aliasGoesForSecure = (
  [
    ["cname-mx-into-unsigned", "authenticated", ["dane", "dane-only"], otherSenders],
    ["cname-mx-into-unsigned-none", "encrypted", ["dane"], otherSenders],
    ["cname-mx-into-unsigned-none", "deferred", ["dane-only"], otherSenders],
    ["cname-mx-into-unsigned-wrong", "deferred", ["dane", "dane-only"], otherSenders],
    ["cname-mx-cname-query-servfail", "authenticated", ["dane", "dane-only"], otherSenders],
    ["cname-mx-target-bogus", "authenticated", ["dane", "dane-only"], ["postfix"]],
    ["cname-mx-target-bogus", "encrypted", ["may"], askWithDo],
    ["sni-original", "authenticated", ["dane", "dane-only"], otherSenders],
    ...["cname-mx-into-unsigned*", "cname-mx-cname-query-servfail", "sni-original"].map(
      (scenario) => [scenario, "encrypted", ["may"], undefined] as const,
    ),
    ...[
      "cname-mx-into-unsigned*",
      "cname-mx-cname-query-servfail",
      "cname-mx-target-bogus",
      "sni-original",
    ].flatMap(
      (scenario) =>
        [
          [scenario, "encrypted", ["dane"], exim],
          [scenario, "bounced", ["dane-only"], exim],
        ] as const,
    ),
    ["cname-tlsa-unsigned", "deferred", ["dane", "dane-only"], undefined],
    ["cname-tlsa-unsigned", "encrypted", ["may"], undefined],
  ] as const
).map(
  ([scenario, outcome, policies, senders]): Divergence => ({
    ...firstLink,
    scenario,
    policies,
    outcome,
    ...(senders && { senders }),
  }),
);

/** Of questions for addresses without DO, as Sendmail puts them. */
const withoutDo = (
  [
    ["atk-insecurise", ["dane", "may"]],
    ["atk-insecurise-no-*", ["dane", "may"]],
    ["atk-mx-strip-to-a", ["dane", "may"]],
    ["cname-mx-target-bogus", ["dane", "dane-only", "may"]],
    ["dnssec-addr-data-altered", ["may"]],
    ["dnssec-addr-denial-*", ["dane", "dane-only", "may"]],
    ["dnssec-addr-dnskey-missing", ["dane", "may"]],
    ["dnssec-addr-ds-mismatch", ["dane", "may"]],
    ["dnssec-addr-sig-corrupt", ["may"]],
    ["dnssec-addr-sig-expired", ["may"]],
    ["dnssec-addr-sig-future", ["may"]],
    ["dnssec-addr-sig-wrong-key", ["may"]],
    ["dnsx-edns-blocked", ["dane", "may"]],
    ["log-reason-address-bogus", ["may"]],
  ] as const
).map(
  ([scenario, policies]): Divergence => ({
    ...everywhere,
    scenario,
    policies,
    outcome: "deferred",
    senders: sendmail,
    severity: "cosmetic",
    reason:
      "What it hands out to questions with DO, though bogus, it refuses to those without: the message waits, as it must.",
    evidence: "SERVFAIL to the same question without DO; host name lookup failure in Sendmail's log.",
  }),
);

const lostAlias = {
  ...everywhere,
  severity: "too-strict",
  reason:
    "To a question without DO the CNAME record that is made of a DNAME record is left out of the answer (RFC 6672 3.1).",
  evidence:
    "In the answer section DNAME and the record asked for without DO; DNAME, CNAME and that record with it.",
} as const satisfies Partial<Divergence>;

const refusedWithoutDo: readonly Divergence[] = [
  ...["dnssec-addr-unsupported-*", "dnssec-alg-1", "dnssec-alg-16"].map(
    (scenario): Divergence => ({
      ...everywhere,
      scenario,
      policies: ["dane", "may"],
      outcome: "deferred",
      senders: sendmail,
      severity: "too-strict",
      reason:
        "To a question without DO for what is signed with an algorithm that it does not validate it says SERVFAIL: such a zone is unsigned (RFC 4035 5.2).",
      evidence:
        'SERVFAIL without DO, NOERROR without AD with it; its log: "DNSSEC validation failed for question …: missing-key".',
    }),
  ),
  {
    ...lostAlias,
    scenario: "cname-mx-dname",
    policies: ["may"],
    outcome: "bounced",
    senders: sendmail,
    reason: `${lostAlias.reason} The C library finds no way from the name to the address, and Sendmail bounces.`,
  },
];

/** AD where it is not due, or none where it is: the mail goes the same way. */
const adIsWrong = (
  [
    [
      "mx-nodata-optout",
      "authenticated",
      "Records by a wildcard have AD where an opt-out span proves that no closer name exists (RFC 5155 9.2 forbids it).",
      "AD over addresses and TLSA records, where NSEC3 with the Opt-Out flag covers the next closer name; none over the denial of MX records by the same.",
    ],
    [
      "wild-zone-accident",
      "deferred",
      "That a name below the wildcard's own does not exist is denied without AD, where NSEC records prove it.",
      "NXDOMAIN without AD to a question that danelab alone puts; with NSEC3 records in the same zone, and from all other validators, with AD.",
    ],
  ] as const
).flatMap(([scenario, outcome, reason, evidence]): readonly Divergence[] => {
  const shared = { ...everywhere, scenario, severity: "mislabelled", reason, evidence } as const;
  return [
    { ...shared, policies: ["dane", "dane-only"], outcome },
    { ...shared, policies: ["may"], outcome: "encrypted" },
  ];
});

/** What cannot be told of the resolver then can be told of the sender: it waits, or never asks. */
const silentOverMalformed = ["unusable-rdata-*", "unusable-empty-data", "robust-tlsa-len3"].flatMap(
  (scenario) =>
    (
      [
        ["deferred", ["dane", "dane-only"]],
        ["encrypted", ["may"]],
      ] as const
    ).map(
      ([outcome, policies]): Divergence => ({
        ...everywhere,
        scenario,
        policies,
        outcome,
        severity: "cosmetic",
        reason:
          "To a question with DO set whose answer would hold a TLSA record too short to be one it says nothing, where other validators say SERVFAIL: to the sender the lookup has failed in either case.",
        evidence:
          "No answer within 25 s, though asked three times; to the same question without DO, SERVFAIL at once.",
      }),
    ),
);

export const divergences: readonly Divergence[] = [
  ...aliasGoesForSecure,
  ...adIsWrong,
  ...silentOverMalformed,
  ...goesForUnsigned,
  ...goesForUnsignedWithDo,
  ...withoutDo,
  ...refusedWithoutDo,
  ...deniesFalsely,
  ...bogusAddress,
  ...attackSucceeds,
  {
    ...everywhere,
    scenario: "dnssec-alg-16",
    policies: ["dane-only"],
    outcome: "bounced",
    senders: exim,
    severity: "too-strict",
    reason: "Ed448 is not known: the zone goes for unsigned, and Exim bounces what it must send with DANE.",
    evidence: "To the questions with DO, NOERROR without AD; RFC 8624 3.1 recommends to know it.",
  },
  { ...lostAlias, scenario: "res-dname-*", outcome: "wrong" },
  { ...withDo, scenario: "res-bogus-*" },
  { ...withDo, scenario: "res-*-bogus" },
  { ...withDo, scenario: "res-*name-bogus-to-*" },
  { ...withDo, scenario: "res-server-dnskey-*" },
  { ...withDo, scenario: "res-server-no-edns" },
  { ...firstLink, scenario: "res-*name-secure-to-*" },
  { ...firstLink, scenario: "res-cname-*" },
  {
    ...withDo,
    scenario: "res-size-records-*",
    reason:
      "More than 256 records in a set are refused: SERVFAIL without DO; with DO the data are handed out without AD.",
    evidence: "SERVFAIL to the question with AD alone, NOERROR without AD to the one with DO.",
  },
  {
    ...everywhere,
    scenario: "res-server-tlsa-*",
    outcome: "wrong",
    severity: "downgrade",
    reason:
      "An answer that denies records of a signed zone without any proof and without an SOA record is passed on, without AD: the zone is taken for unsigned (RFC 4035 5.4).",
    evidence:
      "NOERROR without AD and without records, with DO and without it; where the denial has a signed SOA record and no NSEC records, it is SERVFAIL.",
  },
  {
    ...everywhere,
    scenario: "res-alg-16",
    versions: ["262"],
    outcome: "insecure",
    severity: "downgrade",
    reason: "Ed448 is not known: the zone is taken for unsigned.",
    evidence: "NOERROR without AD; RFC 8624 3.1 recommends to know it.",
  },
  {
    ...everywhere,
    scenario: "res-alg-16",
    versions: ["257"],
    outcome: "bogus",
    severity: "too-strict",
    reason: "A zone signed with an algorithm that it does not know is bogus, not unsigned (RFC 4035 5.2).",
    evidence: 'SERVFAIL; its log: "DNSSEC validation failed for question …: missing-key".',
  },
  {
    ...everywhere,
    scenario: "res-*-unknown",
    versions: ["257"],
    outcome: "bogus",
    severity: "too-strict",
    reason:
      "A zone whose algorithm or digest it does not know is bogus, not unsigned (RFC 4035 5.2, RFC 6840 5.2).",
    evidence: 'SERVFAIL; its log: "DNSSEC validation failed for question …: missing-key".',
  },
  {
    ...everywhere,
    scenario: "res-alg-1",
    outcome: "bogus",
    severity: "too-strict",
    reason: "A zone signed with RSAMD5 is bogus, not unsigned (RFC 8624 3.1, RFC 4035 5.2).",
    evidence: 'SERVFAIL; its log: "DNSSEC validation failed for question …: missing-key".',
  },
];

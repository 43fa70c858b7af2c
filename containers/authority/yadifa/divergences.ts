import type { Divergence } from "../../../harness/model/divergence.ts";

type Case = Pick<Divergence, "scenario" | "outcome" | "severity" | "reason" | "evidence"> & {
  readonly versions?: readonly string[];
  readonly policies?: Divergence["policies"];
  readonly byChance?: boolean;
};

const found = ({ versions = [], policies = [], ...rest }: Case): Divergence => ({
  ...{ policies, versions, resolvers: [], link: null },
  ...rest,
});

/** A negative answer whose counts do not tell of all its records. */
const uncounted = (scenario: string, byChance = false): Divergence =>
  found({
    ...{ scenario, byChance },
    versions: ["3.0"],
    outcome: "wrong",
    severity: "cosmetic",
    reason: "an NXDOMAIN without DO has no SOA record, and its OPT record is not counted",
    evidence: "11 octets, an OPT record, behind the last record that the header counts",
  });

/** Octets by UDP past what the client takes. */
const tooLong = (
  versions: readonly string[],
  scenario: string,
  reason: string,
  evidence: string,
): Divergence => found({ versions, scenario, outcome: "wrong", severity: "too-strict", reason, evidence });

export const divergences: readonly Divergence[] = [
  found({
    scenario: "auth-dname",
    outcome: "wrong",
    severity: "too-strict",
    reason: "it knows no DNAME records: names below one do not exist for it (RFC 6672 3.2)",
    evidence: "NXDOMAIN without DNAME in the answer; resolvers take it, as the proof holds",
  }),
  found({
    scenario: "auth-cname-wildcard",
    outcome: "bogus",
    severity: "too-strict",
    reason:
      "an alias that a wildcard makes comes without the proof that nothing closer exists (RFC 4035 3.1.3.3)",
    evidence: "no NSEC in the authority section; Unbound and BIND answer SERVFAIL",
  }),
  tooLong(
    ["2.6"],
    "auth-big*",
    "without EDNS it sends more than 512 octets by UDP, TC clear (RFC 1035 4.2.1)",
    "1099 octets by UDP to a question without OPT",
  ),
  tooLong(
    ["3.0"],
    "auth-big",
    "it sends more octets by UDP than the client takes, TC clear (RFC 6891 6.2.3)",
    "1241 octets by UDP to a question whose OPT record says 1232",
  ),
  tooLong(
    ["3.0"],
    "auth-big-tcp",
    "a UDP message of 4096 octets is cut in the middle of a record, TC clear (RFC 1035 4.1.1)",
    "the last record's name runs past the end of the message",
  ),
  found({
    scenario: "auth-cname-nxdomain",
    versions: ["3.0"],
    outcome: "wrong",
    severity: "cosmetic",
    reason: "where an alias leads to a name that does not exist, the RCODE is NOERROR (RFC 6604 3)",
    evidence: "NOERROR with the proof that the last name does not exist",
  }),
  found({
    scenario: "auth-referral-nsec3",
    versions: ["3.0"],
    outcome: "wrong",
    severity: "cosmetic",
    reason: "in a referral from a zone with NSEC3 records its OPT record is not counted",
    evidence: "153 octets behind the last record that the header counts",
  }),
  found({
    scenario: "auth-wildcard-nsec3",
    versions: ["3.0"],
    policies: ["secondary"],
    outcome: "bogus",
    severity: "too-strict",
    reason:
      "as a secondary it answers from a wildcard without the proof that nothing closer exists (RFC 5155 7.2.6)",
    evidence: "no NSEC3 in the authority section; Unbound and BIND answer SERVFAIL",
  }),
  ...["auth-nxdomain-*", "auth-nsec3-salt", "auth-wildcard-blocked"].map((scenario) => uncounted(scenario)),
  // Where it keeps silent as well, that is what a trial tells.
  ...["auth-change-nsec3", "auth-change-removed"].map((scenario) => uncounted(scenario, true)),
  ...["auth-change*", "auth-refresh"].map((scenario) =>
    found({
      scenario,
      versions: ["3.0"],
      outcome: "silent",
      byChance: true,
      severity: "cosmetic",
      reason: "while it takes a changed zone it closes TCP connections without an answer (RFC 7766 6.2.4)",
      evidence: "connections that are reset, or closed before the answer, right after the transfer",
    }),
  ),
  found({
    scenario: "auth-change*",
    versions: ["2.6"],
    policies: ["serving"],
    outcome: "wrong",
    severity: "none",
    reason: "it takes changed zone files at the word of its control program alone, which is not used here",
    evidence: "after SIGHUP the zone is as before; version 3.0 takes it",
  }),
  found({
    scenario: "auth-change*",
    versions: ["3.0"],
    policies: ["serving"],
    outcome: "died",
    byChance: true,
    severity: "too-strict",
    reason: "told by SIGHUP of changed zone files it may die (3.0.2)",
    evidence: "Segmentation fault of yadifad right after the signal",
  }),
];

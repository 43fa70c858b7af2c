import type { Divergence } from "../../../harness/model/divergence.ts";

const link = "https://gitlab.com/gnutls/gnutls/-/blob/3.8.9/libdane/dane.c";

type Known = Pick<Divergence, "outcome" | "severity" | "reason" | "evidence">;

function known(scenarios: string, what: Known): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .map((scenario) => ({ scenario, policies: [], versions: [], resolvers: [], link, ...what }));
}

export const divergences: readonly Divergence[] = [
  ...known(
    `name-cn-good-san-other name-ip-only name-nul name-wildcard-apex name-wildcard-bare name-wildcard-none
    name-wildcard-partial ta-name-wrong-ca-in-local-store ta-public-ca-other-customer ta-wrong-name`,
    {
      outcome: "matched",
      severity: "downgrade",
      reason:
        "names are not looked at: under a CA that many share, any customer's certificate is said to match; RFC 7672 3.2.2 demands the host's name or the next-hop domain for DANE-TA",
      evidence:
        "Verification: Certificate matches.: dane_verify_crt_raw() gets no name to compare with, and danetool calls nothing else",
    },
  ),
  ...known("ta-unlinked-appended ta-unlinked-namesake", {
    outcome: "matched",
    severity: "downgrade",
    reason:
      "the trust anchor need not have issued anything: it is enough that it stands somewhere in the list, and that the leaf has an issuer there too; RFC 6698 2.1.1 demands a path from the leaf to the anchor",
    evidence:
      "verify_ca() compares every certificate of the list with the record, then looks for an issuer of the leaf among all of them, and never joins the two",
  }),
  ...known("ta-201-pathlen ta-keyusage-no-certsign ta-nameconstraints", {
    outcome: "matched",
    severity: "downgrade",
    reason: "what the trust anchor's certificate forbids (path length, key usage, names) is not looked at",
    evidence: "verify_ca() verifies the leaf's signature by its issuer, and nothing above that",
  }),
  ...known("agility-512-wrong-256-match agility-ta roll-param-change-bad", {
    outcome: "matched",
    severity: "downgrade",
    reason: "no digest agility: a weaker digest counts beside a stronger one (RFC 7671 9)",
    evidence: "dane_verify_crt_raw() takes the first record that matches, whatever its matching type is",
  }),
  ...known("unusable-pkix-ee-selfsigned", {
    outcome: "matched",
    severity: "downgrade",
    reason: "usage PKIX-EE(1) is compared without PKIX validation, which RFC 6698 2.1.1 demands besides",
    evidence: "dane_verify_crt_raw() treats usages 1 and 3 alike; danetool validates nothing itself",
  }),
  ...known("ta-200-absent", {
    outcome: "unmatched",
    severity: "too-strict",
    reason: "a trust anchor that stands in the record only is not used (RFC 7671 5.2.2)",
    evidence:
      "CA constrains were violated: verify_ca() compares the record with the certificates that were sent",
  }),
  ...known(
    `unusable-any-cert unusable-hex-ascii unusable-mixed unusable-mtype-* unusable-one-octet unusable-sha256-*`,
    {
      outcome: "unmatched",
      severity: "too-strict",
      reason:
        "a record of an unknown matching type, or with a digest of the wrong length, is said to differ; RFC 6698 4.1 makes it unusable, as if it were not there",
      evidence:
        "Verification failed. The certificate differs.: matches() says no to what it does not know, where verify_ee() knows to leave out unknown selectors only",
    },
  ),
  ...known("ta-depth0", {
    outcome: "unusable",
    severity: "mislabelled",
    reason:
      "beside a server that sends one certificate a DANE-TA record is passed over, as if it were unusable",
    evidence:
      "dane_verify_crt: The requested data are not available.: verify_ca() returns DANE_E_UNKNOWN_DANE_DATA for a list of one",
  }),
];

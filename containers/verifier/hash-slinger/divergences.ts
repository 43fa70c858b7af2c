import type { Divergence } from "../../../harness/model/divergence.ts";

const link = "https://github.com/letoams/hash-slinger/blob/3.1/tlsa";

type Known = Pick<Divergence, "outcome" | "severity" | "reason" | "evidence">;

function known(scenarios: string, what: Known): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .map((scenario) => ({ scenario, policies: [], versions: [], resolvers: [], link, ...what }));
}

export const divergences: readonly Divergence[] = [
  ...known(
    `name-cn-good-san-other name-ip-only name-wildcard-apex name-wildcard-bare name-wildcard-none
    name-wildcard-partial ta-name-wrong-ca-in-local-store ta-public-ca-other-customer ta-wrong-name`,
    {
      outcome: "matched",
      severity: "downgrade",
      reason:
        "another name than the host's is a caution only: under a CA that many share, any customer's certificate is said to match; RFC 7672 3.2.2 demands the host's name or the next-hop domain for DANE-TA",
      evidence:
        "Caution: Certificate offered by the server does not match hostname, then SUCCESS (Usage 2 [DANE-TA]), exit status 0",
    },
  ),
  ...known(
    `ta-201-pathlen ta-intermediate-expired ta-keyusage-no-certsign ta-leaf-expired ta-leaf-not-yet-valid
    ta-nameconstraints ta-non-ca-intermediate ta-unlinked-namesake`,
    {
      outcome: "matched",
      severity: "downgrade",
      reason:
        "no path is validated: a certificate in the list that matches is enough for DANE-TA, whatever signatures, dates and constraints say; RFC 6698 2.1.1 demands PKIX validation with the anchor",
      evidence:
        "SUCCESS (Usage 2 [DANE-TA]): verifyChain() compares the names of issuer and subject (checkChainLink), and looks at the result of OpenSSL's verification for usages 0 and 1 only",
    },
  ),
  ...known(
    `agility-512-match-256-wrong agility-full-match-512-wrong agility-full-wrong-256-match agility-other-*
    dnsx-tlsa-1232 dnsx-tlsa-large-tcp ee-dual-cert-both multi-ee-first-ta-second multi-ee-wrong-ta-match multi-last-of-*
    multi-two-ee ta-rollover`,
    {
      outcome: "unmatched",
      severity: "too-strict",
      reason:
        "every record must match, as its manual says; by RFC 6698 2.1 one is enough, and a rollover needs a second one (RFC 7671 8.1)",
      evidence:
        "SUCCESS for one record and FAIL for another. The exit status is that of the last record alone (pre_exit is set to 0 for each), so that it hangs on the order in which they come",
    },
  ),
  ...known("ta-200-absent", {
    outcome: "unmatched",
    severity: "too-strict",
    reason: "a trust anchor that stands in the record only is not used (RFC 7671 5.2.2)",
    evidence:
      'No certificate in the certificate chain offered by the server matches: "FIXME: Does not handle chain data in full cert TLSA records" in verifyChain()',
  }),
  ...known("ee-rpk-mixed ta-cross-signed ta-cross-signed-last ta-extra-certs ta-out-of-order", {
    outcome: "unmatched",
    severity: "too-strict",
    reason:
      "the search ends at the first certificate that did not issue the one before it: a path that is there in another order is not found (RFC 8446 4.4.2)",
    evidence: "FAIL: Certificates don't chain: checkChainLink() breaks off",
  }),
  ...known("multi-all-usages multi-match-plus-unusable unusable-pkix-ta-good", {
    outcome: "crashed",
    severity: "too-strict",
    reason: "a PKIX-TA(0) record that matches ends the tool with an exception",
    evidence: "NameError: name 'cert' is not defined, in verifyChain()",
  }),
  ...known("ee-no-names name-nul", {
    outcome: "crashed",
    severity: "too-strict",
    reason:
      "a certificate without a name, or with a name that cannot be printed, ends the tool with an exception, before anything is compared; DANE-EE needs no name (RFC 7672 3.1.1)",
    evidence:
      "WrongCertificate: no commonName in peer certificate; AttributeError: 'NoneType' object has no attribute 'split': M2Crypto's check of the peer, of which WrongHost alone is caught",
  }),
  ...known("unusable-rdata-1 unusable-rdata-2", {
    outcome: "crashed",
    severity: "too-strict",
    reason: "a record of fewer than three octets ends the tool with an exception",
    evidence: "ValueError: invalid literal for int() with base 16: b'', in getTLSA()",
  }),
  ...known("intl-underscore-host", {
    outcome: "unusable",
    severity: "too-strict",
    reason: "the records of a host whose name has an underscore are said to be invalid",
    evidence:
      "Name is not in the correct format: the pattern in isNameValid() has letters, digits and hyphens",
  }),
];

import type { Divergence } from "../../../harness/model/divergence.ts";

const always = { policies: [], versions: [], resolvers: [] } as const;

export const divergences: readonly Divergence[] = [
  {
    ...always,
    scenario: "name-wildcard-partial",
    outcome: "matched",
    severity: "downgrade",
    reason:
      "a wildcard in place of a part of a label counts; RFC 7672 3.2.3 allows it as the whole first label only",
    evidence:
      "Verified peername: mx*.name-wildcard-partial…: X509_check_host(3) takes such names unless it is told X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, and s_client has no option that tells it",
    link: "https://docs.openssl.org/3.5/man3/X509_check_host/",
  },
  {
    ...always,
    scenario: "ta-cross-signed-last",
    outcome: "unmatched",
    severity: "too-strict",
    reason:
      "of two certificates of one issuer the first that was sent is followed, and the other never tried: a path to the trust anchor that is there is not found",
    evidence:
      "verify error:num=65:no matching DANE TLSA records, where the same certificates in the other order (ta-cross-signed) verify: build_chain() of x509_vfy.c builds one path and does not go back",
    link: "https://github.com/openssl/openssl/issues/18708",
  },
];

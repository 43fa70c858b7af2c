import type { Divergence } from "../../../harness/model/divergence.ts";

const always = { policies: [], versions: [], resolvers: [] } as const;

/** Both are those of OpenSSL's library. */
export const divergences: readonly Divergence[] = [
  {
    ...always,
    scenario: "name-wildcard-partial",
    outcome: "matched",
    severity: "downgrade",
    reason:
      "a wildcard in place of a part of a label counts; RFC 7672 3.2.3 allows it as the whole first label only",
    evidence:
      "dane-validated successfully for mx*…: ldns-dane.c calls SSL_dane_enable() and sets no host flags, and OpenSSL takes such names unless it is told X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS",
    link: "https://github.com/NLnetLabs/ldns/blob/1.8.4/examples/ldns-dane.c",
  },
  {
    ...always,
    scenario: "ta-cross-signed-last",
    outcome: "unmatched",
    severity: "too-strict",
    reason:
      "of two certificates of one issuer the first that was sent is followed, and the other never tried: a path to the trust anchor that is there is not found",
    evidence:
      "did not dane-validate, because: no matching DANE TLSA records, where the same certificates in the other order (ta-cross-signed) validate: build_chain() of OpenSSL's x509_vfy.c builds one path and does not go back",
    link: "https://github.com/openssl/openssl/issues/18708",
  },
];

import type { Divergence } from "../../../harness/model/divergence.ts";

const always = { policies: [], versions: [], resolvers: [] } as const;

export const divergences: readonly Divergence[] = [
  {
    ...always,
    scenario: "ta-cross-signed-last",
    outcome: "unmatched",
    severity: "too-strict",
    reason:
      "of two certificates of one issuer the first that was sent is followed, and the other never tried: a path to the trust anchor that is there is not found",
    evidence:
      "num=65:no matching DANE TLSA records, where the same certificates in the other order (ta-cross-signed) verify: build_chain() of OpenSSL's x509_vfy.c builds one path and does not go back",
    link: "https://github.com/openssl/openssl/issues/18708",
  },
];

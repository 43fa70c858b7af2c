import type { Divergence } from "../../../harness/model/divergence.ts";
import { danePolicies, each, ofAnyBuild, type Shared } from "../exim/divergences-of-any-build.ts";

const source = "https://github.com/Exim/exim/blob/exim-4.98.2/src/src";

const unusable: Shared = {
  policies: ["dane"],
  outcome: "deferred",
  severity: "too-strict",
  reason:
    "where none of the TLSA records is usable, the message waits; RFC 7672 2.2 has it sent with TLS that is not authenticated",
  evidence:
    '"certificate verify failed": dane_tlsa_load() in tls-openssl.c counts a record that DANESSL_add_tlsa() did not take (selector, length of the digest), so that DANE is in force with nothing that could match',
  link: `${source}/tls-openssl.c`,
};

export const divergences: readonly Divergence[] = [
  ...ofAnyBuild,
  ...each(
    `unusable-hex-ascii unusable-mixed unusable-one-octet unusable-selector-2 unusable-selector-255
    unusable-sha256-as-512 unusable-sha256-long unusable-sha256-short`,
    unusable,
  ),
  ...each(
    `unusable-any-cert unusable-mtype-255 unusable-mtype-3 unusable-pkix-ee-good unusable-pkix-ta-good
    unusable-usage-255 unusable-usage-4`,
    {
      ...unusable,
      reason:
        "where no TLSA record has a certificate usage and matching type that are known, the delivery process crashes, and the message waits; RFC 7672 2.2 has it sent with TLS that is not authenticated",
      evidence:
        '"DANE error: No usable TLSA records", "terminated by signal 11": dane_tlsa_load() in tls-openssl.c fails without a word in errstr, and smtp_setup_conn() in smtp.c prints tls_errstr, which was never set',
    },
  ),
  ...each("ta-cross-signed-last", {
    policies: danePolicies,
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "only one path is built from the certificates sent: where two issuers have the same name and key, the one that is sent first is taken, and the path to the anchor is not found (RFC 5280 6.1)",
    evidence:
      '"certificate verify failed": set_trust_anchor() in dane-openssl.c takes the first certificate that may be the issuer, and never goes back',
    link: `${source}/dane-openssl.c`,
  }),
  ...each("atk-cut-after-handshake", {
    policies: ["may"],
    outcome: "deferred",
    severity: "none",
    reason: "a connection that is cut after the handshake is not followed by clear text: the message waits",
    evidence:
      '"Remote host closed connection in response to EHLO": tls_tempfail_tryclear covers what fails before the handshake has ended only',
    link: null,
  }),
  // With DANE the key of the cache holds the TLSA records, and with GnuTLS the certificate is looked at again.
  ...each("atk-session-ticket", {
    policies: ["verify"],
    outcome: "encrypted",
    severity: "leak",
    reason:
      "with tls_resumption_hosts, a TLS session that was made where no certificate had to be verified is resumed where tls_verify_hosts demands it, and none is verified (RFC 8446 2.2)",
    evidence:
      "CV=no, and the attacker has the message: in the key of the cache, tls_client_resmption_key() in tls.c, there is nothing of what must be verified, and on resumption OpenSSL calls no verify_callback()",
    link: `${source}/tls.c`,
  }),
];

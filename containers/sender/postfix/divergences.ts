import type { Divergence } from "../../../harness/model/divergence.ts";

const always = { versions: [], resolvers: [] } as const;

/** A reply to STARTTLS that is neither 2xx nor 4xx ends the delivery, where RFC 7672 2.2 leaves only the next server or a delay. */
const bouncesOn = [
  "tls-starttls-5*",
  "tls-starttls-354",
  "atk-starttls-5*",
  "atk-starttls-354",
  "atk-starttls-150",
  "atk-mask-starttls-command",
];

export const divergences: readonly Divergence[] = [
  ...bouncesOn.map(
    (scenario): Divergence => ({
      ...always,
      scenario,
      policies: ["dane", "dane-only", "encrypt", "verify", "secure"],
      outcome: "bounced",
      severity: "too-strict",
      reason:
        "a reply to STARTTLS other than 2xx and 4xx bounces the message at once; RFC 7672 2.2 demands the next server or delayed delivery",
      evidence:
        "dsn=5.x.x, status=bounced (TLS is required, but host ... refused to start TLS: 5xx ...): smtp_proto.c hands the server's reply to smtp_site_fail(), which makes a 5xx final; a missing STARTTLS gets 4.7.4 in the same function",
      link: "https://github.com/vdukhovni/postfix/blob/4a25a6b519d57a762089f505f48e07a53bf2eaed/postfix/src/smtp/smtp_proto.c",
    }),
  ),
  ...["unusable-empty-data", "robust-tlsa-len3"].map(
    (scenario): Divergence => ({
      ...always,
      versions: ["3.7"],
      scenario,
      policies: ["dane", "dane-only"],
      outcome: "deferred",
      severity: "too-strict",
      reason:
        "a TLSA record without data (RDATA of three octets) ends smtp(8): whoever publishes one can make it crash, at every attempt, and the message waits until it is returned; such a record is unusable, and no reason to refuse others",
      evidence:
        "panic: mymalloc: requested length 0, then master(8): killed by signal 6; the message is deferred without a record of why. parse_tlsa_rr() in tls_dane.c takes data of no octets and copies it; 3.5, 3.10 and 3.11 pass such a record over",
      link: "https://github.com/vdukhovni/postfix/blob/5f6b8b9649a9ea02d4e7e72a295d448015e5dc15/postfix/src/tls/tls_dane.c",
    }),
  ),
  {
    ...always,
    scenario: "name-no-mx-alias",
    policies: ["dane", "dane-only"],
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "without MX records the original next-hop domain is no reference identifier where it is an alias; RFC 7672 3.2.2 says that it MUST be one beside the TLSA base domain",
    evidence:
      "num=62:hostname mismatch, though SNI and TLSA base domain are the expanded name: smtp_tls_policy.c adds the next hop's names to those that match where the host came from an MX record (iter->mx), else the base domain only",
    link: "https://github.com/vdukhovni/postfix/blob/03efe71c9a6e3a0bbd34be36782c513a912f302e/postfix/src/smtp/smtp_tls_policy.c",
  },
  {
    ...always,
    scenario: "ta-cross-signed-last",
    policies: ["dane", "dane-only"],
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "of two certificates of one issuer the first that was sent is followed, and the other never tried: a path to the trust anchor that is there is not found",
    evidence:
      "num=65:no matching DANE TLSA records, where the same certificates in the other order (ta-cross-signed) verify: build_chain() of OpenSSL's x509_vfy.c builds one path and does not go back",
    link: "https://github.com/openssl/openssl/issues/18708",
  },
];

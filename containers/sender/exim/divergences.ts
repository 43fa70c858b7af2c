import type { Divergence } from "../../../harness/model/divergence.ts";

const always = { versions: [], resolvers: [] } as const;

/** hosts_require_dane where there is no usable DANE: RFC 7672 6 has the message wait. */
const undeliverable = ["canary-plain", "base-no-tlsa*", "base-unsigned*"];

export const divergences: readonly Divergence[] = undeliverable.map((scenario) => ({
  ...always,
  scenario,
  policies: ["dane-only"],
  outcome: "bounced",
  severity: "too-strict",
  reason:
    "where hosts_require_dane finds no TLSA record or no DNSSEC, the message bounces at once; RFC 7672 6 says that delivery is delayed",
  evidence:
    "DANE error: ... lookup not DNSSEC, DANE error: tlsa lookup FAIL: smtp_setup_conn() and tlsa_lookup() in smtp.c and host.c give FAIL, which is final",
  link: "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-encrypted_smtp_connections_using_tlsssl.html",
}));

import type { Divergence } from "../../../harness/model/divergence.ts";

/** What Exim does whatever its TLS library is. */

const source = "https://github.com/Exim/exim/blob/exim-4.98.2/src/src";
export const manual =
  "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-encrypted_smtp_connections_using_tlsssl.html";

export type Shared = Omit<Divergence, "scenario" | "versions" | "resolvers"> &
  Partial<Pick<Divergence, "versions" | "resolvers">>;

/** The same divergence in each of these scenarios. */
export function each(scenarios: string, shared: Shared): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({ versions: [], resolvers: [], ...shared, scenario }));
}

export const danePolicies = ["dane", "dane-only"] as const;

const bounces: Shared = {
  policies: ["dane-only"],
  outcome: "bounced",
  severity: "too-strict",
  reason:
    "where hosts_require_dane finds no DNSSEC or no TLSA record, the message bounces at once, without a look at further hosts; RFC 7672 6 says that delivery is delayed",
  evidence:
    '"DANE error: ... lookup not DNSSEC", "DANE error: tlsa lookup FAIL": tlsa_lookup() in host.c and smtp_setup_conn() in smtp.c give FAIL, which is final; the manual says that it "will result in failure"',
  link: manual,
};

export const ofAnyBuild: readonly Divergence[] = [
  ...each(
    `addr-literal base-no-ad base-no-tlsa base-no-tlsa-no-starttls base-two-domains-plain base-unsigned
    base-unsigned-no-starttls base-unsigned-tlsa-no-starttls base-unsigned-tlsa-wrong canary-plain
    atk-a-forge-insecure-host atk-kill-best-mx atk-mx-forge-attacker-dane atk-optout-child atk-replay-old-denial-live
    atk-stub-formerr atk-stub-tlsa-garbage
    cname-mx-cname-query-servfail cname-mx-intermediate cname-mx-into-unsigned cname-mx-into-unsigned-none
    cname-mx-into-unsigned-wrong cname-mx-no-tlsa cname-mx-target-tlsa-insecure cname-mx-tlsa-original
    cname-nexthop-insecure cname-tlsa-dangling cname-tlsa-unsigned
    dnssec-addr-insecure-delegation dnssec-addr-nsec3-iterations dnssec-mx-nsec3-iterations
    dnssec-tlsa-nsec3-iterations dnssec-addr-unsupported-alg dnssec-addr-unsupported-ds-digest dnssec-alg-1
    dnssec-compact-denial dnssec-island dnssec-mx-insecure-delegation dnssec-mx-unsupported-alg
    dnssec-mx-unsupported-ds-digest dnssec-nsec dnssec-nsec-nodata-ent dnssec-nsec3 dnssec-nsec3-optout-denial
    dnssec-tlsa-insecure-delegation dnssec-tlsa-unsupported-alg dnssec-tlsa-unsupported-ds-digest
    err-name-too-long err-stub-formerr err-two-resolvers-mixed-trust
    log-verdict-enc log-verdict-plain mand-insecure-mx mand-no-tlsa mand-second-mx
    mx-bracketed-host-unsigned mx-first-down-second-none mx-first-mismatch-second-none
    mx-first-none-nostarttls-second-dane mx-host-unsigned mx-host-unsigned-tlsa-broken mx-host-unsigned-tlsa-wrong
    mx-insecure-log mx-insecure-no-starttls mx-insecure-tlsa-good mx-insecure-tlsa-servfail mx-insecure-tlsa-wrong
    mx-nodata-optout mx-nodata-unsigned name-insecure-mx-host name-insecure-mx-nexthop
    reuse-conn-two-domains roll-go-insecure roll-tlsa-added roll-tlsa-removed sni-original sni-without-tlsa`,
    bounces,
  ),
  ...each(
    `cname-mx-cname-query-servfail cname-mx-into-unsigned cname-mx-into-unsigned-wrong cname-mx-target-tlsa-insecure
    cname-mx-tlsa-original sni-original`,
    {
      policies: ["dane"],
      outcome: "encrypted",
      severity: "downgrade",
      reason:
        "an MX host that is an alias is known by its expanded name only; RFC 7672 2.2.2 says that TLSA records at the original name are used where the expanded name has none, or is not secure",
      evidence:
        "the resolver's log has no question for TLSA at the MX record's own name: host_find_bydns() in host.c puts the expanded name in its place",
      link: `${source}/host.c`,
    },
  ),
  ...each("name-nexthop name-nexthop-expanded name-no-mx-alias", {
    policies: danePolicies,
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "with DANE-TA the certificate must be of the host's name; RFC 7672 3.2.2 demands that the next-hop domain be accepted too",
    evidence:
      '"certificate invalid": verify_certificate() in tls-gnu.c says "Assume that the name on the A-record is the one that should be matching the cert"',
    link: `${source}/tls-gnu.c`,
  }),
  ...each("agility-512-wrong-256-match agility-ta roll-param-change-bad", {
    policies: danePolicies,
    outcome: "authenticated",
    severity: "downgrade",
    reason:
      "records of a weaker digest are used beside those of a stronger one: no digest algorithm agility (RFC 7671 9)",
    evidence: "CV=dane by the 3 1 1 record, where the 3 1 2 record is of another key",
    link: `${source}/tls-gnu.c`,
  }),
  ...each("tls-starttls-lowercase", {
    policies: [...danePolicies, "encrypt"],
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "STARTTLS in lower case is not recognized; RFC 5321 2.4 says that EHLO keywords may be in any case",
    evidence:
      "a TLS session is required, but the server did not offer TLS support: ehlo_response() in smtp.c",
    link: `${source}/transports/smtp.c`,
  }),
  ...each("tls-starttls-lowercase", {
    policies: ["may"],
    outcome: "cleartext",
    severity: "downgrade",
    reason:
      "STARTTLS in lower case is not recognized; RFC 5321 2.4 says that EHLO keywords may be in any case",
    evidence: "no STARTTLS command in the session: ehlo_response() in smtp.c",
    link: `${source}/transports/smtp.c`,
  }),
  // The order of hosts of one preference is left to chance.
  ...each("mx-equal-mixed", { ...bounces, byChance: true }),
  ...each("atk-stub-tlsa-garbage", {
    policies: ["dane"],
    versions: ["4.98", "4.100"],
    outcome: "encrypted",
    severity: "leak",
    reason:
      "an answer for TLSA that does not parse counts as one that there are no secure TLSA records, and DANE is left out; RFC 7672 2.1.1 has the host passed over. It takes an attacker between sender and resolver",
    evidence:
      '"DANE error: TLSA lookup for ... not DNSSEC", then CV=no, and the attacker has the message: where an answer has no record that can be read, dns_lookup() in dns.c gives DNS_SUCCEED, in 4.96 it gave DNS_FAIL; tlsa_lookup() in host.c takes that, without AD, for "no TLSA RR"',
    link: `${source}/host.c`,
  }),
  ...each("atk-drop-mid-data atk-alter-message", {
    policies: ["may"],
    outcome: "deferred",
    severity: "none",
    reason:
      "TLS that breaks while the message is sent is not followed by clear text: the message waits, and is sent with TLS again",
    evidence:
      '"Remote host closed connection in response to end of data": tls_tempfail_tryclear covers what fails before the handshake has ended only',
    link: null,
  }),
];

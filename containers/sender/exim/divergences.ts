import type { Divergence } from "../../../harness/model/divergence.ts";

const source = "https://github.com/Exim/exim/blob/exim-4.98.2/src/src";
const manual =
  "https://www.exim.org/exim-html-current/doc/html/spec_html/ch-encrypted_smtp_connections_using_tlsssl.html";

type Shared = Omit<Divergence, "scenario" | "versions" | "resolvers"> & {
  readonly resolvers?: readonly string[];
};

function each(scenarios: string, shared: Shared): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({ versions: [], resolvers: [], ...shared, scenario }));
}

const danePolicies = ["dane", "dane-only"] as const;

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

const unauthenticated: Shared = {
  policies: ["dane-only"],
  outcome: "encrypted",
  severity: "downgrade",
  reason:
    "hosts_require_dane is met by TLSA records none of which is usable: the message goes out over TLS that is not authenticated; RFC 7672 6 says that delivery is delayed",
  evidence:
    "CV=no, or CV=yes by the trust store: tlsa_lookup() in host.c gives OK for any secure TLSA RRset, and where dane_tlsa_load() in tls-gnu.c then finds none usable, tls_client_start() goes on as without DANE",
  link: `${source}/tls-gnu.c`,
};

export const divergences: readonly Divergence[] = [
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
    `mand-all-unusable unusable-any-cert unusable-hex-ascii unusable-mixed unusable-mtype-255
    unusable-mtype-3 unusable-one-octet unusable-pkix-ee-bad unusable-pkix-ee-good
    unusable-pkix-ee-selfsigned unusable-pkix-ta-bad unusable-pkix-ta-good unusable-selector-2
    unusable-selector-255 unusable-sha256-as-512 unusable-sha256-long unusable-sha256-short
    unusable-stops-search unusable-usage-255 unusable-usage-4`,
    unauthenticated,
  ),
  // BIND takes no TLSA record without data.
  ...each("unusable-empty-data unusable-rdata-0 unusable-rdata-1 unusable-rdata-2", {
    ...unauthenticated,
    resolvers: ["unbound"],
  }),
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
  ...each("name-cn-good-san-ip", {
    policies: danePolicies,
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "the subject's commonName is not looked at where there is a subjectAltName of another kind; RFC 7672 3.2.3 recommends that it be",
    evidence:
      '"certificate invalid": gnutls_x509_crt_check_hostname() of GnuTLS takes a CN only without any SAN',
    link: null,
  }),
  ...each("ta-200-absent", {
    policies: danePolicies,
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "a trust anchor that the TLSA record holds whole must be in the server's chain as well; RFC 7671 5.2.2 says that it need not",
    evidence:
      "\"CA constrains were violated\": verify_ca() in dane.c of GnuTLS looks for the record's data among the certificates of the handshake; Exim's manual says that the server must send the whole chain",
    link: manual,
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
  ...each("ta-keyusage-no-certsign ta-nameconstraints ta-201-pathlen", {
    policies: danePolicies,
    outcome: "authenticated",
    severity: "downgrade",
    reason:
      "key usage, name constraints and path length of the trust anchor are not looked at, which RFC 7671 5.2 and RFC 5280 6.1 recommend",
    evidence: "CV=dane: GnuTLS verifies the leaf against its issuer only",
    link: null,
  }),
  ...each("tls-starttls-lowercase", {
    policies: danePolicies,
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
  ...each("sni-unrecognised-warning", {
    policies: danePolicies,
    outcome: "deferred",
    severity: "too-strict",
    reason: "a warning alert ends the handshake; RFC 6066 3 leaves it to the client to go on",
    evidence:
      '"(gnutls_handshake): A TLS warning alert has been received": tls_client_start() in tls-gnu.c takes what GnuTLS says is no fatal error for one',
    link: `${source}/tls-gnu.c`,
  }),
  ...each("sni-unrecognised-warning", {
    policies: ["may"],
    outcome: "cleartext",
    severity: "downgrade",
    reason: "a warning alert ends the handshake, and what follows is clear text",
    evidence: '"A TLS warning alert has been received.: delivering unencrypted to H=..."',
    link: `${source}/tls-gnu.c`,
  }),
];

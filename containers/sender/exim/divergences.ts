import type { Divergence } from "../../../harness/model/divergence.ts";
import { danePolicies, each, manual, ofAnyBuild, type Shared } from "./divergences-of-any-build.ts";

const source = "https://github.com/Exim/exim/blob/exim-4.98.2/src/src";

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

const emptySubject: Omit<Shared, "policies"> = {
  versions: ["4.94"],
  outcome: "deferred",
  severity: "too-strict",
  reason:
    "a certificate whose subject is empty is refused before anything is compared; RFC 5280 4.1.2.6 permits it beside a subjectAltName, and RFC 7672 3.1.1 has no name looked at with DANE-EE",
  evidence:
    '"certificate not supplied": peer_status() in tls-gnu.c fails where gnutls_x509_crt_get_dn() of GnuTLS 3.7.1 gives no DN; with that of later Debian suites it does not',
  link: `${source}/tls-gnu.c`,
};

export const divergences: readonly Divergence[] = [
  ...ofAnyBuild,
  ...each(
    `mand-all-unusable unusable-any-cert unusable-hex-ascii unusable-mixed unusable-mtype-255
    unusable-mtype-3 unusable-one-octet unusable-pkix-ee-bad unusable-pkix-ee-good
    unusable-pkix-ee-selfsigned unusable-pkix-ta-bad unusable-pkix-ta-good unusable-selector-2
    unusable-selector-255 unusable-sha256-as-512 unusable-sha256-long unusable-sha256-short
    unusable-stops-search unusable-usage-255 unusable-usage-4`,
    unauthenticated,
  ),
  // Other resolvers hand out no TLSA record without data.
  ...each("unusable-empty-data", {
    ...unauthenticated,
    resolvers: ["dnsmasq", "knot-resolver", "pdns-recursor", "unbound"],
  }),
  ...each("unusable-rdata-1 unusable-rdata-2", {
    ...unauthenticated,
    resolvers: ["dnsmasq", "knot-resolver", "unbound"],
  }),
  ...each("unusable-rdata-0", { ...unauthenticated, resolvers: ["dnsmasq", "unbound"] }),
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
  ...each("ta-keyusage-no-certsign ta-nameconstraints ta-201-pathlen", {
    policies: danePolicies,
    outcome: "authenticated",
    severity: "downgrade",
    reason:
      "key usage, name constraints and path length of the trust anchor are not looked at, which RFC 7671 5.2 and RFC 5280 6.1 recommend",
    evidence: "CV=dane: GnuTLS verifies the leaf against its issuer only",
    link: null,
  }),
  ...each("sni-unrecognised-warning", {
    policies: [...danePolicies, "encrypt"],
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
  ...each("atk-mitm-appended-ta atk-mitm-namesake-ta ta-unlinked-appended ta-unlinked-namesake", {
    policies: danePolicies,
    outcome: "authenticated",
    severity: "leak",
    reason:
      "with DANE-TA it is enough that the anchor's certificate is among those that the server sends: the server's own certificate need not be issued under it (RFC 6698 2.1.1, RFC 7671 5.2)",
    evidence:
      "CV=dane, though no signature leads from the leaf to the anchor: verify_ca() in libdane/dane.c of GnuTLS (3.7.1 to 3.8.13) looks for a certificate that matches the record, then verifies the leaf against the first certificate of the handshake that has its issuer's name, whether or not it is the one that matched. Its manual says that dane_verify_crt() is to be run in addition to PKIX verification; verify_certificate() in Exim's tls-gnu.c runs dane_verify_crt_raw() alone",
    link: "https://man7.org/linux/man-pages/man3/dane_verify_crt.3.html",
  }),
  ...each("ta-name-wrong-ca-in-local-store ta-public-ca-other-customer", {
    policies: danePolicies,
    outcome: "encrypted",
    severity: "leak",
    reason:
      "where the name is wrong with DANE-TA, the certificate is verified once more by the sender's trust store, without its name, and that suffices (RFC 7672 3.2.2)",
    evidence:
      "CV=yes: where gnutls_x509_crt_check_hostname() fails, verify_certificate() in tls-gnu.c goes on to gnutls_certificate_verify_peers2(), and exp_tls_verify_cert_hostnames is not set with DANE. The manual says that tls_verify_certificates is ignored then",
    link: `${source}/tls-gnu.c`,
  }),
  ...each("ee-no-names name-alabel name-base name-bracketed-host name-case name-many-sans name-wildcard", {
    ...emptySubject,
    policies: danePolicies,
  }),
  ...each("pkix-name-mx pkix-name-mx-elsewhere", { ...emptySubject, policies: ["verify"] }),
];

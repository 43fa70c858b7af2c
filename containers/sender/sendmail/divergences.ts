import type { Divergence } from "../../../harness/model/divergence.ts";
import type { Outcome, Policy } from "../../../harness/model/scenario.ts";

type Known = Pick<Divergence, "severity" | "reason" | "evidence"> &
  Partial<Pick<Divergence, "link" | "versions" | "resolvers" | "byChance">>;

function known(
  outcome: Outcome,
  policies: readonly Policy[],
  scenarios: readonly string[],
  what: Known,
): readonly Divergence[] {
  return scenarios.map((scenario) => ({
    versions: [],
    resolvers: [],
    link: null,
    scenario,
    policies,
    outcome,
    ...what,
  }));
}

const both = ["dane", "dane-only"] as const;

const envelopeTold: Known = {
  severity: "downgrade",
  reason:
    "the envelope's sender is told, in clear text or to a server that was not authenticated, before the result of DANE is looked at; its recipients and the message are not. RFC 7672 2.2 does not speak of the envelope: that such a server is told nothing is danelab's reading",
  evidence:
    "the server sees EHLO, MAIL From:<...>, RSET; then ruleset=tls_rcpt, reject=454 4.7.0 DANE ...: DANE is a matter of each recipient to Sendmail. deliver.c runs tls_rcpt between MAIL and RCPT, and tls_server in proto.m4, which is run before MAIL, has its lines for DANE_FAIL and DANE_TEMP commented out",
};

const envelopeToldInClear: Known = {
  ...envelopeTold,
  versions: ["8.18.1"],
  reason:
    "after a handshake that failed, with the option TLSFallbacktoClear (off by default, set here), the envelope's sender is told in a second session, in clear text; its recipients and the message are not",
  evidence:
    "ruleset=tls_server, reject=454 4.7.0 TLS handshake failed., then a session of EHLO, MAIL From:<...>, RSET; 8.18.2 makes no second connection where DANE is in use",
};

const aliasNotExpanded: Known = {
  severity: "downgrade",
  reason:
    "of an MX host that is a secure alias, TLSA records are looked up at its own name only; RFC 7672 2.2.2 has them looked up first at the name it points at",
  evidence:
    "the resolver is asked for _25._tcp.<alias> TLSA and no other: getmxrr() in domain.c calls gettlsa() with the name as the MX record has it",
};

const aliasIntoUnsigned: Known = {
  severity: "downgrade",
  reason:
    "the secure TLSA records of an MX host that is a secure alias are passed over where its addresses are in an unsigned zone; RFC 7672 2.2.2 has the security of the alias itself decide",
  evidence:
    "_25._tcp.<alias> TLSA is asked for and secure; verify=FAIL, Sent: makeconnection() in daemon.c sets TLSAFLADIP by the AD bit of the whole answer to A or AAAA, and asks for no CNAME",
};

const aliasWithoutMx: Known = {
  severity: "downgrade",
  reason:
    "without MX records, where the next hop is a secure alias, no TLSA records are looked up; RFC 7672 2.2.2 demands it",
  evidence:
    "the resolver is asked for MX and AAAA of the alias, and for no TLSA: an answer of a CNAME and no MX is none of the errors after which getmxrr() in domain.c looks further",
};

/** Where DANE is demanded, mail waits instead of going out unauthenticated. */
const waitsInstead = { severity: "too-strict" } as const;

const insecureHosts = [
  "dnssec-addr-insecure-delegation",
  "dnssec-addr-unsupported-alg",
  "dnssec-addr-unsupported-ds-digest",
  "mx-host-unsigned",
];

const askedEarly: Known = {
  severity: "cosmetic",
  reason:
    "TLSA records are asked for before the addresses, so that it is not known yet whether these are secure; RFC 7672 2.2.2 has the addresses come first",
  evidence:
    "order of the questions in the resolver's log: MX, TLSA, AAAA, A. TLSA comes with the MX records (getmxrr() in domain.c), addresses with the connection (makeconnection() in daemon.c)",
};

const partialWildcard: Known = {
  severity: "downgrade",
  reason:
    "a wildcard in place of a part of a label is taken as a match; RFC 7672 3.2.3 takes only a whole left-most label",
  evidence:
    "verify=TRUSTED for mx*.<domain>: ssl_dane_enable() in tls.c sets no host flags, and OpenSSL matches such names unless X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS is set",
  link: "https://docs.openssl.org/3.5/man3/X509_check_host/",
};

const lookupErrorIgnored: Known = {
  severity: "downgrade",
  reason:
    "FORMERR, or an answer that does not parse, for TLSA is taken as if there were no records; RFC 7672 2.1.2 and 2.2 demand delayed delivery after any lookup error",
  evidence:
    "verify=FAIL, Sent, where SERVFAIL gives: host name lookup failure for TLSA RR. TLSA_RR_TEMPFAIL in tls.h knows h_errno TRY_AGAIN only; FORMERR is NO_RECOVERY, and an answer that does not parse leaves no error (dns_lookup_int() in sm_resolve.c)",
};

/** Since 8.18.2 a handshake that fails ends the session where DANE is in use. */
const handshakeFails = [
  "atk-abort-every-tls",
  "atk-abort-handshake",
  "atk-alert-access-denied",
  "atk-alert-close-notify",
  "atk-alert-handshake-failure",
  "atk-alert-inappropriate-fallback",
  "atk-alert-insufficient-security",
  "atk-alert-internal-error",
  "atk-alert-protocol-version",
  "atk-alert-unexpected-message",
  "atk-alert-unrecognized-name",
  "atk-alert-user-canceled",
  "atk-alter-server-hello",
  "atk-close-after-220",
  "atk-close-handshake",
  "atk-cut-after-certificate",
  "atk-cut-after-server-hello",
  "atk-export-cipher",
  "atk-null-cipher",
  "atk-roll-back-hello",
  "atk-stall-handshake",
  "atk-text-for-handshake",
  "atk-version-rollback",
  "atk-version-rollback-tls10",
  "atk-mitm-anon",
];

export const divergences: readonly Divergence[] = [
  ...known(
    "deferred",
    ["dane"],
    [
      "atk-ad-spoof",
      "atk-strip-starttls",
      "atk-reject-ehlo",
      "atk-starttls-454",
      "atk-starttls-500",
      "atk-starttls-501",
      "atk-starttls-502",
      "atk-starttls-503",
      "atk-starttls-530",
      "atk-starttls-554",
      "atk-alert-handshake",
      "atk-mitm-selfsigned",
      "atk-mitm-public-ca",
      "atk-mitm-same-ta-other-name",
      "atk-mitm-appended-ta",
      "tls-rset-after-fail",
      "atk-ad-clear",
      "atk-ad-clear-tlsa",
      "atk-bare-ehlo",
      "atk-ehlo-221",
      "atk-ehlo-500",
      "atk-ehlo-501",
      "atk-ehlo-504",
      "atk-ehlo-530",
      "atk-ehlo-550",
      "atk-ehlo-554",
      "atk-mangle-starttls",
      "atk-mask-ehlo-command",
      "atk-mask-everything",
      "atk-mask-starttls",
      "atk-mask-starttls-command",
      "atk-mitm-appended-ee",
      "atk-mitm-common-name-only",
      "atk-mitm-leaf-as-ca",
      "atk-mitm-namesake-ta",
      "atk-mitm-nul",
      "atk-mitm-public-ca-ta",
      "atk-mitm-rpk",
      "atk-mitm-wide-wildcard",
      "atk-no-esmtp",
      "atk-real-ad-spoof",
      "atk-real-mitm",
      "atk-real-strip-starttls",
      "atk-redirect-ip",
      "atk-redirect-ip-clear",
      "atk-replay-old-address",
      "atk-split-starttls",
      "atk-starttls-450",
      "atk-starttls-504",
      "atk-starttls-550",
      "atk-starttls-as-parameter",
      "atk-starttls-in-greeting-line",
      "atk-strip-first-session",
      "atk-stub-second-server",
      "atk-stub-tlsa-nodata",
      "atk-stub-tlsa-nxdomain",
    ],
    envelopeTold,
  ),
  ...known("deferred", ["dane"], handshakeFails, envelopeToldInClear),
  ...known("authenticated", both, ["name-wildcard-partial"], partialWildcard),
  ...known("authenticated", both, ["atk-mitm-partial-wildcard"], { ...partialWildcard, severity: "leak" }),
  ...known("deferred", both, ["name-nexthop", "name-nexthop-expanded"], {
    severity: "too-strict",
    reason:
      "only the MX host's name is a reference identifier; RFC 7672 3.2.2 says that the next-hop domain MUST be one beside it",
    evidence:
      "TLS cert verify: reason=hostname mismatch, verify=DANE_FAIL: ssl_dane_enable() in tls.c gives OpenSSL one name",
  }),
  ...known(
    "encrypted",
    ["dane"],
    ["name-mx-expanded", "name-mx-original", "cname-mx-tlsa-expanded", "sni-expanded"],
    aliasNotExpanded,
  ),
  // Not every resolver follows so many aliases, nor each time.
  ...known("encrypted", ["dane"], ["cname-mx-chain-12"], {
    ...aliasNotExpanded,
    resolvers: ["dnsmasq", "knot-resolver", "pdns-recursor", "unbound"],
    byChance: true,
  }),
  ...known("authenticated", both, ["cname-mx-expanded-servfail"], aliasNotExpanded),
  ...known("deferred", ["dane-only"], ["sni-expanded"], { ...aliasNotExpanded, ...waitsInstead }),
  ...known(
    "encrypted",
    ["dane"],
    [
      "cname-mx-into-unsigned",
      "cname-mx-into-unsigned-wrong",
      "cname-mx-cname-query-servfail",
      "sni-original",
    ],
    aliasIntoUnsigned,
  ),
  ...known("encrypted", ["dane"], ["name-no-mx-alias"], aliasWithoutMx),
  ...known("deferred", ["dane-only"], ["name-no-mx-alias"], { ...aliasWithoutMx, ...waitsInstead }),
  ...known("encrypted", ["dane"], ["err-stub-formerr"], lookupErrorIgnored),
  // The attacker sits between the sender and its resolver, which RFC 7672 2.1.1 asks to rule out.
  ...known("encrypted", ["dane"], ["atk-stub-formerr", "atk-stub-tlsa-garbage"], {
    ...lookupErrorIgnored,
    severity: "leak",
  }),
  ...known("cleartext", ["dane"], ["unusable-handshake-fail", "unusable-anon-cipher"], {
    versions: ["8.18.1"],
    severity: "leak",
    reason:
      "with the option TLSFallbacktoClear (off by default, set here) a handshake that fails is followed by clear text even where there are TLSA records, none of them usable; RFC 7672 2.2 demands TLS",
    evidence:
      "ruleset=tls_server, reject=454 4.7.0 TLS handshake failed., then Sent in a session without STARTTLS",
  }),
  ...known(
    "deferred",
    ["dane"],
    [
      "unusable-sha256-short",
      "unusable-sha256-long",
      "unusable-sha256-as-512",
      "unusable-one-octet",
      "unusable-hex-ascii",
      "unusable-mixed",
    ],
    {
      severity: "too-strict",
      reason:
        "records whose digest has the wrong length count as usable, and no server matches them; RFC 7672 2.2 has unusable records be passed over",
      evidence:
        "verify=FAIL, then ruleset=tls_rcpt, reject=454 4.7.0 DANE check failed.: dane_tlsa_chk() in tlsh.c looks at the three numbers only; SSL_dane_tlsa_add() refuses the record, and deliver.c demands DANE all the same",
    },
  ),
  ...known("deferred", both, ["ta-cross-signed-last"], {
    severity: "too-strict",
    reason:
      "of two certificates of one issuer the first that was sent is followed, and the other never tried: a path to the trust anchor that is there is not found",
    evidence: "reason=no matching DANE TLSA records, where the same certificates in the other order verify",
    link: "https://github.com/openssl/openssl/issues/18691",
  }),
  ...known("authenticated", both, ["mx-query-order"], askedEarly),
  ...known("deferred", ["dane-only"], insecureHosts, askedEarly),
  ...known("encrypted", ["dane"], insecureHosts, askedEarly),
  ...known(
    "deferred",
    ["dane"],
    ["log-reason-mismatch", "log-reason-name", "log-reason-no-starttls", "log-reason-tlsa-bogus"],
    {
      severity: "cosmetic",
      reason: "a refusal because of DANE is logged with the general status code 4.0.0",
      evidence: "dsn=4.0.0, stat=Deferred; the reason stands in the line of tls_rcpt only",
    },
  ),
  ...known("deferred", ["dane-only"], ["log-reason-tlsa-bogus"], {
    severity: "cosmetic",
    reason: "a lookup error is logged with the general status code 4.0.0",
    evidence: "dsn=4.0.0, stat=Deferred: Name server: ...: host name lookup failure for TLSA RR",
  }),
  ...known("deferred", ["dane"], ["log-reason-handshake"], {
    versions: ["8.18.1"],
    severity: "cosmetic",
    reason: "a refusal because of DANE is logged with the general status code 4.0.0",
    evidence: "dsn=4.0.0, stat=Deferred; 8.18.2 says more",
  }),
  ...known("deferred", both, ["multi-last-of-100", "dnsx-tlsa-large-tcp"], {
    byChance: true,
    severity: "too-strict",
    reason:
      "no more than 64 TLSA records are kept: whether the one that matches is among them hangs on their order in the answer",
    evidence: "note=too many TLSA RRs, verify=DANE_TEMP; MAX_TLSA_RR=64",
  }),
  ...known("deferred", ["may"], ["atk-ehlo-354", "atk-ehlo-450"], {
    severity: "none",
    reason: "after this reply to EHLO neither HELO is tried nor mail sent: the message waits",
    evidence: "stat=Deferred after EHLO, QUIT",
  }),
  ...known(
    "deferred",
    ["may"],
    [
      "atk-starttls-150",
      "atk-starttls-200",
      "atk-starttls-221",
      "atk-starttls-250",
      "atk-starttls-354",
      "atk-starttls-421",
    ],
    {
      severity: "none",
      reason:
        "a reply to STARTTLS that is neither 220 nor a refusal is an error of the protocol, and 421 ends the session: the message waits",
      evidence: "ruleset=tls_server, arg1=PROTOCOL, reject=454 4.7.0 STARTTLS failed.",
    },
  ),
  ...known("deferred", ["may"], ["atk-cut-after-handshake", "atk-drop-mid-data", "atk-alter-message"], {
    severity: "none",
    reason: "a TLS session that breaks is not followed by one in clear text: the message waits",
    evidence: "stat=Deferred: Connection reset by ...",
  }),
];

import type { Divergence } from "../../../harness/model/divergence.ts";
import type { Outcome, Policy } from "../../../harness/model/scenario.ts";

type Known = Pick<Divergence, "severity" | "reason" | "evidence"> & Partial<Pick<Divergence, "link">>;

const dane = ["dane"] as const;

function known(
  outcome: Outcome,
  policies: readonly Policy[],
  scenarios: string,
  what: Known,
): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({
      scenario,
      policies,
      versions: [],
      resolvers: [],
      outcome,
      link: "https://github.com/zone-eu/mx-connect",
      ...what,
    }));
}

const noNames: Known = {
  severity: "leak",
  reason:
    "where a TLSA record of usage DANE-TA(2) matches, the name in the server's certificate is not looked at; RFC 7672 3.2.2 and 3.2.3 demand that it be the TLSA base domain or the next hop",
  evidence:
    "verifyCertAgainstTlsa() in lib/dane.js gets no name; createDaneVerifier() uses the hostname for messages only. The README has the caller set rejectUnauthorized to false and take the verifier's result as the authority",
};

const noValidity: Known = {
  severity: "downgrade",
  reason:
    "where a TLSA record of usage DANE-TA(2) matches, dates, path lengths and name constraints of the chain are not looked at; RFC 7672 3.1.2 has the chain verified as RFC 5280 says",
  evidence:
    "buildVerifiedPath() in lib/dane.js: checkIssued() and verify() of each certificate, nothing else",
};

const aliasNotExpanded: Known = {
  severity: "downgrade",
  reason:
    "of a host that is a secure alias, TLSA records are looked up at its own name only; RFC 7672 2.2.2 has them looked up first at the name it points at",
  evidence: "the resolver is asked for _25._tcp.<alias> TLSA and no other",
};

/** Node.js gives the AD bit to nobody, and checkDnssecSecure would take a DNS library of the caller's. */
const noAd = "https://github.com/nodejs/node/issues/57159";

const insecureRecordsEnforced: Known = {
  severity: "too-strict",
  reason:
    "TLSA records are used whether the answers were secure or not: insecure ones that do not match, or cannot be had, stop the message; RFC 7672 2.2 demands delivery as without DANE",
  evidence: "no TLSA answer's AD bit is looked at: the README says that Node.js does not tell it",
  link: noAd,
};

const insecureRecordsBelieved: Known = {
  severity: "mislabelled",
  reason:
    "TLSA records are used whether the answers were secure or not: what insecure ones match is told as authenticated by DANE",
  evidence: "no answer's AD bit is looked at: the README says that Node.js does not tell it",
  link: noAd,
};

const startTlsUnasked: Known = {
  severity: "cosmetic",
  reason:
    "where TLS is demanded, nodemailer sends STARTTLS whether it was offered or not: the attack has no effect, and the message goes to the server over TLS",
  evidence: "option requireTLS: STARTTLS follows an EHLO reply without it; _actionEHLO() in nodemailer",
};

const startTlsHidden = `atk-mask-starttls atk-mask-everything atk-mangle-starttls atk-split-starttls
  atk-starttls-as-parameter atk-starttls-in-greeting-line atk-bare-ehlo atk-ehlo-221`;

const unusable: Known = {
  severity: "too-strict",
  reason:
    "TLSA records none of which is usable stop the message; RFC 7672 2.2 has it sent over TLS without authentication",
  evidence:
    '"Certificate did not match any TLSA record": verifyCertAgainstTlsa() in lib/dane.js passes over unknown values, and then finds no match',
};

export const divergences: readonly Divergence[] = [
  ...known(
    "authenticated",
    dane,
    `atk-mitm-same-ta-other-name atk-mitm-common-name-only atk-mitm-nul atk-mitm-partial-wildcard
    name-ip-only name-cn-good-san-other name-wildcard-partial name-wildcard-apex name-wildcard-none
    name-wildcard-bare name-nul name-bracketed-recipient-domain name-insecure-mx-nexthop
    ta-wrong-name ta-name-wrong-ca-in-local-store ta-public-ca-other-customer log-reason-name`,
    noNames,
  ),
  ...known(
    "authenticated",
    dane,
    "ta-leaf-expired ta-leaf-not-yet-valid ta-intermediate-expired ta-nameconstraints ta-201-pathlen",
    noValidity,
  ),
  ...known(
    "authenticated",
    ["oblivious"],
    `atk-tlsa-forge atk-tlsa-forge-signed atk-tlsa-alter atk-tlsa-alias atk-cache-poison-glue
    atk-replay-old-tlsa-expired`,
    {
      severity: "leak",
      reason:
        "behind a resolver that does not validate, forged TLSA records are believed, and the attacker is told to be authenticated; RFC 7672 2.1 uses none that are not secure",
      evidence: "no answer's AD bit is looked at: the README says that Node.js does not tell it",
      link: noAd,
    },
  ),
  ...known("authenticated", dane, "agility-512-wrong-256-match agility-ta roll-param-change-bad", {
    severity: "downgrade",
    reason:
      "of several matching types any will do; RFC 7671 9 has only the strongest of those published used",
    evidence: "verifyCertAgainstTlsa() in lib/dane.js takes the records one by one, the first match decides",
  }),
  ...known(
    "encrypted",
    dane,
    "cname-mx-tlsa-expanded name-mx-expanded name-mx-original name-no-mx-alias sni-expanded",
    aliasNotExpanded,
  ),
  ...known("authenticated", dane, "cname-mx-expanded-servfail", aliasNotExpanded),
  ...known("authenticated", dane, "cname-mx-cname-query-servfail", insecureRecordsBelieved),
  ...known(
    "deferred",
    dane,
    `base-unsigned-tlsa-wrong base-unsigned-tlsa-no-starttls dnssec-tlsa-insecure-delegation
    dnssec-tlsa-unsupported-alg dnssec-tlsa-unsupported-ds-digest mx-host-unsigned-tlsa-wrong
    mx-host-unsigned-tlsa-broken cname-tlsa-unsigned atk-a-forge-insecure-host`,
    insecureRecordsEnforced,
  ),
  ...known(
    "authenticated",
    dane,
    `dnssec-addr-insecure-delegation dnssec-addr-unsupported-alg dnssec-addr-unsupported-ds-digest dnssec-alg-1
    dnssec-island roll-go-insecure err-two-resolvers-mixed-trust mx-insecure-log atk-mx-forge-attacker-dane`,
    insecureRecordsBelieved,
  ),
  ...known("encrypted", dane, "mx-host-unsigned", {
    severity: "cosmetic",
    reason:
      "TLSA records of hosts whose addresses are insecure are asked for; RFC 7672 2.2.2 says not to, as the lookup can fail",
    evidence: "order of the questions in the resolver's log: MX, A, AAAA, TLSA, whatever their AD bit",
    link: noAd,
  }),
  ...known("authenticated", dane, "unusable-pkix-ee-selfsigned", {
    severity: "mislabelled",
    reason:
      "a record of usage PKIX-EE(1) is matched as if it were DANE-EE(3), with no look at the chain, and told as authenticated; RFC 7672 3.1.3 has it unusable, or used with all checks of PKIX",
    evidence: "verifyCertAgainstTlsa() in lib/dane.js: isEE",
  }),
  ...known(
    "deferred",
    dane,
    `unusable-usage-4 unusable-usage-255 unusable-selector-2 unusable-selector-255 unusable-mtype-3
    unusable-mtype-255 unusable-sha256-short unusable-sha256-long unusable-sha256-as-512 unusable-one-octet
    unusable-hex-ascii unusable-mixed unusable-any-cert`,
    unusable,
  ),
  ...known("deferred", dane, "ta-200-absent ta-cross-signed-last", {
    severity: "too-strict",
    reason:
      "only what the server sends, and the first issuer found of it, makes the chain: a trust anchor whose certificate is in the record, or another issuer of the same name and key, is not found",
    evidence: "buildVerifiedPath() in lib/dane.js",
  }),
  ...known("authenticated", dane, startTlsHidden, startTlsUnasked),
  ...known("encrypted", ["encrypt"], startTlsHidden, startTlsUnasked),
  ...known(
    "encrypted",
    ["may"],
    `atk-mask-starttls atk-mangle-starttls atk-split-starttls atk-starttls-as-parameter
    atk-starttls-in-greeting-line`,
    {
      severity: "none",
      reason:
        'nodemailer finds the keyword in the server\'s name, which has "-starttls." in it, and so sends STARTTLS although it is not offered',
      evidence: "/[ -]STARTTLS\\b/i of the whole EHLO reply: _actionEHLO() in nodemailer",
      link: "https://github.com/nodemailer/nodemailer",
    },
  ),
  ...known("deferred", ["may"], "atk-starttls-421", {
    severity: "none",
    reason: "after 421 in reply to STARTTLS the session is over, and the message waits",
    evidence: "Server closed the connection: 421 No TLS here: _onServerClosing() in nodemailer",
    link: "https://github.com/nodemailer/nodemailer",
  }),
  ...known(
    "deferred",
    ["oblivious", "exposed"],
    `atk-a-forge atk-cname-inject atk-insecurise-no-signatures atk-insecurise-no-keys atk-insecurise
    atk-optout-signed-child atk-ad-clear atk-ad-clear-tlsa atk-stub-second-server`,
    {
      severity: "none",
      reason:
        "the attack takes away what shows that the TLSA records are secure, and they are used all the same: the attacker's certificate does not match them",
      evidence: "DANE_VERIFICATION_FAILED, where no AD bit was set",
      link: noAd,
    },
  ),
];

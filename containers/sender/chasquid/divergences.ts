import type { Divergence } from "../../../harness/model/divergence.ts";

const source = "https://github.com/albertito/chasquid/blob/v1.15.0/internal/courier/smtp.go";

type Shared = Omit<Divergence, "scenario" | "policies" | "versions" | "resolvers">;

function each(scenarios: readonly string[], shared: Shared): readonly Divergence[] {
  return scenarios.map((scenario) => ({
    scenario,
    policies: ["may"],
    versions: [],
    resolvers: [],
    ...shared,
  }));
}

export const divergences: readonly Divergence[] = [
  ...each(
    [
      "dnssec-mx-denial-unproven",
      "dnssec-mx-denial-type-bit-set",
      "mx-lookup-servfail",
      "mx-lookup-bogus",
      "mx-lookup-timeout",
    ],
    {
      outcome: "encrypted",
      severity: "downgrade",
      reason:
        "a lookup of MX that fails is taken as if there were no MX records, and the message goes to the domain's own address; RFC 5321 5.1 has it queued and tried again",
      evidence: '"MX for ... not found, falling back to A" after SERVFAIL',
      link: source,
    },
  ),
  ...each(["mx-nxdomain", "mx-null"], {
    outcome: "deferred",
    severity: "cosmetic",
    reason:
      "that the domain does not exist or takes no mail (RFC 7505 4) is no permanent error: the sender is told only when the message is given up",
    evidence:
      "Could not dial: ... no such host, failed (temporary); of a null MX the name that is looked up is the root",
    link: source,
  }),
  ...each(["tls-starttls-lowercase"], {
    outcome: "cleartext",
    severity: "downgrade",
    reason:
      "STARTTLS in lower case is not recognized; RFC 5321 2.4 says that EHLO keywords may be in any case",
    evidence:
      "Insecure - NOT using TLS: Extension() of Go's net/smtp looks for the keyword as it was written",
    link: null,
  }),
  ...each(["name-ulabel-in-san"], {
    outcome: "cleartext",
    severity: "downgrade",
    reason:
      "Go's TLS refuses a certificate that has a name in U-labels, though it is not to be verified, and clear text follows where TLS could be had",
    evidence:
      '"TLS error, retrying without TLS: tls: failed to parse certificate from server: x509: SAN dNSName is malformed"',
    link: null,
  }),
  ...each(["atk-drop-mid-data", "atk-alter-message"], {
    outcome: "deferred",
    severity: "none",
    reason: "TLS that breaks after the handshake is not followed by clear text: the message waits",
    evidence: "failed (temporary): all MXs returned transient failures; the same in the next attempt",
    link: source,
  }),
];

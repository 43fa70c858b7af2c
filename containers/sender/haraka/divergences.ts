import type { Divergence } from "../../../harness/model/divergence.ts";
import type { Outcome } from "../../../harness/model/scenario.ts";

type Shared = Pick<Divergence, "policies" | "severity" | "reason" | "evidence">;

function known(scenarios: string, outcome: Outcome, shared: Shared): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({
      scenario,
      versions: [],
      resolvers: [],
      outcome,
      link: null,
      ...shared,
    }));
}

/** It does no DANE, so under may all that is on record is where an attack has no effect on it: such a control proves nothing. */
function control(
  scenarios: string,
  outcome: Outcome,
  what: Pick<Divergence, "reason" | "evidence">,
): readonly Divergence[] {
  return known(scenarios, outcome, { policies: ["may"], severity: "none", ...what });
}

const refusedForGood = `atk-starttls-150 atk-starttls-500 atk-starttls-501 atk-starttls-502 atk-starttls-503
  atk-starttls-504 atk-starttls-530 atk-starttls-550 atk-starttls-554 atk-mask-starttls-command
  tls-starttls-500 tls-starttls-501 tls-starttls-502 tls-starttls-530`;

export const divergences: readonly Divergence[] = [
  ...known(refusedForGood, "bounced", {
    policies: ["verify"],
    severity: "too-strict",
    reason:
      "where TLS is demanded and STARTTLS is refused for good, the message bounces at once: anybody on the path can have it bounced",
    evidence: "outbound/hmail.js: a reply of 5xx to any command but EHLO and RCPT gives bounce()",
  }),
  ...control(refusedForGood, "bounced", {
    reason:
      "where STARTTLS is offered and then refused for good, or the reply is none, the message bounces: others go on in clear text",
    evidence: "outbound/hmail.js: a reply of 5xx to any command but EHLO and RCPT gives bounce()",
  }),
  ...control(
    `atk-starttls-354 atk-starttls-421 atk-starttls-450 atk-starttls-454 atk-ehlo-354 atk-ehlo-450
    tls-starttls-454`,
    "deferred",
    {
      reason: "where STARTTLS or EHLO is refused for now, the message waits: others go on in clear text",
      evidence: "outbound/hmail.js: a reply of 3xx or 4xx to any command but RCPT and DATA gives temp_fail()",
    },
  ),
  ...control(
    `atk-abort-handshake atk-abort-every-tls atk-stall-handshake atk-drop-mid-data atk-cut-after-handshake
    atk-starttls-200 atk-starttls-221 atk-starttls-250 atk-close-after-220 atk-close-handshake
    atk-text-for-handshake atk-alert-close-notify atk-alert-unexpected-message atk-alert-handshake-failure
    atk-alert-access-denied atk-alert-protocol-version atk-alert-insufficient-security atk-alert-internal-error
    atk-alert-inappropriate-fallback atk-alert-user-canceled atk-alert-unrecognized-name
    atk-cut-after-server-hello atk-cut-after-certificate atk-alter-server-hello atk-alter-message
    atk-roll-back-hello atk-null-cipher atk-export-cipher atk-version-rollback atk-version-rollback-tls10
    atk-mitm-anon unusable-handshake-fail unusable-anon-cipher ee-key-without-private`,
    "deferred",
    {
      reason:
        "a handshake that fails, or TLS that is cut, is not followed by clear text: the message waits (tls.ini can have a host that failed remembered in Redis, and sent to in clear text from then on; not set here)",
      evidence: '"Ongoing connection failed to ...", "Tried all MXs": outbound/hmail.js, mark_tls_nogo()',
    },
  ),
  ...control("addr-literal", "deferred", {
    reason: "address literals are looked up as if they were domain names",
    evidence: "MX Lookup for [198.18.36.30] failed: Error: queryMx EBADNAME",
  }),
];

import type { Divergence } from "../../../harness/model/divergence.ts";

const crypto = "https://github.com/corecode/dma/blob/v0.13/crypto.c";
const net = "https://github.com/corecode/dma/blob/v0.13/net.c";

type Shared = Omit<Divergence, "scenario" | "policies" | "versions" | "resolvers">;

function each(scenarios: string, shared: Shared): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({ scenario, policies: ["may"], versions: [], resolvers: [], ...shared }));
}

export const divergences: readonly Divergence[] = [
  ...each("tls-ehlo-rejected", {
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "a server that refuses EHLO gets no HELO but a ClientHello at once, without STARTTLS: it can never be delivered to; RFC 5321 3.2 has the client fall back to HELO",
    evidence: "SSL handshake failed fatally: wrong version number, where no STARTTLS was sent",
    link: crypto,
  }),
  ...each("ee-key-without-private unusable-handshake-fail unusable-anon-cipher", {
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "with OPPORTUNISTIC_TLS only a STARTTLS that is refused is followed by clear text, not a handshake that fails: such a server is never delivered to (RFC 7435 3)",
    evidence: "remote delivery deferred: SSL handshake failed fatally",
    link: crypto,
  }),
  ...each("sni-required", {
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "no server name is sent (RFC 6066 3): a server that needs one ends the handshake, and no clear text follows",
    evidence: "the ClientHello has no server_name; SSL handshake failed fatally: tlsv1 unrecognized name",
    link: crypto,
  }),
  ...each("atk-cut-after-handshake", {
    outcome: "bounced",
    severity: "too-strict",
    reason:
      "a connection that breaks right behind the handshake makes the message bounce; RFC 5321 4.5.4.1 has it tried again",
    evidence: "Could not perform server greeting at ..., delivery failed, bouncing",
    link: net,
  }),
  ...each(
    `atk-mask-starttls atk-mask-everything atk-mangle-starttls atk-split-starttls atk-starttls-as-parameter
    atk-starttls-in-greeting-line atk-bare-ehlo`,
    {
      outcome: "encrypted",
      severity: "none",
      reason: "STARTTLS is sent whether it was offered or not, so that hiding the offer alone does nothing",
      evidence: "Server does not support STARTTLS, then SSL initialization successful, in a session over TLS",
      link: crypto,
    },
  ),
  ...each(
    `atk-mask-ehlo-command atk-no-esmtp atk-reject-ehlo atk-ehlo-221 atk-ehlo-354 atk-ehlo-450 atk-ehlo-500 atk-ehlo-501
    atk-ehlo-504 atk-ehlo-530 atk-ehlo-550 atk-ehlo-554`,
    {
      outcome: "deferred",
      severity: "none",
      reason:
        "where EHLO is refused a handshake is begun without STARTTLS, which fails; no clear text follows",
      evidence: "SSL handshake failed fatally: wrong version number",
      link: crypto,
    },
  ),
  ...each(
    `atk-starttls-200 atk-starttls-221 atk-starttls-250 atk-close-after-220 atk-abort-handshake atk-abort-every-tls
    atk-close-handshake atk-text-for-handshake atk-alert-close-notify atk-alert-unexpected-message
    atk-alert-handshake-failure atk-alert-access-denied atk-alert-protocol-version atk-alert-insufficient-security
    atk-alert-internal-error atk-alert-inappropriate-fallback atk-alert-user-canceled atk-alert-unrecognized-name
    atk-cut-after-server-hello atk-cut-after-certificate atk-drop-mid-data atk-alter-server-hello atk-roll-back-hello
    atk-mitm-anon atk-null-cipher atk-export-cipher atk-version-rollback atk-version-rollback-tls10`,
    {
      outcome: "deferred",
      severity: "none",
      reason: "TLS that fails once it has begun is not followed by clear text: the message waits",
      evidence: "remote delivery deferred: SSL handshake failed fatally; failed after RCPT TO",
      link: crypto,
    },
  ),
];

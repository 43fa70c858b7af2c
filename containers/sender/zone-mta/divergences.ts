import type { Divergence } from "../../../harness/model/divergence.ts";
import type { Outcome } from "../../../harness/model/scenario.ts";

/** It does no DANE, so all that is on record is where an attack has no effect on it: such a control proves nothing. */
function control(
  scenarios: string,
  outcome: Outcome,
  what: Pick<Divergence, "reason" | "evidence" | "link" | "byChance">,
): readonly Divergence[] {
  return scenarios
    .split(/\s+/)
    .filter(Boolean)
    .map((scenario) => ({
      scenario,
      policies: ["may"],
      versions: [],
      resolvers: [],
      outcome,
      severity: "none",
      ...what,
    }));
}

export const divergences: readonly Divergence[] = [
  ...control(
    `atk-mask-starttls atk-mangle-starttls atk-split-starttls atk-starttls-as-parameter
    atk-starttls-in-greeting-line`,
    "encrypted",
    {
      reason:
        'nodemailer finds the keyword in the server\'s name, which has "-starttls." in it, and so sends STARTTLS although it is not offered',
      evidence: "/[ -]STARTTLS\\b/im of the whole EHLO reply: _actionEHLO() in nodemailer",
      link: "https://github.com/nodemailer/nodemailer",
    },
  ),
  ...control(
    `atk-abort-handshake atk-abort-every-tls atk-cut-after-handshake atk-drop-mid-data atk-alter-message
    ee-key-without-private`,
    "deferred",
    {
      reason:
        "where the connection breaks in the handshake or later, or the server's signature is wrong, no clear text follows: the message waits",
      evidence:
        '"Unexpected MX error ... read ECONNRESET", DEFERRED[network]: clear text follows errors with the code ETLS, and those whose text has "SSL routines"; _onError() in lib/sender.js',
      link: "https://github.com/zone-eu/zone-mta",
    },
  ),
  ...control("atk-kill-best-mx", "deferred", {
    byChance: true,
    reason:
      "the next MX host is tried where a connection is refused; one that is reset as soon as it stands may count as one that stood, and the message waits",
    evidence:
      '"CONNECTED ... mx=mx1", then "Unexpected MX error ... Connection reset by peer": "connect" comes before "error" or not, lib/get-connection.js in mx-connect 1.5.6',
    link: "https://github.com/zone-eu/mx-connect",
  }),
];

import type { Divergence } from "../../../harness/model/divergence.ts";

const source = "https://github.com/OpenSMTPD/OpenSMTPD/blob/7.6.0p1/usr.sbin/smtpd";

type Shared = Omit<Divergence, "scenario" | "policies" | "versions" | "resolvers"> &
  Partial<Pick<Divergence, "policies">>;

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
  ...each(["tls-starttls-lowercase"], {
    outcome: "cleartext",
    severity: "downgrade",
    reason:
      "STARTTLS in lower case is not recognized; RFC 5321 2.4 says that EHLO keywords may be in any case",
    evidence: "no STARTTLS command in the session: mta_io() in mta_session.c compares with strcmp()",
    link: `${source}/mta_session.c`,
  }),
  ...each(["tls-starttls-lowercase"], {
    policies: ["encrypt"],
    outcome: "deferred",
    severity: "too-strict",
    reason:
      "STARTTLS in lower case is not recognized; RFC 5321 2.4 says that EHLO keywords may be in any case",
    evidence: "TLS required but not supported by remote host: mta_io() compares with strcmp()",
    link: `${source}/mta_session.c`,
  }),
  ...each(["mx-lookup-refused"], {
    policies: ["may", "encrypt", "verify"],
    outcome: "bounced",
    severity: "too-strict",
    reason:
      "REFUSED to the question for MX is taken as an invalid domain name, and the message bounces; RFC 5321 5.1 has it wait after any lookup error that is not permanent",
    evidence: 'result="PermFail" stat="Invalid domain name": DNS_EINVAL in mta_on_mx() of mta.c',
    link: `${source}/mta.c`,
  }),
  // As controls these attacks come to less than with others: clear text follows only where the handshake itself fails.
  ...each(["atk-starttls-150"], {
    outcome: "deferred",
    severity: "none",
    reason:
      "a reply to STARTTLS below 200 ends the session, and no clear text follows: the attack that downgrades other senders delays the message",
    evidence: '"Bad response: reply code out of range", "Network error on destination MXs"',
    link: `${source}/mta_session.c`,
  }),
  ...each(["atk-alert-close-notify"], {
    outcome: "deferred",
    severity: "none",
    reason:
      "close_notify in place of the ServerHello is taken for the end of a handshake that succeeded; the next read fails, and no clear text follows",
    evidence: '"mta tls ciphers=TLSv1.3:(NONE):0", then "handshake failed: ... unexpected eof while reading"',
    link: null,
  }),
  ...each(["atk-cut-after-handshake", "atk-drop-mid-data", "atk-alter-message"], {
    outcome: "deferred",
    severity: "none",
    reason:
      "once the handshake is over, a broken TLS session is never followed by clear text: the attack that downgrades other senders delays the message",
    evidence:
      '"IO Error: read failed", TempFail at each attempt: mta_io() in mta_session.c falls back in the state MTA_STARTTLS only',
    link: `${source}/mta_session.c`,
  }),
];

import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * Sendmail's log (8.17 to 8.18, LogLevel 14), and the lines of attend.pl, which say when the attempts at a message are over:
 * a recipient has a line for each server that was tried, and only the last one counts. TLS lines carry no queue id: they
 * belong to the process, which handles one message.
 */

const prefix = /sendmail\[(\d+)\]: /;
const queueIdLine = /(?:sendmail\[\d+\]|danelab): (\w{14,}): /;
const overLine = /danelab: (\w+): over, to=<([^>]*)>$/;
/** "verify=TRUSTED": by DANE; "OK": by PKIX. */
const tlsLine = /STARTTLS=client, relay=(\S+?)\.?, version=(\S+), verify=(\w+), cipher=(\S+),/;
const verifyLine = /STARTTLS: TLS cert verify: .* reason=(.*)$/;
const unusableLine = /STARTTLS=client, .*(all TLSA RRs are unsupported)/;
const rejectLine = /: (?:ruleset=tls_\w+, .*?|STARTTLS=client, )relay=(\S+?)\.?, (?:reject|warning)=(.*)$/;
const connectLine = /: SMTP outgoing connect on /;
const unconnectedLine = /: makeconnection \(.*\) failed: /;
const statusLine =
  /: (\w+): to=(.*?), (?:ctladdr=.*?, )?delay=.*?, mailer=\w+, .*?(?:relay=(.*?), )?dsn=([0-9.]+), (?:reply=(.*?), )?stat=(.*)$/;

/** Of the check of the certificate, the ruleset that refused and the status, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/lookup failure for TLSA RR/i, "tlsa-lookup-failed"],
  [/TLS handshake failed|verify=(SOFTWARE|CLEAR)/i, "handshake-failed"],
  [
    /STARTTLS failed|TLS temporarily not available|verify=(PROTOCOL|CONFIG|TEMP|FAILURE)/i,
    "starttls-refused",
  ],
  [/DANE check failed temporarily/i, "starttls-refused"],
  [/DANE: missing STARTTLS|verify=NONE/i, "starttls-not-offered"],
  [/hostname mismatch|another name/i, "name-mismatch"],
  [/certificate has expired/i, "certificate-expired"],
  [
    /DANE check failed|no matching DANE TLSA|certificate not verified|DANE_FAIL/i,
    "certificate-does-not-match",
  ],
  [/all TLSA RRs are unsupported/i, "tlsa-unusable"],
  [/DANE is demanded/i, "no-tlsa"],
  // RFC 7505 4.
  [/^5\.1\.10 /, "null-mx"],
  // Of an MX host it has a code of its own.
  [/^4\.4\.3 .*Name server: .*: host name lookup failure/i, "address-lookup-failed"],
  [/Name server: .*: host name lookup failure/i, "mx-lookup-failed"],
  [/Host unknown/i, "domain-not-found"],
  [
    /Connection (refused|timed out|reset)|No route to host|Network is unreachable|timeout|lost input channel/i,
    "connection-failed",
  ],
  [/\b[45]\d\d[ -]|Service unavailable/, "server-refused"],
  // Where the code is all that it says: RFC 3463 3.5 and 3.6.
  [/^4\.4\.[12] /, "connection-failed"],
  [/^[45]\.5\.\d /, "server-refused"],
];

function reasonOf(text: string): Reason {
  return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

interface Process {
  /** Of the present connection. */
  tls: ClaimedAttempt["tls"];
  check: string;
  /** The last host that was to be tried was not reached. */
  unreached: boolean;
  /** By host: after a handshake that failed there may be another connection, in clear text. */
  readonly rejects: Map<string, string>;
}

/** The status line has dots in the middle of a long name. */
function rejectOf({ rejects }: Process, relay: string): string {
  if (!relay) return "";
  const [head = "", tail = ""] = relay.replace(/\.? \[.*$/, "").split("...");
  const host = [...rejects.keys()].find((name) => name.startsWith(head) && name.endsWith(tail));
  return (host !== undefined && rejects.get(host)) || "";
}

function claimOf(verify: string, cipher: string): ClaimedAttempt["tls"] {
  if (/^A(EC)?DH|anon/i.test(cipher)) return "anonymous";
  switch (verify) {
    case "TRUSTED":
      return "verified";
    case "OK":
      return "trusted";
    default:
      return "untrusted";
  }
}

export function createSendmailLogReader(): LogReader {
  const processes = new Map<string, Process>();
  /** By queue id and recipient: what the last line about it said. */
  const last = new Map<string, ClaimedAttempt>();

  return {
    read(line) {
      const over = overLine.exec(line);
      if (over) {
        const [, id = "", recipient = ""] = over;
        const attempt = last.get(`${id} ${recipient}`);
        last.delete(`${id} ${recipient}`);
        return attempt && { recipient, attempt };
      }
      const pid = prefix.exec(line)?.[1];
      if (pid === undefined) return undefined;
      const process = processes.get(pid) ?? { tls: "none", check: "", unreached: false, rejects: new Map() };
      processes.set(pid, process);
      if (connectLine.test(line)) Object.assign(process, { tls: "none", check: "", unreached: false });
      if (unconnectedLine.test(line)) process.unreached = true;
      const tls = tlsLine.exec(line);
      if (tls) process.tls = claimOf(tls[3] ?? "", tls[4] ?? "");
      const check = verifyLine.exec(line) ?? unusableLine.exec(line);
      if (check) process.check += `${check[1]} `;
      const [, rejecting = "", reject] = rejectLine.exec(line) ?? [];
      if (reject) process.rejects.set(rejecting, `${process.rejects.get(rejecting) ?? ""} ${reject}`);
      const status = statusLine.exec(line);
      if (!status) return undefined;
      const [, id = "", to = "", relay, dsn = "", reply = "", stat = ""] = status;
      const sent = /^Sent\b/.test(stat);
      const deferred = dsn.startsWith("4");
      for (const [, recipient] of to.matchAll(/<([^>]*)>/g)) {
        last.set(`${id} ${recipient}`, {
          status: sent ? "sent" : deferred ? "deferred" : "bounced",
          tls: process.tls,
          reason: sent
            ? null
            : reasonOf(
                [dsn, process.check, rejectOf(process, relay ?? ""), reply, stat]
                  .filter((text) => text !== "")
                  .join(" "),
              ),
          // Without an address it was only meant to be tried.
          relay: relay?.includes("[") && !process.unreached ? relay : null,
          dsn,
          text: stat,
        });
      }
      return undefined;
    },

    queueId: (line) => queueIdLine.exec(line)?.[1] ?? null,
  };
}

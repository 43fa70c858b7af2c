import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * ZoneMTA's log (3.10): one line says what became of a recipient, and names the message as "ID.SEQ". Whether it went by TLS, the
 * lines of attend.js say. Level, component and text of a line are written one after the other by three processes, so that only
 * the text is whole.
 */

const endLine =
  / ([0-9a-f]+)\.([0-9a-f]+) (ACCEPTED|DEFERRED|REJECTED)(?:\[\w*\])? from=\S* to=(\S+) src=\S* mx=(?:(\S+\[\S+\])|\S*) id=\S* \((.*)\)$/;
const sessionLine = / ([0-9a-f]+\.[0-9a-f]+) SESSION relay=\S+ tls=(trusted|untrusted|none)$/;
const idLine = / ([0-9a-f]{18})(?:\.[0-9a-f]{3,})? [A-Z]+/;

const statuses = { ACCEPTED: "sent", DEFERRED: "deferred", REJECTED: "bounced" } as const;

/** Most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  // Of a null MX it says no more than of a host without addresses.
  [
    /^DNS Error: (Unable to resolve the IP address|Failed to resolve any IP addresses)/,
    "address-lookup-failed",
  ],
  [/^DNS Error: .*(Domain name not found|answer with no data)$/, "domain-not-found"],
  [/^DNS Error: /, "mx-lookup-failed"],
  [/:error:[0-9A-F]{8}:/, "handshake-failed"],
  [/^[45]\d\d[ -]/, "server-refused"],
  [/^Network error: |closed unexpectedly|ECONNRESET|EPIPE|timed out|^Timeout/i, "connection-failed"],
];

export function createZoneMtaLogReader(): LogReader {
  /** By delivery: how its last session went. */
  const sessions = new Map<string, ClaimedAttempt["tls"]>();

  return {
    read(line) {
      const session = sessionLine.exec(line);
      if (session) sessions.set(session[1] ?? "", session[2] as ClaimedAttempt["tls"]);
      const [, id, seq, word, recipient, relay, text = ""] = endLine.exec(line) ?? [];
      if (recipient === undefined) return undefined;
      const status = statuses[word as keyof typeof statuses];
      const reason = reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
      const tls = sessions.get(`${id}.${seq}`) ?? "unknown";
      sessions.delete(`${id}.${seq}`);
      return {
        recipient,
        attempt: {
          status,
          tls,
          reason: status === "sent" ? null : reason,
          relay: relay ?? null,
          dsn: null,
          text,
        },
      };
    },

    queueId: (line) => idLine.exec(line)?.[1] ?? null,
  };
}

import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * Courier's log (1.4): lines of an attempt name message and recipient; what the server said comes before the status. It does
 * not tell whether there was TLS.
 */

const recipientLine = /courieresmtp: id=([0-9A-F.]+),(?:from=<[^>]*>,)?addr=<([^>]*)>(.*)$/;

/** The reply to the message tells all but the first part of its queue id. */
export const courierId = /\b[0-9A-F]{16}\.([0-9A-F]{16}\.[0-9A-F]{8})\b/;

/** module.esmtp, most specific first. What goes wrong in TLS comes as a reply 400, in the words of GnuTLS. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/^400 .*certificate/i, "certificate-does-not-match"],
  [/^400 |after receiving the STARTTLS command|couriertls/i, "handshake-failed"],
  [/DNS lookup failed|DNS violates RFC 1035/i, "mx-lookup-failed"],
  [/Domain does not receive mail/i, "null-mx"],
  [/No such domain|Did not find a suitable MX/i, "domain-not-found"],
  [/^[45]\d\d[ -]/, "server-refused"],
  [/Connection|timed out|unreachable|No route|disconnected|shut down|Broken pipe/i, "connection-failed"],
];

function reasonOf(text: string): Reason {
  return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

export function createCourierLogReader(): LogReader {
  /** By message and recipient. */
  const said = new Map<string, string>();

  return {
    read(line) {
      const [, id = "", recipient = "", rest = ""] = recipientLine.exec(line) ?? [];
      if (id === "") return undefined;
      const key = `${id} ${recipient}`;
      const words = /^: (.*)$/.exec(rest)?.[1];
      if (words !== undefined) said.set(key, words);
      const delivered = /,success: delivered: (.*)$/.exec(rest)?.[1];
      const failed = /,status: (deferred|failure)$/.exec(rest)?.[1];
      if (delivered === undefined && failed === undefined) return undefined;
      const text = delivered ?? said.get(key) ?? "";
      said.delete(key);
      const status: ClaimedAttempt["status"] =
        delivered !== undefined ? "sent" : failed === "deferred" ? "deferred" : "bounced";
      return {
        recipient,
        attempt: {
          status,
          tls: "unknown",
          reason: status === "sent" ? null : reasonOf(text),
          relay: delivered ?? null,
          dsn: null,
          text,
        },
      };
    },

    queueId: (line) => courierId.exec(line)?.[1] ?? null,
  };
}

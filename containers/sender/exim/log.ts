import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/** Exim's main log (4.94 to 4.100), with the log selectors of configuration.ts. Every line names its message. */

/** "1vNabc-00000000012-AbCd", before 4.97 "1vNabc-0000Ab-12". */
const id = /(?:^|\s)([0-9A-Za-z]{6}-(?:[0-9A-Za-z]{11}-[0-9A-Za-z]{4}|[0-9A-Za-z]{6}-[0-9A-Za-z]{2}))(?=\s)/;

/** Delivered, also together with another recipient, delayed, given up. */
const outcomeLine = / (=>|->|==|\*\*) (\S+?):?(?: <[^>]*>)?( .*)$/;

/** A certificate that matched a TLSA record is invalid only by its name (verify_certificate() in tls-gnu.c). */
const nameLine =
  / DANE attempt failed; TLS connection to \S+ \[[^\]]+\]: \(certificate verification failed\): certificate invalid/;

/** What is said of a host before the delivery process crashes. */
const unusableLine = / DANE error: No usable TLSA records/;
const failedLine = / DANE attempt failed; TLS connection to \S+ \[[^\]]+\]: (.*)$/;
const crashed = /terminated by signal/;

/** What stands between the recipient and the text: "R=dane T=dane defer (-37) H=mx.x.example DS [198.18.0.1] DT=0.1s". */
const fields =
  /^(?: (?:[A-Z]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*?)|DS|PRX|TFO\*?|L\*?|K|A|PRDR|\[[^\]\s]+\](?::\d+)?\*?|defer(?: \(-?\d+\))?))*(?: ?: |$)/;
const hostField = / H=(\S+?)(?: DS)? \[([^\]]+)\]/;
const verifiedField = / CV=(\S+?)(?=[\s:]|$)/;

/** Exim 4.98 src/transports/smtp.c, src/tls-gnu.c, src/tls-openssl.c, src/routers: the words after the fields, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/TLSA record problem/i, "tlsa-unusable"],
  [/certificate verification failed|certificate verify failed/i, "certificate-does-not-match"],
  [/server did not offer TLS support/i, "starttls-not-offered"],
  [/an attempt to start TLS failed|after STARTTLS/i, "starttls-refused"],
  [/TLS session: /i, "handshake-failed"],
  [/tlsa lookup DEFER/i, "tlsa-lookup-failed"],
  [/tlsa lookup FAIL/i, "no-tlsa"],
  [/lookup not DNSSEC/i, "not-secure"],
  [/host lookup did not complete/i, "mx-lookup-failed"],
  [/indicated no SMTP service/i, "null-mx"],
  [/Unrouteable address|point to non-existent hosts|lookup of host .* failed/i, "domain-not-found"],
  [
    /Connection (refused|timed out|reset)|No route to host|Network is unreachable|timed? ?out|closed connection/i,
    "connection-failed",
  ],
  [/SMTP error from remote mail server/i, "server-refused"],
];

function claimOf(line: string): ClaimedAttempt["tls"] {
  if (!/ X=\S/.test(line)) return "none";
  switch (verifiedField.exec(line)?.[1]) {
    case "dane":
      return "verified";
    case "yes":
      return "trusted";
    default:
      return "untrusted";
  }
}

function statusOf(sign: string): ClaimedAttempt["status"] {
  return sign === "==" ? "deferred" : sign === "**" ? "bounced" : "sent";
}

/** The message that a line is about. */
export function eximQueueId(line: string): string | null {
  return id.exec(line)?.[1] ?? null;
}

export function createEximLogReader(): LogReader {
  /** Messages whose last attempt at a host failed by its name. */
  const misnamed = new Set<string>();
  /** By message, why its last host failed. */
  const failed = new Map<string, Reason>();

  const reasonOf = (text: string, queueId: string): Reason => {
    if (text.includes("): certificate invalid") && misnamed.has(queueId)) return "name-mismatch";
    if (crashed.test(text)) return failed.get(queueId) ?? "other";
    return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
  };

  return {
    read(line) {
      const queueId = eximQueueId(line);
      // What goes to the panic log stands in the main log as well.
      if (queueId === null || line.startsWith("paniclog: ")) return undefined;
      if (nameLine.test(line)) misnamed.add(queueId);
      const [, failure] = failedLine.exec(line) ?? [];
      if (failure !== undefined) failed.set(queueId, reasonOf(failure, queueId));
      if (unusableLine.test(line)) failed.set(queueId, "tlsa-unusable");
      const found = outcomeLine.exec(line);
      if (!found) return undefined;
      const [, sign = "", recipient = "", rest = ""] = found;
      const told = fields.exec(rest)?.[0] ?? "";
      const text = rest
        .slice(told.length)
        .replace(/ DT=\S+$/, "")
        .trim();
      const status = statusOf(sign);
      // Nobody was asked: this is no attempt.
      if (/retry time not reached/.test(text)) return undefined;
      const reason = status === "sent" ? null : reasonOf(text, queueId);
      misnamed.delete(queueId);
      failed.delete(queueId);
      const host = hostField.exec(told);
      return {
        recipient,
        attempt: {
          status,
          tls: claimOf(told),
          reason,
          relay: host && reason !== "connection-failed" ? `${host[1]}[${host[2]}]` : null,
          dsn: null,
          text: status === "sent" ? told.trim() : text,
        },
      };
    },

    queueId: eximQueueId,
  };
}

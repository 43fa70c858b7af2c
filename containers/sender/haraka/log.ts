import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * Haraka's log (3.3), and the lines of attend.js, which say what became of a recipient. "Tried all MXs" is all that it says in
 * the end: why is in the lines before it, which name the message as "[UUID.1]". Of an attempt that never ends it says no more
 * than that it blocked something: the message stays in the queue, and is not tried again before a restart.
 */

const idLine = /([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\.\d+)/;
const deliveryLine = /([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\.\d+\.\d+)/;
const ownLine = /danelab: \S+: to=<([^>]*)> status=(tried|sent|deferred|bounced) (.*)$/;
const failedLine =
  /\[outbound\] ((?:Ongoing connection failed|Failed to get socket:|Remote end|MX Lookup for) .*)$/;
const stuckLine = /\[outbound\] (Blocking attempt to send unencrypted data .*)$/;
const securedLine = / secured verified=(\S+)/;
const relayField = /^relay=(\S+) tls=([YN]) /;

/** The last failure and the text at the end, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/NULL MX/, "null-mx"],
  [/No Such Domain|Nowhere to deliver/, "domain-not-found"],
  [/DNS lookup failure|Temporary MX lookup error/, "mx-lookup-failed"],
  [/No TLS available|^Blocking attempt/, "starttls-not-offered"],
  [/does not match certificate's altnames/, "name-mismatch"],
  [/certificate has expired/, "certificate-expired"],
  [/self-signed certificate|unable to (verify|get)|failed TLS verification/, "certificate-does-not-match"],
  [/:error:\d|TLS connection was established|waiting on starttls/, "handshake-failed"],
  // No host was tried: none had an address.
  [/^Tried all MXs/, "address-lookup-failed"],
  [
    /Upstream error|Unrecognized response|recipients (rejected|failed|temp failed)|^[45]\d\d /,
    "server-refused",
  ],
  [/connect E|timed out|timeout|ECONNRESET|EPIPE|closed connection/, "connection-failed"],
];

interface Delivery {
  recipient: string;
  verified: boolean;
  failure: string;
}

function attemptOf(
  { verified, failure }: Delivery,
  status: ClaimedAttempt["status"],
  rest: string,
): ClaimedAttempt {
  const [told = "", relay = null, tls] = relayField.exec(rest) ?? [];
  const text = rest.slice(told.length);
  const words = `${failure} ${text}`.trim();
  const reason = reasonsByText.find(([pattern]) => pattern.test(words))?.[1] ?? "other";
  return {
    status,
    tls: tls === undefined ? "unknown" : tls === "N" ? "none" : verified ? "trusted" : "untrusted",
    reason: status === "sent" ? null : reason,
    relay,
    dsn: null,
    text,
  };
}

export function createHarakaLogReader(): LogReader {
  const deliveries = new Map<string, Delivery>();
  const deliveryOf = (id: string): Delivery => {
    const known = deliveries.get(id) ?? { recipient: "", verified: false, failure: "" };
    deliveries.set(id, known);
    return known;
  };

  return {
    read(line) {
      const id = deliveryLine.exec(line)?.[1];
      if (id === undefined) return undefined;
      const delivery = deliveryOf(id);
      const [, recipient = "", word, rest = ""] = ownLine.exec(line) ?? [];
      if (word === "tried") deliveries.set(id, { recipient, verified: false, failure: "" });
      else if (word === "sent" || word === "deferred" || word === "bounced") {
        return { recipient, attempt: attemptOf(delivery, word, rest) };
      }
      const stuck = stuckLine.exec(line)?.[1];
      if (stuck !== undefined)
        return { recipient: delivery.recipient, attempt: attemptOf(delivery, "deferred", stuck) };
      const secured = securedLine.exec(line);
      if (secured) delivery.verified = secured[1] === "true";
      const failed = failedLine.exec(line);
      if (failed) delivery.failure = failed[1] ?? "";
      return undefined;
    },

    queueId: (line) => idLine.exec(line)?.[1] ?? null,
  };
}

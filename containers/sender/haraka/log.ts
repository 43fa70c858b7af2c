import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * Haraka's log (3.3), and the lines of attend.js, which say what became of a recipient. "Tried all MXs" is all that it says in
 * the end: why is in the lines before it, which name the message as "[UUID.1]".
 */

const idLine = /([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\.\d+)/;
const deliveryLine = /([0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\.\d+\.\d+)/;
const overLine = /danelab: (\S+): to=<([^>]*)> status=(sent|deferred|bounced) (.*)$/;
const failedLine =
  /\[outbound\] ((?:Ongoing connection failed|Failed to get socket:|Remote end|MX Lookup for) .*)$/;
const securedLine = / secured verified=(\S+)/;
const relayField = /^relay=(\S+) tls=([YN]) /;

/** The last failure and the text at the end, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/NULL MX/, "null-mx"],
  [/No Such Domain|Nowhere to deliver/, "domain-not-found"],
  [/DNS lookup failure|Temporary MX lookup error/, "mx-lookup-failed"],
  [/No TLS available/, "starttls-not-offered"],
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
  verified: boolean;
  failure: string;
}

export function createHarakaLogReader(): LogReader {
  const deliveries = new Map<string, Delivery>();
  const deliveryOf = (id: string): Delivery => {
    const known = deliveries.get(id) ?? { verified: false, failure: "" };
    deliveries.set(id, known);
    return known;
  };

  const claimOf = ({ verified }: Delivery, tls: string | undefined): ClaimedAttempt["tls"] =>
    tls === undefined ? "unknown" : tls === "N" ? "none" : verified ? "trusted" : "untrusted";

  return {
    read(line) {
      const over = overLine.exec(line);
      if (over) {
        const [, id = "", recipient = "", word, rest = ""] = over;
        const delivery = deliveryOf(id);
        const relay = relayField.exec(rest);
        const text = rest.slice(relay?.[0].length ?? 0);
        const words = `${delivery.failure} ${text}`.trim();
        deliveries.delete(id);
        return {
          recipient,
          attempt: {
            status: word === "sent" ? "sent" : word === "bounced" ? "bounced" : "deferred",
            tls: claimOf(delivery, relay?.[2]),
            reason:
              word === "sent"
                ? null
                : (reasonsByText.find(([pattern]) => pattern.test(words))?.[1] ?? "other"),
            relay: relay?.[1] ?? null,
            dsn: null,
            text,
          },
        };
      }
      const id = deliveryLine.exec(line)?.[1];
      if (id === undefined) return undefined;
      const secured = securedLine.exec(line);
      if (secured) Object.assign(deliveryOf(id), { verified: secured[1] === "true" });
      const failed = failedLine.exec(line);
      if (failed) deliveryOf(id).failure = failed[1] ?? "";
      return undefined;
    },

    queueId: (line) => idLine.exec(line)?.[1] ?? null,
  };
}

import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/** chasquid's log (1.15, -v=1): the lines of a delivery name the recipient, the mail log tells the outcome. */

const deliveryLine = /Courier\.SMTP (\S+): (.*)$/;
const outcomeLine = /(?:^|\s)(\S+) from=(\S+) to=(\S+) (?:(sent)|failed \((temporary|permanent)\): (.*))$/;
const hostsLine = /^MXs: \[(\S+?)[\s\]]/;
const nextLine = /\\"(\S+?)\\" returned transient error: (?!Could not dial)/;

/** internal/courier/smtp.go and Go's net, net/textproto and crypto/tls, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/TLS error: (\d{3} |.*STARTTLS)/i, "starttls-refused"],
  [/TLS error|remote error: tls/, "handshake-failed"],
  [/Security level check failed/, "starttls-not-offered"],
  [/Could not find mail server: .*(server misbehaving|timeout|temporary)/i, "mx-lookup-failed"],
  // An empty name: the MX record says that the domain takes no mail (RFC 7505).
  [/Could not dial: .*lookup \. on .*no such host/, "null-mx"],
  [/Could not find mail server|Could not dial: .*lookup .*no such host/, "domain-not-found"],
  [/Could not dial: .*lookup /, "address-lookup-failed"],
  [/Could not dial|EOF|reset by peer|i\/o timeout|broken pipe/, "connection-failed"],
  [/(MAIL\+RCPT|DATA|DATA closing|saying hello:|creating client:) \d{3} /, "server-refused"],
];

function reasonOf(text: string): Reason {
  return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

function channelOf(text: string): ClaimedAttempt["tls"] | undefined {
  if (text.startsWith("Insecure - NOT using TLS")) return "none";
  if (text.startsWith("Insecure - using TLS")) return "untrusted";
  if (text.startsWith("Secure - using TLS")) return "trusted";
  return undefined;
}

export function createChasquidLogReader(): LogReader {
  const channels = new Map<string, ClaimedAttempt["tls"]>();
  const servers = new Map<string, string>();

  return {
    read(line) {
      const [, to = "", words = ""] = deliveryLine.exec(line) ?? [];
      const channel = channelOf(words);
      if (channel) channels.set(to, channel);
      const server = (hostsLine.exec(words) ?? nextLine.exec(words))?.[1];
      if (server) servers.set(to, server);
      const outcome = outcomeLine.exec(line);
      if (!outcome) return undefined;
      const [, , , recipient = "", sent, kind, text = ""] = outcome;
      const tls = channels.get(recipient) ?? "none";
      channels.delete(recipient);
      const reached = servers.get(recipient) ?? null;
      servers.delete(recipient);
      return {
        recipient,
        attempt: {
          status: sent ? "sent" : kind === "temporary" ? "deferred" : "bounced",
          tls,
          reason: sent ? null : reasonOf(text),
          relay: /Could not (dial|find)/.test(text) ? null : reached,
          dsn: null,
          text: sent ?? text,
        },
      };
    },

    // The recipient is in every line.
    queueId: () => null,
  };
}

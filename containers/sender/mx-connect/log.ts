import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/** The log of client.mjs: one JSON object a line, with the words of mx-connect and of nodemailer's SMTPConnection in it. */

type Entry = Readonly<Record<string, unknown>>;

const statuses = ["sent", "deferred", "bounced"] as const;

const tlsByWord: Readonly<Record<string, ClaimedAttempt["tls"]>> = {
  dane: "verified",
  pkix: "trusted",
  unverified: "untrusted",
  none: "none",
};

/** Of category, code, command, reply code and text of an error, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/^dane .*TLSA lookup failed/, "tlsa-lookup-failed"],
  [/^dane DANE_VERIFICATION/, "certificate-does-not-match"],
  [/^dns ENULLMX/, "null-mx"],
  [/^dns ENOTFOUND/, "domain-not-found"],
  [/^dns .*resolving the Mail Exchange/, "mx-lookup-failed"],
  [/^dns .*Unable to resolve the IP address/, "address-lookup-failed"],
  [/does not support required STARTTLS/, "starttls-not-offered"],
  [/ ETLS STARTTLS .*Error upgrading/, "starttls-refused"],
  [/does not match certificate's altnames/, "name-mismatch"],
  [/certificate has expired/, "certificate-expired"],
  [/self-signed certificate|unable to (verify|get)/, "certificate-does-not-match"],
  [/^network /, "connection-failed"],
];

function word(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "-";
}

function reasonOf({ category, code, command, responseCode, error, inTls }: Entry): Reason {
  const text = [category, code, command, responseCode, error].map(word).join(" ");
  const known = reasonsByText.find(([pattern]) => pattern.test(text))?.[1];
  if (known) return known;
  if (typeof responseCode === "number") return "server-refused";
  if (inTls === true) return "handshake-failed";
  return /ESOCKET|ECONNECTION|ETIMEDOUT/.test(text) ? "connection-failed" : "other";
}

function parse(line: string): Entry {
  if (!line.startsWith("{")) return {};
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

export function createMxConnectLogReader(): LogReader {
  return {
    read(line) {
      const entry = parse(line);
      const { to, relay, tls, response, error } = entry;
      const status = statuses.find((one) => one === entry["status"]);
      if (typeof to !== "string" || !status) return undefined;
      const text = word(response ?? error);
      return {
        recipient: to,
        attempt: {
          status,
          tls: tlsByWord[word(tls)] ?? "unknown",
          reason: status === "sent" ? null : reasonOf(entry),
          relay: typeof relay === "string" ? relay : null,
          dsn: null,
          text,
        },
      };
    },

    queueId: (line) => {
      const { id } = parse(line);
      return typeof id === "string" ? id : null;
    },
  };
}

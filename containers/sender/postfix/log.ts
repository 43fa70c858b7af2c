import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * Postfix's log (3.5 to 3.11, smtp_tls_loglevel = 1). TLS lines carry no queue id: they belong to the next status line
 * of the same process for the same server, as one smtp(8) process handles one delivery at a time.
 */

const tlsLine =
  /postfix\/\S+\[(\d+)\]: (Verified|Trusted|Untrusted|Anonymous) TLS connection (?:established|reused) to \S+?\[([^\]]+)\]:\d+/;
/** A session that ended without a verdict on the recipient: another one may follow. */
const sessionEndLine =
  /postfix\/\S+\[(\d+)\]: [0-9A-Za-z]+: (?:lost connection with|conversation with) \S+?\[([^\]]+)\](?:\[\d+\])? (?:while|timed out)/;
const verificationLine =
  /postfix\/\S+\[(\d+)\]: (?:server|CA) certificate verification failed for \S+?\[([^\]]+)\]:\d+: (?:num=\d+:)?(.*)$/;
const statusLine =
  /postfix\/\S+\[(\d+)\]: ([0-9A-Za-z]+): to=<([^>]*)>,.*? relay=([^,]+),.*?(?: tls=([^,]+),)? dsn=([0-9.]+), status=(sent|deferred|bounced) \((.*)\)$/;

/** Short ids are hexadecimal; long ones (enable_long_queue_ids) have no vowels: "warning" is neither. */
const queueId = "([0-9A-F]{6,}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,})";
const queueIdLine = new RegExp(`\\]: ${queueId}: `);
/** A message in the list of postqueue -p: "*" active, "!" on hold, "#" forced to expire. */
const queuedLine = new RegExp(`^${queueId}[*!#]* `, "gm");

/** What `postqueue -p` lists. */
export function queueIdsOf(list: string): ReadonlySet<string> {
  return new Set([...list.matchAll(queuedLine)].map(([, id]) => id ?? ""));
}

/** Postfix 3.10 src/smtp and src/tls: the words of the status text, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/hostname mismatch/i, "name-mismatch"],
  [/certificate has expired|certificate expired/i, "certificate-expired"],
  [/certificate not (verified|trusted)/i, "certificate-does-not-match"],
  [/TLS is required, but was not offered/i, "starttls-not-offered"],
  [/TLS is required, but host .* refused to start TLS/i, "starttls-refused"],
  [/Cannot start TLS: handshake failure/i, "handshake-failed"],
  [/TLSA lookup error/i, "tlsa-lookup-failed"],
  [/TLSA records unusable/i, "tlsa-unusable"],
  [/no TLSA records found/i, "no-tlsa"],
  [/non DNSSEC destination/i, "not-secure"],
  [/type=MX: Host not found, try again/i, "mx-lookup-failed"],
  [/type=A{1,4}: Host not found, try again/i, "address-lookup-failed"],
  [/Host or domain name not found|Host not found/i, "domain-not-found"],
  [/does not accept mail \(nullMX\)/i, "null-mx"],
  [
    /Connection (refused|timed out)|No route to host|Network is unreachable|lost connection|conversation with .* timed out/i,
    "connection-failed",
  ],
  [/ (said|refused to talk to me): [45]\d\d/i, "server-refused"],
];

function reasonOf(
  text: string,
  verification: string | undefined,
  handshake: ClaimedAttempt["tls"] | undefined,
): Reason {
  // 3.5 names no check: it says "not trusted" of a chain, "not verified" of the name in one that is trusted.
  if (verification === undefined && handshake === "trusted" && /certificate not verified/i.test(text))
    return "name-mismatch";
  // "Server certificate not verified" is all the status says; the line before it names the check that failed.
  const detail = /certificate not (verified|trusted)/i.test(text) ? `${verification ?? ""} ${text}` : text;
  return reasonsByText.find(([pattern]) => pattern.test(detail))?.[1] ?? "other";
}

function claimOf(word: string): ClaimedAttempt["tls"] {
  switch (word) {
    case "Verified":
      return "verified";
    case "Trusted":
      return "trusted";
    case "Anonymous":
      return "anonymous";
    default:
      return "untrusted";
  }
}

/**
 * 3.11 and later tell in the status line itself what was in use (smtp_log_tls_feature_status): "dane", "may:none" for a
 * level and what came of it, with "!" before it where that was not met and "?" behind it where it was not reached. Of a
 * message that went out it is the last word; TLS without authentication is told closer by the line of the handshake.
 */
function claimOfStatus(feature: string, handshake: ClaimedAttempt["tls"] | undefined): ClaimedAttempt["tls"] {
  if (/^!|\?$/.test(feature)) return handshake ?? "none";
  switch (feature.split(":").at(-1)) {
    case "none":
      return "none";
    case "dane":
    case "dane-only":
    case "fingerprint":
    case "verify":
    case "secure":
      return "verified";
    // The server matched, the MX record that named it is not secure.
    case "halfdane":
      return "trusted";
    default:
      return handshake === undefined || handshake === "verified" ? "untrusted" : handshake;
  }
}

/** smtp(8) that ends itself, and the word of master(8) on one that has ended. */
const panicLine = /postfix\/\S*smtp\[(\d+)\]: (panic: .*)$/;
const killedLine = /postfix\/master\[\d+\]: warning: process \S+\/smtp pid (\d+) killed by signal (\d+)/;

/** "mx.x.example[198.18.20.1]" */
function addressOf(server: string): string {
  return /\[([^\]]+)\]/.exec(server)?.[1] ?? "";
}

/** By address: the status line may write the host's name in another case. */
interface Pending {
  readonly tls: Map<string, ClaimedAttempt["tls"]>;
  readonly verification: Map<string, string>;
}

export function createPostfixLogReader(): LogReader {
  const byProcess = new Map<string, Pending>();
  const panics = new Map<string, string>();
  const pendingOf = (process: string): Pending => {
    const known = byProcess.get(process);
    if (known) return known;
    const fresh: Pending = { tls: new Map(), verification: new Map() };
    byProcess.set(process, fresh);
    return fresh;
  };

  return {
    read(line) {
      const tls = tlsLine.exec(line);
      if (tls) {
        const [, process = "", word = "", address = ""] = tls;
        pendingOf(process).tls.set(address, claimOf(word));
        return undefined;
      }
      const verification = verificationLine.exec(line);
      if (verification) {
        const [, process = "", address = "", check = ""] = verification;
        pendingOf(process).verification.set(address, check);
        return undefined;
      }
      const ended = sessionEndLine.exec(line);
      if (ended) {
        // The next session with the same address, for the same message, may be in clear text.
        pendingOf(ended[1] ?? "").tls.delete(ended[2] ?? "");
        return undefined;
      }
      const status = statusLine.exec(line);
      if (!status) return undefined;
      const [, process = "", , recipient = "", relay = "", feature, dsn = "", word = "", text = ""] = status;
      const pending = byProcess.get(process);
      byProcess.delete(process);
      const server = relay === "none" ? null : relay.replace(/:\d+$/, "");
      const address = addressOf(server ?? "");
      const handshake = pending?.tls.get(address);
      const claimed = feature === undefined ? (handshake ?? "none") : claimOfStatus(feature, handshake);
      return {
        recipient,
        attempt: {
          status: word === "sent" ? "sent" : word === "bounced" ? "bounced" : "deferred",
          tls: server === null ? "none" : claimed,
          reason: word === "sent" ? null : reasonOf(text, pending?.verification.get(address), handshake),
          relay: server,
          dsn,
          text,
        },
      };
    },

    queueId: (line) => queueIdLine.exec(line)?.[1] ?? null,

    crash(line) {
      const [, dying, panic] = panicLine.exec(line) ?? [];
      if (dying !== undefined && panic !== undefined) panics.set(dying, panic);
      const [, process, signal] = killedLine.exec(line) ?? [];
      if (process === undefined) return undefined;
      byProcess.delete(process);
      const word = panics.get(process);
      return `smtp(8) was killed by signal ${signal}${word === undefined ? "" : `, ${word}`}`;
    },
  };
}

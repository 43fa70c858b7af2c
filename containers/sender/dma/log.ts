import type { LogReader } from "../../../harness/lab/driver.ts";
import type { ClaimedAttempt, Reason } from "../../../harness/model/evidence.ts";

/**
 * dma's log (0.13), and the lines of attend.pl, which say when an attempt is over with the message deferred: a line for each
 * server that was tried comes before, and the last one counts. Every line names its message and, behind a dot, the recipient.
 */

const queuedLine = /dma\[[0-9a-f]+\]: mail to=<(.*)> queued as (\S+)$/;
const itemLine = /dma\[([0-9a-f]+\.[0-9a-f]+)\]: (.*)$/;
const overLine = /danelab: ([0-9a-f]+): (over|died of signal \d+), to=<(.*)>$/;
const queueIdLine = /(?:dma\[|danelab: )([0-9a-f]+)(?:\.[0-9a-f]+\]|\]|): /;
const tryingLine = /^trying remote delivery to (\S+) \[(\S+)\]/;

/** dma's net.c, crypto.c and dns.c: of the last lines about a server, most specific first. */
const reasonsByText: readonly (readonly [RegExp, Reason])[] = [
  [/deferred: DNS lookup failure/i, "mx-lookup-failed"],
  [/failed: DNS lookup failure/i, "domain-not-found"],
  [/STARTTLS not available/i, "starttls-not-offered"],
  [/SSL handshake failed|Peer did not provide certificate/i, "handshake-failed"],
  [
    /died of signal|connect to .* failed|(failed after|server greeting at) .*: error:|unexpected connection end|Timeout|timed out|Connection reset|write error|Broken pipe/i,
    "connection-failed",
  ],
  [/failed after|did not like|server greeting/i, "server-refused"],
];

function reasonOf(text: string): Reason {
  return reasonsByText.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

interface Item {
  readonly recipient: string;
  tls: ClaimedAttempt["tls"];
  /** STARTTLS was: what follows is in clear text. */
  refused: boolean;
  relay: string | null;
  /** The last line that tells why it failed. */
  problem: string;
}

export function createDmaLogReader(): LogReader {
  const items = new Map<string, Item>();

  const end = (item: Item, status: ClaimedAttempt["status"]) => {
    const { recipient, tls, relay, problem } = item;
    const sent = status === "sent";
    const attempt: ClaimedAttempt = {
      status,
      tls,
      reason: sent ? null : reasonOf(problem),
      relay: sent || !/connect to .* failed/.test(problem) ? relay : null,
      dsn: null,
      text: sent ? "delivery successful" : problem,
    };
    return { recipient, attempt };
  };

  return {
    read(line) {
      const queued = queuedLine.exec(line);
      if (queued) {
        const [, recipient = "", id = ""] = queued;
        items.set(id, { recipient, tls: "none", refused: false, relay: null, problem: "" });
        return undefined;
      }
      const over = overLine.exec(line);
      if (over) {
        const [, id = "", how = "", recipient = ""] = over;
        const item = [...items].find(([key, one]) => key.startsWith(`${id}.`) && one.recipient === recipient);
        if (!item) return undefined;
        if (how !== "over") item[1].problem = how;
        return end(item[1], "deferred");
      }
      const [, id = "", text = ""] = itemLine.exec(line) ?? [];
      const item = items.get(id);
      if (!item) return undefined;
      const trying = tryingLine.exec(text);
      if (trying) Object.assign(item, { tls: "none", refused: false, relay: `${trying[1]}[${trying[2]}]` });
      else if (/^<.*> trying delivery$/.test(text))
        Object.assign(item, { tls: "none", refused: false, relay: null, problem: "" });
      else if (/STARTTLS not available/.test(text)) item.refused = true;
      // It says so in clear text as well.
      else if (text === "SSL initialization successful") item.tls = item.refused ? "none" : "untrusted";
      else if (/> delivery successful$/.test(text)) return end(item, "sent");
      else if (/^delivery failed, bouncing as/.test(text)) return end(item, "bounced");
      else if (!/^(using|connection accepted| {2}Server|in opportunistic)/.test(text)) item.problem = text;
      return undefined;
    },

    queueId: (line) => queueIdLine.exec(line)?.[1] ?? null,
  };
}

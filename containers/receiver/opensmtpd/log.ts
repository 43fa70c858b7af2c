import type { ServerNews } from "../../../harness/lab/driver.ts";

/** Reads what witness.pl writes ("event|session|..."), and from OpenSMTPD's own log why a handshake failed. */
const event =
  /: (?:witness: )?(link-connect|link-disconnect|link-tls|protocol-client|protocol-server|canary)\|([0-9a-f]{16})(?:\|(.*))?$/;
const failed = /: ([0-9a-f]{16}) smtp disconnected reason="?io-error: (handshake failed.*?)"?$/;
const address = /\|([\d.]+:\d+)\|[\d.]+:\d+$/;

export function createOpensmtpdReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  const clients = new Map<string, string>();
  return {
    read(text) {
      const [, broken, reason] = failed.exec(text) ?? [];
      const unlucky = broken === undefined ? undefined : clients.get(broken);
      if (unlucky !== undefined && reason !== undefined) return { client: unlucky, is: "tls-failed", reason };

      const [, name, session = "", words = ""] = event.exec(text) ?? [];
      if (name === "link-connect") {
        const [, from] = address.exec(words) ?? [];
        if (from !== undefined) clients.set(session, from);
        return undefined;
      }
      const client = clients.get(session);
      if (client === undefined) return undefined;
      switch (name) {
        case "protocol-client":
          // The end of a message.
          return words === "." ? undefined : { client, is: "command", line: words };
        case "protocol-server":
          return { client, is: "reply", line: words };
        case "link-tls": {
          const [version = "", cipher = ""] = words.split(":");
          return { client, is: "tls", state: { version, cipher }, resumed: false };
        }
        case "canary":
          return { client, is: "canary", canary: words };
        case "link-disconnect":
          clients.delete(session);
          return { client, is: "closed" };
        default:
          return undefined;
      }
    },
  };
}

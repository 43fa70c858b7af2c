import type { ServerNews } from "../../../harness/lab/driver.ts";

/**
 * Reads the debugging output of Exim's daemon. Each line begins with the process, and a process serves one client. Of a reply
 * of several lines the later ones stand below the first, without a sign of their own.
 */
const line = /^(?:[\d:.]+ )? *(\d+) (.*)$/;
const begins = /^Process \d+ is handling incoming connection from \S*\[([^\]]+)\]:(\d+)/;
const said = /^SMTP<< (.*)$/;
const replied = /^(?:SMTP>[>|] | {7})(\d{3}[- ].*|\d{3})$/;
const secured = /^cipher: (TLS[\d.]+):(\S+)/;
const failed = /^ +TLS error on connection from .* (\((?:gnutls_handshake|SSL_accept)\): .*)$/;
const canary = /canary=(\S+)/;
const ends = /^>{16} Exim pid=\d+ .*terminating/;

export function createEximReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  const clients = new Map<string, string>();
  return {
    read(text) {
      const [, process = "", words = ""] = line.exec(text) ?? [];
      const [, address, port] = begins.exec(words) ?? [];
      if (address !== undefined) {
        clients.set(process, `${address}:${port}`);
        return undefined;
      }
      const client = clients.get(process);
      if (client === undefined) return undefined;

      const [, command] = said.exec(words) ?? [];
      if (command !== undefined) return { client, is: "command", line: command };
      const [, reply] = replied.exec(words) ?? [];
      if (reply !== undefined) return { client, is: "reply", line: reply };
      const [, version, cipher = ""] = secured.exec(words) ?? [];
      if (version !== undefined)
        return {
          client,
          is: "tls",
          state: { version: version.replace("TLS", "TLSv"), cipher },
          resumed: false,
        };
      const [, reason] = failed.exec(words) ?? [];
      if (reason !== undefined) return { client, is: "tls-failed", reason };
      const [, read] = canary.exec(words) ?? [];
      if (read !== undefined) return { client, is: "canary", canary: read };
      if (!ends.test(words)) return undefined;
      clients.delete(process);
      return { client, is: "closed" };
    },
  };
}

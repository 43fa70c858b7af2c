import type { ServerNews } from "../../../harness/lab/driver.ts";

/**
 * Reads the log of chasquid -v=1, as attend.pl passes it on. It tells neither the greeting nor the reply to QUIT, and of TLS only
 * that there is some. Commands are in capitals there, whatever the client wrote.
 */
const line = /^\S \S+ +(?:SMTP\.Conn|Hook\.Post-DATA) ([\d.]+:\d+): (.*)$/;
const command = /^-> ([A-Z].*?) *$/;
const handshakeFailed = /^<- 554 +5\.5\.0 (Error in TLS handshake: .*)$/;
/** Once more: now it goes to the client, in clear. */
const saidSo = /^(?:error: )?STARTTLS failed: (554) +(.*)$/;
const reply = /^<- (\d{3})(?: +|(-))(.*)$/;
const canary = /^stdout: .*X-Danelab-Canary-Seen: ([^\\"\s]+)/i;
const closed = /^danelab: ([\d.]+:\d+) closed$/;

export function createChasquidReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  return {
    read(text) {
      const [, left] = closed.exec(text) ?? [];
      if (left !== undefined) return { client: left, is: "closed" };
      const [, client, words = ""] = line.exec(text) ?? [];
      if (client === undefined) return undefined;

      const [, said] = command.exec(words) ?? [];
      if (said !== undefined) return { client, is: "command", line: said };
      if (words.startsWith("<> ...  jump to TLS was successful"))
        return { client, is: "tls", state: null, resumed: false };
      const [, reason] = handshakeFailed.exec(words) ?? [];
      if (reason !== undefined) return { client, is: "tls-failed", reason };
      const [, failure, why = ""] = saidSo.exec(words) ?? [];
      if (failure !== undefined) return { client, is: "reply", line: `${failure} ${why}` };
      const [, code, more = " ", rest = ""] = reply.exec(words) ?? [];
      if (code !== undefined) return { client, is: "reply", line: `${code}${more}${rest}` };
      const [, seen] = canary.exec(words) ?? [];
      return seen === undefined ? undefined : { client, is: "canary", canary: seen };
    },
  };
}

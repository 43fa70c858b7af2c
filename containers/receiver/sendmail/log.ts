import type { ServerNews } from "../../../harness/lab/driver.ts";

/** Reads what attend.pl puts together: the log, the traffic and the ends of processes. A process serves one client. */
const line = /(sendmail|traffic)\[(\d+)\]: (.*)$/;
const begins = /^\w+: client=\D*(\d[\d.]*):(\d+)$/;
const secured = /^STARTTLS=server, relay=.* version=(\S+), .*cipher=([^,]+),/;
const failed = /^STARTTLS=server, (error: accept failed=.*)$/;
const cause = /^STARTTLS=server: \d+:(error:.*)$/;
const canary = /^x-danelab-canary: *(\S+)/i;
const ended = /^danelab: (\d+) ended$/;

interface Client {
  readonly name: string;
  /** What it sends now is a message. */
  inMessage: boolean;
  /** Of the message: nothing more is said of its header. */
  inBody: boolean;
}

export function createSendmailReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  const clients = new Map<string, Client>();

  const logged = (process: string, words: string): ServerNews | undefined => {
    const [, address, port] = begins.exec(words) ?? [];
    if (address !== undefined) {
      clients.set(process, { name: `${address}:${port}`, inMessage: false, inBody: false });
      return undefined;
    }
    const client = clients.get(process)?.name;
    if (client === undefined) return undefined;
    const [, version, cipher = ""] = secured.exec(words) ?? [];
    if (version !== undefined) return { client, is: "tls", state: { version, cipher }, resumed: false };
    const [, reason] = failed.exec(words) ?? cause.exec(words) ?? [];
    return reason === undefined ? undefined : { client, is: "tls-failed", reason };
  };

  const heard = (one: Client, words: string): ServerNews | undefined => {
    const client = one.name;
    if (!one.inMessage) return { client, is: "command", line: words };
    if (words === ".") one.inMessage = false;
    if (words === "") one.inBody = true;
    const [, value] = (one.inBody ? null : canary.exec(words)) ?? [];
    return value === undefined ? undefined : { client, is: "canary", canary: value };
  };

  return {
    read(text) {
      const [, over] = ended.exec(text) ?? [];
      if (over !== undefined) {
        const client = clients.get(over)?.name;
        clients.delete(over);
        return client === undefined ? undefined : { client, is: "closed" };
      }
      const [, by, process = "", words = ""] = line.exec(text) ?? [];
      if (by === "sendmail") return logged(process, words);
      const one = clients.get(process);
      if (one === undefined || words === "<<< [EOF]") return undefined;
      if (words.startsWith("<<< ")) return heard(one, words.slice(4));
      if (!words.startsWith(">>> ")) return undefined;
      const reply = words.slice(4);
      if (reply.startsWith("354")) {
        one.inMessage = true;
        one.inBody = false;
      }
      return { client: one.name, is: "reply", line: reply };
    },
  };
}

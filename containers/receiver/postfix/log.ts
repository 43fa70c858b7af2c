import type { ServerNews } from "../../../harness/lab/driver.ts";

/**
 * Reads the log of smtpd and cleanup. debug_peer_list makes smtpd log each command ("< client: EHLO ...") and each line of a
 * reply ("> client: 250 ..."), header_checks makes cleanup log the canary, smtpd_client_port_logging adds the port.
 */
const client = String.raw`\S+\[([^\]]+)\]:(\d+)`;
const said = new RegExp(String.raw`smtpd\[\d+\]: ([<>]) ${client}: (.*)$`);
const secured = new RegExp(
  String.raw`smtpd\[\d+\]: \w+ TLS connection (established|reused) from ${client}(?: to \S+)?: (\S+) with cipher (\S+)`,
);
const failed = new RegExp(String.raw`smtpd\[(\d+)\]: SSL_accept error from ${client}: (.*)$`);
const cause = /smtpd\[(\d+)\]: warning: TLS library problem: (.*)$/;
const header = new RegExp(
  String.raw`cleanup\[\d+\]: \w+: info: header X-Danelab-Canary: (\S+) from ${client};`,
  "i",
);
const left = new RegExp(String.raw`smtpd\[\d+\]: disconnect from ${client} `);

function known(address = "", port = ""): string {
  return `${address}:${port}`;
}

export function createPostfixReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  /** By process, the client whose handshake failed: OpenSSL's words come on a line of their own. */
  const unlucky = new Map<string, string>();
  return {
    read(line) {
      const [, sign, address, port, words = ""] = said.exec(line) ?? [];
      if (sign) return { client: known(address, port), is: sign === "<" ? "command" : "reply", line: words };

      const tls = secured.exec(line);
      if (tls) {
        const [, how, from, at, version = "", cipher = ""] = tls;
        return { client: known(from, at), is: "tls", state: { version, cipher }, resumed: how === "reused" };
      }

      const failure = failed.exec(line);
      if (failure) {
        const [, process = "", from, at, reason = ""] = failure;
        unlucky.set(process, known(from, at));
        return { client: known(from, at), is: "tls-failed", reason: `SSL_accept: ${reason}` };
      }
      const [, process = "", reason = ""] = cause.exec(line) ?? [];
      const whose = unlucky.get(process);
      if (whose !== undefined) return { client: whose, is: "tls-failed", reason };

      const [, canary, sender, senderPort] = header.exec(line) ?? [];
      if (canary !== undefined) return { client: known(sender, senderPort), is: "canary", canary };

      const [, from, at] = left.exec(line) ?? [];
      return from === undefined ? undefined : { client: known(from, at), is: "closed" };
    },
  };
}

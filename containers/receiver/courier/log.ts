import type { ServerNews } from "../../../harness/lab/driver.ts";

/** Reads what witness.pl writes: "127.0.0.1:40000: < EHLO client.example". */
const told = /^([\d.]+:\d+): (<|>|tls|failed|canary|closed)(?: (.*))?$/;
const negotiated = /^Version: TLS([\d.]+) .*Cipher: (?:TLS_)?(\w+)/;
/** couriertls names a key exchange also where TLS 1.3 (RFC 8446 appendix B.4) has it apart from the cipher suite. */
const keyExchange = /^(?:ECDHE|DHE)_(?:(?:RSA|ECDSA|PSK)_)?/;

export function createCourierReceiverLogReader(): { read(line: string): ServerNews | undefined } {
  return {
    read(text) {
      const [, client = "", is, words = ""] = told.exec(text) ?? [];
      switch (is) {
        case "<":
          return { client, is: "command", line: words };
        case ">":
          return { client, is: "reply", line: words };
        case "tls": {
          const [, version = "", suite = ""] = negotiated.exec(words) ?? [];
          const cipher = `TLS_${version === "1.3" ? suite.replace(keyExchange, "") : suite}`;
          return { client, is: "tls", state: { version: `TLSv${version}`, cipher }, resumed: false };
        }
        case "failed":
          return { client, is: "tls-failed", reason: words };
        case "canary":
          return { client, is: "canary", canary: words };
        case "closed":
          return { client, is: "closed" };
        default:
          return undefined;
      }
    },
  };
}

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createOpensmtpdLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/7.6.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createOpensmtpdLogReader();
  const found: Record<string, string> = {};
  for (const line of some) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null).join(" ");
    const key = ended.recipient.replace(/^u\d+@(.*?)(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  return found;
}

test("OpenSMTPD 7.6, recorded; attacks that end the session are tried twice", () => {
  expect(read(lines)).toEqual({
    "base-311.may": "sent untrusted",
    "name-cn-only.may": "sent untrusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    // A handshake that failed, and clear text after it.
    "atk-abort-handshake.may": "sent none",
    "tls-anonymous.may": "sent none",
    "atk-starttls-150.may": "deferred none connection-failed, then deferred none connection-failed",
    "atk-alert-close-notify.may": "deferred none handshake-failed, then deferred none handshake-failed",
    "atk-cut-after-handshake.may": "deferred none connection-failed, then deferred none connection-failed",
    "tls-greylist.may": "deferred untrusted server-refused, then sent untrusted",
    "mx-first-down-second-none.may": "sent untrusted",
    "mx-lookup-timeout.may": "deferred none mx-lookup-failed",
    "mx-null.may": "bounced none null-mx",
    "ghost.mx-nxdomain.may": "bounced none domain-not-found",
  });
});

test("lines of a session belong to the message of the domain that its address was found for", () => {
  const reader = createOpensmtpdLogReader();
  const ids = new Map<string, Set<string | null>>();
  for (const line of lines) {
    const what = / mta (connecting|connected|tls|cert-check|error)\b/.exec(line)?.[1];
    if (what) ids.set(what, (ids.get(what) ?? new Set()).add(reader.queueId(line)));
    reader.read(line);
  }
  expect(new Set(ids.keys())).toEqual(new Set(["connecting", "connected", "tls", "cert-check", "error"]));
  for (const own of ids.values()) {
    for (const id of own) expect(id).toMatch(/^[0-9a-f]{8}$/);
  }
  // One for each message.
  expect(ids.get("connecting")?.size).toBe(10);
});

const told = (...texts: readonly string[]) => texts.map((text) => `Nov 24 19:00:00 smtpd[11]: ${text}`);
const opened = told(
  "00000000000000aa smtp envelope evpid=1234567800000001 from=<t1@verify.sender.example> to=<u1@x.example>",
  "debug: MXs for domain x.example:",
  "\t198.18.20.1 preference 10",
  "00000000000000bb mta connecting address=smtp+tls://198.18.20.1:25 host=198.18.20.1",
);
const noWayLeft = told(
  '0000000000000000 mta delivery evpid=1234567800000001 from=<t1@verify.sender.example> to=<u1@x.example> rcpt=<-> source="-" relay="x.example" delay=1s result="TempFail" stat="Network error on destination MXs"',
);

test.each([
  ["TLS required but not supported by remote host", "starttls-not-offered"],
  ["STARTTLS rejected: 454 4.7.0 TLS not available", "starttls-refused"],
  [
    "IO Error: handshake failed: certificate verification failed: self-signed certificate",
    "certificate-does-not-match",
  ],
  [
    "IO Error: handshake failed: certificate verification failed: certificate has expired",
    "certificate-expired",
  ],
  ["IO Error: handshake failed: name `mx.x.example' not present in server certificate", "name-mismatch"],
  [
    "IO Error: handshake failed: error:0A000410:SSL routines::sslv3 alert handshake failure",
    "handshake-failed",
  ],
  ["BANNER rejected: 554 5.7.0 Refused", "server-refused"],
  ["Connection closed unexpectedly", "connection-failed"],
])("where no way is left, the last session tells why: %s", (text, reason) => {
  const failed = told(`00000000000000bb mta error reason=${text}`);
  expect(read([...opened, ...failed, ...noWayLeft])).toEqual({
    x: `deferred none ${reason}`,
  });
});

test("a certificate that was verified is told", () => {
  const lines = [
    ...opened,
    ...told(
      "00000000000000bb mta tls ciphers=TLSv1.3:TLS_AES_256_GCM_SHA384:256",
      '00000000000000bb mta cert-check result="valid" fingerprint="SHA256:00"',
      '00000000000000bb mta delivery evpid=1234567800000001 from=<t1@verify.sender.example> to=<u1@x.example> rcpt=<-> source="198.18.0.2" relay="198.18.20.1 (198.18.20.1)" delay=0s result="Ok" stat="250 2.6.0 OK"',
    ),
  ];
  expect(read(lines)).toEqual({ x: "sent trusted" });
});

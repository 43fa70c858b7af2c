import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createHarakaLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/3.3.4.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createHarakaLogReader();
  const found: Record<string, string> = {};
  for (const line of some) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null && word !== "unknown").join(" ");
    const key = ended.recipient.replace(/^u\d+@(.*?)(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  return found;
}

test("Haraka 3.3.4, recorded: what TLS, lookups and servers do to a message", () => {
  expect(read(lines)).toEqual({
    "base-311.may": "sent untrusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-mitm-public-ca.may": "sent trusted",
    "atk-mitm-public-ca.verify": "sent trusted",
    "base-311.verify": "deferred certificate-does-not-match",
    "pkix-name-other.verify": "deferred name-mismatch",
    "pkix-expired.verify": "deferred certificate-expired",
    "atk-strip-starttls.verify": "deferred starttls-not-offered, then deferred certificate-does-not-match",
    // The first attempt never ended.
    "atk-reject-ehlo.verify": "deferred starttls-not-offered, then deferred certificate-does-not-match",
    "atk-starttls-450.may": "deferred server-refused",
    "atk-starttls-500.may": "bounced server-refused",
    "atk-alert-handshake-failure.may": "deferred handshake-failed, then deferred handshake-failed",
    "atk-stall-handshake.may": "deferred handshake-failed, then deferred handshake-failed",
    "atk-cut-after-handshake.may": "deferred connection-failed, then deferred connection-failed",
    "ee-key-without-private.may": "deferred handshake-failed, then deferred handshake-failed",
    "dnssec-addr-sig-missing.may": "deferred address-lookup-failed",
    "log-reason-mx-bogus.may": "deferred mx-lookup-failed",
    "ghost.mx-nxdomain.may": "bounced domain-not-found",
    "mx-null.may": "bounced null-mx",
    "mx-first-down-second-none.may": "sent untrusted",
    "mx-null-plus-other.may": "bounced server-refused",
    "tls-banner-554.may": "bounced server-refused",
    "tls-greylist.may": "deferred server-refused, then sent untrusted",
  });
});

const id = "D4D80FD7-C78F-4B7F-B8DC-04635DBAEDBB.1";
const own = (delivery: number, words: string) =>
  `2026-11-24T19:26:57.906Z danelab: ${id}.${delivery}: to=<u@${delivery}.example> status=${words}`;
const outbound = (delivery: number, words: string) =>
  `2026-11-24T19:26:57.906Z [INFO] [${id}.${delivery}] [outbound] ${words}`;

test("a certificate that verifies in one session says nothing of the next attempt, or of another message", () => {
  const sent = "sent relay=mx.x.example[198.18.0.1] tls=Y OK";
  expect(
    read([
      own(1, "tried "),
      own(2, "tried "),
      outbound(1, "secured verified=true cipher=X"),
      outbound(2, "secured verified=false cipher=X"),
      own(2, sent),
      own(1, sent),
      own(1, "tried "),
      own(1, sent),
    ]),
  ).toEqual({ "u@2.example": "sent untrusted", "u@1.example": "sent trusted, then sent untrusted" });
});

test("an attempt that never ends leaves the message in the queue", () => {
  const blocked =
    "Blocking attempt to send unencrypted data to forced TLS socket. This message indicates a programming error in the software.";
  expect(read([own(1, "tried "), outbound(1, blocked)])).toEqual({
    "u@1.example": "deferred starttls-not-offered",
  });
});

test("server, words and queue id", () => {
  const reader = createHarakaLogReader();
  const attempts = lines.flatMap((line) => reader.read(line) ?? []);
  const of = (start: string) => attempts.find(({ recipient }) => recipient.includes(start))?.attempt;
  expect(of("base-311")?.relay).toMatch(/^mx\.base-311\.may\.example\[.+\]$/);
  expect(of("atk-starttls-500")).toMatchObject({ relay: null, text: "500 No TLS here" });
  const [line = ""] = lines.filter((one) => one.includes(" danelab: "));
  // As the reply to the message gave it, without the number of the delivery.
  expect(reader.queueId(line)).toMatch(/^[0-9A-F-]{36}\.\d+$/);
  expect(
    reader.queueId("2026-11-24T19:20:00.021Z [NOTICE] [-] [server] Listening on 127.0.0.1:25"),
  ).toBeNull();
});

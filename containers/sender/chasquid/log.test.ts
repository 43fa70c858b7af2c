import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createChasquidLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/1.15.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

test("chasquid 1.15, recorded; one message is tried again after a minute, of another a second one is sent", () => {
  const reader = createChasquidLogReader();
  const found: Record<string, string> = {};
  for (const line of lines) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null).join(" ");
    const key = ended.recipient.replace(/^u[\d-]+@(.*?)(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  expect(found).toEqual({
    "base-311.may": "sent untrusted",
    // By the trust store.
    "ee-ev.may": "sent trusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-starttls-454.may": "sent none",
    // A handshake that failed, and clear text after it.
    "atk-abort-handshake.may": "sent none",
    "atk-drop-mid-data.may":
      "deferred untrusted connection-failed, then deferred untrusted connection-failed",
    "atk-alter-message.may": "deferred untrusted handshake-failed, then deferred untrusted handshake-failed",
    "tls-greylist.may": "deferred untrusted server-refused, then sent untrusted",
    "err-addr-servfail.may": "deferred none address-lookup-failed",
    "mx-lookup-servfail.may": "sent untrusted",
    "mx-first-down-second-none.may": "sent untrusted",
    "mx-null.may": "deferred none null-mx",
    "ghost.mx-nxdomain.may": "deferred none domain-not-found",
  });
});

const relayOf = (...some: readonly string[]) => {
  const reader = createChasquidLogReader();
  return some.flatMap((line) => reader.read(line)?.attempt.relay ?? []);
};
const courier = "_ smtp.go:101        Courier.SMTP u1@x.example: ";
const failed = (text: string) =>
  `2026-11-24 19:40:52.278735 SuuJuMPSWzw from=t1@x to=u1@x.example failed (temporary): ${text}`;

test("the server that was reached last is told, and none where none was", () => {
  const servers = `${courier}MXs: [mx1.x.example. mx2.x.example.]`;
  const next = `${courier}error: \\"mx2.x.example.\\" returned transient error: MAIL+RCPT 450 4.2.0 Try again later`;
  expect(relayOf(servers, failed("all MXs returned transient failures (last: DATA 451 later)"))).toEqual([
    "mx1.x.example.",
  ]);
  expect(
    relayOf(servers, next, failed("all MXs returned transient failures (last: MAIL+RCPT 450 later)")),
  ).toEqual(["mx2.x.example."]);
  expect(
    relayOf(
      servers,
      failed("all MXs returned transient failures (last: Could not dial: dial tcp: no route to host)"),
    ),
  ).toEqual([]);
});

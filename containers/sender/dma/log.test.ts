import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createDmaLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/0.13.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createDmaLogReader();
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

test("dma 0.13, recorded; what waits is tried again on request", () => {
  expect(read(lines)).toEqual({
    "base-311.may": "sent untrusted",
    "base-two-domains-one-message.may": "sent untrusted",
    // It says "SSL initialization successful" of these too.
    "base-two-domains-plain.may": "sent none",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-starttls-454.may": "sent none",
    "atk-ehlo-500.may": "deferred none handshake-failed",
    "tls-anonymous.may": "deferred none handshake-failed, then deferred none handshake-failed",
    "atk-drop-mid-data.may":
      "deferred untrusted connection-failed, then deferred untrusted connection-failed",
    "atk-cut-after-handshake.may": "bounced untrusted connection-failed",
    "tls-greylist.may": "deferred untrusted server-refused, then sent untrusted",
    "mx-first-down-second-none.may": "sent untrusted",
    "mx-first-mismatch-second-good.may": "bounced untrusted server-refused",
    "mx-lookup-servfail.may": "deferred none mx-lookup-failed",
    "mx-null.may": "bounced none domain-not-found",
    "ghost.mx-nxdomain.may": "bounced none domain-not-found",
  });
});

test("every line about a message names it, those of attend.pl too", () => {
  const { queueId } = createDmaLogReader();
  expect(lines.map(queueId)).not.toContain(null);
  expect(queueId("danelab: 3d00c1: over, to=<u1@x.example>")).toBe("3d00c1");
  expect(queueId("Nov 24 19:07:32 dma[3d00c1.55779b3a0eb0]: <u1@x.example> trying delivery")).toBe("3d00c1");
});

test("a server that cannot be reached is none that was", () => {
  const item = "Nov 24 19:07:32 dma[3d00c1.55779b3a0eb0]:";
  const reader = createDmaLogReader();
  const [attempt] = [
    "Nov 24 19:07:32 dma[3d00c1]: mail to=<u1@x.example> queued as 3d00c1.55779b3a0eb0",
    `${item} <u1@x.example> trying delivery`,
    `${item} trying remote delivery to mx.x.example [198.18.20.1] pref 10`,
    `${item} connect to mx.x.example [198.18.20.1] failed: No route to host`,
    "danelab: 3d00c1: over, to=<u1@x.example>",
  ].flatMap((line) => reader.read(line)?.attempt ?? []);
  expect(attempt).toMatchObject({ status: "deferred", reason: "connection-failed", relay: null });
});

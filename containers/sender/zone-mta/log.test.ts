import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createZoneMtaLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/3.10.3.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createZoneMtaLogReader();
  const found: Record<string, string> = {};
  for (const line of some) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null && word !== "unknown").join(" ");
    const key = ended.recipient.replace(/^u\d+@(.*?)\.may(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  return found;
}

test("ZoneMTA 3.10.3, recorded: what TLS, lookups and servers do to a message", () => {
  expect(read(lines)).toEqual({
    "base-311": "sent untrusted",
    "base-no-tlsa-no-starttls": "sent none",
    "atk-mitm-public-ca": "sent trusted",
    "atk-starttls-500": "sent none",
    "atk-alert-handshake-failure": "sent none",
    "atk-abort-handshake": "deferred connection-failed, then deferred connection-failed",
    "atk-alter-message": "deferred untrusted handshake-failed, then deferred untrusted handshake-failed",
    "ee-key-without-private": "deferred handshake-failed, then deferred handshake-failed",
    "dnssec-addr-sig-missing": "deferred address-lookup-failed",
    "log-reason-mx-bogus": "deferred mx-lookup-failed",
    "mx-null": "bounced address-lookup-failed",
    "ghost.mx-nxdomain": "bounced domain-not-found",
    "mx-first-mismatch-second-good": "bounced untrusted server-refused",
    "tls-banner-554": "deferred server-refused",
    "tls-greylist": "deferred untrusted server-refused, then sent untrusted",
    "base-resolver-dead": "deferred mx-lookup-failed",
    "mx-lookup-refused": "deferred mx-lookup-failed",
    "tls-starttls-421": "deferred none connection-failed",
    "mx-20-hosts": "sent untrusted",
    "tls-starttls-hang": "deferred connection-failed",
  });
});

test("server, words and queue id", () => {
  const reader = createZoneMtaLogReader();
  const attempts = lines.flatMap((line) => reader.read(line) ?? []);
  const of = (start: string) => attempts.find(({ recipient }) => recipient.includes(start))?.attempt;
  expect(of("base-311")?.relay).toMatch(/^mx\.base-311\.may\.example\[.+\]$/);
  // Where no session came about, the domain stands in the server's place.
  expect(of("mx-nxdomain")?.relay).toBeNull();
  expect(of("tls-banner-554")).toMatchObject({ text: "554 5.7.0 Refused" });
  // As the reply to the message gave it, without the number of the recipient.
  expect(reader.queueId(lines.find((line) => line.includes(" ACCEPTED ")) ?? "")).toMatch(/^[0-9a-f]{18}$/);
  expect(reader.queueId(lines[0] ?? "")).toBeNull();
});

const id = "1a22bd1fcf800069f0.001";
const session = (tls: string) => ` ${id} SESSION relay=mx.x.example[198.18.0.1] tls=${tls}`;
const sent =
  " id=s1 1a22bd1fcf800069f0.001 ACCEPTED from=a@may.sender.example to=u@x.example src=198.18.0.9 mx=mx.x.example[198.18.0.1] id=<m@x> (250 OK)";

test("lines of several processes that run into each other", () => {
  expect(read([`infoinfo danelab Sender/default/51[1]${session("none")}`, sent])).toEqual({
    "u@x.example": "sent none",
  });
});

test("TLS of one session says nothing of the next attempt", () => {
  expect(read([`info danelab${session("trusted")}`, `info Sender/default/51[1]${sent}`, sent])).toEqual({
    "u@x.example": "sent trusted, then sent",
  });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createMxConnectLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/2.0.0.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createMxConnectLogReader();
  const found: Record<string, string> = {};
  for (const line of some) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null && word !== "unknown").join(" ");
    const key = ended.recipient.replace(/^u[\d-]+@(.*?)(-\d)?\.example$/, "$1");
    found[key] = found[key] === undefined ? attempt : `${found[key]}, then ${attempt}`;
  }
  return found;
}

test("mx-connect 2.0.0, recorded: what DANE, STARTTLS, lookups and servers do to a message", () => {
  expect(read(lines)).toEqual({
    "base-311.dane": "sent verified",
    "base-unsigned.dane": "sent untrusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-mitm-public-ca.may": "sent trusted",
    "base-wrong.dane": "deferred certificate-does-not-match",
    "base-retry-after-fix.dane": "deferred certificate-does-not-match, then sent verified",
    "atk-mitm-selfsigned.dane": "deferred certificate-does-not-match, then sent verified",
    "unusable-usage-4.dane": "deferred certificate-does-not-match",
    "atk-starttls-454.dane": "deferred starttls-refused, then sent verified",
    "atk-ehlo-500.dane": "deferred starttls-not-offered, then sent verified",
    "atk-alert-handshake-failure.dane":
      "deferred handshake-failed, then deferred handshake-failed, then sent verified",
    // Without TLSA records clear text follows.
    "atk-alert-handshake-failure.may": "sent none",
    "atk-stub-refused.dane": "deferred tlsa-lookup-failed, then sent verified",
    "log-reason-mx-bogus.dane": "deferred mx-lookup-failed",
    "atk-a-forge.dane": "deferred address-lookup-failed, then sent verified",
    "mx-null.dane": "bounced null-mx",
    "ghost.mx-nxdomain.dane": "bounced domain-not-found",
    "tls-greylist.dane": "deferred verified server-refused, then sent verified",
    "tls-banner-554.dane": "deferred server-refused",
    "mx-first-mismatch-second-good.may": "bounced untrusted server-refused",
    "base-two-domains-one-message.dane": "sent verified",
    "u15@[198.18.36.18]": "sent untrusted",
  });
});

/** What the certificate check of Node.js says under the policy verify. */
test.each([
  ["Hostname/IP does not match certificate's altnames: Host: mx.x.example.", "name-mismatch"],
  ["certificate has expired", "certificate-expired"],
  ["self-signed certificate", "certificate-does-not-match"],
  ["unable to verify the first certificate", "certificate-does-not-match"],
])("%s: %s", (error, reason) => {
  const line = {
    id: "m1",
    to: "u@x.example",
    status: "deferred",
    category: "smtp",
    code: "ESOCKET",
    inTls: true,
  };
  expect(createMxConnectLogReader().read(JSON.stringify({ ...line, error }))?.attempt.reason).toBe(reason);
});

test("server, words and queue id", () => {
  const reader = createMxConnectLogReader();
  const attempts = lines.flatMap((line) => reader.read(line) ?? []);
  const of = (start: string) => attempts.find(({ recipient }) => recipient.includes(start))?.attempt;
  expect(of("base-wrong")).toMatchObject({
    relay: expect.stringMatching(/^mx\.base-wrong\.dane\.example\[.+\]$/),
    text: "DANE verification failed for mx.base-wrong.dane.example: Certificate did not match any TLSA record",
  });
  expect(of("log-reason-mx-bogus")?.relay).toBeNull();
  expect(reader.queueId(lines[0] ?? "")).toMatch(/^m\d+$/);
  // Node.js itself, when it ends.
  expect(reader.queueId("Node.js v24.21.0")).toBeNull();
  expect(reader.read('{"id":"m1", "to":"u@x.exam')).toBeUndefined();
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSendmailLogReader } from "./log.ts";

function linesOf(version: string): readonly string[] {
  return readFileSync(new URL(`samples/${version}.log`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

function read(some: readonly string[]): Readonly<Record<string, string>> {
  const reader = createSendmailLogReader();
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

test.each(["8.18.1", "8.18.2"])(
  "Sendmail %s, recorded; attacks end, and the next attempt goes through",
  (version) => {
    expect(read(linesOf(version))).toEqual({
      // 8.18.1 begins a session in clear text after it; the reason stays.
      "atk-abort-handshake.dane":
        "deferred none handshake-failed, then deferred none handshake-failed, then sent verified",
      // A handshake that failed, and clear text after it.
      "atk-abort-handshake.may": "sent none",
      "atk-greeting-554.dane": "bounced none server-refused",
      "atk-mitm-public-ca.verify": "sent trusted",
      "atk-reject-ehlo.dane-only": "deferred none starttls-not-offered, then sent verified",
      "atk-starttls-454.dane": "deferred none starttls-refused, then sent verified",
      "atk-starttls-500.dane-only": "deferred none starttls-refused, then sent verified",
      "atk-strip-starttls.dane": "deferred none starttls-not-offered, then sent verified",
      "base-311.dane": "sent verified",
      "base-no-tlsa-no-starttls.may": "sent none",
      "base-no-tlsa.dane": "sent untrusted",
      "base-no-tlsa.dane-only": "deferred untrusted no-tlsa",
      "base-wrong.dane": "deferred untrusted certificate-does-not-match",
      "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
      "combo-201-match.dane": "sent verified",
      "err-addr-servfail.dane": "deferred none address-lookup-failed",
      "ghost.mx-nxdomain.dane": "bounced none domain-not-found",
      "multi-last-of-100.dane-twin": "deferred untrusted certificate-does-not-match",
      "mx-first-mismatch-second-good.dane-only": "sent verified",
      "mx-first-mismatch-second-good.may": "bounced untrusted server-refused",
      "mx-lookup-servfail.dane": "deferred none mx-lookup-failed",
      "mx-null.dane": "bounced none null-mx",
      "ta-leaf-expired.dane": "deferred untrusted certificate-expired",
      "ta-wrong-name.dane": "deferred untrusted name-mismatch",
      "tls-starttls-421.dane": "deferred none starttls-refused",
      "unusable-pkix-ee-good.dane": "sent trusted",
      "unusable-pkix-ee-good.dane-only": "deferred trusted tlsa-unusable",
    });
  },
);

test("Sendmail 8.17, recorded; it has no DANE", () => {
  expect(read(linesOf("8.17"))).toEqual({
    "atk-abort-handshake.may": "sent none",
    "atk-greeting-554.may": "bounced none server-refused",
    "atk-mitm-public-ca.may": "sent trusted",
    "atk-reject-ehlo.may": "sent none",
    "atk-starttls-454.may": "sent none",
    "atk-starttls-500.may": "sent none",
    "atk-strip-starttls.may": "sent none",
    "base-311.may": "sent untrusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    "base-no-tlsa.may": "sent untrusted",
    "base-wrong.may": "sent untrusted",
    "canary-bogus.may-start": "sent untrusted",
    "combo-201-match.may": "sent untrusted",
    "err-addr-servfail.may": "deferred none address-lookup-failed",
    "ghost.mx-nxdomain.may": "bounced none domain-not-found",
    "multi-last-of-100.may": "sent untrusted",
    "mx-first-mismatch-second-good.may": "bounced untrusted server-refused",
    "mx-lookup-servfail.may": "deferred none mx-lookup-failed",
    "mx-null.may": "bounced none null-mx",
    "ta-leaf-expired.may": "sent untrusted",
    "ta-wrong-name.may": "sent untrusted",
    "tls-starttls-421.may": "deferred none server-refused",
    "unusable-pkix-ee-good.may": "sent trusted",
  });
});

test("of several servers the last one counts, and it alone", () => {
  const tls = "version=TLSv1.3, verify=TRUSTED, cipher=TLS_AES_256_GCM_SHA384, bits=256/256";
  const at = "Nov 24 16:00:00 sendmail[7]:";
  const to =
    "6AOGkQjN000031: to=<u@x.example>, delay=00:00:03, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx";
  expect(
    read([
      `${at} 6AOGkQjN000031: SMTP outgoing connect on sender.example`,
      `${at} STARTTLS=client, relay=mx1.x.example., ${tls}`,
      `${at} ${to}1.x.example. [198.18.20.1], dsn=4.0.0, stat=Deferred: 450 4.2.0 Greylisted`,
      `${at} 6AOGkQjN000031: SMTP outgoing connect on sender.example`,
      `${at} ${to}2.x.example. [198.18.20.2], dsn=2.6.0, stat=Sent (OK: message queued)`,
      "danelab: 6AOGkQjN000031: over, to=<u@x.example>",
    ]),
  ).toEqual({ "u@x.example": "sent none" });
});

test("a host that was only looked up was not reached", () => {
  const reader = createSendmailLogReader();
  const attempts = linesOf("8.18.1").flatMap((line) => reader.read(line) ?? []);
  const relayOf = (start: string) =>
    attempts.find(({ recipient }) => recipient.includes(start))?.attempt.relay;
  expect(relayOf("canary-bogus")).toBeNull();
  expect(relayOf("base-311")).toMatch(/^mx\.base-311\.dane\.example\. \[.+\]$/);
});

test("queue ids", () => {
  const { queueId } = createSendmailLogReader();
  expect(queueId("Nov 24 16:46:37 sendmail[201]: 6AOGkQjN000031: done; delay=00:00:03, ntries=1")).toBe(
    "6AOGkQjN000031",
  );
  expect(queueId("danelab: 6AOGkQjN000031: over, to=<u91@base-311.dane.example>")).toBe("6AOGkQjN000031");
  expect(queueId("Nov 24 16:44:44 sendmail[28]: NOQUEUE: connect from localhost [127.0.0.1]")).toBeNull();
});

test("a host that was not reached is no relay, though the status line names its address", () => {
  const down = [
    "sendmail[35]: 6AOJiR6P000027: makeconnection (mx.x.example. [IPv6:2001:db8:101:0:0:0:0:3ff].25 (10)) failed: No route to host",
    "sendmail[35]: 6AOJiR6P000027: makeconnection (mx.x.example. [198.18.35.255].25 (2)) failed: No route to host",
    "sendmail[35]: 6AOJiR6P000027: to=<u8@x.example>, delay=00:00:00, xdelay=00:00:00, mailer=esmtp, pri=120253, relay=mx.x.example. [198.18.35.255], dsn=4.4.1, stat=Deferred: mx.x.example.: No route to host",
    "danelab: 6AOJiR6P000027: over, to=<u8@x.example>",
  ];
  const reader = createSendmailLogReader();
  const [attempt] = down.flatMap((line) => reader.read(`Nov 24 19:44:27 ${line}`)?.attempt ?? []);
  expect(attempt).toMatchObject({ status: "deferred", relay: null, reason: "connection-failed" });
});

// As recorded with 8.18.1: a connection that breaks, and an EHLO that is answered with 354.
test.each([
  ["4.4.2", "connection-failed"],
  ["4.5.0", "server-refused"],
  ["4.0.0", "other"],
])("where the status code %s is all that it says, that counts", (dsn, reason) => {
  const at = "Nov 30 10:21:29 sendmail[917]: 6AUAKUCq000269:";
  const to = "to=<u@x.example>, delay=00:00:57, xdelay=00:00:00, mailer=esmtp, pri=210301";
  const lines = [
    `${at} ${to}, relay=mx.x.example. [198.18.0.1], dsn=${dsn}, stat=Deferred`,
    "danelab: 6AUAKUCq000269: over, to=<u@x.example>",
  ];
  const reader = createSendmailLogReader();
  expect(lines.flatMap((line) => reader.read(line)?.attempt ?? [])).toMatchObject([
    { status: "deferred", reason },
  ]);
});

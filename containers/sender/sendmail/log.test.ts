import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createSendmailLogReader } from "./log.ts";

const lines = readFileSync(new URL("samples/8.18.1.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

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

test("Sendmail 8.18.1, recorded; attacks end, and the next attempt goes through", () => {
  expect(read(lines)).toEqual({
    "base-311.dane": "sent verified",
    "base-wrong.dane": "deferred untrusted certificate-does-not-match",
    "combo-201-match.dane": "sent verified",
    "ta-wrong-name.dane": "deferred untrusted name-mismatch",
    "base-no-tlsa.dane": "sent untrusted",
    "base-no-tlsa.dane-only": "deferred untrusted no-tlsa",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-strip-starttls.dane": "deferred none starttls-not-offered, then sent verified",
    "atk-starttls-454.dane": "deferred none starttls-refused, then sent verified",
    // A handshake that failed, and clear text after it.
    "atk-abort-handshake.may": "sent none",
    "ee-expired.dane": "sent verified",
    "atk-reject-ehlo.dane-only": "deferred none starttls-not-offered, then sent verified",
    "atk-mitm-public-ca.verify": "sent trusted",
    "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
    "name-bracketed-host.dane": "sent verified",
    "mx-null.dane": "bounced none null-mx",
    "unusable-pkix-ee-good.dane": "sent trusted",
    "mx-first-mismatch-second-good.dane": "sent verified",
    "base-unsigned.dane-only": "deferred untrusted no-tlsa",
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
  const attempts = lines.flatMap((line) => reader.read(line) ?? []);
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

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createEximLogReader } from "./log.ts";

function linesOf(sample: string): readonly string[] {
  return readFileSync(new URL(`samples/${sample}.log`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

/** What the reader makes of a recorded log: by recipient domain, the attempts in a few words each. */
function read(lines: readonly string[]): Readonly<Record<string, string>> {
  const reader = createEximLogReader();
  const found: Record<string, string> = {};
  for (const line of lines) {
    const ended = reader.read(line);
    if (!ended || ended.recipient === ":blackhole:") continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null).join(" ");
    const name = ended.recipient.replace(/^.*@(.*?)(\.example)?$/, "$1");
    const before = found[name];
    found[name] = before === undefined ? attempt : `${before}, then ${attempt}`;
  }
  return found;
}

test("Exim 4.98, recorded: what DANE, STARTTLS, lookups and servers do to a message", () => {
  expect(read(linesOf("4.98"))).toEqual({
    "base-311.dane": "sent verified",
    "base-unsigned.dane": "sent untrusted",
    "atk-mitm-public-ca.may-1": "sent trusted",
    "base-no-tlsa-no-starttls.may": "sent none",
    "base-wrong.dane": "deferred none certificate-does-not-match",
    "base-retry-after-fix.dane-1": "deferred none certificate-does-not-match, then sent verified",
    // The record matches, the name does not.
    "atk-mitm-same-ta-other-name.dane-1": "deferred none name-mismatch, then sent verified",
    "ta-depth0.dane": "deferred none tlsa-unusable",
    "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
    "base-no-tlsa.dane-only": "bounced none no-tlsa",
    "base-unsigned.dane-only": "bounced none not-secure",
    "atk-strip-starttls.dane-1": "deferred none starttls-not-offered, then sent verified",
    "atk-starttls-454.dane-1": "deferred none starttls-refused, then sent verified",
    "atk-starttls-500.dane-1": "deferred none starttls-refused, then sent verified",
    "tls-starttls-hang.dane": "deferred none starttls-refused",
    "atk-abort-handshake.dane-1":
      "deferred none handshake-failed, then deferred none handshake-failed, then sent verified",
    "sni-unrecognised-warning.dane": "deferred none handshake-failed",
    "tls-client-cert-required.dane": "deferred none handshake-failed",
    "tls-banner-554.dane": "bounced none server-refused",
    "tls-greylist.dane-1": "deferred none server-refused, then sent verified",
    "mx-null.dane": "bounced none null-mx",
    "ghost.mx-nxdomain.dane": "bounced none domain-not-found",
    "mx-address-in-mx.dane": "bounced none domain-not-found",
    "log-reason-mx-bogus.dane": "deferred none mx-lookup-failed",
    // Two recipients of one message; the second server of two; an address literal; a name in A-labels.
    "base-two-domains-one-message.dane": "sent verified",
    "mx-first-mismatch-second-good.dane": "sent verified",
    "[198.18.36.30]": "sent untrusted",
    "xn--bcher.intl-smtputf8-not-offered.dane.example-qte": "sent verified",
  });
});

test.each([
  // "certificate not supplied", it says of one whose subject is empty.
  ["4.94", "certificate-does-not-match"],
  ["4.96", "name-mismatch"],
  ["4.100", "name-mismatch"],
])("Exim %s, recorded: its lines differ, what they say does not", (version, otherName) => {
  expect(read(linesOf(version))).toEqual({
    "canary-good.dane-start": "sent verified",
    "canary-plain.dane-start": "sent none",
    "canary-mismatch.dane-start": "deferred none certificate-does-not-match",
    "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
    "base-no-tlsa.dane-only": "bounced none no-tlsa",
    "base-unsigned.dane-only": "bounced none not-secure",
    "name-nexthop.dane": `deferred none ${otherName}`,
    "ta-200-absent.dane": "deferred none certificate-does-not-match",
    "unusable-pkix-ta-good.dane-only": "sent trusted",
    "sni-unrecognised-warning.dane": "deferred none handshake-failed",
    "sni-unrecognised-warning.may": "sent none",
    "tls-starttls-lowercase.dane": "deferred none starttls-not-offered",
  });
});

test("Exim 4.98 with OpenSSL, recorded: it has other words for TLS", () => {
  expect(read(linesOf("4.98-openssl"))).toEqual({
    "canary-good.dane-start": "sent verified",
    "canary-plain.dane-start": "sent none",
    "canary-mismatch.dane-start": "deferred none certificate-does-not-match",
    "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
    "base-no-tlsa.dane": "sent untrusted",
    "base-no-tlsa.dane-only": "bounced none no-tlsa",
    "base-unsigned.dane-only": "bounced none not-secure",
    // It does not tell a wrong name from a wrong certificate.
    "name-nexthop.dane": "deferred none certificate-does-not-match",
    "ta-cross-signed-last.dane": "deferred none certificate-does-not-match",
    "unusable-selector-2.dane": "deferred none certificate-does-not-match",
    // The delivery process crashes.
    "unusable-usage-4.dane": "deferred none tlsa-unusable",
    "atk-stub-tlsa-garbage.dane-1": "sent untrusted, then sent verified",
    "atk-abort-handshake.dane-1":
      "deferred none handshake-failed, then deferred none handshake-failed, then sent verified",
    "atk-stall-handshake.dane-1":
      "deferred none handshake-failed, then deferred none handshake-failed, then sent verified",
    "atk-alert-handshake-failure.may-1": "sent none",
    "atk-cut-after-handshake.may-1": "deferred none connection-failed, then deferred none connection-failed",
    "sni-unrecognised-warning.dane": "sent verified",
    "tls-starttls-lowercase.dane": "deferred none starttls-not-offered",
    "tls-client-cert-required.dane": "deferred none connection-failed",
  });
});

test("Exim 4.94 and 4.96, recorded: a delivery that crashes has the reason for which its last host failed", () => {
  expect(read(linesOf("crash"))).toEqual({
    "mand-second-mx.dane-only-twin-4-94": "deferred none certificate-does-not-match",
    "mand-second-mx.dane-only-twin-4-96": "deferred none certificate-does-not-match",
  });
});

test("what the panic log repeats is no second attempt", () => {
  const line =
    '2026-11-24 18:58:50.723 [100] 1xVvj8-0000000000I-1e5X == u@x.example R=dane T=dane defer (-1) DT=0.000s: TCP port "smtp" is not defined for dane transport';
  const reader = createEximLogReader();
  expect(reader.read(line)?.attempt.status).toBe("deferred");
  expect(reader.read(`paniclog: ${line}`)).toBeUndefined();
});

test("server, words and queue id of an attempt", () => {
  const reader = createEximLogReader();
  const [line = ""] = linesOf("4.98").filter(
    (one) => one.includes("== ") && one.includes("@base-wrong.dane."),
  );
  expect(reader.read(line)?.attempt).toEqual({
    status: "deferred",
    tls: "none",
    reason: "certificate-does-not-match",
    relay: expect.stringMatching(/^mx\.base-wrong\.dane\.example\[198\.18\.[0-9.]+\]$/),
    dsn: null,
    text: "TLS session: (certificate verification failed): Verification failed. The certificate differs.",
  });
  expect(reader.queueId(line)).toMatch(/^[0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4}$/);
});

test.each([
  ["2026-11-24 16:30:45.875 [19] 1xVZNA-00000I-2z Completed", "1xVZNA-00000I-2z"],
  ["2026-11-24 16:30:45.875 [1] exim 4.98.2 daemon started: pid=1, no queue runs", null],
  ["paniclog: 2026-11-24 16:29:05.788 [246] 1xVtOC-0000000000I-3wwP SEGV_MAPERR", "1xVtOC-0000000000I-3wwP"],
])("the message of %j is %j", (line, id) => {
  expect(createEximLogReader().queueId(line)).toBe(id);
});

test("a message that is passed over as its hosts failed a moment ago had no attempt", () => {
  const line =
    "2026-11-24 16:30:45.875 [19] 1xVZNA-0000000000I-3wwP == u@x.example R=dane T=dane defer (-53): retry time not reached for any host";
  expect(createEximLogReader().read(line)).toBeUndefined();
});

test("where the name was wrong at one attempt, the next one is judged by its own words", () => {
  const reader = createEximLogReader();
  const id = "1xVZNA-0000000000I-3wwP";
  const failed = (text: string) =>
    `2026-11-24 16:30:45.875 [19] ${id} == u@x.example R=dane T=dane defer (-37) H=mx.x.example DS [198.18.0.1] DT=0.1s: TLS session: (certificate verification failed): ${text}`;
  const said = [
    reader.read(
      `2026-11-24 16:30:45.875 [18] ${id} DANE attempt failed; TLS connection to mx.x.example [198.18.0.1]: (certificate verification failed): certificate invalid`,
    ),
    reader.read(failed("certificate invalid"))?.attempt.reason,
    reader.read(failed("Verification failed. The certificate differs. "))?.attempt.reason,
  ];
  expect(said).toEqual([undefined, "name-mismatch", "certificate-does-not-match"]);
  // Without DANE it may be the chain as well as the name.
  expect(reader.read(failed("certificate invalid"))?.attempt.reason).toBe("certificate-does-not-match");
});

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { reasons } from "../../../harness/model/evidence.ts";
import { createPostfixLogReader, queueIdsOf } from "./log.ts";

function linesOf(sample: string): readonly string[] {
  return readFileSync(new URL(`samples/${sample}.log`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
}

/** What the reader makes of a recorded log: by recipient, the attempts in a few words each. */
function read(lines: readonly string[]): Readonly<Record<string, string>> {
  const reader = createPostfixLogReader();
  const found: Record<string, string> = {};
  for (const line of lines) {
    const ended = reader.read(line);
    if (!ended) continue;
    const { status, tls, reason } = ended.attempt;
    const attempt = [status, tls, reason].filter((word) => word !== null).join(" ");
    const before = found[ended.recipient];
    found[ended.recipient] = before === undefined ? attempt : `${before}, then ${attempt}`;
  }
  return found;
}

describe("smtp(8) that dies", () => {
  const reader = createPostfixLogReader();
  const told = (line: string) => reader.crash?.(`Nov 24 19:12:26 sender postfix/${line}`);

  test("is told by master(8), with its own last word", () => {
    expect(told("dane/smtp[32]: panic: mymalloc: requested length 0")).toBeUndefined();
    expect(told("dane/smtp[33]: panic: another one")).toBeUndefined();
    expect(told("qmgr[22]: warning: private/smtp-dane socket: malformed response")).toBeUndefined();
    expect(told("master[1]: warning: process /usr/lib/postfix/sbin/smtp pid 32 killed by signal 6")).toBe(
      "smtp(8) was killed by signal 6, panic: mymalloc: requested length 0",
    );
    expect(told("master[1]: warning: process /usr/lib/postfix/sbin/smtp pid 40 killed by signal 11")).toBe(
      "smtp(8) was killed by signal 11",
    );
  });

  test("is another matter where it is no client", () => {
    expect(
      told("master[1]: warning: process /usr/lib/postfix/sbin/smtpd pid 32 killed by signal 6"),
    ).toBeUndefined();
  });
});

test("what postqueue lists", () => {
  const list = `-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
F17BCBF*     474 Tue Nov 24 19:12:25  t97@dane.sender.example
                                         u97@unusable-empty-data.dane.example

3ZqvWx4KdQz4w1G!     494 Tue Nov 24 19:12:26  t98@dane-only.sender.example
(TLSA records unusable)
                                         u98@unusable-empty-data.dane-only.example

F1C45C0      494 Tue Nov 24 19:12:26  t99@dane-only.sender.example
              (connect to mx.x.example[198.18.36.1]:25: Connection refused)
                                         u99@x.dane-only.example

-- 1 Kbytes in 3 Requests.
`;
  expect(queueIdsOf(list)).toEqual(new Set(["F17BCBF", "3ZqvWx4KdQz4w1G", "F1C45C0"]));
  expect(queueIdsOf("Mail queue is empty\n")).toEqual(new Set());
});

describe("Postfix 3.10, recorded", () => {
  test("what DANE, STARTTLS and lookups do to a message", () => {
    const found = Object.entries(read(linesOf("3.10-dane"))).map(([recipient, what]) => [
      recipient.replace(/^u\d+@(.*)\.example$/, "$1"),
      what,
    ]);
    expect(Object.fromEntries(found)).toEqual({
      "base-311.dane": "sent verified",
      "base-unsigned.dane": "sent untrusted",
      "atk-mitm-public-ca.may": "sent trusted",
      "base-no-tlsa-no-starttls.may": "sent none",
      "base-wrong.dane": "deferred untrusted certificate-does-not-match",
      "x-expired.dane": "deferred untrusted certificate-expired",
      "atk-mitm-same-ta-other-name.dane": "deferred trusted name-mismatch",
      "atk-strip-starttls.dane": "deferred none starttls-not-offered",
      "atk-starttls-454.dane": "deferred none starttls-refused",
      "tls-starttls-500.dane": "bounced none starttls-refused",
      "atk-abort-handshake.dane": "deferred none handshake-failed, then deferred none handshake-failed",
      "canary-bogus.dane-start": "deferred none tlsa-lookup-failed",
      "mand-all-unusable.dane-only": "deferred none tlsa-unusable",
      "base-no-tlsa.dane-only": "deferred none no-tlsa",
      "base-unsigned.dane-only": "deferred none not-secure",
    });
  });

  test("what servers and the DNS do to a message; processes interleave, bounces end at the sender's own domain", () => {
    expect(
      read(linesOf("3.10-opportunistic").filter((line) => !line.includes("<s@sender.example>"))),
    ).toEqual({
      "u@plain.example": "sent none",
      "u@anonymous.example": "sent anonymous",
      "u@two.example": "sent none",
      "u@reverse.example": "sent untrusted",
      "u@null.example": "bounced none null-mx",
      "u@noaddress.example": "bounced none domain-not-found",
      "u@absent.example": "bounced none domain-not-found",
      "u@mx.lab": "deferred none mx-lookup-failed",
      "u@address.example": "deferred none address-lookup-failed",
      "u@unreachable.example": "deferred none connection-failed",
      "u@refused.example": "deferred none connection-failed",
      "u@dropped.example": "deferred none connection-failed",
      "u@silent.example": "deferred none connection-failed",
      "u@droptls.example": "deferred untrusted connection-failed",
      "u@user.example": "bounced none server-refused",
      "u@busy.example": "deferred none server-refused",
      "u@shut.example": "deferred none server-refused",
      "u@nomail.example": "deferred none server-refused",
    });
  });

  test("of several servers only the last one counts, for TLS and for the check that failed", () => {
    expect(read(linesOf("3.10-several-servers"))).toEqual({
      "u26@x-two.dane.example": "sent verified",
      // mx1 failed by its name, mx2 by its records.
      "u28@x-two-names.dane.example": "deferred untrusted certificate-does-not-match",
      // mx1 had TLS, mx2 offers none.
      "u29@x-two-refused.dane.example": "deferred none starttls-not-offered",
    });
  });

  test("a TLS connection that is used again is TLS", () => {
    expect(read(linesOf("3.10-reused-connection"))).toEqual({
      "u1@tls.example": "sent untrusted",
      "u2@tls.example": "sent untrusted",
    });
  });

  test("the lines of two processes do not mix in any order that keeps the order of each", () => {
    const lines = linesOf("3.10-dane").filter((line) =>
      /base-(311|wrong)\.dane\.|smtp\[.*: Server cert/.test(line),
    );
    const processOf = (line: string) => /smtp\[(\d+)\]/.exec(line)?.[1];
    const [verified, refused] = ["base-311", "base-wrong"].map((id) => {
      const process = processOf(lines.find((line) => line.includes(`${id}.dane.`)) ?? "");
      return lines.filter((line) => processOf(line) === process);
    });
    expect(verified).toHaveLength(2);
    expect(refused!.length).toBeGreaterThan(4);
    for (let at = 0; at <= refused!.length; at++) {
      const mixed = [verified![0]!, ...refused!.slice(0, at), verified![1]!, ...refused!.slice(at)];
      expect(Object.values(read(mixed)).sort()).toEqual([
        "deferred untrusted certificate-does-not-match",
        "sent verified",
      ]);
    }
  });

  test("a process keeps nothing of the message before", () => {
    const [line = ""] = linesOf("3.10-reused-connection").filter((one) => one.includes("to=<u1@"));
    const all = linesOf("3.10-reused-connection").filter((one) => !one.includes("connection reused"));
    expect(read(all)["u2@tls.example"]).toBe("sent none");
    expect(read([line])["u1@tls.example"]).toBe("sent none");
  });
});

/** What the reader makes of a sample, by scenario and policy. */
function attemptsOf(sample: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(read(linesOf(sample))).map(([recipient, what]) => [
      recipient.replace(/^u\d+@(.*?)(-\d)?\.example$/, "$1"),
      what,
    ]),
  );
}

test.for(["3.5", "3.10", "3.11"])(
  "policies without DANE and insecure MX records, recorded of %s",
  (version) => {
    expect(attemptsOf(`${version}-policies`)).toEqual({
      "pkix-name-mx.verify": "sent verified",
      "pkix-name-nexthop.secure": "sent verified",
      "pkix-name-mx-elsewhere.secure": "deferred trusted name-mismatch",
      "pkix-expired.verify": "deferred untrusted certificate-expired",
      "tls-no-starttls.encrypt": "deferred none starttls-not-offered",
      "base-311.encrypt": "sent untrusted",
      "mx-insecure-as-dane-good.dane": "sent trusted",
      "mx-insecure-as-dane-wrong.dane": "deferred untrusted certificate-does-not-match",
      "mx-insecure-as-encrypt-wrong.dane": "sent untrusted",
      "mx-insecure-as-may-no-starttls.dane": "sent none",
    });
  },
);

describe("what the other versions write, recorded", () => {
  const everywhere = {
    "base-311.dane": "sent verified",
    "base-wrong.dane": "deferred untrusted certificate-does-not-match",
    "ta-201-root.dane": "sent verified",
    "ta-wrong-name.dane": "deferred trusted name-mismatch",
    "base-no-tlsa.dane": "sent untrusted",
    "base-no-tlsa.dane-only": "deferred none no-tlsa",
    "base-unsigned.dane-only": "deferred none not-secure",
    "base-no-tlsa-no-starttls.may": "sent none",
    "atk-strip-starttls.dane": "deferred none starttls-not-offered",
    "tls-starttls-500.dane": "bounced none starttls-refused",
    "tls-starttls-454.dane": "deferred none starttls-refused",
    "unusable-pkix-ee-good.dane": "sent trusted",
    "mand-all-unusable.dane-only": "deferred none tlsa-unusable",
    "unusable-no-starttls.dane": "deferred none starttls-not-offered",
    "unusable-handshake-fail.dane": "deferred none handshake-failed, then deferred none handshake-failed",
    "mx-insecure-tlsa-good.dane": "sent trusted",
    "mx-insecure-no-starttls.dane": "deferred none starttls-not-offered",
    "atk-mitm-public-ca.may": "sent trusted",
    "atk-mitm-public-ca.verify": "sent verified",
    "atk-abort-handshake.dane": "deferred none handshake-failed, then deferred none handshake-failed",
    "log-reason-tlsa-bogus.dane": "deferred none tlsa-lookup-failed",
    "mx-lookup-bogus.may": "deferred none mx-lookup-failed",
    "dnssec-addr-sig-missing.may": "deferred none address-lookup-failed",
    "tls-anonymous.may": "sent anonymous",
    "tls-greylist.dane": "deferred verified server-refused",
    "mx-null.dane": "bounced none null-mx",
    "bücher.intl-smtputf8-not-offered.dane": "bounced none other",
    "mx-first-mismatch-second-good.dane": "sent verified",
    "tls-sslv3-only.may": "deferred none handshake-failed, then sent none",
  };

  test("3.5 names no check that failed", () => {
    expect(attemptsOf("3.5")).toEqual(everywhere);
  });

  test("3.7 calls a chain whose name does not match untrusted", () => {
    expect(attemptsOf("3.7")).toEqual({
      ...everywhere,
      "ta-wrong-name.dane": "deferred untrusted name-mismatch",
    });
  });

  test("3.11 has tls= in the status line", () => {
    expect(attemptsOf("3.11")).toEqual(everywhere);
  });

  test("3.11: of a message that went out, tls= is believed, whatever the handshake said", () => {
    const sent = linesOf("3.11").filter((line) => line.includes("status=sent"));
    // Without the lines of the handshakes only the kind of TLS without authentication is lost.
    expect(Object.values(read(sent)).toSorted()).toEqual([
      "sent none",
      "sent none",
      "sent trusted",
      "sent untrusted",
      "sent untrusted",
      "sent untrusted",
      "sent untrusted",
      "sent verified",
      "sent verified",
      "sent verified",
      "sent verified",
    ]);
    const at = "Nov 24 16:00:00 sender postfix/dane/smtp[42]:";
    const status = (tls: string) => [
      `${at} Verified TLS connection established to mx.x.example[198.18.20.1]:25: TLSv1.3 with cipher X (256/256 bits)`,
      `${at} 4AC061F4: to=<u@x.example>, relay=mx.x.example[198.18.20.1]:25, delay=1, delays=0/0/1/0, tls=${tls}, dsn=2.0.0, status=sent (250 ok)`,
    ];
    expect(read(status("may"))).toEqual({ "u@x.example": "sent untrusted" });
    expect(read(status("may:none"))).toEqual({ "u@x.example": "sent none" });
    expect(read(status("dane:encrypt"))).toEqual({ "u@x.example": "sent untrusted" });
  });
});

test("an attempt tells server, status code and the log's own words", () => {
  const [line = ""] = linesOf("3.11").filter((one) => one.includes("to=<u160@base-wrong"));
  expect(createPostfixLogReader().read(line)).toEqual({
    recipient: "u160@base-wrong.dane.example",
    attempt: {
      status: "deferred",
      tls: "none",
      reason: "certificate-does-not-match",
      relay: "mx.base-wrong.dane.example[198.18.68.188]",
      dsn: "4.7.5",
      text: "Server certificate not verified",
    },
  });
  const [ipv6 = ""] = linesOf("3.10-several-servers").filter((one) => one.includes("status=sent"));
  expect(createPostfixLogReader().read(ipv6)?.attempt.relay).toBe(
    "mx2.x-two.dane.example[2001:db8:103::a:40c]",
  );
  const [nowhere = ""] = linesOf("3.7").filter((one) => one.includes("relay=none"));
  expect(createPostfixLogReader().read(nowhere)?.attempt.relay).toBeNull();
});

test("a text nobody has seen is `other`, never a guess", () => {
  const line =
    "Nov 24 15:11:33 sender postfix/smtp[32]: 3E7574E: to=<u@x.example>, relay=none, delay=0, dsn=4.0.0, status=deferred (something new)";
  expect(createPostfixLogReader().read(line)?.attempt.reason).toBe("other");
  expect(reasons).toContain("other");
});

test("the queue id of every line that names one", () => {
  const { queueId } = createPostfixLogReader();
  const ids = linesOf("3.10-reused-connection").map((line) => queueId(line));
  expect(ids).toEqual([
    "3E2844B",
    null,
    null,
    null,
    "3E2844B",
    "3E2844B",
    "EB02D4D",
    null,
    "EB02D4D",
    "EB02D4D",
    null,
  ]);
  expect(queueId(linesOf("3.10-opportunistic")[0] ?? "")).toBeNull();
  expect(queueId("Nov 24 15:11:33 sender postfix/smtp[32]: warning: no MX host for x.example")).toBeNull();
  expect(queueId("Nov 24 15:11:33 sender postfix/smtp[32]: 4ZtCFh0Vk1z7nfK: to=<u@x.example>, relay")).toBe(
    "4ZtCFh0Vk1z7nfK",
  );
});

test("TLS of a session that was lost does not count for the next one with the same server", () => {
  const at = "Nov 24 15:00:00 sender postfix/may/smtp[42]:";
  const found = read([
    `${at} Untrusted TLS connection established to mx.x.example[198.18.20.1]:25: TLSv1.3 with cipher X (256/256 bits)`,
    `${at} 4AC061F4: lost connection with mx.x.example[198.18.20.1] while performing the EHLO handshake`,
    `${at} 4AC061F4: to=<u@x.example>, relay=mx.x.example[198.18.20.1]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)`,
  ]);
  expect(found).toEqual({ "u@x.example": "sent none" });
});

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";
import { createPostfixReceiverLogReader } from "./log.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: /^220 mx34500\.example ESMTP Postfix/,
  accepted: /^250 2\.0\.0 Ok: queued as \w+/,
  failed: /^\(failed: (SSL_accept: -1|error:\w+:SSL routines::tlsv1 alert unknown ca:)/,
});

test("a handshake that fails is told with OpenSSL's reason, which comes on a line of its own", () => {
  const { read } = createPostfixReceiverLogReader();
  const lines = readFileSync(new URL("samples/3.10.log", import.meta.url), "utf8").split("\n");
  const reasons = lines.map(read).flatMap((news) => (news?.is === "tls-failed" ? [news.reason] : []));
  expect(reasons).toEqual([
    "SSL_accept: -1",
    expect.stringMatching(/^error:0A000418:SSL routines::tlsv1 alert unknown ca:/),
  ]);
});

test.each([
  "Nov 30 09:00:00 mx postfix/smtpd[7]: warning: TLS library problem, disabling TLS support",
  "Nov 30 09:00:00 mx postfix/master[1]: fatal: bind 127.0.0.1 port 20000: Address already in use",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

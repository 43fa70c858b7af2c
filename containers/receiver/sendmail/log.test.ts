import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: /^220 mx34500\.example ESMTP Sendmail 8\.1/,
  accepted: /^250 2\.0\.0 \w+ Message accepted/,
  failed: /^\(failed: error: accept failed=-1, reason=tlsv1 alert unknown ca,/,
});

test.each([
  "Nov 30 09:21:29 sendmail[29]: STARTTLS: CACertFile missing",
  "Nov 30 09:19:54 sendmail[29]: NOQUEUE: SYSERR(root): /etc/mail/t.cf: line 68: readcf: option unrecognized",
  "danelab: sendmail of mx.x.example ended, status 256",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

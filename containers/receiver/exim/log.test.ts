import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: /^220 mx34500\.example ESMTP Exim 4\./,
  accepted: /^250 OK id=/,
  failed: /^\(failed: \(gnutls_handshake\): \w/,
});

test.each([
  "2026-11-30 09:00:00 Exim configuration error in line 3 of /etc/exim4/exim4.conf:",
  "    1 LOG: MAIN PANIC DIE",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: /^220 mx34500\.example ESMTP OpenSMTPD/,
  accepted: /^250 2\.0\.0 [0-9a-f]{8} Message accepted for delivery/,
  failed: /^\(failed: handshake failed: error:\w+:SSL routines::/,
});

test.each([
  "Nov 30 09:20:00 smtpd[20]: dispatcher: tls_config_set_ca_file: No such file or directory",
  "danelab: smtpd ended, status 256",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

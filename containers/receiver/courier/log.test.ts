import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: /^220 mx34500\.example ESMTP$/,
  accepted: /^250 Ok\. [0-9A-F]{16}\.[0-9A-F]{8}$/,
  failed: /^\(failed: (?:DEBUG: )?ip=\[::ffff:127\.0\.0\.1\], \w/,
});

test.each([
  "bind: Address already in use",
  "/usr/bin/strace: attach: ptrace(PTRACE_SEIZE, 20): Operation not permitted",
  "127.0.0.1:40000: failed couriertls: /etc/courier/hosts/34500.pem: Permission denied",
  "danelab: no couriertcpd is left",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

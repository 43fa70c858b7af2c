import { expect, test } from "vitest";
import { testServerLog } from "../../../harness/lab/test-server-log.ts";
import driver from "./driver.ts";

testServerLog(driver, import.meta.dirname, {
  greeting: null,
  version: false,
  accepted: /^250 2\.0\.0 \w/,
  failed: /^\(failed: Error in TLS handshake: \w/,
});

test.each([
  "_ chasquid.go:262    Fatal error loading certificates",
  "danelab: chasquid at port 34500 ended, status 256",
])("what shows a wrong set-up is noticed: %s", (line) => {
  expect(driver.misconfigured(line)).toBe(true);
});

import { expect, test } from "vitest";
import { hostToVerify, sampleReader } from "../../../harness/lab/test-verifier.ts";
import driver from "./driver.ts";

const read = sampleReader(driver, import.meta.url);

test.each([
  ["matched", 0, "matched", "dane-validated successfully"],
  ["mismatch", 1, "unmatched", "did not dane-validate, because: no matching DANE TLSA records"],
  ["key-too-small", 1, "unmatched", "error loading certificate"],
  ["unusable", 1, "unusable", "No usable TLSA records were found"],
  ["no-handshake", 99, "no-tls", expect.stringContaining("signature failure")],
])("%s, exit status %i: %s", (sample, exitStatus, outcome, told) => {
  expect(read(sample, exitStatus)).toEqual({ outcome, told });
});

test("PKIX alone is no match", () => {
  expect(driver.read({ exitStatus: 0, output: "CN=x PKIX-validated successfully\n" })).toBeUndefined();
});

test("openssl fetches the certificates from an address, and it is told the host", () => {
  const [, , script] = driver.verify(hostToVerify);
  expect(script).toContain("-connect 198.18.20.1:25 -servername mx.x.example");
  expect(script).toContain("verify mx.x.example 25");
});

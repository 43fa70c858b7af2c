import { expect, test } from "vitest";
import { hostToVerify, sampleReader } from "../../../harness/lab/test-verifier.ts";
import driver from "./driver.ts";

const read = sampleReader(driver, import.meta.url);

test.each([
  ["matched", 0, "matched", "Verification: Certificate matches."],
  ["second-matches", 0, "matched", "Verification: Certificate matches."],
  ["mismatch", 1, "unmatched", "Verification: Verification failed. CA constrains were violated."],
  ["unusable", 1, "unusable", "dane_verify_crt: The requested data are not available."],
  ["no-data", 1, "unusable", "dane_query_tlsa: No DANE data were found."],
  ["corrupt", 1, "unmatched", "dane_query_tlsa: Received corrupt data."],
  ["no-certificate", 1, "no-tls", expect.stringMatching(/^Certificate could not be obtained\./)],
])("%s, exit status %i: %s", (sample, exitStatus, outcome, told) => {
  expect(read(sample, exitStatus)).toEqual({ outcome, told });
});

test("what it does not know is left", () => {
  expect(driver.read({ exitStatus: 0, output: "Querying DNS for x (tcp:25)...\n" })).toBeUndefined();
});

test("it is told the host, and looks up the rest", () => {
  expect(driver.verify(hostToVerify).join(" ")).toMatch(/--port 25 --check mx\.x\.example$/);
});

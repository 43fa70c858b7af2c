import { expect, test } from "vitest";
import { hostToVerify, sampleReader } from "../../../harness/lab/test-verifier.ts";
import driver from "./driver.ts";

const read = sampleReader(driver, import.meta.url);

test.each([
  ["matched", 0, "matched", /^SUCCESS \(Usage 3 \[DANE-EE\]\)/],
  ["matched-with-caution", 0, "matched", /^SUCCESS \(Usage 3 \[DANE-EE\]\)/],
  ["mismatch", 2, "unmatched", /^FAIL \(Usage 2 \[DANE-TA\]\)/],
  // The order is that of the answer, and the exit status that of the last record.
  ["one-of-two", 2, "unmatched", /^FAIL \(Usage 3 \[DANE-EE\]\)/],
  ["one-of-two", 0, "unmatched", /^FAIL \(Usage 3 \[DANE-EE\]\)/],
  ["invalid", 0, "unusable", /^The TLSA record is invalid\.\s+Usage: invalid \(4 /],
  ["no-data", 1, "unmatched", /^Unable to resolve /],
  ["crashed", 1, "crashed", /^ValueError: invalid literal for int\(\)/],
  ["bad-signature", 1, "no-tls", /^M2Crypto\.SSL\.SSLError: provider signature failure$/],
])("%s, exit status %i: %s", (sample, exitStatus, outcome, told) => {
  expect(read(sample, exitStatus)).toEqual({ outcome, told: expect.stringMatching(told) });
});

test("what it does not know is left", () => {
  expect(driver.read({ exitStatus: 0, output: "" })).toBeUndefined();
});

test("it is told the host, and looks up the rest", () => {
  expect(driver.verify(hostToVerify).join(" ")).toMatch(/--starttls smtp --port 25 mx\.x\.example$/);
});

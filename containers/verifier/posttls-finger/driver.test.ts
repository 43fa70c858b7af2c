import { expect, test } from "vitest";
import { hostToVerify, sampleReader } from "../../../harness/lab/test-verifier.ts";
import driver from "./driver.ts";

const read = sampleReader(driver, import.meta.url);

test.each([
  ["matched", "matched", /^Matched DANE EE certificate at depth 0: 3 1 1 4748E4FB/],
  ["matched-anchor", "matched", /^Matched DANE TA certificate at depth 2: 2 0 1 54A44693/],
  ["mismatch", "unmatched", /num=65:no matching DANE TLSA records$/],
  ["unusable", "unusable", /^all TLSA records unusable, fallback to unauthenticated TLS$/],
  ["unsupported", "unusable", /^unsupported TLSA certificate usage: 4 1 1 /],
  ["truncated", "unusable", /^truncated TLSA RR length == 1$/],
  ["unsupported-and-pkix-valid", "unusable", /^unsupported TLSA certificate usage: 1 1 1 /],
  ["bad-signature", "no-tls", /^SSL_connect error to mx\./],
])("%s: %s", (sample, outcome, told) => {
  // Its exit status is 0 whatever it finds.
  expect(read(sample, 0)).toEqual({ outcome, told: expect.stringMatching(told) });
});

test("what it does not know is left", () => {
  expect(driver.read({ exitStatus: 1, output: "posttls-finger: fatal: open /etc/postfix/main.cf" })).toBe(
    undefined,
  );
});

test("it is told the next-hop domain, and finds the host itself", () => {
  expect(driver.verify(hostToVerify).at(-1)).toBe("x.example");
  expect(driver.verify({ ...hostToVerify, port: 2525 }).at(-1)).toBe("x.example:2525");
});

import { expect, test } from "vitest";
import { hostToVerify, sampleReader } from "../../../harness/lab/test-verifier.ts";
import driver from "./driver.ts";

const read = sampleReader(driver, import.meta.url);

test.each([
  [
    "matched",
    0,
    "matched",
    "DANE TLSA 3 1 1 ...5789c8f8a77af901de88bb85 matched the EE certificate at depth 0",
  ],
  [
    "signed-by-key",
    0,
    "matched",
    "DANE TLSA 2 1 0 ...8945fef796b5cdc6ac20ed18 signed the peer certificate at depth 1",
  ],
  ["mismatch", 1, "unmatched", "verify error:num=65:no matching DANE TLSA records"],
  ["key-too-weak", 1, "unmatched", "verify error:num=66:EE certificate key too weak"],
  ["unusable", 1, "unusable", "Failed to import any TLSA records"],
  [
    "bad-signature",
    1,
    "no-tls",
    "40F793AA597F0000:error:030000EA:digital envelope routines:EVP_DigestVerifyFinal:provider signature failure:../crypto/evp/m_sigver.c:703:ECDSA digest_verify_final:",
  ],
])("%s, exit status %i: %s", (sample, exitStatus, outcome, told) => {
  expect(read(sample, exitStatus)).toEqual({ outcome, told });
});

test("a handshake without a match proves nothing", () => {
  expect(driver.read({ exitStatus: 0, output: "Verification: OK\nDONE\n" })).toBeUndefined();
  expect(driver.read({ exitStatus: 1, output: "" })).toBeUndefined();
});

test("it is given the records, the name that they are of, and an address", () => {
  expect(driver.verify({ ...hostToVerify, addresses: ["2001:db8::1"] }).join(" ")).toContain(
    "-connect [2001:db8::1]:25 -dane_tlsa_domain mx.x.example -dane_tlsa_rrdata 3 1 1 00 -dane_tlsa_rrdata 2 0 1 ff",
  );
});

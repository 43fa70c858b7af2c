import { readFileSync } from "node:fs";
import type { HostToVerify, VerifierClaim } from "../model/verification.ts";
import type { VerifierDriver } from "./driver.ts";

/** What the driver makes of a sample, recorded in samples/ beside the test. */
export function sampleReader(
  driver: VerifierDriver,
  test: string,
): (sample: string, exitStatus: number) => VerifierClaim | undefined {
  return (sample, exitStatus) => {
    const output = readFileSync(new URL(`samples/${sample}.txt`, test), "utf8");
    return driver.read({ exitStatus, output });
  };
}

export const hostToVerify: HostToVerify = {
  domain: "x.example",
  name: "mx.x.example",
  addresses: ["198.18.20.1", "2001:db8::1"],
  port: 25,
  records: ["3 1 1 00", "2 0 1 ff"],
};

import { describe, expect, it } from "vitest";
import { normaliseAddress } from "./addresses.ts";

describe("normaliseAddress", () => {
  it.each([
    ["198.18.0.1", "198.18.0.1"],
    ["::ffff:198.18.0.1", "198.18.0.1"],
    ["::FFFF:c612:1", "198.18.0.1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:0db8::0001", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["", ""],
  ])("%s is %s", (address, normal) => {
    expect(normaliseAddress(address)).toBe(normal);
  });
});

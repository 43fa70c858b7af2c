import { expect, test } from "vitest";
import { harnessClient } from "./loopback.ts";

test("no two servers have clients of one address", () => {
  const all = [20_000, 20_001, 20_255, 20_256, 65_535].map(harnessClient);
  expect(new Set(all).size).toBe(all.length);
  expect(harnessClient(20_000)).toBe("127.2.78.32");
});

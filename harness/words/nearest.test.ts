import { expect, it } from "vitest";
import { nearest } from "./nearest.ts";

const words = ["certificate", "attacker", "mx", "tlsa", "zone", "zones"];

it.each([
  ["certifcate", "certificate"],
  ["cretificate", "certificate"],
  ["atacker", "attacker"],
  ["TLSA", "tlsa"],
  ["tsla", "tlsa"],
  ["zonees", "zones"],
  ["zone", "zone"],
  ["mz", "mx"],
])("%s means %s", (typed, meant) => {
  expect(nearest(typed, words)).toBe(meant);
});

it.each(["ee", "a", "", "somethingelse"])("%j means nothing that is there", (typed) => {
  expect(nearest(typed, words)).toBeUndefined();
});

it("has nothing to offer where there are no words", () => {
  expect(nearest("zone", [])).toBeUndefined();
});

import { expect, it } from "vitest";
import { matchesGlob } from "./glob.ts";

it.each([
  ["ee-*", "ee-expired"],
  ["*-expired", "ee-expired"],
  ["ee*ed*", "ee-expired"],
  ["*", ""],
  ["ee-*", "ee-"],
  ["postfix@3.10+unbound@1.26", "postfix@3.10+unbound@1.26"],
  ["a*b", "a\nb"],
])("%j matches %j", (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(true);
});

it.each([
  ["ee", "ee-expired"],
  ["expired", "ee-expired"],
  ["postfix@3.10", "postfix@3x10"],
  ["a+", "aa"],
  ["[ab]", "a"],
  ["a?", "a"],
  ["a|b", "a"],
  ["", "a"],
])("%j does not match %j", (pattern, text) => {
  expect(matchesGlob(pattern, text)).toBe(false);
});

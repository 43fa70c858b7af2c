import { expect, test } from "vitest";
import { targetOf } from "./aliases.ts";

test.each([
  ["no alias", "a.example.", ["a.example. 5 IN A 192.0.2.1"], "a.example."],
  ["an alias, in other case", "a.example.", ["A.Example. 5 IN CNAME b.example."], "b.example."],
  [
    "several, in no order",
    "a.example.",
    ["b.example. 5 IN CNAME c.example.", "c.example. 5 IN A 192.0.2.1", "a.example. 5 IN CNAME b.example."],
    "c.example.",
  ],
  [
    "a DNAME record without the CNAME record that is made of it",
    "a.old.example.",
    ["old.example. 5 IN DNAME new.example.", "a.new.example. 5 IN A 192.0.2.1"],
    "a.old.example.",
  ],
])("%s", (_, name, answers, target) => {
  expect(targetOf(name, answers)).toBe(target);
});

test("a circle has an end", () => {
  const circle = ["a.example. 5 IN CNAME b.example.", "b.example. 5 IN CNAME a.example."];
  expect(["a.example.", "b.example."]).toContain(targetOf("a.example.", circle));
});

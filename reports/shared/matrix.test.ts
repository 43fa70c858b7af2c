import { expect, test } from "vitest";
import { sample } from "../sample.ts";
import { matrixOf, stackIdOf } from "./matrix.ts";

test("versions of a program stand side by side, oldest first; programs as in the run", () => {
  const stacks = [
    ["postfix@3.10", "unbound@1.22"],
    ["exim@4.98", "unbound@1.22"],
    ["postfix@3.7", "unbound@1.22"],
    ["postfix@3.7", "bind@9.20"],
  ] as const;
  const { results } = sample({ stacks, only: "base-311" });
  expect(matrixOf(results).stacks.map(({ id }) => id)).toEqual([
    "postfix@3.7+unbound@1.22",
    "postfix@3.7+bind@9.20",
    "postfix@3.10+unbound@1.22",
    "exim@4.98+unbound@1.22",
  ]);
});

test.for([
  ["postfix@3.10", "unbound@1.26", "dane", "postfix@3.10+unbound@1.26"],
  ["danelab", "unbound@1.26", "lookup", "unbound@1.26"],
  ["danelab", "postfix@3.10", "probe", "postfix@3.10"],
  ["danelab", "bind@9.20", "signing", "bind@9.20"],
  ["openssl@3.5", "unbound@1.26", "verification", "openssl@3.5"],
] as const)("%s, %s, %s: the column of %s", ([sender, resolver, policy, column]) => {
  expect(stackIdOf({ sender, resolver, policy })).toBe(column);
});

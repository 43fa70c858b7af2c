import { expect, test } from "vitest";
import { sample } from "../sample.ts";
import { matrixOf } from "./matrix.ts";

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

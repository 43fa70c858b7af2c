import { expect, test } from "vitest";
import { call } from "./test-cli.ts";

test.for<[words: string, message: string]>([
  ["up", "up takes one scenario id; see danelab list scenarios"],
  ["up base-311 base-wrong", "up takes one scenario id; see danelab list scenarios"],
  ["up base-*", "up takes one id, not a pattern; see danelab list scenarios base-*"],
  ["up base-3111", 'no scenario matches "base-3111"; did you mean "base-311"?'],
  ["up base-311 --sender postfix,exim", "one --sender is enough here"],
  [
    "up base-311 --policy exposed",
    "--policy exposed: not known; there are dane, dane-only, may, encrypt, verify, secure",
  ],
  ["down base-311 base-wrong", "down takes one scenario id, or none"],
])("%s: status 2, and why", async ([words, message]) => {
  const { status, out, err } = await call(...words.split(" "));
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toContain(message);
});

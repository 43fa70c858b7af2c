import { expect, test } from "vitest";
import { addressOf, hrefOf, isWhole, wholeMatrix } from "./address.ts";

const filter = {
  text: "wild card & co",
  group: "dnssec",
  requirement: "RFC 7672 3.1.1",
  level: "must",
  verdicts: ["fail", "warn"],
  policies: ["dane"],
};

test.each([
  ["matrix", "", wholeMatrix],
  ["matrix", "", filter],
  ["trial", "ee-expired/postfix@3.10+unbound@1.26/dane/twin", wholeMatrix],
  ["trial", "ee-expired/postfix@3.10+unbound@1.26/dane", filter],
  ["requirement", "RFC 7672 3.1.1", filter],
  ["implementation", "odd name?#%", wholeMatrix],
] as const)("%s %s comes back from its address", (page, name, given) => {
  expect(addressOf(hrefOf(page, name, given))).toEqual({ page, name, filter: given });
});

test("the whole matrix has a short address, and a strange one is the whole matrix", () => {
  expect(hrefOf("matrix")).toBe("#/");
  for (const hash of ["", "#", "#/", "#elsewhere", "#/nowhere/x"]) {
    const { page, filter: found } = addressOf(hash);
    expect([page, isWhole(found)]).toEqual(["matrix", true]);
  }
});

test("the address of a trial reads like its id", () => {
  expect(
    hrefOf("trial", "ee-expired/postfix@3.10+unbound@1.26/dane", {
      ...wholeMatrix,
      verdicts: ["fail", "warn"],
    }),
  ).toBe("#/trial/ee-expired/postfix@3.10+unbound@1.26/dane?verdict=fail,warn");
});

test("a broken escape does not break the page", () => {
  expect(addressOf("#/trial/%E0%A4%A").name).toBe("%E0%A4%A");
});

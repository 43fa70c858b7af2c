import { describe, expect, it } from "vitest";
import { UsageError } from "../words/errors.ts";
import { canonicalWireName, compareNames, isWithin, labelsOf, parentOf, wireName } from "./name.ts";

describe("compareNames", () => {
  it("orders as the example of RFC 4034 6.1 does", () => {
    const ordered = [
      "example.",
      "a.example.",
      "yljkjljk.a.example.",
      "Z.a.example.",
      "zABC.a.EXAMPLE.",
      "z.example.",
      "\\001.z.example.",
      "*.z.example.",
      "\\200.z.example.",
    ];
    // Any other order to start from: this one reverses it and puts its halves the wrong way round.
    const shuffled = [...ordered.slice(4), ...ordered.slice(0, 4)].reverse();
    expect(shuffled.sort(compareNames)).toEqual(ordered);
  });

  it("takes names that differ in case only for the same", () => {
    expect(compareNames("MX.Example.", "mx.eXAMPLE.")).toBe(0);
  });

  it("puts the root first", () => {
    expect(compareNames(".", "example.")).toBeLessThan(0);
    expect(compareNames(".", ".")).toBe(0);
  });
});

describe("wire form", () => {
  it.each([
    [".", "00"],
    ["mx.example.", "026d78076578616d706c6500"],
    ["Mx.example.", "024d78076578616d706c6500"],
    ["a\\.b.c.", "03612e62016300"],
    ["\\000.c.", "0100016300"],
    ["\\255\\065\\\\.", "03ff415c00"],
  ])("%s", (name, hex) => {
    expect(wireName(name).toString("hex")).toBe(hex);
  });

  it("is lower case where it is canonical, escaped letters included (RFC 4034 6.2)", () => {
    expect(canonicalWireName("A\\066\\193.C.").toString("hex")).toBe("036162c1016300");
  });

  it("holds 63 octets in a label and 255 in all, not more", () => {
    const label = "x".repeat(63);
    expect(wireName(`${label}.${label}.${label}.${"x".repeat(61)}.`)).toHaveLength(255);
    expect(() => wireName(`${label}.${label}.${label}.${"x".repeat(62)}.`)).toThrow(/longer than 255 octets/);
    expect(() => wireName(`${label}x.`)).toThrow(/label of 64 octets/);
  });

  it.each(["example", "", "a..example.", ".example.", "example\\.", "a\\256.", "a\\"])(
    "refuses %j",
    (name) => {
      expect(() => wireName(name)).toThrow(UsageError);
    },
  );
});

it("labels count from the left", () => {
  expect(labelsOf("_25._tcp.mx.example.").map(String)).toEqual(["_25", "_tcp", "mx", "example"]);
});

it.each([
  ["mx.example.", "example."],
  ["example.", "."],
  [".", "."],
  ["a\\.b.example.", "example."],
  ["a\\\\.example.", "example."],
  ["\\000.example.", "example."],
])("the parent of %s is %s", (name, parent) => {
  expect(parentOf(name)).toBe(parent);
});

it.each([
  ["example.", "example.", true],
  ["MX.Example.", "eXample.", true],
  ["mx.example.", ".", true],
  ["notexample.", "example.", false],
  ["example.", "mx.example.", false],
])("%s within %s: %s", (name, ancestor, within) => {
  expect(isWithin(name, ancestor)).toBe(within);
});

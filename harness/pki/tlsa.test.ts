import { createHash, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CertificateRef } from "../model/scenario.ts";
import {
  asText,
  dataOf,
  dv,
  mismatch,
  octets,
  of,
  rawRdata,
  rawTlsa,
  selfSigned,
  tlsa,
  trailing,
} from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { createPki } from "./pki.ts";
import { parseTlsa, tlsaMatches, tlsaRdata } from "./tlsa.ts";

const pki = createPki(new Date("2026-06-15T12:00:00Z"));
const chain = pki.issue(dv({ names: ["mx.test"], commonName: "mx.test" }));

/** Association data as RFC 6698 2.1.4 has it, from the certificate as node:crypto reads it. */
function data(ref: CertificateRef, selector: number, matchingType: number): string {
  const certificate = new X509Certificate(chain.certificate(ref).pem);
  const selected =
    selector === 0 ? certificate.raw : certificate.publicKey.export({ format: "der", type: "spki" });
  const digest = [undefined, "sha256", "sha512"][matchingType];
  return digest ? createHash(digest).update(selected).digest("hex") : selected.toString("hex");
}

const hex = (spec: Parameters<typeof tlsaRdata>[0], index = 0): string =>
  Buffer.from(tlsaRdata(spec, chain, pki, index)).toString("hex");

const all = [0, 1, 2, 3].flatMap((usage) =>
  [0, 1].flatMap((selector) => [0, 1, 2].map((matchingType) => [usage, selector, matchingType] as const)),
);

describe("a record that is rightly made", () => {
  it.each(all)("%i %i %i", (usage, selector, matchingType) => {
    const ref = usage === 0 || usage === 2 ? "root" : "leaf";
    expect(hex(tlsa(`${usage} ${selector} ${matchingType}`))).toBe(
      `0${usage}0${selector}0${matchingType}${data(ref, selector, matchingType)}`,
    );
  });

  it.each(["leaf", "previous-leaf", "intermediate", "root", "other-root", "public-intermediate"] as const)(
    "of the %s",
    (ref) => {
      expect(hex(of(ref, "2 0 1"))).toBe(`020001${data(ref, 0, 1)}`);
      expect(hex(of(ref, "3 1 2"))).toBe(`030102${data(ref, 1, 2)}`);
    },
  );

  it("of a renewed certificate over the same key matches by the key only", () => {
    expect(hex(of("previous-leaf", "3 1 1"))).toBe(hex(tlsa("3 1 1")));
    expect(hex(of("previous-leaf", "3 0 1"))).not.toBe(hex(tlsa("3 0 1")));
  });
});

describe("a record that matches nothing", () => {
  it.each(all)("%i %i %i has the shape of one that does", (usage, selector, matchingType) => {
    const text = `${usage} ${selector} ${matchingType}`;
    const [right, wrong] = [hex(tlsa(text)), hex(mismatch(text))];
    expect(wrong.slice(0, 6)).toBe(right.slice(0, 6));
    expect(wrong).not.toBe(right);
    if (matchingType > 0) expect(wrong).toHaveLength(right.length);
    // Full certificates and keys: what stands there can be read.
    else if (selector === 0)
      expect(() => new X509Certificate(Buffer.from(wrong.slice(6), "hex"))).not.toThrow();
    expect(tlsaMatches(Buffer.from(wrong, "hex"), chain.sent)).toEqual([]);
  });

  it("is told from its like by its index in the RRset", () => {
    for (const text of ["3 1 1", "2 0 1"])
      expect(new Set([0, 1, 2].map((index) => hex(mismatch(text), index))).size).toBe(3);
    expect(hex(mismatch("3 1 1"), 1)).toBe(hex(mismatch("3 1 1"), 1));
    expect(hex(tlsa("3 1 1"), 1)).toBe(hex(tlsa("3 1 1")));
  });
});

describe("a record that is wrongly made", () => {
  const key = data("leaf", 1, 1);
  const stranger = hex(mismatch("3 1 1")).slice(6);

  it.each([
    ["says one thing and holds another", dataOf("3 0 1", "3 1 1"), `030101${data("leaf", 0, 1)}`],
    ["is of unknown parameters", tlsa("4 1 1"), `040101${key}`],
    ["is of an unknown matching type", tlsa("3 1 255"), `0301ff${key}`],
    ["is cut", octets(31, "3 1 1"), `030101${stranger.slice(0, 62)}`],
    ["has no data", octets(0, "3 1 1"), "030101"],
    ["is filled up", octets(34, "3 1 1"), `030101${stranger}0000`],
    ["goes on behind its data", trailing("00ff", "3 1 1"), `030101${key}00ff`],
    ["holds its data as text", asText("3 1 1"), `030101${Buffer.from(key).toString("hex")}`],
    ["holds any data", rawTlsa("3 1 1", "abcd"), "030101abcd"],
    ["is empty", rawRdata(""), ""],
    ["is too short for its parameters", rawRdata("0301"), "0301"],
  ])("%s", (_, spec, expected) => {
    expect(hex(spec)).toBe(expected);
  });
});

describe("which certificates a record is made from", () => {
  const matches = (spec: Parameters<typeof tlsaRdata>[0]): readonly number[] =>
    tlsaMatches(tlsaRdata(spec, chain, pki), chain.sent);

  it("is told by index", () => {
    expect(matches(tlsa("3 1 1"))).toEqual([0]);
    expect(matches(of("intermediate", "2 0 2"))).toEqual([1]);
    expect(matches(tlsa("2 1 0"))).toEqual([2]);
    const twice = pki.issue(selfSigned({ names: ["mx.test"], sends: ["leaf", "leaf"] }));
    expect(tlsaMatches(tlsaRdata(tlsa("3 1 1"), twice, pki), twice.sent)).toEqual([0, 1]);
  });

  it("is none where the data is malformed, of another kind, or of unknown parameters", () => {
    for (const spec of [
      octets(31, "3 1 1"),
      dataOf("3 0 1", "3 1 1"),
      trailing("00", "3 1 1"),
      tlsa("3 2 1"),
      tlsa("3 1 3"),
      rawRdata(""),
      rawRdata("0301"),
    ])
      expect(matches(spec)).toEqual([]);
  });
});

describe("parameters as text", () => {
  it("are three numbers of an octet each", () => {
    expect(parseTlsa("3 1 1")).toEqual({ usage: 3, selector: 1, matchingType: 1 });
    expect(parseTlsa("255 0 255")).toEqual({ usage: 255, selector: 0, matchingType: 255 });
  });

  it.each(["", "3 1", "3 1 1 1", "3  1 1", "256 1 1", "3 1 256", "-1 1 1", "3 1 x", "3 1 1 "])(
    "%j is refused",
    (text) => {
      expect(() => parseTlsa(text)).toThrow(UsageError);
    },
  );
});

import { describe, expect, it } from "vitest";
import { type ResourceRecord, record } from "../dns/record.ts";
import { verdicts } from "../dns/test-verify.ts";
import { nsec3, signing } from "../dns/test-zones.ts";
import type { Signing, ZoneDraft, ZoneFaultAt } from "../dns/zone.ts";
import { buildTree } from "./tree.ts";

const now = new Date("2026-06-15T12:00:00Z");

function zone(
  origin: string,
  records: readonly (readonly [name: string, type: string, data: string])[] = [],
  {
    signed = true,
    faults = [],
    ...more
  }: Partial<Signing> & { signed?: boolean; faults?: readonly ZoneFaultAt[] } = {},
): ZoneDraft {
  const absolute = (name: string): string =>
    name === "@" ? origin : name.endsWith(".") ? name : `${name}.${origin === "." ? "" : origin}`;
  return {
    origin,
    records: [
      record(origin, "SOA", 60, "ns.test. h.test. 1 2 3 4 10"),
      record(origin, "NS", 60, "ns.test."),
      ...records.map(([name, type, data]) => record(absolute(name), type, 60, data)),
    ],
    signing: signed ? signing(now, more) : null,
    faults,
  };
}

const tlsaOf = (name: string) => [`_25._tcp.${name}`, "TLSA", `3 1 1 ${"00".repeat(32)}`] as const;
const mx = [["mx", "A", "198.18.4.1"], tlsaOf("mx")] as const;

const tree = buildTree(
  [
    zone("."),
    zone("test.", [["ns", "A", "198.18.0.1"]]),
    zone("Good.test.", [
      ...mx,
      ["to-good", "CNAME", "MX.good.test."],
      ["to-unsigned", "CNAME", "mx.unsigned.test."],
      ["to-bogus", "CNAME", "mx.bogus.test."],
      ["to-nowhere", "CNAME", "nowhere.good.test."],
      ["to-outside", "CNAME", "mx.outside."],
      ["dname", "DNAME", "unsigned.test."],
      ["loop", "CNAME", "loop.good.test."],
      ["twice", "CNAME", "via.unsigned.test."],
      ["*.wild", "CNAME", "mx.good.test."],
    ]),
    zone(
      "unsigned.test.",
      [...mx, ["via", "CNAME", "mx.good.test."], ["to-bogus", "CNAME", "mx.bogus.test."]],
      {
        signed: false,
      },
    ),
    zone("below.unsigned.test.", mx),
    zone(
      "bogus.test.",
      [...mx, ["to-good", "CNAME", "mx.good.test."], ["to-unsigned", "CNAME", "mx.unsigned.test."]],
      {
        faults: [{ fault: "ds-mismatch" }],
      },
    ),
    zone("below.bogus.test.", mx),
    zone("unsigned.bogus.test.", mx, { signed: false }),
    zone("link.test.", [...mx, ["bad", "CNAME", "mx.good.test."]], {
      faults: [{ fault: "signature-expired", type: "CNAME" }],
    }),
    zone("unknown.test.", mx, { faults: [{ fault: "unknown-algorithm" }] }),
    zone("ed25519.test.", mx, { algorithm: 15 }),
    zone("nods.test.", mx, { faults: [{ fault: "delegation-unsigned" }] }),
    zone("optout.test.", [], { denial: nsec3({ optOut: true }) }),
    zone("child.optout.test.", mx, { signed: false }),
    zone("unproven.test.", [], { faults: [{ fault: "denial-unproven" }] }),
    zone("child.unproven.test.", mx, { signed: false }),
    zone("signed.unproven.test.", mx),
  ],
  (origin) => `ns.${origin}`,
);

const found = (name: string, type = "A"): string => {
  const { status, empty } = tree.expected(`${name}.test.`, type);
  return empty ? `${status} empty` : status;
};

describe("what a validating resolver must find", () => {
  it.each([
    ["mx.good", "secure"],
    ["mx.unsigned", "insecure"],
    ["mx.bogus", "bogus"],
    ["mx.below.unsigned", "insecure"],
    ["mx.below.bogus", "bogus"],
    ["mx.unsigned.bogus", "bogus"],
    ["mx.unknown", "insecure"],
    ["mx.ed25519", "any"],
    ["mx.nods", "insecure"],
    ["mx.child.optout", "insecure"],
    ["mx.child.unproven", "bogus"],
    ["mx.signed.unproven", "secure"],
    ["nowhere.good", "secure empty"],
    ["nowhere.unsigned", "insecure empty"],
    ["nowhere.bogus", "bogus empty"],
  ])("%s: %s", (name, expected) => {
    expect(found(name)).toBe(expected);
    expect(found(name.toUpperCase())).toBe(expected);
  });

  it.each([
    ["to-good.good", "secure"],
    ["to-unsigned.good", "insecure"],
    ["to-bogus.good", "bogus"],
    ["to-bogus.unsigned", "bogus"],
    ["to-good.bogus", "bogus"],
    ["to-unsigned.bogus", "bogus"],
    ["to-nowhere.good", "secure empty"],
    ["bad.link", "bogus"],
    ["x.wild.good", "secure"],
    // Out of a secure zone, through an insecure one, and back: insecure (RFC 7672 2.1.3).
    ["twice.good", "insecure"],
    ["mx.dname.good", "insecure"],
    ["via.unsigned", "insecure"],
  ])("through an alias, %s: %s", (name, expected) => {
    expect(found(name)).toBe(expected);
  });

  it("asked for the alias itself, only its own link counts", () => {
    expect(found("to-bogus.good", "CNAME")).toBe("secure");
    expect(found("bad.link", "CNAME")).toBe("bogus");
    expect(found("to-unsigned.good", "CNAME")).toBe("secure");
  });

  it("is left open where an alias leads out of the tree or in circles", () => {
    expect(found("loop.good")).toBe("any empty");
    expect(found("to-outside.good")).toBe("secure empty");
  });

  it("at a zone cut the child answers, but for DS, which is the parent's", () => {
    expect(found("good", "NS")).toBe("secure");
    expect(found("unsigned", "NS")).toBe("insecure");
  });
});

describe("delegations", () => {
  const of = (origin: string): readonly ResourceRecord[] =>
    tree.zones.find((one) => one.origin === origin)?.records ?? [];
  const at = (parent: string, child: string): readonly string[] =>
    of(parent)
      .flatMap(({ name, type }) => (name === child && type !== "RRSIG" ? [type] : []))
      .sort();

  it("are NS, DS of signed zones, and NSEC", () => {
    expect(at("test.", "Good.test.")).toEqual(["DS", "NS"]);
    expect(at("test.", "good.test.")).toEqual(["NSEC"]);
    expect(at("test.", "unsigned.test.")).toEqual(["NS", "NSEC"]);
    expect(at("test.", "nods.test.")).toEqual(["NS", "NSEC"]);
    expect(at(".", "test.")).toEqual(["DS", "NS", "NSEC"]);
    expect(at("bogus.test.", "below.bogus.test.")).toEqual(["DS", "NS", "NSEC"]);
    // Not the grandparent's.
    expect(at("test.", "below.bogus.test.")).toEqual([]);
  });

  it("are signed by the parent where they must be", () => {
    const parent = verdicts(of("test."), now);
    expect(parent.get("bogus.test. DS")).toBe("zsk");
    expect(parent.get("bogus.test. NS")).toBe("none");
  });

  it("have the DS that the child says", () => {
    for (const { origin, ds } of tree.zones) {
      const all = tree.zones.flatMap(({ records }) => records);
      const held = all.filter(({ name, type }) => type === "DS" && name === origin);
      expect(
        held.map(({ rdata }) => Buffer.from(rdata)),
        origin,
      ).toEqual(origin === "." ? [] : ds.map(({ rdata }) => Buffer.from(rdata)));
    }
  });
});

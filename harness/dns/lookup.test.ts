import { describe, expect, it } from "vitest";
import type { ZoneKeySpec } from "../model/scenario.ts";
import { keyStatus } from "./key-specs.ts";
import { lookUp, worse, zoneStatus } from "./lookup.ts";
import { nsec3, signing, zoneDraft } from "./test-zones.ts";
import type { ZoneDraft, ZoneFaultAt } from "./zone.ts";

const now = new Date("2026-06-15T12:00:00Z");
const origin = "zone.example.";
const under = (name: string): string => (name === "@" ? origin : `${name}.${origin}`);

function ask(draft: ZoneDraft, name: string, type: string): string {
  const { status, alias, empty } = lookUp(draft, under(name), type);
  return [
    status,
    ...(empty && alias === null ? ["empty"] : []),
    ...(alias === null ? [] : [`-> ${alias}`]),
  ].join(" ");
}

const nsec = { denial: { type: "nsec" } } as const;
const optOut = { denial: nsec3({ optOut: true }) };

describe("a zone without faults", () => {
  it.each([
    ["@", "MX", "secure"],
    ["MX", "A", "secure"],
    ["_25._tcp.mx", "TLSA", "secure"],
    ["mx", "TLSA", "secure empty"],
    ["_tcp.mx", "TLSA", "secure empty"],
    ["nowhere", "A", "secure empty"],
    ["_25._tcp.nowhere", "TLSA", "secure empty"],
    ["a.wild", "MX", "secure"],
    ["b.a.wild", "MX", "secure"],
    ["a.wild", "A", "secure empty"],
    ["wild", "MX", "secure empty"],
    ["alias", "A", "secure -> Mx.zone.example."],
    ["alias", "CNAME", "secure"],
    ["mx.tree.deep", "A", "secure -> mx.other.zone.example."],
    ["Mx.Tree.deep", "A", "secure -> Mx.other.zone.example."],
    ["tree.deep", "A", "secure empty"],
    ["tree.deep", "DNAME", "secure"],
    ["secure", "DS", "secure"],
    ["insecure", "DS", "secure empty"],
  ])("%s %s is %s", (name, type, found) => {
    expect(ask(zoneDraft(now, nsec), name, type)).toBe(found);
    expect(ask(zoneDraft(now, { denial: nsec3() }), name, type)).toBe(found);
  });

  it("proves nothing of names in an opt-out span (RFC 5155 9.2)", () => {
    const draft = zoneDraft(now, optOut);
    expect(ask(draft, "nowhere", "A")).toBe("insecure empty");
    expect(ask(draft, "a.wild", "MX")).toBe("insecure");
    expect(ask(draft, "mx", "TLSA")).toBe("secure empty");
    expect(ask(draft, "@", "MX")).toBe("secure");
  });

  it("leaves it to the resolver what iterations prove (RFC 9276 3.2)", () => {
    const draft = zoneDraft(now, { denial: nsec3({ iterations: 1 }) });
    expect(ask(draft, "mx", "TLSA")).toBe("any empty");
    expect(ask(draft, "a.wild", "MX")).toBe("any");
    expect(ask(draft, "mx", "A")).toBe("secure");
  });

  it("denies by compact denial what it lists", () => {
    const draft = zoneDraft(now, { denial: { type: "compact", names: [under("_25._tcp.Gone")] } });
    expect(ask(draft, "_25._tcp.gone", "TLSA")).toBe("secure empty");
    expect(ask(draft, "mx", "TLSA")).toBe("secure empty");
    expect(ask(draft, "nowhere", "A")).toBe("any empty");
  });

  it("is insecure where it is not signed", () => {
    const draft = { ...zoneDraft(now), signing: null };
    expect(ask(draft, "@", "MX")).toBe("insecure");
    expect(ask(draft, "nowhere", "A")).toBe("insecure empty");
    expect(zoneStatus(draft)).toBe("insecure");
  });
});

describe("faults of RRsets", () => {
  const draft = (...faults: readonly ZoneFaultAt[]): ZoneDraft => zoneDraft(now, nsec, faults);

  it("strike one name, or all names of the type", () => {
    const one = draft({ fault: "signature-expired", type: "TLSA", name: under("_25._TCP.mx") });
    expect(ask(one, "_25._tcp.mx", "TLSA")).toBe("bogus");
    expect(ask(one, "_25._tcp.mx2", "TLSA")).toBe("secure");
    expect(ask(one, "mx", "A")).toBe("secure");
    const all = draft({ fault: "data-altered", type: "TLSA" });
    expect(ask(all, "_25._tcp.mx2", "TLSA")).toBe("bogus");
    // There is no TLSA RRset here: that is proven, rightly.
    expect(ask(all, "mx", "TLSA")).toBe("secure empty");
  });

  it("strike what is reached through them", () => {
    expect(ask(draft({ fault: "signature-missing", type: "CNAME" }), "alias", "A")).toBe(
      "bogus -> Mx.zone.example.",
    );
    expect(ask(draft({ fault: "signature-missing", type: "DNAME" }), "mx.tree.deep", "A")).toBe(
      "bogus -> mx.other.zone.example.",
    );
    expect(
      ask(draft({ fault: "signature-missing", type: "MX", name: under("*.wild") }), "a.wild", "MX"),
    ).toBe("bogus");
    expect(ask(draft({ fault: "signature-missing", type: "MX", name: under("*.wild") }), "@", "MX")).toBe(
      "secure",
    );
  });
});

describe("faults of denial", () => {
  const draft = (fault: ZoneFaultAt, more: Parameters<typeof zoneDraft>[1] = nsec): ZoneDraft =>
    zoneDraft(now, more, [fault]);

  it("without proof all that is absent is bogus, and what a wildcard expands to (RFC 4035 5.3.4)", () => {
    const bad = draft({ fault: "denial-unproven" });
    expect(ask(bad, "mx", "TLSA")).toBe("bogus empty");
    expect(ask(bad, "nowhere", "A")).toBe("bogus empty");
    expect(ask(bad, "a.wild", "MX")).toBe("bogus");
    expect(ask(bad, "*.wild", "MX")).toBe("secure");
    expect(ask(bad, "mx", "A")).toBe("secure");
  });

  it("with ranges that cover nothing only an exact NSEC proves anything", () => {
    const bad = draft({ fault: "denial-wrong-range" });
    expect(ask(bad, "nowhere", "A")).toBe("bogus empty");
    expect(ask(bad, "a.wild", "MX")).toBe("bogus");
    expect(ask(bad, "mx", "TLSA")).toBe("secure empty");
    // An empty non-terminal has no NSEC, but an NSEC3.
    expect(ask(bad, "_tcp.mx", "TLSA")).toBe("bogus empty");
    expect(ask(draft({ fault: "denial-wrong-range" }, { denial: nsec3() }), "_tcp.mx", "TLSA")).toBe(
      "secure empty",
    );
  });

  it("a wrong bit strikes its own name and type", () => {
    const bad = draft({ fault: "denial-type-bit-set", type: "TLSA", name: under("MX") });
    expect(ask(bad, "mx", "TLSA")).toBe("bogus empty");
    expect(ask(bad, "mx", "MX")).toBe("secure empty");
    expect(ask(bad, "mx2", "TLSA")).toBe("secure empty");
    expect(ask(draft({ fault: "denial-type-bit-set", type: "TLSA" }), "@", "TLSA")).toBe("bogus empty");
  });
});

describe("the zone as a whole", () => {
  const status = (...faults: readonly ZoneFaultAt[]) => zoneStatus(zoneDraft(now, nsec, faults));

  it("is what its faults make it", () => {
    expect(status()).toBe("secure");
    expect(status({ fault: "signature-expired", type: "MX" })).toBe("secure");
    expect(status({ fault: "ds-mismatch" })).toBe("bogus");
    expect(status({ fault: "dnskey-missing" })).toBe("bogus");
    expect(status({ fault: "signature-expired", type: "DNSKEY" })).toBe("bogus");
    expect(status({ fault: "unknown-algorithm" })).toBe("insecure");
    expect(status({ fault: "unknown-ds-digest" })).toBe("insecure");
    expect(status({ fault: "delegation-unsigned" }, { fault: "dnskey-missing" })).toBe("insecure");
  });

  const key = (label: string, more: Partial<ZoneKeySpec> = {}): ZoneKeySpec => ({
    label,
    role: "csk",
    algorithm: 13,
    bits: 2048,
    published: true,
    signs: true,
    ds: true,
    ...more,
  });
  const of = (keys: readonly ZoneKeySpec[], dsDigests?: readonly number[]) =>
    keyStatus({ faults: [] }, signing(now, { keys, ...(dsDigests ? { dsDigests } : {}) }));

  it.each([
    [8, "secure"],
    [10, "secure"],
    [13, "secure"],
    [14, "any"],
    [15, "any"],
    [16, "any"],
    [5, "any"],
    [7, "any"],
    [1, "insecure"],
    ["unknown", "insecure"],
  ] as const)("of algorithm %s is %s (RFC 8624 3.1)", (algorithm, expected) => {
    expect(of([key("a", { algorithm })])).toBe(expected);
  });

  it.each([
    [[2], "secure"],
    [[1], "any"],
    [[4], "any"],
    [[1, 2, 4], "secure"],
    [[200], "insecure"],
    [[200, 2], "secure"],
  ] as const)("with DS digests %j is %s (RFC 8624 3.3)", (digests, expected) => {
    expect(of([key("a")], digests)).toBe(expected);
  });

  it("is insecure without DS, bogus where no DS leads to a key that signs (RFC 4035 5.2)", () => {
    expect(of([key("a", { ds: false })])).toBe("insecure");
    expect(of([key("a", { published: false })])).toBe("bogus");
    expect(of([key("a", { signs: false })])).toBe("bogus");
    expect(of([key("a", { signs: false }), key("b")])).toBe("secure");
    expect(of([key("a", { role: "ksk" }), key("z", { role: "zsk", published: false })])).toBe("bogus");
    expect(of([key("a", { role: "ksk" })])).toBe("bogus");
  });

  it("lives from the algorithm that a validator knows, where there are two", () => {
    expect(of([key("a", { algorithm: "unknown" }), key("b")])).toBe("secure");
    expect(of([key("a", { algorithm: "unknown" }), key("b", { ds: false })])).toBe("insecure");
  });
});

it("a bogus part makes all bogus, an open one leaves it open", () => {
  expect(worse("bogus", "any")).toBe("bogus");
  expect(worse("insecure", "any")).toBe("any");
  expect(worse("secure", "insecure")).toBe("insecure");
  expect(worse("secure", "secure")).toBe("secure");
});

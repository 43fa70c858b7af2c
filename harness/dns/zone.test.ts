import { describe, expect, it } from "vitest";
import { type FaultName, faultNames, type ZoneKeySpec } from "../model/scenario.ts";
import { key as keySpec } from "../vocabulary.ts";
import { HarnessError } from "../words/errors.ts";
import { createKeyRing } from "./keys.ts";
import { type ResourceRecord, record } from "./record.ts";
import { setsOf, verdicts } from "./test-verify.ts";
import { goodSignings, nsec3, zoneDraft } from "./test-zones.ts";
import { signatureOf } from "./verify.ts";
import { masterFile, signZone, type ZoneDraft } from "./zone.ts";

const now = new Date("2026-06-15T12:00:00Z");

function changed(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): Record<string, string> {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return Object.fromEntries(
    [...keys]
      .filter((key) => before.get(key) !== after.get(key))
      .map((key) => [key, after.get(key) ?? "gone"]),
  );
}

const hex = ({ rdata }: ResourceRecord): string => Buffer.from(rdata).toString("hex");

describe("a zone without faults", () => {
  it.each(goodSignings)("has what it should have signed, and nothing else: %s", (_, more) => {
    const { records } = signZone(zoneDraft(now, more));
    const found = verdicts(records, now);
    const unsigned = [...found].filter(([, by]) => by === "none").map(([key]) => key);
    expect(unsigned.sort()).toEqual([
      "insecure.below.zone.example. NS",
      "insecure.zone.example. NS",
      "ns.insecure.zone.example. A",
      "ns.secure.zone.example. A",
      "secure.zone.example. NS",
    ]);
    const single = more.keys === "single";
    for (const [key, by] of found) {
      if (unsigned.includes(key)) continue;
      expect(by, key).toBe(single || key === "zone.example. DNSKEY" ? "ksk" : "zsk");
    }
  });

  it("keeps all records that it was given", () => {
    const draft = zoneDraft(now);
    const { records } = signZone(draft);
    expect(records).toEqual(expect.arrayContaining([...draft.records]));
    expect(records.filter(({ type }) => type === "SOA")).toHaveLength(1);
  });

  it("has signatures of the period that it was told", () => {
    const draft = zoneDraft(now);
    for (const one of signZone(draft).records.filter(({ type }) => type === "RRSIG")) {
      const { inception, expiration } = signatureOf(one);
      expect([inception, expiration]).toEqual([draft.signing!.inception, draft.signing!.expiration]);
    }
  });

  it("denies for as long as SOA says, or its TTL where that is less (RFC 9077)", () => {
    const ttls = (minimum: number): readonly number[] => {
      const draft = zoneDraft(now);
      const soa = record(draft.origin, "SOA", 60, `ns. h. 1 2 3 4 ${minimum}`);
      const records = [soa, ...draft.records.filter(({ type }) => type !== "SOA")];
      const proofs = signZone({ ...draft, records }).records.filter(({ type }) => type === "NSEC");
      return [...new Set(proofs.map(({ ttl }) => ttl))];
    };
    expect([ttls(10), ttls(3600)]).toEqual([[10], [60]]);
  });

  it("has a DS for each of its entry points and digests, and the first as trust anchor", () => {
    const { ds, anchor, records } = signZone(zoneDraft(now, { dsDigests: [1, 2, 4], ttl: 7 }));
    const entry = records.find(({ type, rdata }) => type === "DNSKEY" && rdata[1] === 1)!;
    expect(ds.map(({ name, type, ttl, rdata }) => [name, type, ttl, rdata[3], rdata.length])).toEqual([
      ["zone.example.", "DS", 7, 1, 24],
      ["zone.example.", "DS", 7, 2, 36],
      ["zone.example.", "DS", 7, 4, 52],
    ]);
    const base64 = Buffer.from(entry.rdata.subarray(4)).toString("base64");
    expect(anchor).toBe(`zone.example. 7 IN DNSKEY 257 3 13 ${base64}`);
    expect(entry.ttl).toBe(7);
  });

  it("has the same keys again from the same ring", () => {
    const ring = createKeyRing();
    const [first, again] = [1, 2].map(() => signZone(zoneDraft(now), ring));
    expect(again!.ds).toEqual(first!.ds);
    expect(again!.anchor).toBe(first!.anchor);
    expect(signZone(zoneDraft(now)).anchor).not.toBe(first!.anchor);
  });

  it("has no NSEC where it has NSEC3, and the other way round", () => {
    const types = (draft: ZoneDraft): ReadonlySet<string> =>
      new Set(signZone(draft).records.map(({ type }) => type));
    expect([...types(zoneDraft(now))]).not.toEqual(expect.arrayContaining(["NSEC3"]));
    expect(types(zoneDraft(now, { denial: nsec3() })).has("NSEC")).toBe(false);
    expect(types(zoneDraft(now, { denial: nsec3() })).has("NSEC3PARAM")).toBe(true);
  });

  it("is left as it is where it is not signed", () => {
    const draft = { ...zoneDraft(now), signing: null };
    const { origin, records } = draft;
    expect(signZone(draft)).toEqual({ origin, records, ds: [], keys: [], anchor: "" });
  });

  it("needs a SOA record", () => {
    const draft = zoneDraft(now);
    const records = draft.records.filter(({ type }) => type !== "SOA");
    expect(() => signZone({ ...draft, records })).toThrow("zone zone.example. has no SOA record");
  });
});

describe("listed keys", () => {
  const key = (label: string, role: ZoneKeySpec["role"], more: Partial<ZoneKeySpec> = {}) =>
    keySpec(role, { label, ...more });
  const by = (keys: readonly ZoneKeySpec[]) => {
    const zone = signZone(zoneDraft(now, { keys }));
    const found = verdicts(zone.records, now);
    return {
      dnskeys: zone.records.filter(({ type }) => type === "DNSKEY").length,
      ds: zone.ds.length,
      keys: found.get("zone.example. DNSKEY"),
      data: found.get("zone.example. MX"),
    };
  };

  it("each sign what their role is", () => {
    expect(by([key("a", "ksk"), key("b", "ksk"), key("c", "zsk"), key("d", "zsk")])).toEqual({
      dnskeys: 4,
      ds: 2,
      keys: "ksk+ksk",
      data: "zsk+zsk",
    });
    expect(by([key("a", "csk")])).toEqual({ dnskeys: 1, ds: 1, keys: "ksk", data: "ksk" });
    expect(by([key("a", "csk"), key("b", "csk", { algorithm: 15 })])).toEqual({
      dnskeys: 2,
      ds: 2,
      keys: "ksk+ksk",
      data: "ksk+ksk",
    });
  });

  it("may stand by, be hidden, or be told by DS only", () => {
    const standby = key("b", "zsk", { signs: false });
    expect(by([key("a", "ksk"), standby, key("c", "zsk")])).toEqual({
      dnskeys: 3,
      ds: 1,
      keys: "ksk",
      data: "zsk",
    });
    const hidden = key("c", "zsk", { published: false });
    expect(by([key("a", "ksk"), hidden])).toEqual({ dnskeys: 1, ds: 1, keys: "ksk", data: "bad" });
    const future = key("b", "ksk", { published: false, signs: false });
    expect(by([key("a", "ksk"), future, key("c", "zsk")])).toEqual({
      dnskeys: 2,
      ds: 2,
      keys: "ksk",
      data: "zsk",
    });
  });
});

describe("compact denial (RFC 9824)", () => {
  const draft = zoneDraft(now, { denial: { type: "compact", names: ["_25._tcp.gone.zone.example."] } });
  const proofs = signZone(draft).records.filter(({ type }) => type === "NSEC");

  it("has an NSEC for each name, existing, empty or absent, that ends right behind it", () => {
    const names = proofs.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        "zone.example.",
        "mx.zone.example.",
        "_tcp.mx.zone.example.",
        "deep.zone.example.",
        "_25._tcp.gone.zone.example.",
        "_tcp.gone.zone.example.",
        "gone.zone.example.",
      ]),
    );
    expect(new Set(names).size).toBe(names.length);
    expect(names).not.toContain("ns.secure.zone.example.");
    for (const proof of proofs) {
      const next = Buffer.from(proof.rdata).toString("latin1");
      expect(next.startsWith(`\x01\0${String.fromCharCode(proof.name.indexOf("."))}`), proof.name).toBe(true);
    }
  });

  it("tells names that do not exist from empty ones by NXNAME (type 128)", () => {
    const bitmap = (name: string): string => hex(proofs.find((proof) => proof.name === name)!);
    const signedNsec = "000000000003";
    expect(bitmap("gone.zone.example.").endsWith(`0011${signedNsec}${"00".repeat(10)}80`)).toBe(true);
    expect(bitmap("_tcp.mx.zone.example.").endsWith(`0006${signedNsec}`)).toBe(true);
    expect(bitmap("mx.zone.example.").endsWith("0006400000080003")).toBe(true);
  });
});

interface Strike {
  readonly fault: FaultName;
  readonly type?: string;
  readonly name?: string;
  readonly more?: Parameters<typeof zoneDraft>[1];
  /** What a validator finds other than in the zone without the fault. */
  readonly strikes: Readonly<Record<string, string>>;
}

const tlsa = "_25._tcp.mx.zone.example. TLSA";
const rrsetFaults: readonly Strike[] = (
  [
    ["signature-expired", "bad"],
    ["signature-not-yet-valid", "bad"],
    ["signature-flipped", "bad"],
    ["signature-missing", "none"],
    ["signature-wrong-key", "bad"],
    ["data-altered", "bad"],
  ] as const
).flatMap(([fault, found]): Strike[] => [
  { fault, type: "MX", name: "Zone.example.", strikes: { "zone.example. MX": found } },
  { fault, type: "TLSA", strikes: { [tlsa]: found, "_25._tcp.mx2.zone.example. TLSA": found } },
  { fault, type: "CNAME", strikes: { "alias.zone.example. CNAME": found } },
  { fault, type: "DNAME", strikes: { "tree.deep.zone.example. DNAME": found } },
  { fault, type: "SOA", strikes: { "zone.example. SOA": found } },
  { fault, type: "DS", strikes: { "secure.zone.example. DS": found } },
  {
    fault,
    type: "A",
    name: "mx.zone.example.",
    more: { algorithm: 8, keys: "single" },
    strikes: { "mx.zone.example. A": found },
  },
]);

describe("faults of RRsets strike the one that is meant, and no other", () => {
  it.each(rrsetFaults)("$fault $type $name", ({ fault, type, name, more, strikes }) => {
    const ring = createKeyRing();
    const good = signZone(zoneDraft(now, more), ring);
    const at = { fault, ...(type === undefined ? {} : { type }), ...(name === undefined ? {} : { name }) };
    const bad = signZone(zoneDraft(now, more, [at]), ring);
    expect(changed(verdicts(good.records, now), verdicts(bad.records, now))).toEqual(strikes);
    expect(bad.ds).toEqual(good.ds);
    const values = (zone: typeof good): string[] =>
      [...setsOf(zone.records)].map(([key, set]) => `${key} ${set.map(hex).join()}`);
    const altered = values(bad).filter((value) => !values(good).includes(value));
    expect(altered.length).toBe(fault === "data-altered" ? Object.keys(strikes).length : 0);
  });

  it("expired and not yet valid signatures are right but for their time", () => {
    const day = 86_400_000;
    for (const [fault, shift] of [
      ["signature-expired", -3 * day],
      ["signature-not-yet-valid", 20 * day],
    ] as const) {
      const { records } = signZone(zoneDraft(now, {}, [{ fault, type: "MX", name: "zone.example." }]));
      expect(verdicts(records, now).get("zone.example. MX")).toBe("bad");
      expect(verdicts(records, new Date(now.getTime() + shift)).get("zone.example. MX"), fault).toBe("zsk");
    }
  });

  it("a flipped signature differs in one bit; a stranger's says whose it is", () => {
    const ring = createKeyRing();
    // RSA: its signatures are the same again.
    const mxSignature = (fault?: FaultName) => {
      const faults = fault ? [{ fault, type: "MX", name: "zone.example." }] : [];
      const { records } = signZone(zoneDraft(now, { algorithm: 8 }, faults), ring);
      return records
        .filter(({ type, name }) => type === "RRSIG" && name === "zone.example.")
        .map(signatureOf)
        .find(({ covers }) => covers === 15)!;
    };
    const [good, flipped, stranger] = [
      mxSignature(),
      mxSignature("signature-flipped"),
      mxSignature("signature-wrong-key"),
    ];
    expect(flipped.head).toEqual(good.head);
    const bits = [...good.signature].flatMap((octet, at) => [
      ...(octet ^ flipped.signature[at]!).toString(2),
    ]);
    expect(bits.filter((bit) => bit === "1")).toHaveLength(1);
    expect(stranger.tag).not.toBe(good.tag);
    expect(stranger.algorithm).toBe(8);
  });

  it("data that is altered stays well-formed", () => {
    const faults = ["MX", "CNAME", "NS", "A", "AAAA", "TLSA"].map(
      (type) => ({ fault: "data-altered", type }) as const,
    );
    const { records } = signZone(zoneDraft(now, {}, faults));
    const of = (name: string, type: string): string =>
      Buffer.from(
        records.find((one) => one.type === type && one.name === `${name}zone.example.`)!.rdata,
      ).toString("latin1");
    expect(of("", "MX")).toBe("\0\x0b\x02MX\x04zone\x07example\0");
    expect(of("alias.", "CNAME")).toBe("\x02Lx\x04zone\x07example\0");
    expect(of("", "NS")).toBe("\x02os\x04zone\x07example\0");
    expect([of("mx.", "A").length, of("mx.", "AAAA").length]).toEqual([4, 16]);
    expect(of("_25._tcp.mx.", "TLSA").slice(0, 3)).toBe("\x03\x01\x01");
  });
});

describe("faults of a zone", () => {
  const ring = createKeyRing();
  const good = signZone(zoneDraft(now), ring);
  const withFault = (fault: FaultName, more?: Parameters<typeof zoneDraft>[1]) =>
    signZone(zoneDraft(now, more, [{ fault }]), ring);

  it("ds-mismatch: the zone is right, DS names tag and algorithm of its key and another digest", () => {
    const bad = withFault("ds-mismatch");
    expect([...verdicts(bad.records, now)]).toEqual([...verdicts(good.records, now)]);
    expect(bad.ds).toHaveLength(1);
    expect(hex(bad.ds[0]!).slice(0, 8)).toBe(hex(good.ds[0]!).slice(0, 8));
    expect(hex(bad.ds[0]!)).not.toBe(hex(good.ds[0]!));
    expect(bad.ds[0]!.rdata).toHaveLength(good.ds[0]!.rdata.length);
  });

  it("dnskey-missing: neither DNSKEY nor its signatures", () => {
    const bad = withFault("dnskey-missing");
    expect(bad.records.filter(({ type }) => type === "DNSKEY")).toEqual([]);
    expect(bad.records.filter((one) => one.type === "RRSIG" && signatureOf(one).covers === 48)).toEqual([]);
    const keys = good.records.flatMap(({ type, rdata }) => (type === "DNSKEY" ? [rdata] : []));
    expect(changed(verdicts(good.records, now), verdicts(bad.records, now, keys))).toEqual({
      "zone.example. DNSKEY": "gone",
    });
    expect(bad.ds).toEqual(good.ds);
  });

  it("unknown-algorithm: DS, DNSKEY and RRSIG all say 200", () => {
    const bad = withFault("unknown-algorithm");
    const numbers = (type: string, at: number): ReadonlySet<number | undefined> =>
      new Set(bad.records.filter((one) => one.type === type).map(({ rdata }) => rdata[at]));
    expect([...numbers("DNSKEY", 3), ...numbers("RRSIG", 2), bad.ds[0]!.rdata[2]]).toEqual([200, 200, 200]);
    const tags = bad.records.filter(({ type }) => type === "RRSIG").map((one) => signatureOf(one).tag);
    expect(tags).toContain(Buffer.from(bad.ds[0]!.rdata).readUInt16BE(0));
  });

  it("unknown-ds-digest: only the digest type is unknown", () => {
    const bad = withFault("unknown-ds-digest", { dsDigests: [2, 4] });
    expect(bad.ds.map(({ rdata }) => rdata[3])).toEqual([200]);
    expect(hex(bad.ds[0]!).slice(0, 6)).toBe(hex(good.ds[0]!).slice(0, 6));
  });

  it("delegation-unsigned: a signed zone without DS, and an unsigned one", () => {
    const bad = withFault("delegation-unsigned");
    expect(bad.ds).toEqual([]);
    expect([...verdicts(bad.records, now)]).toEqual([...verdicts(good.records, now)]);
    const unsigned = { ...zoneDraft(now, {}, [{ fault: "delegation-unsigned" }]), signing: null };
    expect(signZone(unsigned).ds).toEqual([]);
  });
});

describe.each([
  ["NSEC", { denial: { type: "nsec" } }],
  ["NSEC3", { denial: nsec3() }],
] as const)("faults of denial by %s", (type, more) => {
  const withFault = (fault: FaultName, at: { readonly type?: string; readonly name?: string } = {}) =>
    signZone(zoneDraft(now, more, [{ fault, ...at }]));
  const proofsOf = ({ records }: { readonly records: readonly ResourceRecord[] }) =>
    records.filter((one) => one.type === type);
  const good = proofsOf(signZone(zoneDraft(now, more)));

  it("denial-unproven: there is none, and no signature of one", () => {
    const bad = withFault("denial-unproven");
    expect(proofsOf(bad)).toEqual([]);
    expect(
      bad.records.filter((one) => one.type === "RRSIG" && [47, 50].includes(signatureOf(one).covers)),
    ).toEqual([]);
    expect([...verdicts(bad.records, now).values()]).not.toContain("bad");
  });

  it("denial-wrong-range: all are there and signed, none covers anything", () => {
    const bad = withFault("denial-wrong-range");
    expect(proofsOf(bad).map(({ name }) => name)).toEqual(good.map(({ name }) => name));
    expect([...verdicts(bad.records, now)].filter(([, by]) => by === "bad")).toEqual([]);
    expect(proofsOf(bad).filter((one) => good.map(hex).includes(hex(one)))).toEqual([]);
  });

  it("denial-type-bit-set: one bit more at the name that is meant, signed", () => {
    const name = "mx.zone.example.";
    const bad = withFault("denial-type-bit-set", { type: "TLSA", name: "MX.zone.example." });
    const different = proofsOf(bad).filter((one) => !good.map(hex).includes(hex(one)));
    expect(different).toHaveLength(1);
    if (type === "NSEC") expect(different[0]!.name).toBe(name);
    expect(verdicts(bad.records, now).get(`${different[0]!.name} ${type}`)).toBe("zsk");
    // A bitmap that reaches up to 52 has seven octets.
    expect(different[0]!.rdata[different[0]!.rdata.length - 1]! & 0x08).toBe(0x08);
  });

  it("denial-type-bit-set without a name strikes the apex", () => {
    const bad = withFault("denial-type-bit-set", { type: "TLSA" });
    expect(proofsOf(bad).filter((one) => !good.map(hex).includes(hex(one)))).toHaveLength(1);
  });
});

describe("a fault that strikes nothing is refused", () => {
  it.each([
    [{ fault: "signature-expired", type: "PTR" }],
    [{ fault: "signature-missing", type: "TLSA", name: "zone.example." }],
    [{ fault: "data-altered", type: "MX", name: "other.example." }],
    [{ fault: "signature-flipped" }],
    [{ fault: "signature-expired", type: "A", name: "ns.secure.zone.example." }],
    [{ fault: "signature-expired", type: "NS", name: "secure.zone.example." }],
    [{ fault: "denial-type-bit-set", type: "TLSA", name: "nowhere.zone.example." }],
    [{ fault: "denial-type-bit-set" }],
  ] as const)("%j", (fault) => {
    expect(() => signZone(zoneDraft(now, {}, [fault]))).toThrow(HarnessError);
  });

  it("also beside one that strikes, and says which", () => {
    const faults = [
      { fault: "signature-expired", type: "MX" },
      { fault: "signature-missing", type: "TXT", name: "mx.zone.example." },
    ] as const;
    expect(() => signZone(zoneDraft(now, {}, faults))).toThrow(
      /zone zone\.example\.: the fault "signature-missing" on mx\.zone\.example\. TXT changed no record/,
    );
  });

  it.each(faultNames.filter((name) => name !== "delegation-unsigned"))("%s in an unsigned zone", (fault) => {
    const draft = { ...zoneDraft(now, {}, [{ fault, type: "MX" }]), signing: null };
    expect(() => signZone(draft)).toThrow(
      `zone zone.example. is unsigned: the fault "${fault}" cannot strike it`,
    );
  });
});

describe("the master file", () => {
  const zone = signZone(zoneDraft(now));
  const lines = masterFile(zone).trimEnd().split("\n");

  it("begins with SOA and has one line for each record", () => {
    expect(lines[0]).toMatch(/^zone\.example\. 60 IN SOA \\# \d+ [0-9a-f]+$/);
    expect(lines).toHaveLength(zone.records.length);
  });

  it("writes RDATA octet by octet (RFC 3597), keys in base64", () => {
    expect(lines).toContain("mx.zone.example. 60 IN A \\# 4 c6120401");
    expect(lines).toContain("odd.zone.example. 60 IN TYPE65280 \\# 3 010203");
    expect(lines).toContain(zone.anchor);
    const empty = signZone({
      ...zoneDraft(now),
      signing: null,
      records: [record("x.", "TYPE65280", 1, "\\# 0")],
    });
    expect(masterFile(empty)).toBe("x. 1 IN TYPE65280 \\# 0\n");
  });
});

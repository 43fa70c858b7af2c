import { createPrivateKey, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createKey, keyTag, type ZoneKey } from "./keys.ts";
import { type ResourceRecord, record } from "./record.ts";
import { coveredType, cutsOf, isOccluded, isSigned, rrsetsOf, signSet } from "./rrset.ts";
import { signatureOf, verifies } from "./verify.ts";

const validity = {
  inception: new Date("2026-01-02T03:04:05.9Z"),
  expiration: new Date("2026-02-03T04:05:06Z"),
};

function setOf(...records: readonly ResourceRecord[]) {
  const [set] = rrsetsOf(records);
  return set!;
}

describe("RRsets", () => {
  it("gather by owner, without regard to case, and type", () => {
    const sets = rrsetsOf([
      record("Mx.test.", "A", 60, "198.18.0.1"),
      record("mx.test.", "AAAA", 60, "2001:db8::1"),
      record("MX.test.", "A", 60, "198.18.0.2"),
      record("x.test.", "A", 60, "198.18.0.1"),
    ]);
    expect(sets.map(({ name, type, records }) => [name, type, records.length])).toEqual([
      ["Mx.test.", "A", 2],
      ["mx.test.", "AAAA", 1],
      ["x.test.", "A", 1],
    ]);
  });

  it("hold no record twice, names in RDATA that differ in case included (RFC 4034 6.3)", () => {
    const mx = setOf(record("test.", "MX", 60, "10 mx.test."), record("test.", "MX", 60, "10 MX.test."));
    expect(mx.records).toHaveLength(1);
    const txt = setOf(record("test.", "TXT", 60, "abc"), record("test.", "TXT", 60, "ABC"));
    expect(txt.records).toHaveLength(2);
  });
});

describe("delegations", () => {
  const records = [
    record("Test.", "NS", 60, "ns.test."),
    record("Child.test.", "NS", 60, "ns.child.test."),
    record("child.test.", "DS", 60, "1 13 2 00"),
    record("child.test.", "A", 60, "198.18.0.1"),
    record("ns.CHILD.test.", "A", 60, "198.18.0.2"),
    record("nochild.test.", "A", 60, "198.18.0.3"),
  ];
  const cuts = cutsOf("test.", records);

  it("are the names that hold NS, the apex excepted", () => {
    expect([...cuts]).toEqual(["child.test."]);
    expect(isOccluded("a.b.child.test.", cuts)).toBe(true);
    expect(isOccluded("child.test.", cuts)).toBe(false);
    expect(isOccluded("nochild.test.", cuts)).toBe(false);
  });

  it("have only DS and NSEC signed; glue has nothing signed (RFC 4035 2.2)", () => {
    const signed = rrsetsOf([...records, record("child.test.", "NSEC", 60, "\\# 1 00")])
      .filter((set) => isSigned(set, cuts))
      .map(({ name, type }) => `${name} ${type}`);
    expect(signed).toEqual(["Test. NS", "child.test. DS", "nochild.test. A", "child.test. NSEC"]);
  });
});

describe("signatures", () => {
  it("are as in the example of RFC 8080 6.1 (with erratum 4935), octet by octet", () => {
    const secret = Buffer.from("ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=", "base64");
    const key = createPrivateKey({
      key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), secret]),
      format: "der",
      type: "pkcs8",
    });
    const rdata = Buffer.concat([
      Buffer.from([1, 1, 3, 15]),
      Buffer.from("l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", "base64"),
    ]);
    const zoneKey: ZoneKey = {
      flags: 257,
      algorithm: 15,
      rdata,
      tag: keyTag(rdata),
      privateKey: key,
      sign: (data) => sign(null, data, key),
    };
    const set = setOf(record("example.com.", "MX", 3600, "10 mail.example.com."));
    const made = signSet(set, zoneKey, "example.com.", {
      inception: new Date(1438207200_000),
      expiration: new Date(1440021600_000),
    });
    expect(signatureOf(made).signature.toString("base64")).toBe(
      "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
    );
  });

  const key = createKey(13, 256, "of a test");

  it("say what they cover, from when to when, and whose they are", () => {
    const made = signSet(setOf(record("Mx.test.", "TLSA", 61, "3 1 1 00")), key, "Test.", validity);
    expect(made).toMatchObject({ name: "Mx.test.", type: "RRSIG", ttl: 61 });
    expect(coveredType(made)).toBe(52);
    expect(signatureOf(made)).toMatchObject({
      covers: 52,
      algorithm: 13,
      labels: 2,
      ttl: 61,
      inception: new Date("2026-01-02T03:04:05Z"),
      expiration: validity.expiration,
      tag: key.tag,
    });
    expect(signatureOf(made).head.toString("latin1", 18)).toBe("\x04test\0");
  });

  it.each([
    [".", 0],
    ["test.", 1],
    ["*.test.", 1],
    ["*.*.test.", 2],
    ["x.*.test.", 3],
    ["_25._tcp.mx.test.", 4],
  ])("of %s count %i labels (RFC 4034 3.1.3)", (name, labels) => {
    const made = signSet(setOf(record(name, "TXT", 60, "x")), key, "test.", validity);
    expect(signatureOf(made).labels).toBe(labels);
  });

  it("do not depend on the order of records and the case of names", () => {
    const records = ["20 B.test.", "10 c.test.", "10 a.test."].map((data) => record("Test.", "MX", 60, data));
    const made = signSet(setOf(...records), key, "test.", validity);
    const others = ["10 A.test.", "20 b.test.", "10 C.test."].map((data) => record("tesT.", "MX", 60, data));
    expect(verifies(made, others, key.rdata)).toBe(true);
  });

  it("hold for all records and nothing else", () => {
    const records = ["198.18.0.1", "198.18.0.2"].map((data) => record("mx.test.", "A", 60, data));
    const made = signSet(setOf(...records), key, "test.", validity);
    expect(verifies(made, records, key.rdata)).toBe(true);
    expect(verifies(made, records.slice(1), key.rdata)).toBe(false);
    expect(
      verifies(
        made,
        records.map((one) => ({ ...one, name: "my.test." })),
        key.rdata,
      ),
    ).toBe(false);
    expect(verifies(made, records, createKey(13, 256, "of a test").rdata)).toBe(false);
  });
});

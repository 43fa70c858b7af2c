import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { dnssecAlgorithms, type ZoneKeySpec } from "../model/scenario.ts";
import { createKey, createKeyRing, dsRecord, keyTag, type ZoneKey } from "./keys.ts";
import { record } from "./record.ts";
import { signSet } from "./rrset.ts";
import { publicKeyOf, verifies } from "./verify.ts";

const nobodys = generateKeyPairSync("ed25519").privateKey;

/** A key of which only the public half is known. */
function published(flags: 256 | 257, algorithm: number, base64: string): ZoneKey {
  const rdata = Buffer.concat([Buffer.from([1, flags & 255, 3, algorithm]), Buffer.from(base64, "base64")]);
  return { flags, algorithm, rdata, tag: keyTag(rdata), privateKey: nobodys, sign: () => Buffer.alloc(0) };
}

const examples = [
  {
    rfc: "RFC 4034 5.4",
    origin: "dskey.example.com.",
    key: published(
      256,
      5,
      "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
    ),
    tag: 60485,
    digests: {
      1: "2BB183AF5F22588179A53B0A98631FAD1A292118",
      // RFC 4509 2.3
      2: "D4B7D520E7BB5F0F67674A0CCEB1E3E0614B93C4F9E99B8383F6A1E4469DA50A",
    },
  },
  {
    rfc: "RFC 6605 6.1",
    origin: "example.net.",
    key: published(
      257,
      13,
      "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
    ),
    tag: 55648,
    digests: { 2: "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
  },
  {
    rfc: "RFC 6605 6.2",
    origin: "example.net.",
    key: published(
      257,
      14,
      "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
    ),
    tag: 10771,
    digests: {
      4: "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
    },
  },
  {
    rfc: "RFC 8080 6.1",
    origin: "example.com.",
    key: published(257, 15, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="),
    tag: 3613,
    digests: { 2: "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
  },
];

describe.each(examples)("the example of $rfc", ({ origin, key, tag, digests }) => {
  it("has its key tag", () => {
    expect(key.tag).toBe(tag);
  });

  it.each(Object.entries(digests))("has its DS of digest type %s", (type, digest) => {
    const head = Buffer.from([tag >> 8, tag & 255, key.algorithm, Number(type)]).toString("hex");
    const ds = dsRecord(origin.toUpperCase(), key, 60, Number(type));
    expect(ds).toMatchObject({ name: origin.toUpperCase(), type: "DS", ttl: 60 });
    expect(Buffer.from(ds.rdata).toString("hex")).toBe(head + digest.toLowerCase());
  });
});

it("the key tag of algorithm 1 is taken from the modulus (RFC 4034 B.1)", () => {
  expect(keyTag(Buffer.from("01000301 0103 aabbccddeeff".replaceAll(" ", ""), "hex"))).toBe(0xddee);
});

it("a DS of an unknown digest type is a well-formed one but for the number", () => {
  const [{ key, origin }] = [examples[1]!];
  const [known, unknown] = [2, 200].map((type) => Buffer.from(dsRecord(origin, key, 60, type).rdata));
  expect(unknown![3]).toBe(200);
  expect(unknown!.subarray(4)).toEqual(known!.subarray(4));
});

describe.each(dnssecAlgorithms)("a key of algorithm %i", (algorithm) => {
  const key = createKey(algorithm, 257, "of a test");

  it("shows flags, protocol 3, its number and a public key of the right size (RFC 4034 2.1)", () => {
    expect(key.rdata.toString("hex", 0, 4)).toBe(`010103${algorithm.toString(16).padStart(2, "0")}`);
    const details = publicKeyOf(key.rdata).asymmetricKeyDetails;
    if (algorithm <= 10) expect(details?.modulusLength).toBe(2048);
    else expect(key.rdata.length - 4).toBe({ 13: 64, 14: 96, 15: 32, 16: 57 }[algorithm as 13]);
  });

  it("signs what its public half verifies", () => {
    const one = record("mx.test.", "A", 60, "198.18.0.1");
    const set = { name: one.name, type: one.type, ttl: one.ttl, records: [one] };
    const rrsig = signSet(set, key, "test.", { inception: new Date(0), expiration: new Date() });
    expect(verifies(rrsig, [one], key.rdata)).toBe(true);
    expect(verifies(rrsig, [record("mx.test.", "A", 60, "198.18.0.2")], key.rdata)).toBe(false);
  });
});

describe("key ring", () => {
  const spec: ZoneKeySpec = {
    label: "ksk",
    role: "ksk",
    algorithm: 13,
    bits: 2048,
    published: true,
    signs: true,
    ds: true,
  };
  const tagOf = (key: ZoneKey): string => createHash("sha256").update(key.rdata).digest("hex");

  it("gives the same key again, to the same zone and label only", () => {
    const ring = createKeyRing();
    const first = ring.keyOf("a.test.", spec);
    expect(ring.keyOf("A.test.", { ...spec, published: false, signs: false, ds: false })).toBe(first);
    const others = [
      ring.keyOf("b.test.", spec),
      ring.keyOf("a.test.", { ...spec, label: "other" }),
      ring.keyOf("a.test.", { ...spec, role: "zsk" }),
      ring.keyOf("a.test.", { ...spec, algorithm: 14 }),
      createKeyRing().keyOf("a.test.", spec),
    ];
    expect(new Set([first, ...others].map(tagOf)).size).toBe(6);
  });

  it("sets SEP on all that a DS may name (RFC 4034 2.1.1)", () => {
    const flags = (["ksk", "csk", "zsk"] as const).map(
      (role) => createKeyRing().keyOf("a.test.", { ...spec, role }).flags,
    );
    expect(flags).toEqual([257, 257, 256]);
  });

  it("shares RSA keys between zones, for they take long to make, but for the root's", () => {
    const ring = createKeyRing();
    const rsa = { ...spec, algorithm: 8 } as const;
    expect(tagOf(ring.keyOf("a.test.", rsa))).toBe(tagOf(ring.keyOf("b.test.", rsa)));
    expect(tagOf(ring.keyOf(".", rsa))).not.toBe(tagOf(ring.keyOf("a.test.", rsa)));
    expect(tagOf(ring.keyOf("a.test.", { ...rsa, role: "zsk", label: "zsk" }))).not.toBe(
      tagOf(ring.keyOf("a.test.", rsa)),
    );
    const small = ring.keyOf("a.test.", { ...rsa, bits: 1024 });
    expect(publicKeyOf(small.rdata).asymmetricKeyDetails?.modulusLength).toBe(1024);
  });

  it("makes an unknown algorithm of a real key", () => {
    const key = createKeyRing().keyOf("a.test.", { ...spec, algorithm: "unknown" });
    expect([key.algorithm, key.rdata[3], key.tag]).toEqual([200, 200, keyTag(key.rdata)]);
  });
});

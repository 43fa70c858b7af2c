import { describe, expect, it } from "vitest";
import type { Denial } from "../model/scenario.ts";
import {
  base32hex,
  type DenialInput,
  nsec3Hash,
  nsec3ParamRecord,
  nsec3Records,
  nsecRecords,
} from "./denial.ts";
import { type ResourceRecord, record, typeNumber } from "./record.ts";
import { cutsOf, typeBitmap } from "./rrset.ts";

function inputOf(
  origin: string,
  records: readonly ResourceRecord[],
  more: Partial<DenialInput> = {},
): DenialInput {
  return {
    origin,
    records,
    cuts: cutsOf(origin, records),
    ttl: 10,
    extraTypes: () => [],
    emptyRanges: false,
    ...more,
  };
}

const known = [
  "A",
  "NS",
  "CNAME",
  "SOA",
  "MX",
  "AAAA",
  "DS",
  "RRSIG",
  "NSEC",
  "DNSKEY",
  "NSEC3PARAM",
  "TLSA",
  "TYPE13",
];

/** The types of a bitmap, by looking each up (RFC 4034 4.1.2). */
function typesIn(bitmap: Buffer): string {
  const present: string[] = [];
  for (let at = 0; at < bitmap.length; at += 2 + bitmap[at + 1]!) {
    const bits = bitmap.subarray(at + 2, at + 2 + bitmap[at + 1]!);
    expect(bits.at(-1), "no trailing zero octets").not.toBe(0);
    for (const [octet, value] of bits.entries())
      for (let bit = 0; bit < 8; bit++) {
        const number = bitmap[at]! * 256 + octet * 8 + bit;
        if (value & (0x80 >> bit))
          present.push(known.find((type) => typeNumber(type) === number) ?? `TYPE${number}`);
      }
  }
  return present.join(" ");
}

/** "owner -> next: types" */
function nsecLines(records: readonly ResourceRecord[]): readonly string[] {
  return records.map(({ name, type, rdata }) => {
    expect(type).toBe("NSEC");
    const octets = Buffer.from(rdata);
    const labels: string[] = [];
    let at = 0;
    for (; octets[at] !== 0; at += octets[at]! + 1)
      labels.push(octets.toString("latin1", at + 1, at + 1 + octets[at]!));
    return `${name} -> ${labels.map((label) => `${label}.`).join("") || "."}: ${typesIn(octets.subarray(at + 1))}`;
  });
}

/** "hash -> next: types", where the parameters are those expected. */
function nsec3Lines(records: readonly ResourceRecord[], parameters: string): readonly string[] {
  return records.map(({ name, type, rdata }) => {
    expect(type).toBe("NSEC3");
    const octets = Buffer.from(rdata);
    const salt = 5 + octets[4]!;
    expect(octets.toString("hex", 0, salt)).toBe(parameters);
    expect(octets[salt]).toBe(20);
    const next = base32hex(octets.subarray(salt + 1, salt + 21));
    const types = typesIn(octets.subarray(salt + 21));
    return `${name.split(".")[0]} -> ${next}:${types ? ` ${types}` : ""}`;
  });
}

describe("type bitmaps", () => {
  it("are as in the example of RFC 4034 4.3", () => {
    expect(typeBitmap(["NSEC", "TYPE1234", "A", "RRSIG", "MX"]).toString("hex")).toBe(
      `0006400100000003041b${"00".repeat(26)}20`,
    );
  });

  it("are empty for no types", () => {
    expect(typeBitmap([])).toHaveLength(0);
  });
});

describe("NSEC", () => {
  const zone = [
    record("z.test.", "A", 60, "198.18.0.1"),
    record("Test.", "SOA", 60, "ns.test. h.test. 1 2 3 4 5"),
    record("test.", "NS", 60, "ns.test."),
    record("*.w.test.", "MX", 60, "10 z.test."),
    record("secure.test.", "NS", 60, "ns.secure.test."),
    record("secure.test.", "DS", 60, "1 13 2 00"),
    record("ns.secure.test.", "A", 60, "198.18.0.2"),
    record("unsigned.test.", "NS", 60, "unsigned.test."),
    record("unsigned.test.", "A", 60, "198.18.0.3"),
    record("_25._tcp.z.test.", "TLSA", 60, "3 1 1 00"),
    record("_25._tcp.z.test.", "TLSA", 60, "3 1 1 01"),
  ];

  it("goes round all names that are the zone's own; glue and empty non-terminals have none (RFC 4034 4, RFC 4035 2.3)", () => {
    expect(nsecLines(nsecRecords(inputOf("test.", zone)))).toEqual([
      "test. -> secure.test.: NS SOA RRSIG NSEC",
      "secure.test. -> unsigned.test.: NS DS RRSIG NSEC",
      "unsigned.test. -> *.w.test.: NS RRSIG NSEC",
      "*.w.test. -> z.test.: MX RRSIG NSEC",
      "z.test. -> _25._tcp.z.test.: A RRSIG NSEC",
      "_25._tcp.z.test. -> test.: RRSIG NSEC TLSA",
    ]);
  });

  it("has the negative TTL", () => {
    expect(new Set(nsecRecords(inputOf("test.", zone)).map(({ ttl }) => ttl))).toEqual(new Set([10]));
  });

  it("is right for the root, and for a zone of one name", () => {
    const root = [record(".", "NS", 60, "a.root."), record("test.", "NS", 60, "ns.test.")];
    expect(nsecLines(nsecRecords(inputOf(".", root)))).toEqual([
      ". -> test.: NS RRSIG NSEC",
      "test. -> .: NS RRSIG NSEC",
    ]);
    expect(nsecLines(nsecRecords(inputOf("test.", zone.slice(1, 3))))).toEqual([
      "test. -> test.: NS SOA RRSIG NSEC",
    ]);
  });

  it("covers nothing where it is told to, and adds the types it is told to", () => {
    const lies = { emptyRanges: true, extraTypes: (name: string) => (name === "z.test." ? ["TLSA"] : []) };
    const lines = nsecLines(nsecRecords(inputOf("test.", zone, lies)));
    expect(lines).toContain("z.test. -> \0.z.test.: A RRSIG NSEC TLSA");
    expect(lines).toContain("test. -> \0.test.: NS SOA RRSIG NSEC");
    const root = [record(".", "NS", 60, "a.root.")];
    expect(nsecLines(nsecRecords(inputOf(".", root, lies)))).toEqual([". -> \0.: NS RRSIG NSEC"]);
  });
});

const hashes = {
  "example.": "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom",
  "a.example.": "35mthgpgcu1qg68fab165klnsnk3dpvl",
  "ai.example.": "gjeqe526plbf1g8mklp59enfd789njgi",
  "ns1.example.": "2t7b4g4vsa5smi47k61mv5bv1a22bojr",
  "ns2.example.": "q04jkcevqvmu85r014c7dkba38o0ji5r",
  "w.example.": "k8udemvp1j2f7eg6jebps17vp3n8i58h",
  "*.w.example.": "r53bq7cc2uvmubfu5ocmm6pers9tk9en",
  "x.w.example.": "b4um86eghhds6nea196smvmlo4ors995",
  "y.w.example.": "ji6neoaepv8b5o6k4ev33abha8ht9fgc",
  "x.y.w.example.": "2vptu5timamqttgl4luu9kg21e0aor3s",
  "xx.example.": "t644ebqk9bibcna874givr6joj62mlhv",
  "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.": "kohar7mbb8dc2ce8a9qvl8hon4k53uhi",
};

describe("NSEC3", () => {
  const salt = Buffer.from("aabbccdd", "hex");

  it.each(Object.entries(hashes))("hashes %s as RFC 5155 appendix A does", (name, hash) => {
    expect(base32hex(nsec3Hash(name, salt, 12))).toBe(hash);
    expect(base32hex(nsec3Hash(name.toUpperCase(), salt, 12))).toBe(hash);
  });

  it("knows no salt and no iterations", () => {
    // printf '\007example\000' | sha1sum
    expect(nsec3Hash("example.", Buffer.alloc(0), 0).toString("hex")).toBe(
      "1db8efa7dcb348bda7893fca1d8badfdb6996b01",
    );
  });

  const host = (name: string): readonly ResourceRecord[] => [
    record(name, "A", 3600, "192.0.2.9"),
    record(name, "TYPE13", 3600, "\\# 2 0000"),
    record(name, "AAAA", 3600, "2001:db8::9"),
  ];
  const optOut = { type: "nsec3", iterations: 12, salt: "aabbccdd", optOut: true } as const;
  const appendixA = [
    record("example.", "SOA", 3600, "ns1.example. bugs.x.w.example. 1 3600 300 3600000 3600"),
    record("example.", "NS", 3600, "ns1.example."),
    record("example.", "NS", 3600, "ns2.example."),
    record("example.", "MX", 3600, "1 xx.example."),
    record("example.", "DNSKEY", 3600, "\\# 4 01000307"),
    nsec3ParamRecord("example.", optOut),
    record("2t7b4g4vsa5smi47k61mv5bv1a22bojr.example.", "A", 3600, "192.0.2.127"),
    record("a.example.", "NS", 3600, "ns1.a.example."),
    record("a.example.", "DS", 3600, "58470 5 1 3079F1593EBAD6DC121E202A8B766A6A4837206C"),
    record("ns1.a.example.", "A", 3600, "192.0.2.5"),
    ...host("ai.example."),
    record("c.example.", "NS", 3600, "ns1.c.example."),
    record("ns1.c.example.", "A", 3600, "192.0.2.7"),
    record("ns1.example.", "A", 3600, "192.0.2.1"),
    record("ns2.example.", "A", 3600, "192.0.2.2"),
    record("*.w.example.", "MX", 3600, "1 ai.example."),
    record("x.w.example.", "MX", 3600, "1 xx.example."),
    record("x.y.w.example.", "MX", 3600, "1 xx.example."),
    ...host("xx.example."),
  ];

  it("makes the chain of RFC 5155 appendix A: opt-out, empty non-terminals, wrap-around", () => {
    const chain = nsec3Records(inputOf("example.", appendixA), optOut);
    const of = hashes;
    expect(nsec3Lines(chain, "0101000c04aabbccdd")).toEqual([
      `${of["example."]} -> ${of["ns1.example."]}: NS SOA MX RRSIG DNSKEY NSEC3PARAM`,
      `${of["ns1.example."]} -> ${of["x.y.w.example."]}: A RRSIG`,
      `${of["x.y.w.example."]} -> ${of["a.example."]}: MX RRSIG`,
      `${of["a.example."]} -> ${of["x.w.example."]}: NS DS RRSIG`,
      `${of["x.w.example."]} -> ${of["ai.example."]}: MX RRSIG`,
      `${of["ai.example."]} -> ${of["y.w.example."]}: A TYPE13 AAAA RRSIG`,
      `${of["y.w.example."]} -> ${of["w.example."]}:`,
      `${of["w.example."]} -> ${of["2t7b4g4vsa5smi47k61mv5bv1a22bojr.example."]}:`,
      `${of["2t7b4g4vsa5smi47k61mv5bv1a22bojr.example."]} -> ${of["ns2.example."]}: A RRSIG`,
      `${of["ns2.example."]} -> ${of["*.w.example."]}: A RRSIG`,
      `${of["*.w.example."]} -> ${of["xx.example."]}: MX RRSIG`,
      `${of["xx.example."]} -> ${of["example."]}: A TYPE13 AAAA RRSIG`,
    ]);
    expect(chain.map(({ name }) => name.slice(32))).toEqual(chain.map(() => ".example."));
  });

  it("says without opt-out that an insecure delegation exists, unsigned", () => {
    const denial = { ...optOut, optOut: false };
    const chain = nsec3Lines(nsec3Records(inputOf("example.", appendixA), denial), "0100000c04aabbccdd");
    const insecure = base32hex(nsec3Hash("c.example.", salt, 12));
    expect(chain).toHaveLength(13);
    expect(chain.find((line) => line.startsWith(insecure))).toMatch(/: NS$/);
  });

  it("leaves out with opt-out what only leads to insecure delegations", () => {
    const deep = [record("test.", "NS", 60, "ns."), record("a.b.test.", "NS", 60, "ns.")];
    const denial: Denial = { type: "nsec3", iterations: 0, salt: "", optOut: true };
    expect(nsec3Records(inputOf("test.", deep), denial)).toHaveLength(1);
    expect(nsec3Records(inputOf("test.", deep), { ...denial, optOut: false })).toHaveLength(3);
  });

  it("of one name points at itself; of the root stands below the root", () => {
    const denial: Denial = { type: "nsec3", iterations: 0, salt: "", optOut: false };
    const hash = base32hex(nsec3Hash(".", Buffer.alloc(0), 0));
    const [only, ...rest] = nsec3Records(inputOf(".", [record(".", "NS", 60, "a.root.")]), denial);
    expect(rest).toEqual([]);
    expect(only?.name).toBe(`${hash}.`);
    expect(nsec3Lines([only!], "0100000000")).toEqual([`${hash} -> ${hash}: NS RRSIG`]);
  });

  it("covers nothing where it is told to: the next hash is one more", () => {
    const denial: Denial = { type: "nsec3", iterations: 0, salt: "", optOut: false };
    const records = [record("test.", "NS", 60, "ns."), record("a.test.", "A", 60, "192.0.2.1")];
    for (const { name, rdata } of nsec3Records(inputOf("test.", records, { emptyRanges: true }), denial)) {
      const next = BigInt(`0x${Buffer.from(rdata).toString("hex", 6, 26)}`);
      const own = ["test.", "a.test."]
        .map((one) => nsec3Hash(one, Buffer.alloc(0), 0))
        .find((hash) => name.startsWith(base32hex(hash)));
      expect(next - BigInt(`0x${own!.toString("hex")}`)).toBe(1n);
    }
  });

  it("has its parameters in NSEC3PARAM, without flags (RFC 5155 4.1.2)", () => {
    const denial: Denial = { type: "nsec3", iterations: 0x1234, salt: "ff", optOut: true };
    const { name, type, ttl, rdata } = nsec3ParamRecord("test.", denial);
    expect([name, type, ttl, Buffer.from(rdata).toString("hex")]).toEqual([
      "test.",
      "NSEC3PARAM",
      0,
      "0100123401ff",
    ]);
  });
});

it.each([
  ["", ""],
  ["f", "co"],
  ["fo", "cpng"],
  ["foo", "cpnmu"],
  ["foob", "cpnmuog"],
  ["fooba", "cpnmuoj1"],
  ["foobar", "cpnmuoj1e8"],
])("base32hex of %j (RFC 4648 10)", (text, encoded) => {
  expect(base32hex(Buffer.from(text))).toBe(encoded);
});

import { describe, expect, it } from "vitest";
import { UsageError } from "../words/errors.ts";
import { canonicalRdata, rawRecord, record, typeNumber } from "./record.ts";

function rdata(type: string, data: string): string {
  return Buffer.from(record("x.example.", type, 60, data).rdata).toString("hex");
}

describe("RDATA", () => {
  it.each([
    ["A", "198.18.0.255", "c61200ff"],
    ["AAAA", "2001:db8:100::a:400", "20010db8010000000000000000" + "0a0400"],
    ["AAAA", "::", "00".repeat(16)],
    ["AAAA", "::1", `${"00".repeat(15)}01`],
    ["AAAA", "fe80::", `fe80${"00".repeat(14)}`],
    ["AAAA", "1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
    ["NS", "NS.example.", "024e53076578616d706c6500"],
    ["CNAME", "mx.", "026d7800"],
    ["DNAME", ".", "00"],
    ["PTR", "mx.", "026d7800"],
    ["MX", "10 Mx.", "000a024d7800"],
    ["MX", "65535 .", "ffff00"],
    [
      "SOA",
      "a. b. 1 3600 600 86400 4294967295",
      "01610001620000000001" + "00000e10" + "00000258" + "00015180" + "ffffffff",
    ],
    ["TXT", '"two words" bare ""', "0974776f20776f726473" + "0462617265" + "00"],
    ["TLSA", "3 1 1 AbCd 01", "030101abcd01"],
    ["TLSA", "255 255 255", "ffffff"],
    ["DS", "60485 13 2 d4b7", "ec450d02d4b7"],
  ])("%s %s", (type, data, hex) => {
    expect(rdata(type, data)).toBe(hex);
  });

  it.each(["A", "TLSA", "TYPE65280", "NSEC3"])("takes the generic form for %s (RFC 3597)", (type) => {
    expect(rdata(type, "\\# 3 01ff 02")).toBe("01ff02");
    expect(rdata(type, "\\# 0")).toBe("");
  });
});

describe("canonical RDATA (RFC 4034 6.2)", () => {
  const canonical = (type: string, data: string): string =>
    canonicalRdata(record("x.example.", type, 60, data)).toString("latin1");

  it("has names in lower case", () => {
    expect(canonical("MX", "10 MX.Example.")).toBe("\0\n\x02mx\x07example\0");
    expect(canonical("CNAME", "MX.Example.")).toBe("\x02mx\x07example\0");
    expect(canonical("SOA", "NS.A. Host.Master.B. 65 66 67 68 90")).toBe(
      "\x02ns\x01a\0\x04host\x06master\x01b\0\0\0\0A\0\0\0B\0\0\0C\0\0\0D\0\0\0Z",
    );
  });

  it("leaves all else as it is", () => {
    expect(canonical("MX", "16705 mx.")).toBe("AA\x02mx\0");
    expect(canonical("TXT", "ABC")).toBe("\x03ABC");
    expect(canonical("A", "65.66.67.68")).toBe("ABCD");
    expect(canonical("TLSA", "65 66 67 4142")).toBe("ABCAB");
  });

  it("does not run past RDATA that is malformed on purpose", () => {
    expect(canonical("MX", "\\# 5 000a 3f 4142")).toBe("\0\n?ab");
    expect(canonical("SOA", "\\# 0")).toBe("");
  });

  it("does not touch the record itself", () => {
    const one = record("x.example.", "NS", 60, "NS.");
    canonicalRdata(one);
    expect(Buffer.from(one.rdata).toString("latin1")).toBe("\x02NS\0");
  });
});

describe("data that the type cannot hold", () => {
  it.each([
    ["A", "198.18.0"],
    ["A", "198.18.0.256"],
    ["A", "198.18..1"],
    ["A", "198.18.0.0x1"],
    ["A", "2001:db8::1"],
    ["AAAA", "198.18.0.1"],
    ["AAAA", "1:2:3:4:5:6:7"],
    ["AAAA", "1:2:3:4:5:6:7:8:9"],
    ["AAAA", "1:2:3:4:5:6:7:8:9::"],
    ["AAAA", "1::2::3"],
    ["AAAA", "12345::"],
    ["AAAA", "fe80::1%eth0"],
    ["AAAA", "::ffff:198.18.0.1"],
    ["NS", ""],
    ["NS", "a. b."],
    ["CNAME", "relative"],
    ["MX", "10"],
    ["MX", "mx. 10"],
    ["MX", "65536 mx."],
    ["MX", "-1 mx."],
    ["MX", "10 mx. mx2."],
    ["SOA", "a. b. 1 2 3 4"],
    ["SOA", "a. b. 1 2 3 4 4294967296"],
    ["SOA", "a. b. 1 2 3 4 5 6"],
    ["TXT", ""],
    ["TXT", `"${"x".repeat(256)}"`],
    ["TLSA", "256 1 1 00"],
    ["TLSA", "3 1"],
    ["TLSA", "3 1 1 abc"],
    ["TLSA", "3 1 1 xy"],
    ["DS", "1 13 2.5 00"],
    ["RRSIG", "anything"],
    ["TYPE65280", "01ff"],
    ["A", "\\# 2 01"],
    ["A", "\\# 1 010"],
    ["A", "\\# 0 xy"],
    ["A", "\\#"],
  ])("%s %j", (type, data) => {
    expect(() => record("x.example.", type, 60, data)).toThrow(UsageError);
  });

  it("is named with its owner, type and fault", () => {
    expect(() => record("x.example.", "MX", 60, "99999 mx.")).toThrow(
      'x.example. MX 99999 mx.: "99999" is no number of 2 octets',
    );
  });
});

describe("types", () => {
  it("have the numbers of the registry", () => {
    expect(["A", "NSEC3PARAM", "TLSA", "TYPE65280"].map(typeNumber)).toEqual([1, 51, 52, 65280]);
  });

  it.each(["BOGUS", "tlsa", "TYPE", "TYPE65536", "constructor"])("%s is none", (type) => {
    expect(() => rawRecord("x.example.", type, 60, Buffer.alloc(0))).toThrow(UsageError);
  });
});

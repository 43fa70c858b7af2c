import packet from "dns-packet";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../words/errors.ts";
import { decodeAnswer, encodeQuery } from "./message.ts";

describe("encodeQuery", () => {
  it("asks for validation: RD, AD and DO, EDNS with 1232 octets", () => {
    const query = packet.decode(Buffer.from(encodeQuery({ name: "_25._tcp.mx.example.", type: "TLSA" })));
    expect(query).toMatchObject({
      type: "query",
      flag_rd: true,
      flag_ad: true,
      flag_cd: false,
      questions: [{ name: "_25._tcp.mx.example", type: "TLSA", class: "IN" }],
      additionals: [{ type: "OPT", udpPayloadSize: 1232, flag_do: true, ednsVersion: 0 }],
    });
  });

  it("can ask for the root", () => {
    const query = Buffer.from(encodeQuery({ name: ".", type: "NS" }));
    expect(query.subarray(12, 17).toString("hex")).toBe("0000020001");
  });
});

/** A record of an answer section; the owner is the name in the question, by compression. */
function answer(type: number, rdata: string | Buffer, owner = "c00c"): Buffer {
  const data = typeof rdata === "string" ? Buffer.from(rdata, "hex") : rdata;
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(60, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([Buffer.from(owner, "hex"), fixed, data]);
}

/** An answer about mx.example. */
function message(flags: number, ...answers: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  const question = Buffer.from("026d78076578616d706c650000010001", "hex");
  return Buffer.concat([head, question, ...answers]);
}

const text = (...answers: readonly Buffer[]): readonly string[] =>
  decodeAnswer(message(0x8180, ...answers)).answers.map((line) => line.replace("mx.example. 60 IN ", ""));

describe("decodeAnswer", () => {
  it.each([
    [0x8180, { rcode: "NOERROR", authenticated: false, truncated: false }],
    [0x81a0, { rcode: "NOERROR", authenticated: true, truncated: false }],
    [0x8382, { rcode: "SERVFAIL", authenticated: false, truncated: true }],
    [0x81a3, { rcode: "NXDOMAIN", authenticated: true, truncated: false }],
    [0x818b, { rcode: "RCODE11", authenticated: false, truncated: false }],
  ])("flags %i", (flags, read) => {
    expect(decodeAnswer(message(flags))).toMatchObject({ ...read, answers: [], records: [] });
  });

  it("reads names through compression, in owner and RDATA", () => {
    // The target's label "a" is followed by a pointer to "example." in the question.
    expect(
      decodeAnswer(message(0x8180, answer(5, "0161c00f"), answer(1, "c6120001", "0161c00f"))).answers,
    ).toEqual(["mx.example. 60 IN CNAME a.example.", "a.example. 60 IN A 198.18.0.1"]);
  });

  it.each([
    ["20010db8000000000000000000000001", "2001:db8::1"],
    ["00000000000000000000000000000001", "::1"],
    ["00000000000000000000000000000000", "::"],
    ["20010000000000000000000000000000", "2001::"],
    ["00010000000000020000000000000003", "1:0:0:2::3"],
    ["00010000000000020000000000030004", "1::2:0:0:3:4"],
    ["20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1"],
    ["01000000000000100000000000001000", "100:0:0:10::1000"],
  ])("AAAA %s is %s (RFC 5952)", (hex, address) => {
    expect(text(answer(28, hex))).toEqual([`AAAA ${address}`]);
  });

  it("shows each type in its own form, unknown ones in that of RFC 3597", () => {
    expect(
      text(
        answer(15, "000a026d78c00f"),
        answer(2, "00"),
        answer(39, "c00c"),
        answer(52, "030101abcd"),
        answer(52, "030101"),
        answer(16, "0161"),
        answer(65280, ""),
      ),
    ).toEqual([
      "MX 10 mx.example.",
      "NS .",
      "DNAME mx.example.",
      "TLSA 3 1 1 abcd",
      "TLSA 3 1 1",
      "TXT \\# 2 0161",
      "TYPE65280 \\# 0",
    ]);
  });

  it("leaves out signatures", () => {
    expect(text(answer(46, "0034"), answer(1, "c6120001"))).toEqual(["A 198.18.0.1"]);
  });

  it("escapes what would be read as something else", () => {
    const label = Buffer.from("\x05a.b \\\0", "latin1");
    expect(text(answer(5, label))).toEqual(["CNAME a\\.b\\032\\\\."]);
  });

  it("goes on after malformed RDATA, shown octet by octet", () => {
    expect(
      text(
        answer(1, "c61200"),
        answer(28, "20010db8"),
        answer(15, "00"),
        answer(15, "000a0578"),
        // Names with something behind them, with an end outside of the RDATA, in circles.
        answer(5, "017800ff"),
        answer(5, "3f78"),
        answer(5, "c0ff"),
        answer(2, ""),
        answer(52, "0301"),
        answer(1, "c6120001"),
      ),
    ).toEqual([
      "A \\# 3 c61200",
      "AAAA \\# 4 20010db8",
      "MX \\# 1 00",
      "MX \\# 4 000a0578",
      "CNAME \\# 4 017800ff",
      "CNAME \\# 2 3f78",
      "CNAME \\# 2 c0ff",
      "NS \\# 0",
      "TLSA \\# 2 0301",
      "A 198.18.0.1",
    ]);
  });
});

describe("what is no DNS message", () => {
  const whole = message(0x8180, answer(1, "c6120001"));

  it("is refused wherever it is cut off", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeAnswer(whole.subarray(0, length)), `cut to ${length}`).toThrow(HarnessError);
    }
  });

  it.each([
    ["a pointer to itself", answer(1, "c6120001", "c01c")],
    ["a pointer beyond the end", answer(1, "c6120001", "ffff")],
    ["a label of an unknown kind", answer(1, "c6120001", "4100")],
  ])("%s", (_, one) => {
    expect(() => decodeAnswer(message(0x8180, one))).toThrow(HarnessError);
  });

  it("names what runs past the end", () => {
    expect(() => decodeAnswer(whole.subarray(0, -1))).toThrow(
      `answer 1 of 1 in a DNS message of ${whole.length - 1} octets runs past its end`,
    );
  });
});

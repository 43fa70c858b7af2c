import { expect, test } from "vitest";
import { UsageError } from "../words/errors.ts";
import { acronyms, baseDomain, isRecordText, readRecords, recordText } from "./records.ts";

const hex = "0b9f".repeat(16);
const owner = "_25._tcp.mx.example.com.";
const read = (text: string) => readRecords(text, "it").map(recordText);

test.each<[title: string, text: string, ...expected: string[]]>([
  ["RDATA", `3 1 1 ${hex}`, `3 1 1 ${hex}`],
  [
    "upper case, and data in pieces, as dig prints them",
    `3 1 1 ${hex.toUpperCase().slice(0, 56)} ${hex.slice(56)}`,
    `3 1 1 ${hex}`,
  ],
  ["several lines", `3 1 1 ${hex}\n\n2 0 1 ${hex}\r\n`, `3 1 1 ${hex}`, `2 0 1 ${hex}`],
  ["a line of a master file", `${owner} 1h IN TLSA 3 1 1 ${hex} ; mine`, `${owner} IN TLSA 3 1 1 ${hex}`],
  ["class before TTL", `${owner} IN 3600 TLSA 3 1 1 ${hex}`, `${owner} IN TLSA 3 1 1 ${hex}`],
  ["neither", `_25._tcp.mx TLSA 3 1 1 ${hex}`, `_25._tcp.mx IN TLSA 3 1 1 ${hex}`],
  [
    "parentheses",
    `${owner} IN TLSA ( 3 1 1 ; key\n ${hex.slice(0, 32)}\n ${hex.slice(32)} )\n3 1 1 ab`,
    `${owner} IN TLSA 3 1 1 ${hex}`,
    "3 1 1 ab",
  ],
  ["an unknown type's form", `${owner} 30 IN TYPE52 \\# 5 030101abcd`, `${owner} IN TLSA 3 1 1 abcd`],
  ["parameters that nobody knows, and no data", "255 7 9", "255 7 9"],
])("%s", (_, text, ...expected) => {
  expect(read(text)).toEqual(expected);
});

test("of dig's answer the TLSA records, without alias, signature and comments", () => {
  const answer = `
; <<>> DiG 9.20 <<>> +dnssec TLSA ${owner}
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 35131
;; ANSWER SECTION:
${owner}\t30 IN CNAME\ttlsa.example.com.
tlsa.example.com.\t30 IN TLSA\t3 1 1 ${hex}
tlsa.example.com.\t30 IN RRSIG\tTLSA 13 3 30 20261224000000 20261124000000 1 example.com. abcd==
`;
  expect(read(answer)).toEqual([`tlsa.example.com. IN TLSA 3 1 1 ${hex}`]);
  expect(read(`tlsa.example.com.\n3 1 1 ${hex}\n`)).toEqual([`3 1 1 ${hex}`]);
});

test.each([
  ["", "it: holds no TLSA record"],
  [`${owner} 30 IN A 192.0.2.1`, "it: holds no TLSA record"],
  ["3 1 1 abc", 'it: "3 1 1 abc" is no TLSA record; wanted is such as 3 1 1 0b9f…'],
  ["3 1 256 ab", "is no TLSA record"],
  ["3 1 1 xyz", "is no TLSA record"],
  [`${owner} IN TYPE52 \\# 6 030101abcd`, "is no TLSA record"],
  ["hello world", "is no TLSA record"],
])("%j is refused", (text, message) => {
  expect(() => read(text)).toThrow(UsageError);
  expect(() => read(text)).toThrow(message);
});

test("a record is told from the name of a file", () => {
  expect([`3 1 1 ${hex}`, "3 1 1", `${owner} IN TLSA 3 1 1 ab`, "x TYPE52 \\# 0"].map(isRecordText)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["tlsa.txt", "./3 1 1.txt", "-", "my tlsa"].map(isRecordText)).toEqual([false, false, false, false]);
});

test("an owner tells whom the server must be", () => {
  expect([owner, "_25._tcp.mx.example.com", "mx.example.com."].map(baseDomain)).toEqual([
    "mx.example.com",
    "mx.example.com",
    undefined,
  ]);
});

test("acronyms are those of RFC 7218, where there are some", () => {
  expect(acronyms({ usage: 2, selector: 0, matchingType: 2 })).toBe("DANE-TA Cert SHA2-512");
  expect(acronyms({ usage: 4, selector: 255, matchingType: 3 })).toBe("usage 4 PrivSel matching type 3");
});

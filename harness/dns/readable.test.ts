import { expect, test } from "vitest";
import { readable } from "./readable.ts";

test.for([
  ["a. 60 IN A \\# 4 c6121400", "a. 60 IN A 198.18.20.0"],
  ["_25._tcp.a. 60 IN TLSA \\# 5 030101abcd", "_25._tcp.a. 60 IN TLSA 3 1 1 abcd"],
  ["a. 60 IN MX \\# 6 000a02627800", "a. 60 IN MX 10 bx."],
  [
    "a. 1 IN SOA \\# 26 016e000168000000000100000e10000002580001518000000001",
    "a. 1 IN SOA n. h. 1 3600 600 86400 1",
  ],
  ["a. 60 IN TLSA \\# 2 0301", "a. 60 IN TLSA \\# 2 0301"],
  ["a. 60 IN TLSA \\# 0", "a. 60 IN TLSA \\# 0"],
  ["a. 60 IN DNSKEY 257 3 13 FmSl==", "a. 60 IN DNSKEY 257 3 13 FmSl=="],
] as const)("%s", ([line, text]) => {
  expect(readable(line)).toBe(text);
});

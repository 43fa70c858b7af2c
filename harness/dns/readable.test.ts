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
  [
    "a. 10 IN NSEC \\# 37 026d780a65652d657870697265640464616e65076578616d706c6500000722010000000380",
    "a. 10 IN NSEC mx.ee-expired.dane.example. NS SOA MX RRSIG NSEC DNSKEY",
  ],
  ["a. 10 IN NSEC \\# 15 01000161000006000000000003", "a. 10 IN NSEC \\000.a. RRSIG NSEC"],
  // RFC 5155, appendix A.
  [
    "h. 10 IN NSEC3 \\# 39 0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290",
    "h. 10 IN NSEC3 1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM",
  ],
  ["a. 60 IN TLSA \\# 2 0301", "a. 60 IN TLSA \\# 2 0301"],
  ["a. 60 IN TLSA \\# 0", "a. 60 IN TLSA \\# 0"],
  ["a. 60 IN DNSKEY 257 3 13 FmSl==", "a. 60 IN DNSKEY 257 3 13 FmSl=="],
] as const)("%s", ([line, text]) => {
  expect(readable(line)).toBe(text);
});

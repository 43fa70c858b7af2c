import { expect, test } from "vitest";
import type { TlsaSpec } from "../model/scenario.ts";
import { createPki } from "../pki/pki.ts";
import { tlsaRdata } from "../pki/tlsa.ts";
import { dataOf, dv, mismatch, octets, of, selfSigned, tlsa } from "../vocabulary.ts";
import { checkRecords } from "./check.ts";
import { readMaterial } from "./input.ts";

/** What is said of records; which verdicts are right: scenarios.test.ts. */

const now = new Date();
const pki = createPki(now);
const chain = pki.issue(dv({ names: ["mx.test"], commonName: "mx.test" }));
const server = readMaterial(Buffer.from(chain.chain), "chain");

function check(specs: readonly TlsaSpec[], names: readonly string[] = ["mx.test"], of = server) {
  const records = specs.map((spec) => {
    const [usage = 0, selector = 0, matchingType = 0, ...data] = tlsaRdata(spec, chain, pki);
    return { usage, selector, matchingType, data: Buffer.from(data) };
  });
  const { outcome, findings } = checkRecords(records, of, { names, now });
  return {
    outcome,
    told: findings.map(({ verdict, depth, because }) => `${verdict} ${depth}: ${because.join(" | ")}`),
  };
}

test.each<[title: string, spec: TlsaSpec, told: RegExp]>([
  [
    "the server's",
    tlsa("3 1 1"),
    /^match 0: SHA-256 of the public key of the server's certificate at depth 0, CN=mx.test/,
  ],
  [
    "an intermediate's",
    of("intermediate", "2 0 2"),
    /^match 1: SHA-512 of the certificate at depth 1, O=danelab, /,
  ],
  ["the whole of a root", tlsa("2 0 0"), /^match 2: the whole of the certificate at depth 2, /],
  [
    "another",
    mismatch("3 1 1"),
    /^no match null: it is not SHA-256 of the public key of the .*; that would be [0-9a-f]{12}…/,
  ],
  [
    "no CA of these",
    mismatch("2 1 1"),
    /^no match null: no certificate's public key of the chain has this SHA-256; the server must send/,
  ],
  [
    "the wrong selector",
    dataOf("3 0 1", "3 1 1"),
    /^no match null: its data is that of the server's .*, in the form 3 0 1/,
  ],
  [
    "an issuer under usage 3",
    of("root", "3 1 1"),
    /^no match null: its data is that of the certificate at depth 2.*publish it as 2 1 1/,
  ],
  [
    "the server under usage 2",
    of("leaf", "2 1 1"),
    /^no match null: its data is that of the server's .*: publish it as 3 1 1/,
  ],
  [
    "a PKIX usage",
    tlsa("1 1 1"),
    /^unusable null: certificate usage 1 \(PKIX-EE\) has no .* \| its data is that of the server's .*publish it as 3 1 1/,
  ],
  [
    "a digest of the wrong length",
    octets(31, "3 1 1"),
    /^unusable null: its data is 31 octets long; SHA-256 has 32/,
  ],
  ["an unknown matching type", tlsa("3 1 255"), /^unusable null: nobody knows matching type 255/],
  [
    "what is no certificate",
    dataOf("3 1 0", "3 0 0"),
    /^unusable null: its data is no certificate, and matching type 0/,
  ],
])("%s: what matched at which depth, or why nothing did", (_, spec, told) => {
  expect(check([spec]).told).toEqual([expect.stringMatching(told)]);
});

test("a weaker digest does not count beside a stronger one of the same usage and selector", () => {
  const both = check([mismatch("3 1 2"), tlsa("3 1 1")]);
  expect(both.outcome).toBe("deferred");
  expect(both.told[1]).toMatch(/^set aside 0: .*but there is a 3 1 2, and .*RFC 7671 9/);
  expect(check([mismatch("3 0 2"), tlsa("3 1 1")]).outcome).toBe("authenticated");
  expect(check([octets(31, "3 1 2"), tlsa("3 1 1")]).outcome).toBe("authenticated");
});

test("names count for a trust anchor, and that they were not told is told", () => {
  expect(check([tlsa("2 0 1")], ["other.test"])).toEqual({
    outcome: "deferred",
    told: [
      expect.stringMatching(
        /the server's certificate is not of other.test, but of mx.test \(RFC 7672 3.2\)$/,
      ),
    ],
  });
  expect(check([tlsa("2 0 1")], ["other.test", "mx.test"]).outcome).toBe("authenticated");
  expect(check([tlsa("2 0 1")], [])).toEqual({
    outcome: "authenticated",
    told: [expect.stringContaining("names were not looked at")],
  });
  expect(check([tlsa("3 1 1")], ["other.test"]).outcome).toBe("authenticated");
});

test("dates count for a trust anchor, for each certificate of the path", () => {
  const old = pki.issue(dv({ names: ["mx.test"], notBefore: -90, notAfter: -1 }));
  const { outcome, told } = check([tlsa("2 0 1")], ["mx.test"], readMaterial(Buffer.from(old.chain), "old"));
  expect(outcome).toBe("deferred");
  expect(told).toEqual([
    expect.stringMatching(/^no match 2: .*\| the server's certificate expired on \d{4}-\d\d-\d\d$/),
  ]);
});

test("a trust anchor that no path leads to", () => {
  const gap = pki.issue(dv({ names: ["mx.test"], sends: ["leaf", "root"] }));
  expect(check([tlsa("2 0 1")], ["mx.test"], readMaterial(Buffer.from(gap.chain), "gap")).told).toEqual([
    expect.stringMatching(
      /^no match null: its data is that of the certificate at depth 1, .*an intermediate is missing/,
    ),
  ]);
});

test("of a key alone what a record says of keys", () => {
  const key = readMaterial(Buffer.from(chain.key), "key");
  expect(check([tlsa("3 1 1")], [], key).told).toEqual([expect.stringMatching(/^match 0: /)]);
  expect(check([tlsa("3 0 1")], [], key).told).toEqual([expect.stringContaining("there is a key only")]);
  expect(check([tlsa("2 1 1")], [], key).told).toEqual([expect.stringContaining("there is a key only")]);
});

test("certificates that vouch for each other in a circle are no endless path", () => {
  const cross = pki.issue(
    dv({
      names: ["mx.test"],
      chain: "cross-signed",
      sends: ["leaf", "intermediate", "root", "cross-intermediate", "cross-root"],
    }),
  );
  const twice = `${cross.chain}${cross.chain}${pki.issue(selfSigned({ names: ["mx.test"] })).chain}`;
  expect(check([mismatch("2 0 1")], [], readMaterial(Buffer.from(twice), "twice")).outcome).toBe("deferred");
});

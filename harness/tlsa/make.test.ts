import { expect, test } from "vitest";
import { createPki } from "../pki/pki.ts";
import { dv, selfSigned } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { readMaterial } from "./input.ts";
import { makeRecord, type Parameters } from "./make.ts";
import { rollSteps } from "./roll.ts";

/** Which certificate a record is of, and what is told besides; the digests themselves: agreement.lab.test.ts. */

const now = new Date();
const pki = createPki(now);
const issued = pki.issue(dv({ names: ["mx.test"], commonName: "mx.test" }));
const make = (
  content: string,
  [usage, selector, matchingType]: readonly [Parameters["usage"], 0 | 1, 0 | 1 | 2],
) => makeRecord(readMaterial(Buffer.from(content), "a.pem"), { usage, selector, matchingType }, "a.pem", now);

test("usages 3 and 1 are of the server's certificate, 2 and 0 of the last in the file", () => {
  const [leaf, , root] = issued.sent;
  for (const usage of [3, 1] as const)
    expect(make(issued.chain, [usage, 0, 0]).record.data).toEqual(Buffer.from(leaf!.der));
  for (const usage of [2, 0] as const)
    expect(make(issued.chain, [usage, 1, 0]).record.data).toEqual(Buffer.from(root!.spki));
  expect(make(issued.chain, [3, 1, 1]).from).toMatch(
    /^the public key of the certificate CN=mx.test, valid until 20/,
  );
});

test("a key makes the record that its certificate makes, and none of a certificate", () => {
  expect(make(issued.key, [3, 1, 1]).record).toEqual(make(issued.chain, [3, 1, 1]).record);
  expect(() => make(issued.key, [3, 0, 1])).toThrow(UsageError);
  const other = pki.issue(selfSigned({ names: ["mx.test"] }));
  expect(() => make(issued.key + other.key, [3, 1, 1])).toThrow("a.pem: holds several keys");
  expect(make(issued.chain + other.key, [3, 1, 1]).warnings).toEqual([
    "the key in the file is not that of the first certificate",
  ]);
});

test("a 3 1 1 needs no warning; others tell what their publisher should know", () => {
  const expired = pki.issue(dv({ names: ["mx.test"], notBefore: -90, notAfter: -1, sends: ["leaf"] })).chain;
  expect(make(issued.chain, [3, 1, 1]).warnings).toEqual([]);
  const told = [
    make(issued.chain, [1, 1, 1]),
    make(issued.chain, [2, 0, 1]),
    make(issued.chain, [3, 0, 1]),
    make(issued.chain, [3, 1, 0]),
    make(issued.chain, [3, 1, 2]),
    make(expired, [3, 1, 1]),
    make(expired, [2, 0, 1]),
  ].map(({ warnings }) => warnings.join(" | "));
  const wanted = [
    /publish 3 1 1 /,
    /must send this CA's/,
    /renewed/,
    /large answers/,
    /SHA-512/,
    /expired on .*does not mind/,
    /no CA's.*expired on [\d-]+$/,
  ];
  told.forEach((text, index) => {
    expect(text).toMatch(wanted[index]!);
  });
});

test("a rollover has the old record beside the new one until caches have both, and never none that matches", () => {
  const [old, next] = [1, 2].map(
    () => make(pki.issue(selfSigned({ names: ["mx.test"] })).chain, [3, 1, 1]).record,
  );
  const steps = rollSteps(old!, next!, 5400);
  expect(steps.map(({ publish }) => publish)).toEqual([[old, next], [], [], [next]]);
  expect(steps[1]!.does).toContain("Wait 3 hours");
  expect(rollSteps(old!, next!, undefined)[1]!.does).toContain("Wait two TTLs of the old records");
  expect(rollSteps(old!, old!, 60)).toMatchObject([{ publish: [old] }]);
});

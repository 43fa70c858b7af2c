import { expect, test } from "vitest";
import { exitStatus } from "../cli/status.ts";
import type { Divergence } from "../model/divergence.ts";
import type { FinishedLookups } from "./lookups.ts";
import { testLookups } from "./test-lookups.ts";

/** Resolvers asked, on the engine in memory. */

const verdicts = ({ results }: FinishedLookups) =>
  Object.fromEntries(results.trials.map(({ id, verdict, outcome }) => [id, `${verdict} ${outcome}`]));

test("a resolver that validates: what is good has AD, what is bogus SERVFAIL; its log is kept by the trial", async () => {
  const done = await testLookups(["unbound@1.26"]);
  expect(done.results.run.errors).toEqual([]);
  expect(verdicts(done)).toMatchObject({
    "res-ad-insecure/unbound@1.26": "pass insecure",
    "res-bogus-expired/unbound@1.26": expect.stringMatching(/bogus/),
  });
  const { log, answers } = done.evidence.get("res-ad-insecure/unbound@1.26")!;
  expect(answers).toHaveLength(4);
  // Lines that say the same are one.
  expect(log).toEqual([expect.stringContaining("_25._tcp.mx.res-ad-insecure.lookup.example. TLSA IN")]);
});

test("a resolver that dies fails the trial that it died of, and no other, and no other resolver", async () => {
  const done = await testLookups(["unbound@1.26", "bind@9.20"], {
    diesOf: (container, name) => container.includes("unbound") && name.includes("res-ad-nodata"),
  });
  expect(done.results.run.errors).toEqual([]);
  expect(verdicts(done)["res-ad-nodata/unbound@1.26"]).toBe("fail died");
  expect(done.results.trials.find(({ id }) => id === "res-ad-nodata/unbound@1.26")).toMatchObject({
    reasons: [expect.stringMatching(/^asked with DO: died \(exit code 139; its log ends: .*\), where/)],
    steps: [{ outcome: "died", title: "asked with DO" }],
  });
  expect(Object.values(verdicts(done)).filter((verdict) => verdict.includes("died"))).toHaveLength(1);
  expect(Object.values(verdicts(done)).filter((verdict) => verdict.includes("silent"))).toEqual([]);
  // Once with others; then each that was under way, on a process of its own.
  const processes = [...done.names].filter((name) => name.includes("resolver-unbound"));
  expect(processes.length).toBeGreaterThanOrEqual(3);
  expect([...done.names].filter((name) => name.includes("resolver-bind"))).toHaveLength(1);
  expect(exitStatus(done.results)).toBe(1);
});

test("a death on record is known", async () => {
  const died: Divergence = {
    ...{ scenario: "res-ad-nodata", policies: [], versions: [], resolvers: [], outcome: "died" },
    ...{ severity: "too-strict", reason: "dies", evidence: "its log", link: null },
  };
  const diesOf = (_: string, name: string): boolean => name.includes("res-ad-nodata");
  const done = await testLookups(["unbound@1.26"], { diesOf }, new Map([["unbound", [died]]]));
  expect(verdicts(done)["res-ad-nodata/unbound@1.26"]).toBe("known died");
  expect(done.results.run.staleDivergences).toEqual([]);
});

test("a death that nothing can be blamed for is an error of the harness", async () => {
  let asked = 0;
  const done = await testLookups(["unbound@1.26"], {
    diesOf: (_, name) => name.includes("res-ad-nodata") && ++asked === 1,
  });
  expect(done.results.run.errors).toEqual([
    expect.stringMatching(/^unbound@1.26 died \(exit code 139.*, and did not again when asked one by one: /),
  ]);
  expect(exitStatus(done.results)).toBe(3);
});

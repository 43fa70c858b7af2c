import { expect, test } from "vitest";
import { recorded } from "../sequence/test-recorded.ts";
import { countOf, setupShown, shortened } from "./shortened.ts";

test("of mail only what the transcript says too is left out", () => {
  const evidence = recorded("strip-starttls-dane");
  const shown = shortened(evidence) as typeof evidence;
  expect(shown).toMatchObject({ log: evidence.log, dns: evidence.dns, attempts: evidence.attempts });
  expect(shown.steps).toHaveLength(evidence.steps.length);
  const [session] = evidence.sessions;
  expect(shown.sessions[0]).toMatchObject({ transcript: session!.transcript, canary: session!.canary });
  expect(shown.sessions[0]).not.toHaveProperty("commands");
});

test("long record sets are cut, and say by how many", () => {
  const records = Array.from({ length: 1000 }, (_, index) => `record ${index}`);
  const setup = { steps: [{ zones: [{ origin: "a.example", records }], servers: [] }] };
  const cut = setupShown(setup).steps[0]!.zones[0]!.records;
  expect(cut.length).toBeLessThan(100);
  expect(cut[0]).toBe("record 0");
  expect(countOf(cut)).toBe(1000);
  expect(countOf(records)).toBe(1000);
  const lookup = {
    question: {},
    expected: { rdata: records },
    answers: [{ rdata: records }, { rdata: ["a"] }],
  };
  const shown = shortened(lookup) as typeof lookup;
  expect([shown.expected, ...shown.answers].map(({ rdata }) => countOf(rdata))).toEqual([1000, 1000, 1]);
});

test("of other kinds nothing is left out", () => {
  const evidence = { tool: "danetool", output: "x".repeat(1000) };
  expect(shortened(evidence)).toBe(evidence);
});

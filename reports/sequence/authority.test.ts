import { expect, test } from "vitest";
import { sequenceOf } from "./events.ts";
import { recorded } from "./test-recorded.ts";

test("the name servers have a line where it is wanted, and say what their zones hold", () => {
  const evidence = recorded("strip-starttls-dane");
  const [without] = sequenceOf(evidence).steps;
  const [step] = sequenceOf(evidence, [], { authority: true }).steps;
  expect(without!.parties).not.toContain("authority");
  expect(step!.parties[0]).toBe("authority");
  expect(step!.events.slice(1)).toEqual(without!.events);
  expect(step!.events[0]).toMatchObject({ at: "authority", text: "MX, A, AAAA, TLSA: signed" });
});

test("what differs stands apart", () => {
  const evidence = recorded("strip-starttls-dane");
  const dns = evidence.dns.map((answer) =>
    answer.type === "TLSA" ? { ...answer, expected: { status: "bogus" as const, empty: false } } : answer,
  );
  const [step] = sequenceOf({ ...evidence, dns }, [], { authority: true }).steps;
  expect(step!.events.slice(0, 2).map(({ text }) => text)).toEqual([
    "MX, A, AAAA: signed",
    "TLSA: nothing that validates",
  ]);
});

import { expect, test } from "vitest";
import type { Trial } from "../model/plan.ts";
import { messagesOf, partsToSendAgain } from "./struck.ts";

const trial = (id: string, carrier: string | null = null): Trial => ({ id, carrier }) as Trial;
const parts = (trials: readonly Trial[], odd: readonly string[] = []) =>
  partsToSendAgain(trials, ({ id }) => odd.includes(id)).map((part) => part.map(({ id }) => id));

test("a message for several recipients is one", () => {
  const ids = messagesOf([trial("a"), trial("b", "a"), trial("c")]).map((one) => one.map(({ id }) => id));
  expect(ids).toEqual([["a", "b"], ["c"]]);
});

test("odd ones are sent alone, all others together after them", () => {
  const trials = [trial("a"), trial("odd"), trial("b"), trial("odder"), trial("end")];
  expect(parts(trials, ["odd", "odder"])).toEqual([["odd"], ["odder"], ["a", "b", "end"]]);
  expect(parts([trial("odd"), trial("odder")], ["odd", "odder"])).toEqual([["odd"], ["odder"]]);
});

test("without odd ones they are halved, down to one message", () => {
  expect(parts([trial("a"), trial("b"), trial("c")])).toEqual([["a", "b"], ["c"]]);
  expect(parts([trial("a"), trial("b", "a"), trial("c")])).toEqual([["a", "b"], ["c"]]);
});

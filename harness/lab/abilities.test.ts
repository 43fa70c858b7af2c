import { expect, test } from "vitest";
import { inabilityIn } from "./abilities.ts";
import { loadRegistry } from "./registry.ts";

test("what drivers say that their senders lack", async () => {
  const inability = inabilityIn(await loadRegistry());
  const plain = {
    setup: "plain",
    recipientText: null,
    route: null,
    mx: [],
    resolver: null,
    steps: [],
    attempts: 1,
  } as const;
  const lacks = (version: string, policy: "dane" | "may" | "secure", needs: object = {}) =>
    inability({ name: "sendmail", version }, policy, { ...plain, ...needs })?.lacks ?? null;
  expect([lacks("8.18.2", "dane"), lacks("8.17", "dane"), lacks("8.17", "may")]).toEqual([
    null,
    "DANE",
    null,
  ]);
  expect(lacks("8.18.2", "secure")).toBe("policy");
  expect(lacks("8.18.2", "may", { setup: "caches" })).toBe("set-up");
  expect(lacks("8.18.2", "may", { recipientText: "bücher.{domain}" })).toBe("SMTPUTF8");
  expect(lacks("8.18.2", "may", { recipientText: "upper" })).toBeNull();
  expect(
    inability({ name: "postfix", version: "3.10" }, "may", { ...plain, recipientText: "bücher" }),
  ).toBeNull();
});

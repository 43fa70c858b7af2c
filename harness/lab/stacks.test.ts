import { expect, test } from "vitest";
import { UsageError } from "../words/errors.ts";
import { loadRegistry } from "./registry.ts";
import { chooseStacks } from "./stacks.ts";

const registry = await loadRegistry();
const idsOf = (senders: readonly string[], resolvers: readonly string[]) =>
  chooseStacks(registry, { senders, resolvers }).map(({ id }) => id);

test("unless told, every usual sender is tried on Unbound, and Postfix on every usual resolver", () => {
  const ids = idsOf([], []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toContain("postfix@3.10+unbound@1.26");
  expect(ids).toContain("postfix@3.10+bind@9.20");
  for (const id of ids) expect(id.startsWith("postfix@") || id.endsWith("+unbound@1.26")).toBe(true);
});

test("what is chosen is all that runs, in the versions that a pattern matches", () => {
  expect(idsOf(["postfix"], [])).toEqual(["postfix@3.10+unbound@1.26"]);
  expect(idsOf(["postfix"], ["bind", "unbound"])).toEqual([
    "postfix@3.10+bind@9.20",
    "postfix@3.10+unbound@1.26",
  ]);
  const versions = registry.senders.find(({ driver }) => driver.name === "postfix")?.driver.versions ?? [];
  expect(idsOf(["postfix@*", "postfix"], ["bind"])).toEqual(
    versions.map(({ version }) => `postfix@${version}+bind@9.20`),
  );
  const all = registry.senders.reduce((sum, { driver }) => sum + driver.versions.length, 0);
  expect(idsOf(["*"], [])).toHaveLength(all);
});

test("what is not known is told with what comes near", () => {
  expect(() => idsOf(["postfx"], [])).toThrow(/did you mean "postfix"\?/);
  expect(() => idsOf(["postfix@9.*"], [])).toThrow(UsageError);
});

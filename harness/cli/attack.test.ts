import { expect, test } from "vitest";
import { isAttack } from "../model/plan.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { call } from "./test-cli.ts";

const attacks = (await loadScenarios([])).filter((one) => !one.canary && isAttack(one));

test("without an id: every attack with its title, one per line", async () => {
  const { status, out } = await call("attack");
  expect(status).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(attacks.length);
  expect(attacks.length).toBeGreaterThan(10);
  for (const [index, { id, title }] of attacks.entries()) {
    expect(lines[index]).toMatch(new RegExp(`^${id} `));
    expect(lines[index]).toContain(title);
  }
});

test.for<[words: string, message: string]>([
  ["attack base-311", '"base-311" is no attack'],
  ["attack atk-strip-startls", '"atk-strip-startls" is no attack; did you mean "atk-strip-starttls"?'],
  ["attack atk-*", '"atk-*" is no attack'],
  ["attack atk-strip-starttls atk-mitm-selfsigned", "attack takes one id; danelab attack lists them all"],
  ["attack atk-strip-starttls --resolver unbound,bind", "one --resolver is enough here"],
  ["attack atk-strip-starttls --sender sendmail@1", "--sender sendmail@1: not known; there are "],
])("%s: status 2, and why", async ([words, message]) => {
  const { status, out, err } = await call(...words.split(" "));
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toContain(message);
});

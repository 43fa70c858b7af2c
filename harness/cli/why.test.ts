import { cp, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidencePath } from "../run/pipeline.ts";
import { stackWith } from "../run/test-run.ts";
import { call } from "./test-cli.ts";
import { storeRun } from "./test-stored.ts";

const base = await mkdtemp(join(tmpdir(), "danelab-why-"));
afterAll(() => rm(base, { recursive: true }));
const good = join(base, "good");
const bad = join(base, "bad");
const stack = stackWith("unbound").id;
beforeAll(async () => {
  await storeRun(good, "conforming");
  await storeRun(bad, "empty-claim");
});

test("a trial: witnesses, each rule up to the one that decides, what it hangs on, the verdict", async () => {
  const { status, out, err } = await call("why", good, `base-311/${stack}/dane`);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(out).toMatch(/^base-311\/.*\/dane\nA matching 3 1 1 in a signed zone/);
  expect(out).toMatch(/^ {2}receiver +mx\.base-311\.dane\.example \[.*TLSv1\.3.*/m);
  expect(out).toMatch(/^ {2}queue +the message has left the sender's queue$/m);
  expect(out).toMatch(/^ {2}log +sent/m);
  expect(out).toContain("  It MUST be authenticated.\n  It is authenticated: delivered over TLS");
  const asked = [...out.matchAll(/^ {2}(\d+)\. .*\?$/gm)].map(([, number]) => Number(number));
  expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(out).toMatch(
    /^ {2}10\. +Is the outcome among those that are permitted\?\n {6}✓ pass: authenticated/m,
  );
  expect(out).toMatch(/^ {2}twin .* was deferred: pass$/m);
  expect(out).toMatch(/^ {2}canaries +all \d+ of its stack are as they must be/m);
  expect(out).toMatch(/\n✓ pass .*: authenticated, as demanded\n/);
  expect(out).toContain(`Evidence: ${join(good, evidencePath(`base-311/${stack}/dane`))}\n`);
  expect(out).not.toContain("Judged anew");
});

test("a failure says which rule and which other trial led to it", async () => {
  const wrong = (await call("why", bad, "base-wrong", "dane")).out.replace(/\n +/g, " ");
  expect(wrong).toMatch(/ 12\. How binding is .*\? ✗ fail: authenticated where the RFC demands deferred\n/);
  expect(wrong).toContain("canaries   canary-good/");
  expect(wrong).toContain("! error");
  expect(wrong).not.toContain("Judged anew");
  const empty = (await call("why", bad, "canary-good", "dane", "start")).out.replaceAll("\n", " ");
  expect(empty).toContain("✓ pass: authenticated, as demanded");
  expect(empty).toMatch(/ twin .*authenticated: fail/);
  expect(empty).toMatch(/✗ fail \(.*the twin, whose TLSA records match nothing, was not refused/);
});

describe("words that are enough to mean a trial", () => {
  test.for([
    [["base-311", "may"], `base-311/${stack}/may`],
    [["dane", "base-311", "unbound"], `base-311/${stack}/dane`],
    [["base-311", "dane", "twin"], `base-311/${stack}/dane/twin`],
    [[`base-311/${stack}/dane/twin`], `base-311/${stack}/dane/twin`],
    [["base-w*", "dane"], `base-wrong/${stack}/dane`],
  ] as const)("%s", async ([words, id]) => {
    const { status, out } = await call("why", good, ...words);
    expect([status, out.split("\n")[0]]).toEqual([0, id]);
  });

  test("several trials are listed, gravest first; --all tells of each", async () => {
    const list = await call("why", bad, "base-*");
    expect(list.status).toBe(0);
    const lines = list.out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^! error/);
    expect(lines.filter((line) => line.includes(`/${stack}/`))).toHaveLength(6 + 1);
    expect(lines.at(-1)).toMatch(/^6 trials; danelab why .* tells why, --all of each\.$/);
    const all = await call("why", good, "base-311", "--all");
    expect(all.out).toContain(`base-311/${stack}/may\n`);
    expect(all.out).toContain(`base-311/${stack}/dane\n`);
  });

  test.for<[words: readonly string[], message: string]>([
    [["base-31"], 'no trial of the run matches "base-31"; did you mean "base-311"?'],
    [["base-311", "dan"], 'no trial of the run matches "dan" as well; did you mean "dane"?'],
    [["warn"], "no trial of the run is warn"],
    [["something-else"], "danelab why RUN '*' lists them all"],
  ])("%s", async ([words, message]) => {
    const { status, out, err } = await call("why", good, ...words);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(message);
  });
});

test("evidence that is gone is told; so is a verdict that would be another one now", async () => {
  const copy = join(base, "copy");
  await cp(good, copy, { recursive: true });
  await unlink(join(copy, evidencePath(`base-wrong/${stack}/dane`)));
  expect((await call("why", copy, "base-wrong", "dane")).out).toContain("There is no evidence of it.");
  const file = join(copy, evidencePath(`base-311/${stack}/dane`));
  const evidence = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...evidence, queued: true }));
  const { out } = await call("why", copy, "base-311", "dane");
  expect(out.replaceAll("\n", " ")).toContain(
    "Judged anew it is fail: the log says sent, but the message is still",
  );
});

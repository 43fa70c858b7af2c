import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidencePath } from "../run/pipeline.ts";
import { testLookups } from "../run/test-lookups.ts";
import { createOutput, writeReports } from "./output.ts";
import { call } from "./test-cli.ts";

/** The commands that tell of a run in which resolvers were asked, and of its scenarios. */

const folder = await mkdtemp(join(tmpdir(), "danelab-lookups-"));
afterAll(() => rm(folder, { recursive: true }));
beforeAll(async () => {
  const { results, evidence, scenarios, resolvers } = await testLookups(["unbound@1.26", "bind@9.20"], {
    diesOf: (container, name) => container.includes("bind") && name.includes("res-ad-nodata"),
  });
  const output = await createOutput(folder);
  await output.saveLookups({ scenarios, resolvers });
  for (const one of evidence.values()) {
    const file = join(folder, evidencePath(one.trial));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(one));
  }
  await writeReports(folder, results);
});

describe("why", () => {
  test("the question, each answer with what was expected, the log, the verdict", async () => {
    const { status, out, err } = await call("why", folder, "res-bogus-expired", "unbound");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    expect(out).toContain("asked for  _25._tcp.mx.res-bogus-expired.lookup.example. TLSA\n");
    expect(out).toContain("validator  must find that bogus\n");
    expect(out).toMatch(
      /\nAsked with DO\n {2}SERVFAIL, no AD, 0 records, after \d+ ms\.\n {2}It MUST be bogus\.\n/,
    );
    expect(out).toContain("The resolver's log\n");
    expect(out).toContain("Again: ./danelab resolvers res-bogus-expired --resolver unbound@1.26\n");
    expect(out).not.toMatch(/sender|mail|message|Judged anew/);
  });

  test("a process that ended", async () => {
    const { out } = await call("why", folder, "res-ad-nodata", "bind");
    expect(out).toMatch(/No answer after \d+ ms: exit code 139; its log ends: /);
    expect(out).toContain("It is died: no answer: the resolver's process ended.");
    expect(out).not.toContain("Asked with AD");
  });
});

test("judge finds the same again, without starting anything", async () => {
  const read = async () => JSON.parse(await readFile(join(folder, "results.json"), "utf8"));
  const before = await read();
  const { status, out } = await call("judge", folder);
  expect(status).toBe(1);
  expect(out).toContain("res-ad-nodata bind@9.20\n");
  const { trials } = await read();
  expect(trials).toEqual(before.trials);
});

test("the summary speaks of resolvers and questions, not of senders and mail", async () => {
  const text = await readFile(join(folder, "summary.txt"), "utf8");
  expect(text).toContain("each column is a resolver that was");
  expect(text).toMatch(/\n +unbound +bind\n +1\.26 +9\.20\n/);
  expect(text).not.toMatch(/sender|danelab\+/);
  const markdown = await readFile(join(folder, "summary.md"), "utf8");
  expect(markdown).toContain("## Resolvers for DANE: ");
  expect(markdown).toContain("| Resolver | ");
  expect(markdown).not.toMatch(/Sender and resolver|danelab\+/);
});

test("compare knows them", async () => {
  const { status, out, err } = await call("compare", folder, folder);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  expect(out).toContain("No regression; of 8 trials compared, all are the same.");
});

describe("scenarios", () => {
  test("explain tells zones, question, and what each way of asking may get", async () => {
    const { status, out } = await call("explain", "res-ad-insecure");
    expect(status).toBe(0);
    expect(out).toContain("_25._tcp.mx.res-ad-insecure.lookup.example. TLSA\n");
    expect(out).toMatch(/asked with CD +MUST be insecure; never secure\n/);
    expect(out).toContain("@: unsigned\n");
    expect(out).toContain("Zone res-ad-insecure.lookup.example\n");
  });

  test("list and lint take them with the others", async () => {
    const { out } = await call("list", "scenarios", "base-311", "res-ad-secure", "--json");
    expect(JSON.parse(out)).toMatchObject([
      { id: "base-311", kind: "mail" },
      { id: "res-ad-secure", kind: "lookup" },
    ]);
    expect(await call("lint", "res-ad-*")).toEqual({ status: 0, out: "nothing found\n", err: "" });
  });

  test("a run of mail tells where they belong", async () => {
    const { status, err } = await call("run", "res-ad-secure");
    expect(status).toBe(2);
    expect(err).toContain("res-ad-secure sends no mail, it asks resolvers: danelab resolvers res-ad-secure");
  });
});

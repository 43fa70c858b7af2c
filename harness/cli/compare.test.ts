import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sample, sample } from "../../reports/sample.ts";
import type { Results } from "../model/results.ts";
import { call } from "./test-cli.ts";

const base = await mkdtemp(join(tmpdir(), "danelab-compare-"));
afterAll(() => rm(base, { recursive: true }));

async function store(name: string, { results, evidence }: Sample): Promise<void> {
  const files = [
    ["results.json", results],
    ...results.trials.map((trial) => [trial.evidence, evidence.get(trial.id)] as const),
  ] as const;
  for (const [file, content] of files) {
    const path = join(base, name, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(content));
  }
}

const compare = (...words: readonly string[]) =>
  call("compare", ...words.map((word) => (/^(good|bad|other|broken)/.test(word) ? join(base, word) : word)));

beforeAll(async () => {
  const only = "ee-expired";
  await store("good", sample({ only, surprises: false }));
  await store("bad", sample({ only }));
  await store("other", sample({ only, stacks: [["postfix@3.10", "unbound@1.22"]] }));
  const { results } = sample({ only });
  await writeFile(join(base, "broken-version.json"), JSON.stringify({ ...results, version: 7 }));
  const { trials: _, ...headless } = results satisfies Results;
  await writeFile(join(base, "broken.json"), JSON.stringify(headless));
  await writeFile(join(base, "broken.txt"), "{");
});

test("status 0 where nothing got worse, 1 where something did; folders and files alike", async () => {
  expect(await compare("good", "good/results.json")).toMatchObject({ status: 0, err: "" });
  const worse = await compare("good", "bad");
  expect(worse).toMatchObject({ status: 1, err: "" });
  expect(worse.out).toContain("✗ fail  ee-expired\n");
  expect(worse.out).toMatch(/\n2 regressions; of \d+ trials compared, \d+ are the same\.\n$/);
  const better = await compare("bad", "good");
  expect(better).toMatchObject({ status: 0, err: "" });
  expect(better.out).toContain("No regression, 2 fixes");
});

test("evidence that is not at hand is told", async () => {
  await writeFile(join(base, "good-alone.json"), await readFile(join(base, "good", "results.json")));
  expect((await compare("good", "good")).out).not.toContain("evidence");
  expect((await compare("good", "good-alone.json")).out).toContain(
    "the evidence is not at hand in both runs",
  );
});

test("Markdown, page and JSON", async () => {
  const [markdown, page] = [join(base, "x.md"), join(base, "x.html")];
  const { out, status } = await compare("good", "bad", "--json", "--markdown", markdown, "--html", page);
  expect(status).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ version: 1, fixes: [], regressions: [{}, {}] });
  expect(await readFile(markdown, "utf8")).toContain("## DANE in SMTP, compared: ✗ regressions");
  expect(await readFile(page, "utf8")).toMatch(/^<!doctype html>.*2 regressions/s);
});

test("--as compares two programs, within one run too", async () => {
  const { out, status } = await compare(
    "bad",
    "bad",
    "--as",
    "postfix@3.10=exim@4.98",
    "--as",
    "unbound@1.22=bind@9.20",
  );
  expect(status).toBe(1);
  expect(out).toContain("exim@4.98 is compared with postfix@3.10.");
  expect(out).toContain("exim@4.98+bind@9.20: dane, dane-only");
  expect(out).not.toContain("Gone");
});

describe("what cannot be used ends with status 2", () => {
  test.for<[words: string, message: string]>([
    ["good", "compare takes two runs; see danelab compare --help"],
    ["good good-none", "good-none: ENOENT"],
    ["good broken.txt", "broken.txt: Expected"],
    ["good broken.json", "broken.json: not a results document: at trials: "],
    ["good broken-version.json", "broken-version.json: results of version 7; this danelab reads version 1"],
    ["good bad --as postfix@3.10", "--as postfix@3.10: wanted is NAME@VERSION=NAME@VERSION"],
    [
      "good bad --as postfix@3.1=exim@4.98",
      "--as postfix@3.1=exim@4.98: postfix@3.1 is not in the run before; did you mean postfix@3.10?",
    ],
    ["good bad --as postfix@3.10=bind@9.20", "a sender and a resolver cannot take each other's place"],
    [
      "good bad --as postfix@3.10=exim@4.98",
      "the runs have no trial in common: before postfix@3.10+unbound@1.22, exim@4.98+bind@9.20, after ",
    ],
    ["good bad --html FOLDER/none/x.html", "cannot be written: ENOENT"],
  ])("compare %s", async ([words, message]) => {
    const { status, out, err } = await compare(...words.replace("FOLDER", base).split(" "));
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toContain(message);
    expect(err.match(/\n/g)).toHaveLength(1);
  });

  test("a baseline, before anything is started", async () => {
    const said = await call("run", "base-311", "--baseline", join(base, "none"), "--out", join(base, "out"));
    expect(said).toMatchObject({ status: 2, out: "", err: expect.stringContaining("none: ENOENT") });
    await expect(access(join(base, "out"))).rejects.toThrow("ENOENT");
  });
});

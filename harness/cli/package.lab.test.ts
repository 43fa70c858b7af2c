import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { home } from "../words/places.ts";

/** The package as npm makes it, in a project that has nothing else. */

const project = await mkdtemp(join(tmpdir(), "danelab-package-"));
afterAll(() => rm(project, { recursive: true, force: true }));

async function call(cwd: string, command: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, words, { cwd, maxBuffer: 1 << 26 });
  return stdout;
}

beforeAll(async () => {
  await call(home, "npm", "pack", "--pack-destination", project);
  const tarball = (await readdir(project)).find((name) => name.endsWith(".tgz"));
  await call(project, "npm", "init", "--yes");
  await call(project, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error", `./${tarball}`);
  await writeFile(
    join(project, "mine.ts"),
    `import { mismatch, must, scenarios } from "danelab/vocabulary";

export default scenarios("mine", [
  {
    id: "mine-wrong",
    title: "A record of my own that does not match",
    cites: ["RFC 7672 2.2"],
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
]);
`,
  );
});

test("a scenario file type-checks against the published types, and a wrong one does not", async () => {
  const check = (file: string) =>
    call(
      project,
      join(home, "node_modules", ".bin", "tsc"),
      ...["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", file],
    );
  await check("mine.ts");
  const wrong = (await readFile(join(project, "mine.ts"), "utf8")).replace('"deferred"', '"refused"');
  await writeFile(join(project, "wrong.ts"), wrong);
  await expect(check("wrong.ts")).rejects.toMatchObject({ stdout: expect.stringContaining('"refused"') });
  await rm(join(project, "wrong.ts"));
});

test("npx danelab lists, and runs a scenario of the project's own; reports go to the project", async () => {
  const listed = await call(project, "npx", "danelab", "list", "scenarios", "mine-*", "--scenarios", ".");
  expect(listed).toBe("mine-wrong  A record of my own that does not match\n");
  const told = await call(
    project,
    ...(["npx", "danelab", "run", "mine-wrong", "--scenarios", ".", "--policy", "dane"] as const),
  );
  expect(told).toContain("nothing unexpected");
  const results = await readFile(join(project, "reports", "out", "latest", "results.json"), "utf8");
  expect(JSON.parse(results).trials).toContainEqual(
    expect.objectContaining({ scenario: "mine-wrong", verdict: "pass", outcome: "deferred" }),
  );
});

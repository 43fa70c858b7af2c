import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { UsageError } from "../words/errors.ts";
import { home } from "../words/places.ts";
import { loadScenarios } from "./load-scenarios.ts";

const made: string[] = [];

/** A folder of its own with these files: modules are loaded once for each path. */
async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "danelab-scenarios-"));
  made.push(folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

function file(group: string, ...ids: readonly string[]): string {
  const list = ids.map(
    (id) =>
      `{ id: "${id}", title: "Mine", cites: ["RFC 7672 2.2"], expect: { dane: must("authenticated") } }`,
  );
  return `import { must, scenarios } from "danelab/vocabulary";\nexport default scenarios("${group}", [${list.join(", ")}]);\n`;
}

async function complaint(...folders: readonly string[]): Promise<string> {
  const error = await loadScenarios(folders).then(
    () => new Error("nothing was complained of"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

test("danelab's own scenarios come first, those of the user's folders after them, files in order", async () => {
  const own = await loadScenarios([]);
  const folder = await folderWith({
    "b.ts": file("mine", "mine-three"),
    "a.mjs": file("mine", "mine-one", "mine-two"),
    "notes.txt": "no scenarios",
    "a.test.ts": "throw new Error('a test is no scenario file');",
    "types.d.ts": "nonsense",
  });
  const all = await loadScenarios([folder]);
  expect(all.slice(0, own.length)).toEqual(own);
  expect(all.slice(own.length).map(({ id, file: of }) => [id, of])).toEqual([
    ["mine-one", join(folder, "a.mjs")],
    ["mine-two", join(folder, "a.mjs")],
    ["mine-three", join(folder, "b.ts")],
  ]);
});

test.for([
  ["without package.json", null],
  ["as npm init begins it", '{ "type": "commonjs" }'],
] as const)("Node itself loads a user's file in TypeScript, in a project %s", async ([, manifest]) => {
  const folder = await folderWith({
    ...(manifest === null ? {} : { "package.json": manifest }),
    "a.ts": file("mine", "mine-one").replace("export default", "const typed: string = 'x';\nexport default"),
  });
  const script = [
    `import { loadScenarios } from ${JSON.stringify(join(home, "harness/run/load-scenarios.ts"))};`,
    `const all = await loadScenarios([${JSON.stringify(folder)}]);`,
    "console.log(all.at(-1).id);",
  ].join("\n");
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: tmpdir(),
  });
  expect(stdout.trim()).toBe("mine-one");
});

test("an id is taken once, in one file, in two, or by danelab itself", async () => {
  const twice = await folderWith({ "a.mjs": file("mine", "mine-one", "mine-one") });
  expect(await complaint(twice)).toBe(
    `${join(twice, "a.mjs")}: mine-one: the id is taken already, in ${join(twice, "a.mjs")}`,
  );
  const [one, two] = [
    await folderWith({ "a.mjs": file("mine", "mine-one") }),
    await folderWith({ "a.mjs": file("mine", "mine-one") }),
  ];
  expect(await complaint(one, two)).toBe(
    `${join(two, "a.mjs")}: mine-one: the id is taken already, in ${join(one, "a.mjs")}`,
  );
  const [own] = await loadScenarios([]);
  const taken = await folderWith({ "a.mjs": file("mine", own!.id) });
  expect(await complaint(taken)).toMatch(new RegExp(`${own!.id}: the id is taken already, in ${own!.file}$`));
});

test.each<[string, string, RegExp]>([
  ["a syntax error", "export default scenarios(", /cannot be loaded: ./],
  ["an import that does not exist", 'import "./nothing.ts";', /cannot be loaded: .*nothing\.ts/],
  ["a file that throws", "throw new Error('too early');", /cannot be loaded: too early$/],
  ["nothing exported", "export const x = 1;", /export default scenarios\("group", \[\.\.\.\]\) is missing/],
  [
    "a word that makes no sense",
    file("mine", "mine-one").replace('must("authenticated")', 'must("sent")'),
    /: mine-one: field "expect\.dane\.permitted\.0": /,
  ],
  [
    "a TLSA record that is none",
    file("mine", "mine-one").replace("expect:", 'mx: { tlsa: ["3 1"] }, expect:'),
    /: mine-one: field "mx\.tlsa\.0": must be like "3 1 1"$/,
  ],
])("a file with %s is named", async (_, content, said) => {
  const folder = await folderWith({ "broken.mjs": content });
  const message = await complaint(folder);
  expect(message.startsWith(`${join(folder, "broken.mjs")}: `)).toBe(true);
  expect(message).toMatch(said);
});

test("a folder that does not exist, and one without scenario files", async () => {
  expect(await complaint(join(tmpdir(), "danelab-no-such-folder"))).toMatch(
    /^--scenarios .*danelab-no-such-folder: ENOENT/,
  );
  const empty = await folderWith({ "readme.md": "nothing", "x.test.ts": "" });
  expect(await complaint(empty)).toBe(`--scenarios ${empty}: holds no scenario files (*.ts, *.js, *.mjs)`);
});

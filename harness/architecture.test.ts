import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { home } from "./words/places.ts";

/** The layers of ARCHITECTURE.md: who may import whom. */
interface Layer {
  readonly name: string;
  /** Folders, or single files. */
  readonly holds: readonly string[];
  /** Folders and files of other layers; its own it may always import. */
  readonly imports: readonly string[];
}

const words = "harness/words";
const model = "harness/model";
const vocabulary = "harness/vocabulary.ts";
const makers = ["harness/dns", "harness/pki", "harness/tlsa", "harness/world"];
const lab = "harness/lab";
const contract = "harness/driver.ts";
const run = "harness/run";

const layers: readonly Layer[] = [
  { name: "words", holds: [words], imports: [] },
  { name: "model", holds: [model], imports: [words] },
  { name: "vocabulary", holds: [vocabulary], imports: [model] },
  { name: "dns", holds: ["harness/dns"], imports: [words, model] },
  { name: "pki", holds: ["harness/pki"], imports: [words, model] },
  { name: "tlsa", holds: ["harness/tlsa"], imports: [words, "harness/pki"] },
  { name: "world", holds: ["harness/world"], imports: [words, model, "harness/dns", "harness/pki"] },
  { name: "lab", holds: [lab], imports: [words, model, ...makers, "containers/farm/bundle.ts"] },
  { name: "driver contract", holds: [contract], imports: [model, lab] },
  {
    name: "drivers",
    holds: ["sender", "resolver", "authority", "receiver", "verifier"].map((role) => `containers/${role}`),
    imports: [words, model, ...makers, lab],
  },
  { name: "run", holds: [run], imports: [words, model, vocabulary, ...makers, lab] },
  {
    name: "faces",
    holds: ["harness/cli", "harness/index.ts"],
    imports: [words, model, vocabulary, ...makers, lab, run, "reports"],
  },
  { name: "reports", holds: ["reports"], imports: [words, model] },
  { name: "farm", holds: ["containers/farm"], imports: [words, model] },
  { name: "scenarios", holds: ["scenarios"], imports: [] },
];

/** Packages and the only places that import them. */
const packages: Readonly<Record<string, readonly string[]>> = {
  testcontainers: [lab],
  "dns-packet": ["harness/dns"],
  "node-forge": ["harness/pki"],
  "smtp-server": ["containers/farm"],
  esbuild: ["containers/farm", "reports/page/bundle.ts"],
  "playwright-core": ["harness/cli/browser.ts", "harness/cli/bench-page.ts", "harness/cli/screenshots.ts"],
  vitest: ["harness/cli/test.ts", "vitest.config.ts"],
  zod: [model, lab, run, "harness/cli", "reports"],
};

/** What is not there for those who use the program. */
const developing = ["vitest", "playwright-core"];

interface Import {
  readonly file: string;
  /** A path in the repository, or the specifier of a package. */
  readonly target: string;
  readonly isPackage: boolean;
  /** Gone at run time. */
  readonly isType: boolean;
}

/** What git tracks; in a copy without git, what lies there. */
function listed(): readonly string[] {
  try {
    const quiet = ["ignore", "pipe", "ignore"] as const;
    return execFileSync("git", ["ls-files"], { cwd: home, encoding: "utf8", stdio: [...quiet] }).split("\n");
  } catch {
    const notOurs = ["node_modules", ".git", "out"];
    return globSync("**/*", { cwd: home, exclude: (path) => notOurs.includes(basename(path)) });
  }
}

const files = listed().filter((file) => statSync(join(home, file), { throwIfNoEntry: false })?.isFile());
const textOf = (file: string): string => readFileSync(join(home, file), "utf8");

/** A program that runs in an image only, with packages that a package.json beside it names. */
function isOfImage(file: string): boolean {
  return !file.endsWith(".ts") && dirname(file) !== "." && files.includes(`${dirname(file)}/package.json`);
}

const sources = files.filter((file) => /\.(ts|js|mjs)$/.test(file) && !isOfImage(file));

/** Tests, and what only they use. They look at the program from all sides. */
function isTest(file: string): boolean {
  return /\.(test|spec)\.ts$/.test(file) || /(^|\/)test-[^/]*\.ts$/.test(file);
}

function isIn(place: string, file: string): boolean {
  return file === place || file.startsWith(`${place}/`);
}

const statement = /^\s*(?:import|export)\s(type\s)?(?:[^;"'()]*?\sfrom\s+)?"([^"]+)"/gm;
const dynamic = /\bimport\(\s*()"([^"]+)"\s*\)/g;

function importsOf(file: string): readonly Import[] {
  const text = textOf(file);
  // Types in the comments of JavaScript are no imports.
  const code = text.replaceAll(/^\s*(\*|\/\*|\/\/).*$/gm, "").replaceAll(/\/\*\*.*?\*\//g, "");
  return [...text.matchAll(statement), ...code.matchAll(dynamic)].flatMap(([, type, specifier = ""]) => {
    if (isBuiltin(specifier)) return [];
    const isPackage = !specifier.startsWith(".");
    const target = isPackage ? specifier : normalize(join(dirname(file), specifier));
    return [{ file, target, isPackage, isType: Boolean(type) }];
  });
}

const imports = sources.flatMap(importsOf);
const inside = imports.filter(({ isPackage }) => !isPackage);

function packageOf(specifier: string): string {
  return /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier;
}

test("there are sources, and what they import exists", () => {
  expect(sources.length).toBeGreaterThan(100);
  expect(inside.length).toBeGreaterThan(200);
  expect(
    inside
      .filter(({ target }) => !existsSync(join(home, target)))
      .map(({ file, target }) => `${file}: imports ${target}, which does not exist`),
  ).toEqual([]);
});

describe("layers", () => {
  const layerOf = (file: string) => layers.find(({ holds }) => holds.some((place) => isIn(place, file)));

  test("every source stands in one", () => {
    const homeless = sources.filter((file) => !layerOf(file) && file !== "vitest.config.ts" && !isTest(file));
    expect(homeless.map((file) => `${file}: stands in no layer of ARCHITECTURE.md`)).toEqual([]);
  });

  test("import only what lies below them", () => {
    const wrong = inside.flatMap(({ file, target }) => {
      const layer = layerOf(file);
      if (!layer || isTest(file)) return [];
      if (isTest(target)) return [`${file}: imports ${target}, which is for tests`];
      if ([...layer.holds, ...layer.imports].some((place) => isIn(place, target))) return [];
      return [
        `${file}: imports ${target}; "${layer.name}" may import ${layer.imports.join(", ") || "nothing of the repository"}`,
      ];
    });
    expect(wrong).toEqual([]);
  });

  test("are the ones that ARCHITECTURE.md tells of", () => {
    const table = textOf("ARCHITECTURE.md");
    const places = layers
      .flatMap(({ holds }) => holds)
      .filter((place) => !/^containers\/(?!farm)/.test(place));
    expect(places.filter((place) => !table.includes(`\`${place}\``))).toEqual([]);
    const fixed = Object.keys(packages).filter(
      (name) => packages[name]?.length === 1 && !developing.includes(name),
    );
    expect(fixed.filter((name) => !new RegExp(`\\(([^)]*, )?${name}[^)]* only here\\)`).test(table))).toEqual(
      [],
    );
  });

  test("scenarios import the vocabulary by its name, and nothing else", () => {
    const wrong = imports.filter(
      ({ file, target }) => isIn("scenarios", file) && !isTest(file) && target !== "danelab/vocabulary",
    );
    expect(
      wrong.map(({ file, target }) => `${file}: imports ${target}; a scenario needs danelab/vocabulary only`),
    ).toEqual([]);
  });

  test("drivers do not import each other, but for another build of the same program: exim-openssl, exim", () => {
    const folderOf = (file: string) =>
      /^containers\/(?:sender|resolver|authority)\/[^/]+(?=\/)/.exec(file)?.[0];
    const wrong = inside.filter(({ file, target }) => {
      const [own, other] = [folderOf(file), folderOf(target)];
      return own !== undefined && other !== undefined && own !== other && !own.startsWith(`${other}-`);
    });
    expect(
      wrong.map(({ file, target }) => `${file}: imports ${target}; a driver's folder stands by itself`),
    ).toEqual([]);
  });

  test("what the page runs in a browser needs neither Node nor packages", () => {
    const reached = new Set(
      files.filter((file) => isIn("reports/page/browser", file) && file.endsWith(".ts")),
    );
    for (const one of reached)
      for (const { target } of imports.filter(({ file, isType }) => file === one && !isType))
        reached.add(target);
    expect(reached.size).toBeGreaterThan(20);
    const wrong = [...reached].filter(
      (file) => !existsSync(join(home, file)) || /from "node:/.test(textOf(file)),
    );
    expect(wrong.map((file) => `${file}: is not there in a browser, or needs Node`)).toEqual([]);
  });
});

test("no imports in a circle", () => {
  const next = Map.groupBy(
    inside.filter(({ isType }) => !isType),
    ({ file }) => file,
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const { target } of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
  expect(circles).toEqual([]);
});

describe("packages", () => {
  const used = imports.filter(({ isPackage, target }) => isPackage && packageOf(target) !== "danelab");

  test("are imported in their one place", () => {
    const wrong = used.flatMap(({ file, target }) => {
      const name = packageOf(target);
      const places = packages[name];
      if (!places) return [`${file}: imports ${name}, of which this test does not know where it belongs`];
      if (isTest(file) && (name === "vitest" || name === "playwright-core")) return [];
      return places.some((place) => isIn(place, file))
        ? []
        : [`${file}: imports ${name}, which belongs in ${places.join(", ")} only`];
    });
    expect(wrong).toEqual([]);
  });

  test("are named in package.json, and those named there are used", () => {
    const { dependencies, devDependencies } = JSON.parse(textOf("package.json"));
    const named = { ...dependencies, ...devDependencies };
    const names = new Set(used.map(({ target }) => packageOf(target)));
    expect([...names].filter((name) => !(name in named))).toEqual([]);
    // It is run, not imported: the program that all of this needs.
    expect(Object.keys(dependencies).filter((name) => name !== "node" && !names.has(name))).toEqual([]);
    const exact = Object.entries(named).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)));
    expect(exact.map(([name, version]) => `${name} ${version}: not one exact version`)).toEqual([]);
  });

  test("what the program needs is no development dependency", () => {
    const { dependencies } = JSON.parse(textOf("package.json"));
    const names = used
      .filter(({ file, target }) => !isTest(file) && !developing.includes(packageOf(target)))
      .map(({ target }) => packageOf(target));
    expect([...new Set(names)].filter((name) => !(name in dependencies))).toEqual([]);
  });
});

test("no file tells of the machine it was written on", () => {
  // In pieces, so that this file does not tell of it either.
  const telling = [
    new RegExp(["(?<![\\w.])/(wo", "rk|ro", "ot|ho", "me/[a-z]+)/"].join("")),
    new RegExp(["\\bsha", "red/[\\w-]+\\.md"].join("")),
  ];
  const found = files
    .filter((file) => file !== "package-lock.json")
    .flatMap((file) =>
      textOf(file)
        .split("\n")
        .flatMap((line, index) =>
          telling.some((pattern) => pattern.test(line))
            ? [`${file}:${index + 1}: names a path of one machine: ${line.trim()}`]
            : [],
        ),
    );
  expect(found).toEqual([]);
});

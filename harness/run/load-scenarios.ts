import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LookupScenario } from "../model/lookup.ts";
import type { ProbeScenario } from "../model/probe.ts";
import type { Scenario } from "../model/scenario.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { resolveOwnModules } from "../words/own-modules.ts";
import { home } from "../words/places.ts";
import { checkAuthorityScenarios, checkLookups } from "./check-lookups.ts";
import { checkProbes } from "./check-probes.ts";
import { checkFile } from "./check-scenarios.ts";

/**
 * The scenarios of danelab and those of further folders, checked. UsageError: a file cannot be loaded, or says something
 * that makes no sense; the text names file, scenario and field.
 */
export async function loadScenarios(folders: readonly string[]): Promise<readonly Scenario[]> {
  return collected(await contentsOf(folders, (kind) => kind === undefined), checkFile, ({ id }) => id);
}

/** The same, of the scenarios in which resolvers are asked. */
export async function loadLookups(folders: readonly string[]): Promise<readonly LookupScenario[]> {
  const contents = await contentsOf(folders, (kind) => kind === "lookup");
  return collected(contents, checkLookups, ({ domain: { id } }) => id);
}

/** The same, of the scenarios that authoritative servers are tried with. */
export async function loadAuthorityScenarios(folders: readonly string[]): Promise<readonly LookupScenario[]> {
  const contents = await contentsOf(folders, (kind) => kind === "authority");
  return collected(contents, checkAuthorityScenarios, ({ domain: { id } }) => id);
}

/** The same, of the scenarios in which real servers are tried. */
export async function loadProbes(folders: readonly string[]): Promise<readonly ProbeScenario[]> {
  const contents = await contentsOf(folders, (kind) => kind === "probe");
  return collected(contents, checkProbes, ({ domain: { id } }) => id);
}

interface Content {
  readonly shown: string;
  readonly content: unknown;
}

function collected<S>(
  contents: readonly Content[],
  check: (content: unknown, shown: string) => readonly S[],
  idOf: (scenario: S) => string,
): readonly S[] {
  const seen = new Map<string, string>();
  const all: S[] = [];
  for (const { shown, content } of contents) {
    for (const scenario of check(content, shown)) {
      const id = idOf(scenario);
      const before = seen.get(id);
      if (before !== undefined)
        throw new UsageError(`${shown}: ${id}: the id is taken already, in ${before}`);
      seen.set(id, shown);
      all.push(scenario);
    }
  }
  return all;
}

/** What the files export, of the kinds that are wanted. */
async function contentsOf(
  folders: readonly string[],
  wanted: (kind: unknown) => boolean,
): Promise<readonly Content[]> {
  const own = await filesIn(join(home, "scenarios"), "scenarios");
  const further = await Promise.all(folders.map((folder) => filesIn(resolve(folder), folder)));
  for (const [index, files] of further.entries()) {
    if (files.length === 0)
      throw new UsageError(`--scenarios ${folders[index]}: holds no scenario files (*.ts, *.js, *.mjs)`);
  }
  if (further.length > 0) resolveOwnModules();
  const all: Content[] = [];
  for (const { path, shown } of [...own, ...further.flat()])
    all.push({ shown, content: await contentOf(path, shown) });
  return all.filter(({ content }) => wanted(kindOf(content)));
}

function kindOf(content: unknown): unknown {
  return typeof content === "object" && content !== null && "kind" in content ? content.kind : undefined;
}

async function filesIn(folder: string, shown: string) {
  const names = await readdir(folder).catch((error) => {
    throw new UsageError(`--scenarios ${shown}: ${messageOf(error)}`);
  });
  return names
    .filter((name) => /\.(ts|js|mjs)$/.test(name) && !/\.(test|d)\.ts$/.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), shown: join(shown, basename(name)) }));
}

async function contentOf(path: string, shown: string): Promise<unknown> {
  try {
    const loaded = await import(pathToFileURL(path).href);
    return loaded.default;
  } catch (error) {
    throw new UsageError(`${shown}: cannot be loaded: ${messageOf(error)}`);
  }
}

import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Scenario } from "../model/scenario.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { resolveOwnModules } from "../words/own-modules.ts";
import { home } from "../words/places.ts";
import { checkFile } from "./check-scenarios.ts";

/**
 * The scenarios of danelab and those of further folders, checked. UsageError: a file cannot be loaded, or says something
 * that makes no sense; the text names file, scenario and field.
 */
export async function loadScenarios(folders: readonly string[]): Promise<readonly Scenario[]> {
  const own = await filesIn(join(home, "scenarios"), "scenarios");
  const further = await Promise.all(folders.map((folder) => filesIn(resolve(folder), folder)));
  for (const [index, files] of further.entries()) {
    if (files.length === 0)
      throw new UsageError(`--scenarios ${folders[index]}: holds no scenario files (*.ts, *.js, *.mjs)`);
  }
  if (further.length > 0) resolveOwnModules();
  const seen = new Map<string, string>();
  const all: Scenario[] = [];
  for (const { path, shown } of [...own, ...further.flat()]) {
    for (const scenario of checkFile(await contentOf(path, shown), shown)) {
      const before = seen.get(scenario.id);
      if (before !== undefined)
        throw new UsageError(`${shown}: ${scenario.id}: the id is taken already, in ${before}`);
      seen.set(scenario.id, shown);
      all.push(scenario);
    }
  }
  return all;
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

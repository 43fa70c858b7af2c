import { access, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Evidence } from "../model/evidence.ts";
import { type Results, resultsSchema, resultsVersion, type TrialResult } from "../model/results.ts";
import type { DomainSetups } from "../model/setup.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { out } from "../words/places.ts";

/** Runs that lie on disk, as the user names them. */
export interface StoredRun {
  /** Where evidence and plan are, if they are anywhere. */
  readonly folder: string;
  readonly results: Results;
}

export const runWord = 'a folder that danelab run wrote, a results.json, or "latest"';

/** The last run that went to reports/out. */
export const latestRun = join(out, "latest");

export async function isRun(word: string): Promise<boolean> {
  return access(word === "latest" ? latestRun : resolve(word)).then(
    () => true,
    () => false,
  );
}

export async function readRun(word: string): Promise<StoredRun> {
  const path = word === "latest" ? latestRun : resolve(word);
  const kind = await stat(path).catch((error: unknown) => {
    throw new UsageError(`${word}: ${messageOf(error)}; wanted is ${runWord}`);
  });
  const file = kind.isDirectory() ? join(path, "results.json") : path;
  return { folder: dirname(file), results: parseResults(file, await readJson(file)) };
}

export async function readJson(file: string) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}; wanted is ${runWord}`);
  }
}

function parseResults(file: string, value: unknown): Results {
  const parsed = resultsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const found = versionOf(value);
  if (typeof found === "number" && found !== resultsVersion)
    throw new UsageError(
      `${file}: results of version ${found}; this danelab reads version ${resultsVersion}, so take the danelab that wrote it`,
    );
  const [issue] = parsed.error.issues;
  const where = issue && issue.path.length > 0 ? `at ${issue.path.join(".")}: ` : "";
  throw new UsageError(`${file}: not a results document: ${where}${issue?.message ?? ""}`);
}

function versionOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
}

/** Beside the results document. */
export const domainsFile = "domains.json";

/** How the run's recipient domains were set up; older runs do not tell. */
export async function readDomains(folder: string): Promise<DomainSetups> {
  const text = await readFile(join(folder, domainsFile), "utf8").catch(() => "{}");
  return JSON.parse(text);
}

/** By trial id; trials without are left out. */
export async function readEvidence(
  folder: string,
  trials: readonly TrialResult[],
): Promise<ReadonlyMap<string, Evidence>> {
  const evidence = new Map<string, Evidence>();
  for (const trial of trials) {
    const text = await readFile(join(folder, trial.evidence), "utf8").catch(() => null);
    if (text !== null) evidence.set(trial.id, JSON.parse(text));
  }
  return evidence;
}

import { access, mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { badgesOf } from "../../reports/badge.ts";
import { matrixCsv } from "../../reports/csv.ts";
import { junitXml } from "../../reports/junit.ts";
import { summaryMarkdown } from "../../reports/markdown.ts";
import { reportPage } from "../../reports/page.ts";
import { briefText, matrixText } from "../../reports/terminal.ts";
import type { TestedServer } from "../model/authority.ts";
import { type LookupScenario, type LookupTrial, planLookups } from "../model/lookup.ts";
import type { Plan, Program } from "../model/plan.ts";
import { planAuthorities } from "../model/plan-authorities.ts";
import type { VerificationPlan } from "../model/plan-verifications.ts";
import type { ProbeTrial } from "../model/probe.ts";
import type { Results } from "../model/results.ts";
import type { DomainSetups } from "../model/setup.ts";
import { messageOf, UsageError } from "../words/errors.ts";
import { out } from "../words/places.ts";
import { terminal } from "./screen.ts";
import { domainsFile, readDomains, readEvidence } from "./stored.ts";

/** A run's folder: evidence and plan first, reports made from them. */
export interface Output {
  readonly folder: string;
  /** Removes what an earlier run left there: it must not be taken for this run's. */
  begin(): Promise<void>;
  /** How its recipient domains are set up. */
  saveDomains(domains: DomainSetups): Promise<void>;
  savePlan(
    plan: Plan,
    sni: ReadonlyMap<string, string | null>,
    probes?: readonly ProbeTrial[],
  ): Promise<void>;
  saveLookups(lookups: StoredLookups["lookups"]): Promise<void>;
  saveVerifications(verifications: StoredVerifications["verifications"]): Promise<void>;
  /** Writes all reports. */
  write(results: Results): Promise<void>;
}

/** What `danelab judge` needs to judge anew. */
export interface StoredPlan {
  readonly plan: Plan;
  readonly sni: Readonly<Record<string, string | null>>;
  /** None in runs without. */
  readonly probes?: readonly ProbeTrial[];
}

/** The same of a run in which resolvers or name servers were asked: each scenario is put to each of them. */
export interface StoredLookups {
  readonly lookups: { readonly scenarios: readonly LookupScenario[] } & (
    | { readonly resolvers: readonly Program[] }
    | { readonly servers: readonly TestedServer[] }
  );
}

export function storedTrials({ lookups }: StoredLookups): readonly LookupTrial[] {
  return "servers" in lookups
    ? planAuthorities(lookups.scenarios, lookups.servers)
    : planLookups(lookups.scenarios, lookups.resolvers);
}

/** The same of a run in which verifiers looked at MX hosts. */
export interface StoredVerifications {
  readonly verifications: Omit<VerificationPlan, "plan">;
}

/** What plan.json may hold. */
export type Stored = StoredPlan | StoredLookups | StoredVerifications;

export async function createOutput(wanted: string | undefined): Promise<Output> {
  const folder = resolve(wanted ?? join(out, new Date().toISOString().replace(/[:.]/g, "-")));
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out ${folder}: cannot be made: ${messageOf(error)}`);
  }

  return {
    folder,
    begin: () => removeEarlier(folder),
    async saveDomains(domains) {
      await writeFile(join(folder, domainsFile), `${JSON.stringify(domains)}\n`);
    },
    async savePlan(plan, sni, probes = []) {
      const stored: StoredPlan = {
        plan,
        sni: Object.fromEntries(sni),
        ...(probes.length > 0 ? { probes } : {}),
      };
      await writeFile(join(folder, "plan.json"), `${JSON.stringify(stored)}\n`);
    },
    async saveLookups(lookups) {
      const stored: StoredLookups = { lookups };
      await writeFile(join(folder, "plan.json"), `${JSON.stringify(stored)}\n`);
    },
    async saveVerifications({ trials, unsupported }) {
      const stored: StoredVerifications = { verifications: { trials, unsupported } };
      await writeFile(join(folder, "plan.json"), `${JSON.stringify(stored)}\n`);
    },
    async write(results) {
      await writeReports(folder, results);
      await linkLatest(out, folder);
    },
  };
}

async function removeEarlier(folder: string): Promise<void> {
  const isRun = await access(join(folder, "plan.json")).then(
    () => true,
    () => false,
  );
  if (!isRun) return;
  const badges = (await readdir(folder)).filter((file) => /^badge-.*\.svg$/.test(file));
  for (const made of [
    "plan.json",
    "results.json",
    domainsFile,
    "evidence",
    "comparison.md",
    "comparison.html",
    ...badges,
  ])
    await rm(join(folder, made), { recursive: true, force: true });
}

/** reports/out/latest; another run may set it at the same time. A convenience: where it cannot be made, it is not there. */
async function linkLatest(out: string, folder: string): Promise<void> {
  const fresh = join(out, `latest-${process.pid}`);
  try {
    await mkdir(out, { recursive: true });
    await symlink(relative(out, folder), fresh);
    await rename(fresh, join(out, "latest"));
  } catch {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}

export async function writeReports(folder: string, results: Results): Promise<void> {
  const evidence = await readEvidence(folder, results.trials);
  const domains = await readDomains(folder);
  await Promise.all([
    writeFile(join(folder, "results.json"), `${JSON.stringify(results, null, 1)}\n`),
    writeFile(join(folder, "junit.xml"), junitXml(results)),
    writeFile(join(folder, "summary.md"), summaryMarkdown(results)),
    writeFile(join(folder, "summary.txt"), `${matrixText(results, { columns: 100, colour: false })}\n`),
    writeFile(join(folder, "matrix.csv"), matrixCsv(results)),
    ...badgesOf(results).map(({ file, svg }) => writeFile(join(folder, file), svg)),
    writeFile(join(folder, "index.html"), reportPage(results, evidence, domains)),
  ]);
}

/** What a user gets to see of the results. */
export type Form = "matrix" | "brief" | "json";

export function printResults(results: Results, folder: string, form: Form): void {
  if (form === "json") {
    console.log(JSON.stringify(results, null, 1));
    return;
  }
  console.log((form === "brief" ? briefText : matrixText)(results, terminal()));
  console.log(`\nReport: ${join(folder, "index.html")}`);
}

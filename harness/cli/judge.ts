import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadRegistry, type Registry } from "../lab/registry.ts";
import { judge, withCanaries } from "../model/judge.ts";
import { judgeLookups, type LookupJudgement } from "../model/judge-lookup.ts";
import { judgeVerifications, type VerificationJudgement } from "../model/judge-verification.ts";
import type { LookupEvidence } from "../model/lookup.ts";
import type { ProbeEvidence } from "../model/probe.ts";
import type { TrialResult } from "../model/results.ts";
import type { VerificationEvidence } from "../model/verification.ts";
import { evidencePath } from "../run/pipeline.ts";
import { UsageError } from "../words/errors.ts";
import type { Command } from "./commands.ts";
import { withProbes } from "./conduct.ts";
import {
  printResults,
  type Stored,
  type StoredLookups,
  type StoredPlan,
  type StoredVerifications,
  storedTrials,
  writeReports,
} from "./output.ts";
import { programOptions } from "./programs.ts";
import { createProgress } from "./progress.ts";
import { exitStatus } from "./status.ts";
import { readJson, readRun } from "./stored.ts";

export const judgeCommand: Command = {
  name: "judge",
  usage: "judge DIR",
  summary: "Judge a stored run anew from its evidence, without starting anything, and renew its reports",
  options: {
    json: { help: "print results.json instead of the matrix" },
    driver: programOptions.driver,
  },
  async run(args) {
    const [folder, ...rest] = args.words;
    if (folder === undefined || rest.length > 0)
      throw new UsageError("judge takes one folder; see danelab judge --help");
    const stored: Stored = await readJson(join(folder, "plan.json"));
    const before = await readRun(folder);
    const { divergences } = await loadRegistry(args.values("driver"));
    const judgement: Judgement =
      "lookups" in stored
        ? await judgeStoredLookups(folder, stored, divergences)
        : "verifications" in stored
          ? await judgeStoredVerifications(folder, stored, divergences)
          : await judgeStored(folder, stored, divergences);
    const probes = "plan" in stored ? (stored.probes ?? []) : [];
    const tried = new Set(probes.map(({ scenario }) => scenario.domain.id));
    const { run } = before.results;
    const { trials, staleDivergences } = judgement;
    // An interrupted run tells of no canary: it may be the interrupt that cut one off.
    const errors =
      judgement.errors && !run.interrupted ? withCanaries(run.errors, judgement.errors) : run.errors;
    const mail = {
      ...before.results,
      run: { ...run, staleDivergences: [...staleDivergences], errors: [...errors] },
      scenarios: before.results.scenarios.filter(({ id }) => !tried.has(id)),
      trials: [...trials],
    };
    const probed = new Map<string, ProbeEvidence>();
    for (const { id } of probes) {
      const text = await readFile(join(folder, evidencePath(id)), "utf8").catch(() => null);
      if (text !== null) probed.set(id, JSON.parse(text));
    }
    const results = withProbes(mail, probes, probed, divergences);
    await writeReports(folder, results);
    printResults(results, folder, args.flag("json") ? "json" : "matrix");
    return exitStatus(results);
  },
};

type Divergences = Registry["divergences"];

interface Judgement {
  readonly trials: readonly TrialResult[];
  readonly staleDivergences: readonly string[];
  /** Of canaries; absent where a run has none. */
  readonly errors?: readonly string[];
}

async function judgeStored(folder: string, { plan, sni }: StoredPlan, divergences: Divergences) {
  const judging = judge({
    plan,
    divergences,
    sni: new Map(Object.entries(sni)),
    evidencePath: (trial) => evidencePath(trial.id),
  });
  const progress = createProgress(process.stderr);
  progress.start(plan.trials.length);
  for (const trial of plan.trials) {
    const text = await readFile(join(folder, evidencePath(trial.id)), "utf8").catch(() => null);
    if (text !== null) judging.add(JSON.parse(text)).forEach(progress.verdict);
  }
  progress.end();
  return judging.finish();
}

async function judgeStoredLookups(
  folder: string,
  stored: StoredLookups,
  divergences: Divergences,
): Promise<LookupJudgement> {
  const trials = storedTrials(stored);
  const evidence = await evidenceOf<LookupEvidence>(folder, trials);
  return judgeLookups({ trials, evidence, divergences, evidencePath: (trial) => evidencePath(trial.id) });
}

async function judgeStoredVerifications(
  folder: string,
  { verifications }: StoredVerifications,
  divergences: Divergences,
): Promise<VerificationJudgement> {
  const evidence = await evidenceOf<VerificationEvidence>(folder, verifications.trials);
  return judgeVerifications({ ...verifications, evidence, divergences, evidencePath });
}

/** By trial; trials without are left out. */
async function evidenceOf<E>(
  folder: string,
  trials: readonly { readonly id: string }[],
): Promise<ReadonlyMap<string, E>> {
  const evidence = new Map<string, E>();
  for (const { id } of trials) {
    const text = await readFile(join(folder, evidencePath(id)), "utf8").catch(() => null);
    if (text !== null) evidence.set(id, JSON.parse(text));
  }
  return evidence;
}

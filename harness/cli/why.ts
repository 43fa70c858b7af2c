import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { probeText } from "../../reports/probe.ts";
import { verdictOrder } from "../../reports/shared/signs.ts";
import { verdictLine } from "../../reports/terminal.ts";
import { type WhyFacts, whyText } from "../../reports/why.ts";
import { type WhyLookupFacts, whyLookupText } from "../../reports/why-lookup.ts";
import { type WhyVerificationFacts, whyVerificationText } from "../../reports/why-verification.ts";
import { loadRegistry } from "../lab/registry.ts";
import type { Evidence } from "../model/evidence.ts";
import { judge } from "../model/judge.ts";
import { judgeLookups } from "../model/judge-lookup.ts";
import { judgeAlone } from "../model/judge-trial.ts";
import { judgeVerifications } from "../model/judge-verification.ts";
import type { LookupEvidence } from "../model/lookup.ts";
import type { ProbeEvidence } from "../model/probe.ts";
import { type TrialResult, verdicts } from "../model/results.ts";
import type { VerificationEvidence } from "../model/verification.ts";
import { evidencePath } from "../run/pipeline.ts";
import { UsageError } from "../words/errors.ts";
import { matchesGlob } from "../words/glob.ts";
import { nearest } from "../words/nearest.ts";
import type { Command } from "./commands.ts";
import {
  type Stored,
  type StoredLookups,
  type StoredPlan,
  type StoredVerifications,
  storedTrials,
} from "./output.ts";
import { terminal } from "./screen.ts";
import { isRun, readEvidence, readJson, readRun, type StoredRun } from "./stored.ts";

/** The names of a trial: any of them, or its whole id, or a glob of one, is enough to mean it. */
function namesOf({
  id,
  scenario,
  sender,
  resolver,
  policy,
  role,
  canary,
  verdict,
}: TrialResult): readonly string[] {
  const [of] = id.split("/twin");
  const programs = [sender, resolver].flatMap((one) => [one, one.split("@")[0] ?? one]);
  return [
    id,
    of ?? id,
    scenario,
    ...programs,
    `${sender}+${resolver}`,
    policy,
    role,
    ...(canary ? [canary] : []),
    verdict,
  ];
}

function find(trials: readonly TrialResult[], words: readonly string[]): readonly TrialResult[] {
  // What is not asked for by name is shown with the trial that it belongs to.
  const wantsTwin = words.some((word) => word === "twin" || word.endsWith("/twin"));
  const pool = trials.filter((trial) => (trial.role === "twin") === wantsTwin);
  return words.reduce<readonly TrialResult[]>((left, word) => {
    const found = left.filter((trial) => namesOf(trial).some((name) => matchesGlob(word, name)));
    if (found.length > 0) return found;
    if (verdicts.some((verdict) => verdict === word))
      throw new UsageError(`no ${left.length < pool.length ? "such trial" : "trial of the run"} is ${word}`);
    const known = [...new Set(left.flatMap(namesOf))];
    const close = nearest(word, known);
    throw new UsageError(
      `no trial of the run matches "${word}"${left.length < pool.length ? " as well" : ""}${close ? `; did you mean "${close}"?` : `; danelab why RUN '*' lists them all`}`,
    );
  }, pool);
}

async function factsOf(
  { folder, results }: StoredRun,
  stored: StoredPlan,
  result: TrialResult,
  divergences: Parameters<typeof judge>[0]["divergences"],
): Promise<WhyFacts> {
  const { trials } = results;
  const sameStack = (one: TrialResult): boolean =>
    one.sender === result.sender && one.resolver === result.resolver;
  const own = result.of === null ? result : trials.find(({ id }) => id === result.of);
  const twin = trials.find(({ of }) => of === result.id);
  const controls = trials.filter(
    (one) =>
      one.role !== "twin" &&
      one.id !== result.id &&
      one.scenario === result.scenario &&
      one.canary === result.canary &&
      sameStack(one) &&
      (one.role === "control" || one.policy === "may"),
  );
  const related = [result, ...(own ? [own] : []), ...(twin ? [twin] : []), ...controls];
  const evidence = await readEvidence(folder, related);
  const planned = stored.plan.trials.find(({ id }) => id === result.id);
  const seen = evidence.get(result.id) ?? null;
  const sni = new Map(Object.entries(stored.sni));
  const steps =
    planned && seen
      ? judgeAlone(
          planned,
          stored.plan.scenarios.find(({ id }) => id === planned.scenario),
          seen,
          sni.get(planned.domain) ?? null,
        ).steps
      : [];
  return {
    result,
    scenario: results.scenarios.find(({ id }) => id === result.scenario),
    evidence: seen,
    steps,
    anew: judgedAnew(stored, evidence, result, divergences),
    twin,
    controls: result.role === "main" ? controls : [],
    canaries: trials.filter((one) => one.canary !== null && one.role !== "twin" && sameStack(one)),
    files: await filesOf(folder, result, seen),
  };
}

function judgedAnew(
  { plan, sni }: StoredPlan,
  evidence: ReadonlyMap<string, Evidence>,
  { id }: TrialResult,
  divergences: Parameters<typeof judge>[0]["divergences"],
): TrialResult | null {
  const judging = judge({
    plan,
    divergences,
    sni: new Map(Object.entries(sni)),
    evidencePath: (trial) => evidencePath(trial.id),
  });
  const fallen = [...evidence.values()].flatMap((one) => judging.add(one));
  return fallen.find((one) => one.id === id) ?? null;
}

async function lookupFactsOf(
  { folder, results }: StoredRun,
  stored: StoredLookups,
  result: TrialResult,
  divergences: Parameters<typeof judge>[0]["divergences"],
): Promise<WhyLookupFacts> {
  const trial = storedTrials(stored).find(({ id }) => id === result.id);
  const path = join(folder, result.evidence);
  const text = await readFile(path, "utf8").catch(() => null);
  const evidence: LookupEvidence | null = text === null ? null : JSON.parse(text);
  const [anew] =
    trial && evidence
      ? judgeLookups({
          trials: [trial],
          evidence: new Map([[trial.id, evidence]]),
          divergences,
          evidencePath: ({ id }) => evidencePath(id),
        }).trials
      : [];
  return {
    result,
    scenario: results.scenarios.find(({ id }) => id === result.scenario),
    questions: trial?.scenario.questions ?? [],
    evidence,
    anew: anew ?? null,
    files: evidence ? [`Evidence: ${path}`] : [],
  };
}

async function verificationFactsOf(
  { folder, results }: StoredRun,
  { verifications: { trials } }: StoredVerifications,
  result: TrialResult,
  divergences: Parameters<typeof judge>[0]["divergences"],
): Promise<WhyVerificationFacts> {
  const trial = trials.find(({ id }) => id === result.id);
  const related = trials.filter((one) => [one.id, one.of].includes(result.id) || one.id === result.of);
  const evidence = new Map<string, VerificationEvidence>();
  for (const { id } of related) {
    const text = await readFile(join(folder, evidencePath(id)), "utf8").catch(() => null);
    if (text !== null) evidence.set(id, JSON.parse(text));
  }
  const judged = judgeVerifications({
    trials: related,
    unsupported: [],
    evidence,
    divergences,
    evidencePath,
  });
  const seen = evidence.get(result.id) ?? null;
  return {
    result,
    scenario: results.scenarios.find(({ id }) => id === result.scenario),
    expectation: trial?.expectation,
    evidence: seen,
    twin: results.trials.find(({ of }) => of === result.id),
    anew: seen ? (judged.trials.find(({ id }) => id === result.id) ?? null) : null,
    files: seen ? [`Evidence: ${join(folder, result.evidence)}`] : [],
  };
}

async function probeWhy(
  { folder, results }: StoredRun,
  result: TrialResult,
  options: Parameters<typeof probeText>[3],
): Promise<string> {
  const text = await readFile(join(folder, result.evidence), "utf8").catch(() => null);
  const evidence: ProbeEvidence | null = text === null ? null : JSON.parse(text);
  const scenario = results.scenarios.find(({ id }) => id === result.scenario);
  return probeText(result, scenario, evidence, options);
}

async function filesOf(
  folder: string,
  { evidence }: TrialResult,
  seen: Evidence | null,
): Promise<readonly string[]> {
  const files = [
    ...(seen ? [["Evidence", evidence] as const] : []),
    ...(seen?.packets ? [["Packets", seen.packets] as const] : []),
  ];
  const there = await Promise.all(
    files.map(async ([label, file]) => {
      const path = join(folder, file);
      return access(path).then(
        () => [`${label}: ${path}`],
        () => [],
      );
    }),
  );
  return there.flat();
}

function list(found: readonly TrialResult[], run: string): void {
  const { columns, colour } = terminal();
  const order = (trial: TrialResult): number => verdictOrder.indexOf(trial.verdict);
  const sorted = found.toSorted((a, b) => order(a) - order(b));
  for (const trial of sorted) console.log(verdictLine(trial, { columns, colour }));
  const [first] = sorted;
  if (first)
    console.log(`\n${found.length} trials; danelab why ${run} ${first.id} tells why, --all of each.`);
}

export const whyCommand: Command = {
  name: "why",
  usage: "why [RUN] TRIAL ...",
  summary:
    "Why a trial of a run has its verdict: what each witness saw, and each step of the judge's reasoning",
  more: [
    "RUN is a folder that danelab run wrote, or its results.json; the last run unless told. TRIAL is its id, or words that",
    "are enough to mean it: danelab why ee-expired dane bind. Where several are meant, they are listed.",
  ].join("\n"),
  options: { all: { help: "tell of each, where several are meant" } },
  async run(args) {
    const [first, ...others] = args.words;
    if (first === undefined) throw new UsageError("why takes a trial; see danelab why --help");
    const named = await isRun(first);
    const [run, words] = named ? [first, others] : ["latest", args.words];
    const stored = await readRun(run);
    const found = find(stored.results.trials, words.length > 0 ? words : ["*"]);
    if (found.length > 1 && !args.flag("all")) {
      list(found, run);
      return 0;
    }
    const plan: Stored = await readJson(join(stored.folder, "plan.json"));
    const { divergences } = await loadRegistry();
    const { columns, colour } = terminal();
    // Longer lines are no easier to read.
    const options = { columns: Math.min(columns, 120), colour };
    for (const [index, result] of found.entries()) {
      if (index > 0) console.log(`\n${"─".repeat(options.columns)}\n`);
      if (result.policy === "probe") {
        console.log(await probeWhy(stored, result, options));
        continue;
      }
      console.log(
        "lookups" in plan
          ? whyLookupText(await lookupFactsOf(stored, plan, result, divergences), options)
          : "verifications" in plan
            ? whyVerificationText(await verificationFactsOf(stored, plan, result, divergences), options)
            : whyText(await factsOf(stored, plan, result, divergences), options),
      );
    }
    return 0;
  },
};

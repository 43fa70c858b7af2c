import { authorityModes } from "../../harness/model/authority.ts";
import type { Results, ScenarioResult, TrialResult, Verdict } from "../../harness/model/results.ts";
import { isMail } from "../../harness/model/verdict.ts";
import { stackIdOf } from "./matrix.ts";
import { verdictOrder } from "./signs.ts";

/** What every report says first: numbers and sentences about the run as a whole. */

/** Without twins, which are shown with the trial that they are the twin of. */
export function foldedTrials({ trials }: Results): readonly TrialResult[] {
  return trials.filter(({ role }) => role !== "twin");
}

export function countVerdicts(trials: readonly TrialResult[]): ReadonlyMap<Verdict, number> {
  const counts = new Map<Verdict, number>();
  for (const { verdict } of trials) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}

const unexpectedVerdicts: readonly Verdict[] = ["fail", "error", "inconclusive", "warn"];

/** Everything that a reader should look at, gravest first. */
export function unexpectedTrials(results: Results): readonly TrialResult[] {
  return foldedTrials(results)
    .filter(({ verdict }) => unexpectedVerdicts.includes(verdict))
    .sort((a, b) => verdictOrder.indexOf(a.verdict) - verdictOrder.indexOf(b.verdict));
}

/** One attack on one stack. */
export interface Attack {
  readonly scenario: ScenarioResult;
  readonly stack: string;
  /** Senders without DANE, which must lose. */
  readonly controls: readonly TrialResult[];
  /** Senders with DANE. */
  readonly defended: readonly TrialResult[];
}

export function attacksOf({ scenarios, trials }: Results): readonly Attack[] {
  const byScenario = Map.groupBy(trials, ({ scenario }) => scenario);
  return scenarios
    .filter(({ attack }) => attack)
    .flatMap((scenario) => {
      const own = (byScenario.get(scenario.id) ?? []).filter(({ role }) => role !== "twin");
      return [...Map.groupBy(own, stackIdOf)].map(([stack, here]) => ({
        scenario,
        stack,
        controls: here.filter(({ role }) => role === "control"),
        defended: here.filter(({ policy }) => policy === "dane" || policy === "dane-only"),
      }));
    });
}

export function controlLost({ controls }: Attack): boolean {
  return controls.length > 0 && controls.every(({ leaked }) => leaked);
}

/** Some attacks are beyond what DANE claims to stop: there the RFCs leave the outcome open. */
export function daneClaims({ defended }: Attack): boolean {
  return defended.some(({ level }) => level !== "open");
}

export function daneHeld({ defended }: Attack): boolean {
  return defended.length > 0 && defended.every(({ leaked, verdict }) => !leaked && verdict !== "error");
}

/** "1 trial", "2 trials" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The result in one sentence. */
export function headline(results: Results): string {
  const trials = foldedTrials(results);
  const counts = countVerdicts(trials);
  const { interrupted, errors, staleDivergences } = results.run;
  const of = (verdict: Verdict) => counts.get(verdict) ?? 0;
  const untold = of("error") + of("inconclusive");
  const said = [
    ...(of("fail") > 0 ? [`${of("fail")} failed`] : []),
    ...(untold > 0 ? [`${untold} could not be judged`] : []),
    ...(of("warn") > 0 ? [`${of("warn")} departed from a SHOULD`] : []),
  ];
  const trialsSaid =
    trials.length === 0
      ? "No trial was run"
      : said.length === 0
        ? `${counted(trials.length, "trial")}, nothing unexpected`
        : `Of ${counted(trials.length, "trial")}, ${listed(said)}`;
  const runSaid = [
    ...(interrupted ? ["the run was interrupted"] : []),
    ...(errors.length > 0 ? [`the harness reported ${counted(errors.length, "error")}`] : []),
    ...(staleDivergences.length > 0
      ? [`${counted(staleDivergences.length, "recorded divergence")} no longer occurred`]
      : []),
  ];
  return `${[trialsSaid, ...runSaid].join("; ")}.`;
}

/** What was done and what was found, in plain words, for somebody who has never seen a report of danelab. */
export function paragraph(results: Results): string {
  const trials = foldedTrials(results);
  const counts = countVerdicts(trials);
  const good = (counts.get("pass") ?? 0) + (counts.get("info") ?? 0);
  const lookups = trials.filter(({ policy }) => policy === "lookup");
  const verifications = trials.filter(({ policy }) => policy === "verification");
  const servers = trials.filter(({ policy }) => authorityModes.some((mode) => mode === policy));
  const probes = trials.filter(({ policy }) => policy === "probe");
  return [
    ...(lookups.length > 0 ? lookupSentences(lookups) : []),
    ...(servers.length > 0 ? serverSentences(servers) : []),
    ...(verifications.length > 0 ? verificationSentences(verifications) : []),
    ...(trials.some(({ policy }) => isMail(policy)) ? mailSentences(results) : []),
    ...(probes.length > 0 ? [probeSentence(probes)] : []),
    `${good} of ${counted(trials.length, "trial")} stayed within what the RFCs permit${knownSaid(counts.get("known") ?? 0)}.`,
    ...attackSentence(results),
    ...twinSentence(results),
  ].join(" ");
}

function mailSentences(results: Results): readonly string[] {
  const messages = results.trials.filter(({ policy }) => isMail(policy));
  const stacks = new Set(messages.map(stackIdOf));
  const scenarios = new Set(messages.map(({ scenario }) => scenario));
  return [
    `${counted(messages.length, "message")} ${messages.length === 1 ? "was" : "were"} sent through ${counted(stacks.size, "pair")} of mail sender and validating resolver, to recipient domains set up in ${counted(scenarios.size, "way")}: good and bad TLSA records, certificates, DNSSEC and attackers on the path.`,
    "What receivers, attackers and resolvers saw was compared with what the RFCs permit; the sender's log alone was never believed.",
  ];
}

function probeSentence(trials: readonly TrialResult[]): string {
  const servers = new Set(trials.map(({ resolver }) => resolver));
  const scenarios = new Set(trials.map(({ scenario }) => scenario));
  return `danelab's own client tried ${counted(servers.size, "real mail server")} in ${counted(scenarios.size, "way")}: certificates and SNI, what was said before TLS, mail in clear.`;
}

function verificationSentences(trials: readonly TrialResult[]): readonly string[] {
  const verifiers = new Set(trials.map(({ sender }) => sender));
  const scenarios = new Set(trials.map(({ scenario }) => scenario));
  return [
    `${counted(verifiers.size, "verifier")} looked at MX hosts set up in ${counted(scenarios.size, "way")}, and said whether their TLSA records authenticate them.`,
    "That was compared with what the RFCs permit, and with what the MX hosts saw.",
  ];
}

function lookupSentences(trials: readonly TrialResult[]): readonly string[] {
  const resolvers = new Set(trials.map(({ resolver }) => resolver));
  const scenarios = new Set(trials.map(({ scenario }) => scenario));
  const questions = trials.reduce((sum, { steps }) => sum + (steps?.length ?? 1), 0);
  return [
    `${counted(questions, "question")} ${questions === 1 ? "was" : "were"} put to ${counted(resolvers.size, "validating resolver")}, about domains set up in ${counted(scenarios.size, "way")}: what a client that does DANE depends on, asked as such clients ask.`,
    "The answers were compared with what the zones hold and with what the RFCs permit.",
  ];
}

function serverSentences(trials: readonly TrialResult[]): readonly string[] {
  const servers = new Set(trials.map(({ resolver }) => resolver));
  const scenarios = new Set(trials.map(({ scenario }) => scenario));
  const questions = trials.reduce((sum, { steps }) => sum + (steps?.length ?? 1), 0);
  return [
    `${counted(questions, "question")} ${questions === 1 ? "was" : "were"} put to ${counted(servers.size, "authoritative server")}, directly and through validating resolvers, about zones set up in ${counted(scenarios.size, "way")}.`,
    "Header, sections, signatures and proofs of each answer were compared with what the zones hold and with what the RFCs permit.",
  ];
}

function twinSentence(results: Results): readonly string[] {
  const twins = results.trials.filter(({ role }) => role === "twin");
  if (twins.length === 0) return [];
  return [
    twins.some(({ policy }) => isMail(policy))
      ? `${counted(twins.length, "message")} went to a twin whose TLSA records match nothing, to show that "authenticated" is no empty claim.`
      : `${counted(twins.length, "host")} had a twin whose TLSA records match nothing, to show that "matched" is no empty claim.`,
  ];
}

function knownSaid(known: number): string {
  return known > 0 ? `; ${known} more differ in a way that is on record` : "";
}

function attackSentence(results: Results): readonly string[] {
  const attacks = attacksOf(results).filter(
    ({ defended, controls }) => defended.length > 0 && controls.length > 0,
  );
  if (attacks.length === 0) return [];
  const real = attacks.filter((attack) => controlLost(attack) && daneClaims(attack));
  const held = real.filter(daneHeld).length;
  const tried = `${counted(attacks.length, "attack")} ${attacks.length === 1 ? "was" : "were"} tried`;
  if (real.length === 0)
    return [`${tried}; none got the mail of a sender without DANE, so nothing is proven by them.`];
  const stopped = held === real.length ? "all of these" : `${held} of these`;
  return [`${tried}: ${real.length} got the mail of a sender without DANE, and DANE stopped ${stopped}.`];
}

function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(parts);
}

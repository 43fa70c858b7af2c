import type { Divergence } from "../model/divergence.ts";
import { judgeLookups } from "../model/judge-lookup.ts";
import { type LookupEvidence, type LookupTrial, lookupPlan } from "../model/lookup.ts";
import { programId } from "../model/plan.ts";
import type { Results } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import type { Scenario } from "../model/scenario.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { askResolver, logsOf, unasked } from "./ask-resolver.ts";
import { type LabRunInput, type LabWork, runInLab } from "./in-lab.ts";
import { evidencePath } from "./pipeline.ts";

/** The pipeline without mail: the same world and lab, resolvers that the harness asks, and a judge of answers. */

export interface LookupRunInput extends LabRunInput {
  readonly trials: readonly LookupTrial[];
  /** Scenarios of mail that prove the lab: a known-good name has AD, a known-bad one SERVFAIL. */
  readonly canaries: readonly Scenario[];
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
}

export interface LookupListener {
  progress(line: string): void;
  /** So many trials are done. */
  answered(count: number): void;
}

export interface FinishedLookups {
  readonly results: Results;
  /** By trial. */
  readonly evidence: ReadonlyMap<string, LookupEvidence>;
}

export async function runLookups(input: LookupRunInput, listener: LookupListener): Promise<FinishedLookups> {
  const { trials, signal } = input;
  const evidence = new Map<string, LookupEvidence>();
  const scenarios = [...new Set(trials.map(({ scenario }) => scenario))];
  const work: LabWork = {
    plan: lookupPlan(scenarios, input.canaries),
    about: `${scenarios.length} domains to ask about`,
    async carryOut(lab, world, broken) {
      const problems: string[] = [];
      const askAll = async (id: string, own: readonly LookupTrial[]): Promise<void> => {
        const host = lab.resolvers.get(id);
        const fault = broken.get(id) ?? (host ? undefined : `${id} is not in the lab`);
        const take = (seen: LookupEvidence): void => {
          evidence.set(seen.trial, seen);
          listener.answered(evidence.size);
        };
        const giveUp = (problem: string): void => {
          const left = own.filter((trial) => !evidence.has(trial.id));
          for (const trial of left) take({ ...unasked(trial, world), errors: [problem] });
        };
        if (!host || fault !== undefined) return giveUp(fault ?? "");
        try {
          await askResolver(own, host, world, signal, take);
        } catch (error) {
          signal.throwIfAborted();
          problems.push(messageOf(error));
          giveUp(messageOf(error));
        }
        for (const [trial, log] of logsOf(own, host.log, world)) {
          const seen = evidence.get(trial.id);
          if (seen) evidence.set(seen.trial, { ...seen, log });
        }
      };
      const byResolver = Map.groupBy(trials, ({ resolver }) => programId(resolver));
      await Promise.all([...byResolver].map(([id, own]) => askAll(id, own)));
      if (problems.length > 0) throw new HarnessError(problems.join("\n"));
    },
    judge: () =>
      judgeLookups({
        trials,
        evidence,
        divergences: input.divergences,
        evidencePath: ({ id }) => evidencePath(id),
      }),
    scenarios: scenarios.map(({ domain, questions, measure }) => {
      const [first] = questions;
      const { level, permitted, never } = first?.expectation ?? { level: "open", permitted: [], never: [] };
      return {
        ...describeScenario(domain),
        ...(measure ? { measure: { ...measure } } : {}),
        expect: { lookup: { level, permitted: [...permitted], never: [...never] } },
      };
    }),
  };
  return { results: await runInLab(input, work, listener.progress), evidence };
}

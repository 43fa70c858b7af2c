import { decodeAnswer, encodeQuery, type QueryFlags } from "../dns/message.ts";
import type { ResolvingHost } from "../lab/sending-host.ts";
import type { Divergence } from "../model/divergence.ts";
import type { RawAnswer } from "../model/farm.ts";
import { judgeLookups } from "../model/judge-lookup.ts";
import {
  type AskingWay,
  type LookupAnswer,
  type LookupEvidence,
  type LookupScenario,
  type LookupTrial,
  lookupDomain,
} from "../model/lookup.ts";
import { type Plan, programId } from "../model/plan.ts";
import type { Results } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import type { Scenario } from "../model/scenario.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import type { World } from "../world/world.ts";
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

const flags: Readonly<Record<AskingWay, QueryFlags>> = {
  DO: { rd: true, ad: false, cd: false, do: true },
  AD: { rd: true, ad: true, cd: false, do: false },
  plain: { rd: true, ad: false, cd: false, do: false },
  CD: { rd: true, ad: false, cd: true, do: true },
  TCP: { rd: true, ad: false, cd: false, do: true },
};

export async function runLookups(input: LookupRunInput, listener: LookupListener): Promise<FinishedLookups> {
  const { trials, signal } = input;
  const evidence = new Map<string, LookupEvidence>();
  const scenarios = [...new Set(trials.map(({ scenario }) => scenario))];
  const work: LabWork = {
    plan: planOf(scenarios, input.canaries),
    about: `${scenarios.length} domains to ask about`,
    async carryOut(lab, world, broken) {
      await Promise.all(
        [...Map.groupBy(trials, ({ resolver }) => programId(resolver))].map(async ([id, own]) => {
          const host = lab.resolvers.get(id);
          await Promise.all(
            own.map(async (trial) => {
              const seen = await seenOf(trial, world, host, broken.get(id), signal);
              evidence.set(trial.id, seen);
              listener.answered(evidence.size);
            }),
          );
        }),
      );
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

/** A plan without mail: the domains alone. */
function planOf(scenarios: readonly LookupScenario[], canaries: readonly Scenario[]): Plan {
  return {
    scenarios: [...canaries, ...scenarios.map(({ domain }) => domain)],
    stacks: [],
    trials: [],
    domains: [
      ...canaries.map((scenario) => ({
        key: `${scenario.id}.lookup`,
        scenario,
        policy: "dane" as const,
        variant: "main" as const,
      })),
      ...scenarios.map((one) => ({
        key: lookupDomain(one),
        scenario: one.domain,
        policy: "dane" as const,
        variant: "main" as const,
      })),
    ],
  };
}

async function seenOf(
  { id, scenario }: LookupTrial,
  world: World,
  host: ResolvingHost | undefined,
  fault: string | undefined,
  signal: AbortSignal,
): Promise<LookupEvidence> {
  const name = world.nameIn(lookupDomain(scenario), scenario.name, scenario.zone);
  const question = { name, type: scenario.type };
  const seen = { trial: id, question, expected: world.recordsOf(question), answers: [], log: [], errors: [] };
  if (fault !== undefined || !host) return { ...seen, errors: [fault ?? "the resolver is not in the lab"] };
  try {
    const answers: LookupAnswer[] = [];
    // One after the other: the answer to one may come from what the one before left in the cache, as in life.
    for (const { way } of scenario.questions) {
      signal.throwIfAborted();
      const [raw] = await host.witness.ask(host.resolverAddress, [encodeQuery(question, flags[way])], {
        ...(way === "TCP" ? { over: "tcp" as const } : {}),
      });
      if (!raw) throw new HarnessError(`no answer to the question for ${name} ${question.type}`);
      answers.push(answerOf(way, question.type, raw));
    }
    return { ...seen, answers };
  } catch (error) {
    return { ...seen, errors: [messageOf(error)] };
  }
}

function answerOf(way: AskingWay, type: string, { message, error, ms }: RawAnswer): LookupAnswer {
  const nothing = { way, rcode: null, authenticated: false, rdata: [], ms };
  if (message === null) return { ...nothing, error: error ?? "no answer" };
  try {
    const { rcode, authenticated, records } = decodeAnswer(Buffer.from(message, "base64"));
    const own = records.filter((record) => record.type === type);
    const rdata = own.map((record) => Buffer.from(record.rdata).toString("hex"));
    return { way, rcode, authenticated, rdata, ms, error: null };
  } catch (problem) {
    return { ...nothing, error: messageOf(problem) };
  }
}

import { setTimeout } from "node:timers/promises";
import type { Lab } from "../lab/lab.ts";
import { judgeLookups } from "../model/judge-lookup.ts";
import type { LookupAnswer, LookupEvidence, PlannedQuestion, ServerWay } from "../model/lookup.ts";
import { type AuthorityTrial, authorityPlan } from "../model/plan-authorities.ts";
import { describeScenario } from "../model/results-of.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import type { World } from "../world/world.ts";
import { answerTo } from "./ask-resolver.ts";
import { askingServer, type DirectWay, directWays } from "./ask-server.ts";
import { type LabWork, runInLab } from "./in-lab.ts";
import type { FinishedLookups, LookupListener, LookupRunInput } from "./lookups.ts";
import { evidencePath } from "./pipeline.ts";

/** Lookups in which name servers are tried: asked themselves, and through validating resolvers; asked again after a change. */

/** The resolvers that stand for all, by the way of asking. */
export const validators = { "by-unbound": "unbound", "by-bind": "bind" } as const satisfies Record<
  Exclude<ServerWay, DirectWay>,
  string
>;

export interface AuthorityRunInput extends Omit<LookupRunInput, "trials"> {
  readonly trials: readonly AuthorityTrial[];
}

export async function runAuthorities(
  input: AuthorityRunInput,
  listener: LookupListener,
): Promise<FinishedLookups> {
  const { trials, signal } = input;
  const evidence = new Map<string, LookupEvidence>();
  const scenarios = [...new Set(trials.map(({ scenario }) => scenario))];
  const lastStep = Math.max(
    0,
    ...scenarios.flatMap(({ questions }) => questions.map(({ step = 0 }) => step)),
  );
  const plan = authorityPlan(trials, input.canaries);
  const work: LabWork = {
    plan,
    about: `${plan.domains.length} domains to ask about`,
    async carryOut(lab, world, broken) {
      const asking = askIn(lab, world);
      for (let step = 0; step <= lastStep; step++) {
        if (step > 0) {
          await lab.changeZones(step);
          await setTimeout(durations.changingTtl, undefined, { signal });
        }
        await Promise.all(
          trials.map(async (trial) => {
            const seen = evidence.get(trial.id) ?? unasked(trial, world);
            const fault = broken.get(trial.server.id);
            evidence.set(
              trial.id,
              fault === undefined ? await asking(trial, seen, step, signal) : { ...seen, errors: [fault] },
            );
            if (step === lastStep) listener.answered(evidence.size);
          }),
        );
      }
    },
    judge: () =>
      judgeLookups({
        trials,
        evidence,
        divergences: input.divergences,
        evidencePath: ({ id }) => evidencePath(id),
      }),
    scenarios: scenarios.map(({ domain, questions }) => {
      const [first] = questions;
      const { level, permitted, never } = first?.expectation ?? { level: "open", permitted: [], never: [] };
      const expected = { level, permitted: [...permitted], never: [...never] };
      const modes = new Set(trials.map(({ server }) => server.mode));
      return {
        ...describeScenario(domain),
        expect: Object.fromEntries([...modes].map((mode) => [mode, expected])),
      };
    }),
  };
  return { results: await runInLab(input, work, listener.progress), evidence };
}

function unasked({ id, scenario, domain }: AuthorityTrial, world: World): LookupEvidence {
  const question = { name: world.nameIn(domain, scenario.name, scenario.zone), type: scenario.type };
  const later = scenario.domain.steps.map((_, index) => world.recordsOf(question, index + 1));
  return {
    ...{ trial: id, question, expected: world.recordsOf(question, 0), answers: [], log: [], errors: [] },
    ...(later.length > 0 ? { later } : {}),
  };
}

/** Puts the questions of one step of a trial, one after the other. */
function askIn(lab: Lab, world: World) {
  const [witness] = [...lab.resolvers.values()].map((host) => host.witness);
  const servers = new Map(
    [...world.tested].flatMap(([id, { instance }]) =>
      instance.addresses.flatMap((address) =>
        witness ? [[id, askingServer(address, witness, world)] as const] : [],
      ),
    ),
  );
  const ask = async (
    { server }: AuthorityTrial,
    { question }: LookupEvidence,
    { way, step = 0 }: PlannedQuestion,
  ): Promise<LookupAnswer> => {
    if (isDirect(way)) {
      const direct = servers.get(server.id);
      if (!direct) throw new HarnessError(`${server.id} is not in the lab`);
      const died = (error: string): LookupAnswer => ({
        ...{ way, rcode: null, authenticated: false, rdata: [], ms: 0, error, died: true },
      });
      const before = lab.deathOf(server.id);
      if (before !== undefined) return died(before);
      const answer = await direct(question, way, step);
      const death = answer.rcode === null ? lab.deathOf(server.id) : undefined;
      return death === undefined ? answer : died(death);
    }
    const name = Object.entries(validators).find(([one]) => one === way)?.[1];
    const host = [...lab.resolvers].find(([id]) => id.split("@")[0] === name)?.[1];
    if (!host) throw new HarnessError(`the resolver ${name} is not in the lab`);
    return { ...(await answerTo(question, "DO", host)), way };
  };
  return async (
    trial: AuthorityTrial,
    seen: LookupEvidence,
    step: number,
    signal: AbortSignal,
  ): Promise<LookupEvidence> => {
    const answers = [...seen.answers];
    try {
      const own = trial.scenario.questions.filter((one) => (one.step ?? 0) === step);
      for (const [index, one] of own.entries()) {
        signal.throwIfAborted();
        const answer = () => ask(trial, seen, one);
        answers.push(step > 0 && index === 0 ? await onceChanged(answer) : await answer());
      }
      return { ...seen, answers };
    } catch (error) {
      return { ...seen, answers, errors: [...seen.errors, messageOf(error)] };
    }
  };
}

function isDirect(way: PlannedQuestion["way"]): way is DirectWay {
  return way in directWays;
}

/** A name server has time to take a change: its last answer counts. */
async function onceChanged(ask: () => Promise<LookupAnswer>): Promise<LookupAnswer> {
  const start = Date.now();
  for (;;) {
    const answer = await ask();
    const right = answer.findings?.wrong.length === 0 && answer.findings.bogus.length === 0;
    if (right || answer.died || Date.now() - start > durations.zoneChanged)
      return { ...answer, ms: Date.now() - start };
    await setTimeout(durations.betweenLooks);
  }
}

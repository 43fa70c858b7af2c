import { cpus } from "node:os";
import { type BatchOptions, type BatchResult, runBatch } from "../lab/batch.ts";
import type { VerifierDriver } from "../lab/driver.ts";
import type { LoneHost } from "../lab/sending-host.ts";
import type { Divergence } from "../model/divergence.ts";
import type { Session } from "../model/farm.ts";
import { judgeVerifications } from "../model/judge-verification.ts";
import type { VerificationPlan } from "../model/plan-verifications.ts";
import type { Results } from "../model/results.ts";
import { describeScenario } from "../model/results-of.ts";
import type { Scenario } from "../model/scenario.ts";
import {
  type HostToVerify,
  type VerificationEvidence,
  type VerificationTrial,
  verificationExpectation,
} from "../model/verification.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { until } from "../words/until.ts";
import type { World } from "../world/world.ts";
import { type LabRunInput, type LabWork, runInLab } from "./in-lab.ts";
import { evidencePath } from "./pipeline.ts";

/** The pipeline without mail: the same world and lab, tools that check MX hosts against TLSA records, and a judge of what they say. */

export interface VerificationRunInput extends LabRunInput {
  readonly verifications: VerificationPlan;
  /** Those of the trials, in the order of reports. */
  readonly scenarios: readonly Scenario[];
  readonly divergences: ReadonlyMap<string, readonly Divergence[]>;
}

export interface VerificationListener {
  progress(line: string): void;
  /** So many trials are done. */
  verified(count: number): void;
}

export interface FinishedVerifications {
  readonly results: Results;
  /** By trial. */
  readonly evidence: ReadonlyMap<string, VerificationEvidence>;
}

export async function runVerifications(
  input: VerificationRunInput,
  listener: VerificationListener,
): Promise<FinishedVerifications> {
  const { signal } = input;
  const { plan, trials, unsupported } = input.verifications;
  const evidence = new Map<string, VerificationEvidence>();
  const sessions: { readonly session: Session; readonly stack: string }[] = [];
  const sessionsOf = ({ domain, stack }: VerificationTrial): readonly Session[] =>
    sessions
      .filter((one) => one.stack === stack.id && one.session.domain === domain)
      .map(({ session }) => session);

  const work: LabWork = {
    plan,
    about: `${trials.length} trials`,
    session: (session, stack) => sessions.push({ session, stack }),
    async carryOut(lab, world, broken) {
      const byStack = Map.groupBy(trials, ({ stack }) => stack.id);
      // The verifiers run side by side, and each keeps a core busy.
      const atOnce = Math.ceil((2 * cpus().length) / byStack.size);
      await Promise.all(
        [...byStack].map(async ([id, own]) => {
          const place = { host: lab.resolvers.get(id), fault: broken.get(id) };
          for await (const one of verifyAll(own, world, place, { atOnce, signal })) {
            evidence.set(one.trial, one);
            listener.verified(evidence.size);
          }
        }),
      );
      // A session is told when it has ended, which may be a moment after the tool has.
      const untold = (): readonly VerificationTrial[] =>
        trials.filter(
          (trial) => evidence.get(trial.id)?.claim?.outcome === "matched" && sessionsOf(trial).length === 0,
        );
      await until(() => (untold().length === 0 ? true : undefined), {
        ms: durations.sessionEnd,
        waitedFor: "the end of sessions at the MX hosts",
        signal,
      }).catch(() => undefined);
      for (const trial of trials) {
        const one = evidence.get(trial.id);
        if (one) evidence.set(trial.id, { ...one, sessions: sessionsOf(trial) });
      }
    },
    judge: () =>
      judgeVerifications({ trials, unsupported, evidence, divergences: input.divergences, evidencePath }),
    scenarios: input.scenarios.map((scenario) => {
      const { level, permitted, never } = verificationExpectation(scenario) ?? {
        ...{ level: "open" as const, permitted: [], never: [] },
      };
      return {
        ...describeScenario(scenario),
        expect: { verification: { level, permitted: [...permitted], never: [...never] } },
      };
    }),
  };
  return { results: await runInLab(input, work, listener.progress), evidence };
}

/** What one verifier makes of its hosts. */
async function* verifyAll(
  trials: readonly VerificationTrial[],
  world: World,
  { host: place, fault }: { readonly host: LoneHost | undefined; readonly fault: string | undefined },
  { atOnce, signal }: Pick<BatchOptions, "atOnce" | "signal">,
): AsyncGenerator<VerificationEvidence> {
  const verifier = place?.verifier;
  const verifierContainer = place?.verifierContainer;
  const nothing = (trial: VerificationTrial): VerificationEvidence => ({
    trial: trial.id,
    host: hostOf(trial, world),
    ...{ command: [], exitStatus: null, output: "", claim: null, sessions: [], ms: 0, errors: [] },
  });
  const left = new Map(trials.map((trial) => [trial.id, nothing(trial)]));
  try {
    if (fault !== undefined || !verifier || !verifierContainer)
      throw new HarnessError(fault ?? "the verifier is not in the lab");
    const { driver } = verifier;
    const jobs = [...left].flatMap(([id, { host }]) =>
      host === null ? [] : [{ id, command: driver.verify(host) }],
    );
    const commands = new Map(jobs.map(({ id, command }) => [id, command]));
    const options = { atOnce, deadlineSeconds: durations.verification / 1000, signal };
    for await (const said of runBatch(verifierContainer, jobs, options)) {
      const own = left.get(said.id);
      left.delete(said.id);
      if (own) yield { ...own, ...seen(driver, said), command: commands.get(said.id) ?? [] };
    }
    for (const own of left.values()) yield { ...own, errors: ["the world has no MX host for it"] };
  } catch (error) {
    for (const own of left.values()) yield { ...own, errors: [messageOf(error)] };
  }
}

function seen(
  driver: VerifierDriver,
  { exitStatus, output, ms }: BatchResult,
): Pick<VerificationEvidence, "exitStatus" | "output" | "claim" | "ms"> {
  const claim = exitStatus === null ? null : (driver.read({ exitStatus, output }) ?? null);
  return { exitStatus, output, claim, ms };
}

function hostOf({ domain }: VerificationTrial, world: World): HostToVerify | null {
  const [step] = world.domains.get(domain)?.steps ?? [];
  const [host] = step?.hosts ?? [];
  if (!step || !host) return null;
  const { name, addresses, port } = host;
  const { rdata } = world.recordsOf({ name: `_${port}._tcp.${name}.`, type: "TLSA" });
  return { domain: step.recipient, name, addresses, port, records: (rdata ?? []).map(presented) };
}

/** RFC 6698 2.2. */
function presented(rdata: string): string {
  const octets = Buffer.from(rdata, "hex");
  return [...octets.subarray(0, 3), octets.subarray(3).toString("hex")].join(" ");
}

import { randomBytes } from "node:crypto";
import { inabilityIn } from "../lab/abilities.ts";
import type { ResolverDriver, SenderDriver } from "../lab/driver.ts";
import type { Engine } from "../lab/engine.ts";
import { toldVersion } from "../lab/given-images.ts";
import { runLabel } from "../lab/lab.ts";
import { type PreparedPrograms, preparePrograms } from "../lab/programs.ts";
import type { Registry } from "../lab/registry.ts";
import type { Evidence } from "../model/evidence.ts";
import { isOfCanary } from "../model/judge.ts";
import { type Plan, plan, programId, type Stack } from "../model/plan.ts";
import type { Results, TrialResult } from "../model/results.ts";
import { type Scenario, senderPolicies } from "../model/scenario.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { type Check, type MailSeen, resolverChecks, senderChecks } from "./driver-clauses.ts";
import { driverScenarios } from "./driver-scenarios.ts";
import { loadScenarios } from "./load-scenarios.ts";
import { run } from "./pipeline.ts";

/** The contract test of drivers (CONTRIBUTING.md, "The driver contract"): mail in real labs that shows each clause of it. */

export interface DriverToCheck {
  readonly engine: Engine;
  readonly registry: Registry;
  /** The program, and one that is known to work beside it. */
  readonly stack: Stack;
  /** Which of the two is checked. */
  readonly role: "sender" | "resolver";
  readonly signal: AbortSignal;
  progress(line: string): void;
}

interface LabSeen extends MailSeen {
  readonly results: Results;
  /** What is still there of the lab. */
  readonly left: readonly string[];
}

/** Each check as soon as it is over. Nothing follows where nothing can. */
export async function* checkDriver(subject: DriverToCheck): AsyncGenerator<Check> {
  const { engine, registry, stack, role, signal } = subject;
  const canaries = (await loadScenarios([])).filter(({ canary, resolver }) => canary && resolver === null);
  const scenarios = [...canaries, ...driverScenarios];

  const prepared = await preparePrograms(
    engine,
    registry,
    { stacks: [stack], scenarios },
    subject.progress,
  ).catch(messageOf);
  signal.throwIfAborted();
  const image = typeof prepared === "string" ? undefined : imageOf(prepared, subject);
  yield {
    name: "image",
    seen: `${image?.image.name}: ${image?.package}`,
    problems: typeof prepared === "string" ? [prepared] : [],
    see: "the Dockerfile",
  };
  if (typeof prepared === "string" || !image) return;

  yield await versionCheck(subject, image.image.name);

  const policies = senderPolicies.filter(
    (policy) => role === "sender" || policy === "dane" || policy === "may",
  );
  const planned = plan(scenarios, { stacks: [stack], policies, inability: inabilityIn(registry) });
  const seen = await send(subject, prepared, planned);
  const faults = faultsOf(seen);
  yield {
    name: "starts",
    seen: `up and proven ready in ${seconds(seen, "stack")}`,
    problems: faults,
    see: "files, command, submission, misconfigured",
  };
  if (faults.length === 0) {
    if (role === "resolver") yield* resolverChecks(resolverOf(subject), seen);
    else {
      yield* senderChecks(senderOf(subject), seen);
      yield await nonsenseCheck(subject, prepared);
    }
  }
  yield {
    name: "stops",
    seen: `gone in ${seconds(seen, "stop")}, nothing left`,
    problems: seen.left.map((name) => `${name} was left behind`),
    see: "what command leaves running",
  };
}

function senderOf({ registry, stack }: DriverToCheck): SenderDriver {
  const found = registry.senders.find(({ driver }) => driver.name === stack.sender.name);
  if (!found) throw new HarnessError(`no driver for ${programId(stack.sender)}`);
  return found.driver;
}

function resolverOf({ registry, stack }: DriverToCheck): ResolverDriver {
  const found = registry.resolvers.find(({ driver }) => driver.name === stack.resolver.name);
  if (!found) throw new HarnessError(`no driver for ${programId(stack.resolver)}`);
  return found.driver;
}

function imageOf({ described }: PreparedPrograms, { stack, role }: DriverToCheck) {
  return described.find((one) => one.role === role && one.id === programId(stack[role]));
}

async function versionCheck(subject: DriverToCheck, image: string): Promise<Check> {
  const { engine, stack, role } = subject;
  const { versionCommand } = role === "sender" ? senderOf(subject) : resolverOf(subject);
  const { version } = stack[role];
  const command = `"${versionCommand.join(" ")}"`;
  const { seen, problem } = await toldVersion(engine, image, versionCommand).then(
    (line) => ({
      seen: line,
      problem: line.includes(version) ? null : `${command} does not tell ${version}: ${line}`,
    }),
    (error) => ({ seen: "", problem: messageOf(error) }),
  );
  return {
    name: "version",
    seen,
    problems: problem === null ? [] : [problem],
    see: "versionCommand, versions",
  };
}

/** One lab: its mail, its verdicts, and what it left. */
async function send(subject: DriverToCheck, prepared: PreparedPrograms, planned: Plan): Promise<LabSeen> {
  const { engine, registry, signal } = subject;
  const runId = randomBytes(3).toString("hex");
  const evidence = new Map<string, Evidence>();
  const verdicts = new Map<string, TrialResult>();
  const { results } = await run(
    {
      plan: planned,
      ...prepared,
      divergences: registry.divergences,
      engine,
      runId,
      version: "driver check",
      options: {},
      keep: false,
      packets: "none",
      signal,
    },
    {
      progress: subject.progress,
      evidence: (one) => evidence.set(one.trial, one),
      verdict: (result) => verdicts.set(result.id, result),
    },
  );
  signal.throwIfAborted();
  const left = await engine.sweep(runLabel, (labels) => labels[runLabel] !== runId);
  return { trials: planned.trials, results, evidence, verdicts, left };
}

/** What broke; that canaries failed is told by what the mail shows. */
function faultsOf({ results }: LabSeen): readonly string[] {
  return results.run.errors.filter((error) => !isOfCanary(error));
}

function seconds({ results }: LabSeen, phase: string): string {
  return `${((results.run.timings[phase] ?? 0) / 1000).toFixed(1)} s`;
}

/** A lab in which the configuration has a line that makes no sense: the program stays down, or its log says so. */
async function nonsenseCheck(subject: DriverToCheck, prepared: PreparedPrograms): Promise<Check> {
  const driver = senderOf(subject);
  const base = { name: "refuses", see: "nonsense, misconfigured" };
  const { nonsense } = driver;
  if (!nonsense)
    return {
      ...base,
      seen: "",
      problems: [],
      untried: "the driver names no line that makes no sense (nonsense)",
    };
  const { path, line } = nonsense;
  const wrong: SenderDriver = {
    ...driver,
    files: (facts) =>
      driver.files(facts).map((file) => {
        if (file.path !== path) return file;
        const text = typeof file.content === "string" ? file.content : Buffer.from(file.content).toString();
        return { ...file, content: `${text.trimEnd()}\n${line}\n` };
      }),
  };
  const [policy = "may"] = driver.policies.includes("may") ? ["may" as const] : driver.policies;
  const planned = plan(scenariosNamed("driver-delivers"), { stacks: [subject.stack], policies: [policy] });
  const { programs } = prepared;
  const stacks = programs.stacks.map((one) => ({ ...one, sender: { ...one.sender, driver: wrong } }));
  const seen = await send(subject, { ...prepared, programs: { ...programs, stacks } }, planned);
  const [fault] = faultsOf(seen);
  return {
    ...base,
    seen: `${JSON.stringify(line)} in ${path}: ${fault?.split("\n")[0] ?? ""}`,
    problems:
      fault === undefined
        ? [
            `it came up with ${JSON.stringify(line)} in ${path}, and no line of its log was taken for a complaint`,
          ]
        : [],
  };
}

function scenariosNamed(id: string): readonly Scenario[] {
  return driverScenarios.filter((scenario) => scenario.id === id);
}

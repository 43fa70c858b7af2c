import { randomBytes } from "node:crypto";
import type { Engine } from "../lab/engine.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { ensureEngine } from "../lab/host.ts";
import { type Lab, runLabel, startLab } from "../lab/lab.ts";
import { type PreparedPrograms, preparePrograms } from "../lab/programs.ts";
import { loadRegistry, selectPrograms } from "../lab/registry.ts";
import { judge } from "../model/judge.ts";
import { type Plan, plan, type Stack, stackOf, type Trial } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { collectStack } from "../run/collect.ts";
import { deliverFrom } from "../run/deliver.ts";
import { leaseSubnet } from "../run/lease.ts";
import { loadScenarios } from "../run/load-scenarios.ts";
import { evidencePath, run } from "../run/pipeline.ts";
import { durations } from "../words/durations.ts";
import { HarnessError } from "../words/errors.ts";
import { within } from "../words/until.ts";
import { compileWorld, type World } from "../world/world.ts";
import { benchPage } from "./bench-page.ts";
import { createProgress } from "./progress.ts";

/**
 * npm run bench: ratios, measured side by side in one run.
 * (a) what danelab adds to a message, against the same messages put through the same Postfix by hand;
 * (b) what one lab for all scenarios saves, against a lab for each;
 * (c) what a reader waits for in the report of a large run, against a small one. "npm run bench page" measures that alone,
 * with a file behind it the page of a run.
 */

const rounds = 3;
const mailsPerRound = 100;
const singleLabs = 3;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function spread(values: readonly number[], unit: string): string {
  return `${median(values).toFixed(1)} ${unit} (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
}

function unexpected(message: string): never {
  throw new HarnessError(message);
}

const silent = {
  opened: () => undefined,
  session: () => undefined,
  senderLog: () => undefined,
  question: () => undefined,
  stray: () => undefined,
  fault: (message: string) => console.error(message),
  progress: () => undefined,
};

async function withLab<T>(
  engine: Engine,
  { programs }: PreparedPrograms,
  planned: Plan,
  listener: Parameters<typeof startLab>[5],
  use: (lab: Lab, world: World) => Promise<T>,
): Promise<T> {
  const lease = await leaseSubnet();
  const runId = randomBytes(3).toString("hex");
  const labels = { [runLabel]: runId, "danelab.pid": String(process.pid) };
  try {
    const made = compileWorld(planned, { subnet: lease.subnet, now: new Date() });
    const network = { name: `danelab-${runId}`, ...made.addresses.network, labels };
    const lab = await startLab(
      engine,
      planned,
      made,
      programs,
      { runId, network, labels, keep: false, captured: new Set(), signal: new AbortController().signal },
      listener,
    );
    try {
      return await use(lab, made);
    } finally {
      await lab.close();
    }
  } finally {
    await lease.release();
  }
}

/** The same messages to as many domains of their own, alternately by hand and by danelab. */
async function costPerTrial(
  engine: Engine,
  prepared: PreparedPrograms,
  base: Scenario,
  stack: Stack,
): Promise<void> {
  const copies = Array.from({ length: 2 * rounds * mailsPerRound }, (_, index) => ({
    ...base,
    id: `bench-${index}`,
  }));
  const planned = plan(copies, { stacks: [stack], policies: ["dane"] });
  const mains = planned.trials.filter(({ role }) => role === "main");
  const listener: { line: (line: string) => void; collector: ReturnType<typeof collectStack> | undefined } = {
    line: () => undefined,
    collector: undefined,
  };
  const byHand: number[] = [];
  const byDanelab: number[] = [];

  await withLab(
    engine,
    prepared,
    planned,
    {
      ...silent,
      opened: ({ id, domain }) => listener.collector?.opened(id, domain),
      session: (session) => listener.collector?.session(session),
      senderLog: (_, line) => listener.line(line),
      question: (_, question, byHarness) => listener.collector?.question(question, byHarness),
    },
    async (lab, world) => {
      const [one = unexpected("no stack")] = (await lab.startStack(stack.id)).hosts;
      for (let round = 0; round < rounds; round++) {
        const take = (part: number): readonly Trial[] =>
          mains.slice((2 * round + part) * mailsPerRound, (2 * round + part + 1) * mailsPerRound);

        let sent = 0;
        const all = Promise.withResolvers<void>();
        listener.line = (line) => {
          if (line.includes("status=sent") && ++sent === mailsPerRound) all.resolve();
        };
        const mails = take(0).map(({ domain }, index) => ({
          from: `hand${index}@dane.${world.facts.senderName}`,
          to: `u@${world.domains.get(domain)?.steps[0].recipient ?? ""}`,
          content: "Subject: by hand\r\n\r\nA message.\r\n",
        }));
        const begin = performance.now();
        await one.witness.submit(mails, { ...one.sender.driver.submission, sessions: 4 });
        await within(all.promise, {
          ms: durations.firstAttempt,
          waitedFor: "all messages sent by hand",
          lastSeen: () => `${sent} sent`,
        });
        byHand.push((performance.now() - begin) / mailsPerRound);

        const trials = take(1);
        const reader = one.sender.driver.createLogReader();
        const collector = collectStack(trials, world, reader, {
          id: `bench${round}`,
          firstIndex: 0,
          resolverTells: one.resolver?.driver.question !== undefined,
        });
        listener.collector = collector;
        listener.line = (line) => collector.logLine(line);
        const judging = judge({
          plan: { ...planned, trials },
          divergences: new Map(),
          sni: new Map(),
          evidencePath: ({ id }) => evidencePath(id),
        });
        const start = performance.now();
        await deliverFrom(one, collector, {
          signal: new AbortController().signal,
          broken: new Promise<never>(() => undefined),
          onEvidence: (evidence) => judging.add(evidence),
          resolverDied: new Promise(() => undefined),
          change: async () => undefined,
        });
        byDanelab.push((performance.now() - start) / mailsPerRound);
        const wrong = judging.finish().trials.find(({ verdict }) => verdict !== "pass");
        if (wrong) unexpected(`${wrong.id} is ${wrong.verdict}: ${wrong.reasons[0] ?? ""}`);
      }
    },
  );
  console.log(`(a) one more message, ${rounds} rounds of ${mailsPerRound} in each way, in turn`);
  console.log(`    by hand   ${spread(byHand, "ms")}`);
  console.log(`    danelab   ${spread(byDanelab, "ms")}`);
  console.log(`    ratio     ${(median(byDanelab) / median(byHand)).toFixed(2)} (goal: at most 1.30)`);
}

/** The whole catalogue in one lab, against a lab for one scenario alone. */
async function labPerScenario(
  engine: Engine,
  prepared: PreparedPrograms,
  scenarios: readonly Scenario[],
  stack: Stack,
): Promise<void> {
  const whole = async (
    chosen: readonly Scenario[],
  ): Promise<{ seconds: number; timings: Record<string, number> }> => {
    const begin = performance.now();
    const { results } = await run(
      {
        plan: plan(chosen, { stacks: [stack], policies: ["dane", "may"] }),
        ...prepared,
        divergences: new Map(),
        engine,
        runId: randomBytes(3).toString("hex"),
        version: "bench",
        options: {},
        keep: false,
        packets: "none",
        signal: new AbortController().signal,
      },
      { progress: () => undefined, evidence: () => undefined, verdict: () => undefined },
    );
    if (results.run.errors.length > 0) unexpected(results.run.errors.join("; "));
    return { seconds: (performance.now() - begin) / 1000, timings: results.run.timings };
  };
  const alone: number[] = [];
  const ordinary = scenarios.filter(({ canary }) => !canary);
  for (let index = 0; index < singleLabs; index++)
    alone.push((await whole(ordinary.slice(index, index + 1))).seconds);
  const together = await whole(scenarios);
  const each = median(alone);
  console.log(`(b) ${ordinary.length} scenarios under dane and may, one stack`);
  console.log(
    `    one lab for all     ${together.seconds.toFixed(1)} s; by phase, ms: ${JSON.stringify(together.timings)}`,
  );
  console.log(
    `    one lab for each    ${spread(alone, "s")} each, ${(each * ordinary.length).toFixed(0)} s for all (${singleLabs} measured)`,
  );
  console.log(
    `    ratio               ${((each * ordinary.length) / together.seconds).toFixed(1)} (goal: at least 20)`,
  );
}

const progress = createProgress(process.stderr);
if (process.argv[2] === "page") {
  await benchPage(progress.note, process.argv[3]);
  process.exit();
}
await ensureEngine(progress.note);
const engine = await connectDocker();
const registry = await loadRegistry();
const [sender] = selectPrograms(registry.senders, ["postfix"], "");
const [resolver] = selectPrograms(registry.resolvers, ["unbound"], "");
const stack = stackOf(sender ?? unexpected("no postfix"), resolver ?? unexpected("no unbound"));
const scenarios = await loadScenarios([]);
const prepared = await preparePrograms(engine, registry, { stacks: [stack], scenarios }, progress.note);
const base = scenarios.find(({ id }) => id === "base-311") ?? unexpected("no scenario base-311");
await costPerTrial(engine, prepared, base, stack);
await labPerScenario(engine, prepared, scenarios, stack);
await benchPage(progress.note);

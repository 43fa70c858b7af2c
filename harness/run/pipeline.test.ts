import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exitStatus } from "../cli/status.ts";
import { fakeEngine } from "../lab/engine-fake.ts";
import type { Evidence } from "../model/evidence.ts";
import { judge } from "../model/judge.ts";
import type { Expectation, Outcome, Scenario } from "../model/scenario.ts";
import { HarnessError } from "../words/errors.ts";
import { leaseFolder } from "./lease.ts";
import { evidencePath } from "./pipeline.ts";
import { fastForward } from "./test-clock.ts";
import { registry, scenariosNamed, stackWith, type TestRun, testRun } from "./test-run.ts";

/** The whole pipeline, on the engine in memory. */

const unbound = stackWith("unbound");
const bind = stackWith("bind");
const whole = await scenariosNamed(
  "base-311",
  "base-wrong",
  "base-no-tlsa",
  "base-unsigned",
  "atk-strip-starttls",
  "atk-mitm-selfsigned",
);
// The internet in memory does not change: an attack goes on for ever.
const some = whole.map((scenario) => ({ ...scenario, steps: [] }));
// Those of a sending host that no scenario needs are not run.
const canaries = some.filter(({ canary, resolver }) => canary && resolver === null);

/** Of all trials but the canaries of the start, which may have been over when something broke. */
function verdictsOf({ results }: TestRun, stack: { readonly id: string }): ReadonlySet<string> {
  const own = results.trials.filter(({ sender, resolver }) => `${sender}+${resolver}` === stack.id);
  const later = own.filter(({ canary }) => canary !== "start");
  expect(later).not.toEqual([]);
  return new Set(later.map(({ verdict }) => verdict));
}

async function expectNothingLeft(engine: ReturnType<typeof fakeEngine>): Promise<void> {
  expect([...engine.containers.keys()]).toEqual([]);
  expect([...engine.networks.keys()]).toEqual([]);
  const held = await Promise.all(
    // Another run may end meanwhile, and give its own back.
    (await readdir(leaseFolder)).map((file) => readFile(join(leaseFolder, file), "utf8").catch(() => "")),
  );
  expect(held).not.toContain(String(process.pid));
}

test("a conforming sender passes everything, and nothing is left behind", async () => {
  const engine = fakeEngine();
  const done = await testRun(engine, some, {
    stacks: [unbound, bind],
    policies: ["dane", "dane-only", "may"],
  });
  expect(done.results.run.errors).toEqual([]);
  expect(done.results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  expect(done.results.trials).toHaveLength(done.plan.trials.length);
  expect(done.verdict(`base-311/${bind.id}/dane`).outcome).toBe("authenticated");
  expect(done.verdict(`atk-mitm-selfsigned/${bind.id}/may`)).toMatchObject({ role: "control", leaked: true });
  expect(exitStatus(done.results)).toBe(0);
  await expectNothingLeft(engine);
});

/** The scenarios, one of them demanding another outcome than the RFC does. */
function flipped(scenarios: readonly Scenario[], id: string): readonly Scenario[] {
  return scenarios.map((scenario) => {
    const right = scenario.expect.dane?.permitted ?? [];
    const wrong: Outcome = right.includes("authenticated") ? "deferred" : "authenticated";
    const dane: Expectation = { level: "must", permitted: [wrong], never: [] };
    return scenario.id === id ? { ...scenario, expect: { ...scenario.expect, dane } } : scenario;
  });
}

test.for(canaries.map(({ id }) => id))("a run is red when %s is not what it must be", async (id) => {
  const { results, verdict } = await testRun(fakeEngine(), flipped(some, id), { stacks: [unbound] });
  expect(exitStatus(results)).toBe(1);
  for (const place of ["start", "end"])
    expect(verdict(`${id}/${unbound.id}/dane/${place}`).verdict).toBe("fail");
  const ordinary = results.trials.filter(({ canary }) => canary === null);
  expect(new Set(ordinary.map((trial) => trial.verdict))).toEqual(new Set(["error"]));
  expect(ordinary[0]!.reasons[0]).toContain(`canary ${id}/${unbound.id}/dane/`);
  expect(results.run.errors.join()).toContain(`canary ${id}`);
});

test("a sender that claims what it did not do is caught by the twin", async () => {
  const engine = fakeEngine({ sender: () => ({ dane: "empty-claim" }) });
  const ordinary = some.filter(({ canary }) => !canary);
  const { results, verdict } = await testRun(engine, ordinary, { stacks: [unbound] });
  const trial = verdict(`base-311/${unbound.id}/dane`);
  expect(trial.claimed).toContain("verified");
  expect(trial.verdict).toBe("fail");
  expect(trial.reasons[0]).toContain("the sender's claim is empty");
  expect(verdict(`atk-strip-starttls/${unbound.id}/dane`)).toMatchObject({ verdict: "fail", leaked: true });
  expect(verdict(`atk-mitm-selfsigned/${unbound.id}/dane`)).toMatchObject({ verdict: "fail", leaked: true });
  expect(exitStatus(results)).toBe(1);

  // And its canaries say so before anything else is believed.
  const whole = await testRun(fakeEngine({ sender: () => ({ dane: "empty-claim" }) }), some, {
    stacks: [unbound],
  });
  expect(whole.verdict(`canary-good/${unbound.id}/dane/start`).verdict).toBe("fail");
  expect(exitStatus(whole.results)).toBe(1);
});

test("a resolver that dies of a message: that trial tells, and what was under way is sent again", async () => {
  const engine = fakeEngine({
    diesOf: (container, name) => container.includes("unbound") && name.startsWith("mx.base-311.dane."),
  });
  const done = await testRun(engine, some, { stacks: [unbound, bind] });
  expect(done.results.run.errors).toEqual([]);
  expect(done.verdict(`base-311/${unbound.id}/dane`)).toMatchObject({
    verdict: "error",
    reasons: [
      expect.stringContaining("its process ended (exit code 139"),
      ...Array(3).fill(expect.anything()),
    ],
  });
  const others = done.results.trials.filter(({ id }) => id !== `base-311/${unbound.id}/dane`);
  expect(new Set(others.map(({ verdict }) => verdict))).toEqual(new Set(["pass"]));
  expect(done.progress.filter((line) => line.includes("are sent again")).length).toBeGreaterThan(1);
  // Each trial is told once.
  expect(new Set(done.told).size).toBe(done.told.length);
  await expectNothingLeft(engine);
});

test("a death of the resolver that no message can be blamed for is an error of the harness", async () => {
  const engine = fakeEngine();
  let killed = false;
  const done = await testRun(engine, some, {
    stacks: [unbound, bind],
    onEvidence: () => {
      if (!killed) engine.kill(`-resolver-${unbound.id.replaceAll("@", "-").replace("+", "-")}`);
      killed = true;
    },
  });
  expect(new Set(done.results.trials.map(({ verdict }) => verdict))).toEqual(new Set(["pass"]));
  expect(done.results.run.errors).toEqual([
    expect.stringMatching(
      /^the resolver of .* died \(exit code 137.*did not again when the messages were sent apart$/,
    ),
  ]);
  expect(exitStatus(done.results)).toBe(3);
  await expectNothingLeft(engine);
});

test.for(["sender", "witness"])(
  "a %s that dies in the middle is an error of its stack alone",
  async (role) => {
    const engine = fakeEngine();
    let killed = false;
    const done = await testRun(engine, some, {
      stacks: [unbound, bind],
      onEvidence: ({ trial }) => {
        if (killed || !trial.includes(unbound.id)) return;
        killed = true;
        engine.kill(`-${role}-${unbound.id.replaceAll("@", "-").replace("+", "-")}`);
      },
    });
    expect(verdictsOf(done, unbound)).toEqual(new Set(["error"]));
    expect(verdictsOf(done, bind)).toEqual(new Set(["pass"]));
    expect(exitStatus(done.results)).toBe(3);
    const [unsent] = done.verdict(`canary-good/${unbound.id}/dane/end`).reasons;
    expect(unsent).toMatch(
      new RegExp(`container \\S+-${role}-\\S+ died in the middle of the run \\(exit code 137\\)`),
    );
    expect(done.results.run.errors).toContain(unsent);
    await expectNothingLeft(engine);
  },
);

test("a farm that dies is an error of all", async () => {
  const engine = fakeEngine();
  const done = await testRun(engine, some, { stacks: [unbound, bind], onLab: () => engine.kill("-farm") });
  expect(new Set(done.results.trials.map(({ verdict }) => verdict))).toEqual(new Set(["error"]));
  expect(done.results.trials[0]!.reasons.join()).toMatch(/farm(.*) (died|ended)/);
  expect(exitStatus(done.results)).toBe(3);
  await expectNothingLeft(engine);
});

test("a container that does not start ends the run, and what was about to start is removed", async () => {
  const slow = Promise.withResolvers<void>();
  const engine = fakeEngine({
    beforeStart: async (name) => {
      if (name.includes("-witness-") && name.includes("bind")) await slow.promise;
      if (!name.includes("-sender-")) return;
      setTimeout(slow.resolve, 20);
      throw new HarnessError("no space left on device");
    },
  });
  const { results } = await testRun(engine, canaries, { stacks: [unbound, bind] });
  await slow.promise;
  await new Promise((resolve) => setImmediate(resolve));
  expect(results.run.errors).toEqual(["no space left on device"]);
  for (const { verdict, reasons } of results.trials)
    expect({ verdict, reasons }).toEqual({
      verdict: "error",
      reasons: [expect.stringContaining("no space left")],
    });
  expect(exitStatus(results)).toBe(3);
  await expectNothingLeft(engine);
});

test("a message that the sender never speaks of is an error; all other verdicts stand", async () => {
  const engine = fakeEngine({ sender: () => ({ logs: (to) => !to.includes("@base-wrong.dane.") }) });
  const { results, verdict } = await fastForward(() => testRun(engine, some, { stacks: [unbound] }));
  const silent = `base-wrong/${unbound.id}/dane`;
  expect(results.trials.filter((trial) => trial.verdict !== "pass").map(({ id }) => id)).toEqual([silent]);
  expect(verdict(silent)).toMatchObject({ verdict: "error", outcome: null });
  expect(verdict(silent).reasons[0]).toMatch(
    /waited 90 s for a verdict in the sender's log for \S+@base-wrong/,
  );
  expect(exitStatus(results)).toBe(3);
});

test("a resolver that does not validate is found before any mail is sent", async () => {
  const engine = fakeEngine({ validates: (name) => !name.includes("unbound") });
  const done = await fastForward(() => testRun(engine, some, { stacks: [unbound, bind] }));
  expect(verdictsOf(done, unbound)).toEqual(new Set(["error"]));
  expect(verdictsOf(done, bind)).toEqual(new Set(["pass"]));
  const [reason] = done.results.run.errors;
  expect(reason).toMatch(
    /waited 60 s for a secure answer with AD at \S+unbound\S+; last seen: \S+ \S+ NOERROR/,
  );
  expect(done.verdict(`base-311/${unbound.id}/dane`).reasons).toContain(reason);
  expect(exitStatus(done.results)).toBe(3);
});

test.for(["while the lab starts", "before any mail", "in the middle", "with a sender that hangs"] as const)(
  "an interrupt %s ends the run and removes everything",
  async (moment) => {
    const interrupt = new AbortController();
    const abort = (): void => interrupt.abort(new HarnessError("interrupted"));
    const engine = fakeEngine({
      beforeStart: async (name) => {
        if (moment === "while the lab starts" && name.includes("-resolver-")) {
          setImmediate(abort);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
      sender: () => ({ hangs: moment === "with a sender that hangs" }),
    });
    const { results } = await testRun(engine, some, {
      stacks: [unbound],
      signal: interrupt.signal,
      onLab: () => {
        if (moment === "before any mail") abort();
        if (moment === "with a sender that hangs") setTimeout(abort, 20);
      },
      onEvidence: () => {
        if (moment === "in the middle") abort();
      },
    });
    expect(results.run).toMatchObject({ interrupted: true, errors: [] });
    expect(exitStatus(results)).toBe(130);
    expect(results.trials.some(({ verdict }) => verdict === "error")).toBe(true);
    await expectNothingLeft(engine);
  },
);

test("no verdict falls before the evidence that it rests on", async () => {
  const given: Evidence[] = [];
  const {
    told,
    plan,
    evidence: asGiven,
  } = await testRun(fakeEngine(), some, {
    stacks: [unbound],
    onEvidence: (one) => given.push(one),
  });
  // Nothing that came in later has changed it.
  expect(given).toEqual([...asGiven.values()]);
  for (const { id, scenario, stack, canary } of plan.trials.filter(({ role }) => role === "main")) {
    const verdict = told.indexOf(`verdict ${id}`);
    const others = plan.trials.filter(
      (other) =>
        other.of === id ||
        (other.scenario === scenario &&
          other.stack === stack &&
          other.canary === canary &&
          other.policy === "may"),
    );
    for (const other of [id, ...others.map((one) => one.id)]) {
      const evidence = told.indexOf(`evidence ${other}`);
      expect(evidence, `evidence of ${other}, before the verdict on ${id}`).toBeGreaterThanOrEqual(0);
      expect(evidence).toBeLessThan(verdict);
    }
  }
  expect(told.filter((one) => one.startsWith("evidence"))).toHaveLength(plan.trials.length);
  expect(new Set(told).size).toBe(told.length);
});

test("the stored evidence, in any order, gives the same verdicts again", async () => {
  const { plan, results, evidence, sni } = await testRun(fakeEngine(), flipped(some, "base-unsigned"), {
    stacks: [unbound, bind],
    policies: ["dane", "dane-only", "may"],
  });
  const again = judge({
    plan: JSON.parse(JSON.stringify(plan)),
    divergences: registry.divergences,
    sni: new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(sni))))),
    evidencePath: ({ id }) => evidencePath(id),
  });
  for (const one of [...evidence.values()].reverse()) again.add(JSON.parse(JSON.stringify(one)));
  expect(again.finish().trials).toEqual(results.trials);
  expect(new Set(results.trials.map(({ verdict }) => verdict))).toEqual(new Set(["pass", "fail"]));
});

test("capture files of attacks come once all evidence is there, and evidence names them", async () => {
  const { evidence, packets, plan, results, told } = await testRun(fakeEngine(), some, {
    stacks: [unbound, bind],
    packets: "attacks",
  });
  const attacks = plan.trials.filter(({ scenario }) => scenario.startsWith("atk-")).map(({ id }) => id);
  expect(attacks.length).toBeGreaterThan(4);
  expect([...packets.values()].map(String).sort()).toEqual(attacks.map((id) => `packets of ${id}`).sort());
  for (const { trial, packets: path } of evidence.values()) {
    if (attacks.includes(trial)) expect(packets.get(path ?? "")?.toString()).toBe(`packets of ${trial}`);
    else expect(path).toBeNull();
  }
  expect(told.findLastIndex((one) => one.startsWith("evidence"))).toBeLessThan(
    told.findIndex((one) => one.startsWith("packets")),
  );
  expect(results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

test("a farm that dies takes the capture files along: that is told, and nobody waits for them", async () => {
  const engine = fakeEngine();
  const { packets, progress, results } = await testRun(engine, canaries, {
    stacks: [unbound],
    packets: "all",
    onEvidence: ({ trial }) => {
      if (trial.endsWith("/start")) engine.kill("-farm");
    },
  });
  expect(packets.size).toBe(0);
  expect(progress.filter((line) => line.startsWith("there are not all capture files: "))).toHaveLength(1);
  expect(exitStatus(results)).toBe(3);
  await expectNothingLeft(engine);
});

test("packets for the outside are counted and told", async () => {
  const strays: Promise<void>[] = [];
  const { results } = await testRun(fakeEngine(), canaries, {
    stacks: [unbound],
    onLab: (lab) => {
      const { witness, address } = lab.hosts.get(unbound.id)!;
      strays.push(witness.stray("192.0.2.1"), witness.stray("2001:db8:ffff::1"), witness.stray(address.ipv4));
    },
  });
  await Promise.all(strays);
  expect(results.run.strayPackets.count).toBe(2);
  expect(results.run.strayPackets.first.join()).toMatch(/192\.0\.2\.1.*2001:db8:ffff::1/);
});

import { expect, test } from "vitest";
import { exitStatus } from "../cli/status.ts";
import type { RunningContainer } from "../lab/engine.ts";
import { connectDocker } from "../lab/engine-docker.ts";
import { engineHas, type Found, nothing } from "../lab/test-engine.ts";
import type { Expectation } from "../model/scenario.ts";
import { scenariosNamed, stackWith, type TestRun, testRun } from "./test-run.ts";

/** What the pipeline does when real containers do what they should not. */

const engine = await connectDocker();
const unbound = stackWith("unbound");
const bind = stackWith("bind");

/** Of all trials but the canaries of the start, which may have been over when something broke. */
function verdictsOf({ results }: TestRun, stack: { readonly id: string }): ReadonlySet<string> {
  const own = results.trials.filter(({ sender, resolver }) => `${sender}+${resolver}` === stack.id);
  const later = own.filter(({ canary }) => canary !== "start");
  expect(later).not.toEqual([]);
  return new Set(later.map(({ verdict }) => verdict));
}

/** The run of a scenario that is tried twice, a second apart: when the first evidence is there, it is not nearly over. */
async function runWithout(role: string, kill: (container: RunningContainer) => Promise<unknown>) {
  let containers: readonly RunningContainer[] = [];
  let killing: Promise<unknown> | undefined;
  const done = await testRun(engine, await scenariosNamed("atk-abort-handshake"), {
    stacks: [unbound, bind],
    onLab: (lab) => {
      containers = lab.containers;
    },
    onEvidence: ({ trial }) => {
      if (killing || !trial.includes(unbound.id)) return;
      const victim = containers.find(({ name }) => name.includes(`-${role}-`) && name.includes("unbound"));
      killing = kill(victim!);
    },
  });
  await killing;
  return done;
}

test("a sender that is removed in the middle of a run is an error of its stack alone", async () => {
  const done = await runWithout("sender", (container) => container.remove());
  expect(verdictsOf(done, unbound)).toEqual(new Set(["error"]));
  expect(verdictsOf(done, bind)).toEqual(new Set(["pass"]));
  expect(exitStatus(done.results)).toBe(3);
  const [reason] = done.verdict(`canary-good/${unbound.id}/dane/end`).reasons;
  expect(reason).toMatch(/container danelab-\S+-sender-\S+ died in the middle of the run/);
  expect(done.results.run.errors).toContain(reason);
  expect(await engineHas(`danelab.run=${done.runId}`)).toEqual(nothing);
});

test("a resolver that ends in the middle of a run: what was under way is sent again, and the run tells of it", async () => {
  const done = await runWithout("resolver", (container) => container.exec(["sh", "-c", "kill -TERM 1"]));
  for (const stack of [unbound, bind]) expect(verdictsOf(done, stack)).toEqual(new Set(["pass"]));
  expect(done.results.run.errors).toEqual([expect.stringContaining(`the resolver of ${unbound.id} died (`)]);
  expect(exitStatus(done.results)).toBe(3);
  expect(await engineHas(`danelab.run=${done.runId}`)).toEqual(nothing);
});

test("the lab is sealed, and what a program sends to the outside is counted and told", async () => {
  const strays: Promise<void>[] = [];
  let found: Promise<Found> | undefined;
  const { results, runId } = await testRun(engine, await scenariosNamed("base-311"), {
    stacks: [unbound],
    onLab: ({ hosts, containers }) => {
      const { witness } = hosts.get(unbound.id)!;
      strays.push(witness.stray("192.0.2.1"), witness.stray("2001:db8:ffff::1"));
      const label = /^danelab-([0-9a-f]+)-/.exec(containers[0]!.name)![1]!;
      found = engineHas(`danelab.run=${label}`);
    },
  });
  await Promise.all(strays);
  const { containers, networks } = (await found)!;
  expect(networks).toEqual([{ name: `danelab-${runId}`, internal: true }]);
  expect(containers.map(({ name }) => name.replace(`/danelab-${runId}-`, "").split("-")[0]).sort()).toEqual([
    "authority",
    "farm",
    "resolver",
    "sender",
    "witness",
  ]);
  for (const { name, labels, privileged, capabilities } of containers) {
    expect(labels).toMatchObject({ "danelab.run": runId, "danelab.pid": String(process.pid) });
    expect(privileged).toBe(false);
    if (/-(sender|resolver|authority)-/.test(name)) {
      expect(capabilities.added).toEqual([]);
      // The engine may put "CAP_" before the names.
      expect(capabilities.dropped.map((one) => one.replace(/^CAP_/, ""))).toEqual(
        expect.arrayContaining(["MKNOD", "NET_RAW"]),
      );
    }
  }

  expect(results.run.strayPackets.count).toBe(2);
  const told = results.run.strayPackets.first.join("\n");
  expect(told).toMatch(/> 192\.0\.2\.1\.9: UDP/);
  expect(told).toMatch(/> 2001:db8:ffff::1\.9: UDP/);
  expect(results.trials.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
});

test("a real run is red when a canary is not what it must be", async () => {
  const wrong: Expectation = { level: "must", permitted: ["authenticated"], never: [] };
  const scenarios = (await scenariosNamed("base-311")).map((scenario) =>
    scenario.id === "canary-bogus" ? { ...scenario, expect: { ...scenario.expect, dane: wrong } } : scenario,
  );
  const { results, verdict } = await testRun(engine, scenarios, { stacks: [unbound] });
  expect(exitStatus(results)).toBe(1);
  expect(verdict(`canary-bogus/${unbound.id}/dane/start`)).toMatchObject({
    verdict: "fail",
    outcome: "deferred",
  });
  expect(verdict(`base-311/${unbound.id}/dane`).verdict).toBe("error");
  expect(verdict(`base-311/${unbound.id}/dane`).reasons[0]).toContain("nothing of this stack is believed");
});

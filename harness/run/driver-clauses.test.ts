import { expect, test } from "vitest";
import type { Evidence, StepEvidence } from "../model/evidence.ts";
import { judge } from "../model/judge.ts";
import { plan, type Trial } from "../model/plan.ts";
import type { TrialResult } from "../model/results.ts";
import { answer, attempt, evidence, seen } from "../model/test-evidence.ts";
import { type Check, resolverChecks, senderChecks } from "./driver-clauses.ts";
import { driverScenarios } from "./driver-scenarios.ts";
import { registry, scenariosNamed, stackWith } from "./test-run.ts";

const postfix = registry.senders.find(({ driver }) => driver.name === "postfix")!.driver;
const unbound = registry.resolvers.find(({ driver }) => driver.name === "unbound")!.driver;
const stack = stackWith("unbound");
const planned = plan([...(await scenariosNamed()), ...driverScenarios], {
  stacks: [stack],
  policies: ["dane", "may", "verify"],
});
const { trials } = planned;

const log = ["Nov 24 12:00:00 sender postfix/qmgr[17]: 4F2AB0: from=<t1@dane.sender.example>"];

/** What a sender does that does all as it must, in a lab that shows it. */
function rightly({ id, scenario, expectation, steps }: Trial): Evidence {
  const step = (outcome: keyof typeof seen): StepEvidence => {
    const usual = seen[outcome];
    const bogus = scenario === "canary-bogus";
    return {
      ...usual,
      mail: { ...usual.mail, queueId: "4F2AB0" },
      log,
      questions: ["MX", "A", "AAAA", "TLSA"].map((type) => ({ name: "x.dane.example.", type })),
      dns: bogus
        ? [answer({ status: "bogus", empty: false }, { rcode: "SERVFAIL", answers: [] })]
        : usual.dns,
    };
  };
  const [first, ...later] = [expectation, ...steps.map((one) => one.expectation)].map(({ permitted }) =>
    step(permitted[0]!),
  );
  return evidence(id, first!, ...later);
}

function checks(
  change: (evidence: Evidence) => Evidence = (one) => one,
  of: "sender" | "resolver" = "sender",
  driver = postfix,
): readonly Check[] {
  const all = new Map(trials.map((trial) => [trial.id, change(rightly(trial))]));
  const judging = judge({
    plan: planned,
    divergences: new Map(),
    sni: new Map(),
    evidencePath: ({ id }) => id,
  });
  const verdicts = new Map<string, TrialResult>();
  for (const one of all.values()) for (const result of judging.add(one)) verdicts.set(result.id, result);
  const mail = { trials, evidence: all, verdicts };
  return [...(of === "sender" ? senderChecks(driver, mail) : resolverChecks(unbound, mail))];
}

function failed(...args: Parameters<typeof checks>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    checks(...args)
      .filter(({ problems }) => problems.length > 0)
      .map(({ name, problems }) => [name, problems]),
  );
}

/** The change, where the trial is one of that scenario under that policy. */
const where =
  (scenario: string, policy: string, change: (evidence: Evidence) => Evidence) =>
  (one: Evidence): Evidence =>
    one.trial === `${scenario}/${stack.id}/${policy}` ? change(one) : one;

test("a driver that keeps the contract fails in nothing; each policy is a check of its own", () => {
  expect(failed()).toEqual({});
  expect(failed(undefined, "resolver")).toEqual({});
  expect(checks().map(({ name }) => name)).toEqual(
    expect.arrayContaining(["delivers, dane", "delivers, may", "delivers, verify", "retries", "queue"]),
  );
});

test("a driver that retries by itself need not tell queue ids", () => {
  const without = (one: Evidence): Evidence => ({
    ...one,
    queued: null,
    mail: { ...one.mail, queueId: null },
    steps: one.steps.map((step) => ({ ...step, queued: null, mail: { ...step.mail, queueId: null } })),
  });
  expect(Object.keys(failed(without))).toEqual(expect.arrayContaining(["takes mail", "queue"]));
  const byItself = checks(without, "sender", { ...postfix, retriesWithin: 130_000 });
  expect(byItself.filter(({ problems }) => problems.length > 0)).toEqual([]);
  expect(byItself.filter(({ untried }) => untried).map(({ name }) => name)).toEqual(["queue"]);
});

test.for<[what: string, change: (evidence: Evidence) => Evidence, check: string, problem: RegExp]>([
  [
    "no queue id is read from the reply",
    where("driver-delivers", "may", (one) => ({ ...one, mail: { ...one.mail, queueId: null } })),
    "takes mail",
    /^driver-delivers\/.*: the reply to the message tells no queue id$/,
  ],
  [
    "the log has another queue id than the reply",
    where("driver-delivers", "may", (one) => ({ ...one, mail: { ...one.mail, queueId: "4F2AB1" } })),
    "tells",
    /no line of its log names the queue id 4F2AB1$/,
  ],
  [
    "a message that is delivered is said to be queued",
    where("driver-delivers", "may", (one) => ({ ...one, queued: true })),
    "queue",
    /^driver-delivers\/.*: sent, and still in the queue$/,
  ],
  [
    "a message that is deferred is not found in the queue",
    where("driver-defers-450", "dane", (one) => ({ ...one, queued: false })),
    "queue",
    /^driver-defers-450\/.*: deferred, and not in the queue$/,
  ],
  [
    "a message is tried again unasked",
    where("driver-retries", "may", (one) => ({
      ...one,
      attempts: [attempt("deferred"), attempt("deferred")],
    })),
    "retries",
    /2 attempts were told before it was to be tried again$/,
  ],
  [
    "a deferred message is lost, and another sent",
    where("driver-retries", "may", (one) => ({
      ...one,
      steps: one.steps.map((step) => ({ ...step, mail: { ...step.mail, queueId: "4F2AB1" } })),
    })),
    "retries",
    /the message was not kept: a new one was sent$/,
  ],
  [
    "DANE is claimed and not done",
    where("driver-delivers", "dane", (one) => ({
      ...one,
      attempts: [attempt("sent", { tls: "untrusted" })],
    })),
    "delivers, dane",
    /^driver-delivers under dane: encrypted where .*; its log ends: Nov 24/,
  ],
  [
    "a 5xx defers",
    where("driver-bounces", "may", (one) => ({ ...one, ...seen.deferred })),
    "bounces",
    /^driver-bounces under may: deferred/,
  ],
])("%s", ([, change, check, problem]) => {
  const all = failed(change);
  expect(all[check]).toContainEqual(expect.stringMatching(problem));
});

test("a log of which nothing is read", () => {
  const silent = failed((one) => ({
    ...one,
    attempts: [],
    errors: ["waited 45 s for a verdict in the sender's log"],
  }));
  expect(silent["tells"]?.[0]).toMatch(/no outcome was read from 1 lines of its log$/);
  expect(silent["delivers, may"]?.[0]).toContain("waited 45 s for a verdict");
});

test("a resolver's log of which the questions are not read", () => {
  const all = failed((one) => ({ ...one, questions: [{ name: "x.dane.example.", type: "MX" }] }), "resolver");
  expect(all["tells"]).toEqual([
    `driver-delivers/${stack.id}/dane: no question for A was read from its log`,
    `driver-delivers/${stack.id}/dane: no question for TLSA was read from its log`,
  ]);
});

import { describe, expect, test } from "vitest";
import { checkFile } from "../run/check-scenarios.ts";
import {
  intercept,
  leaksOnTheWire,
  leaksToTheAttacker,
  mismatch,
  must,
  open,
  type ScenarioText,
  scenarios,
  selfSigned,
  should,
  stripStarttls,
} from "../vocabulary.ts";
import type { Divergence } from "./divergence.ts";
import type { StepEvidence } from "./evidence.ts";
import { type Judgement, judge } from "./judge.ts";
import { type Plan, plan, stackOf, type Trial } from "./plan.ts";
import type { TrialResult, Verdict } from "./results.ts";
import type { Outcome, Policy, Scenario } from "./scenario.ts";
import {
  answer,
  attempt,
  clearSession,
  emptySession,
  evidence,
  seen,
  session,
  stepEvidence,
} from "./test-evidence.ts";

const stack = stackOf({ name: "postfix", version: "3.10" }, { name: "unbound", version: "1.26" });
const other = stackOf({ name: "postfix", version: "3.10" }, { name: "bind", version: "9.20" });

type Text = Omit<ScenarioText, "id" | "title" | "cites">;

function scenariosOf(texts: Readonly<Record<string, Text>>): readonly Scenario[] {
  const list = Object.entries(texts).map(([id, text]) => ({
    id,
    title: id,
    cites: ["RFC 7672 2.2"],
    ...text,
  }));
  return checkFile(scenarios("x", list), "x.ts");
}

interface Setup {
  readonly scenarios: Readonly<Record<string, Text>>;
  readonly stacks?: Plan["stacks"];
  readonly policies?: readonly Policy[];
  /** The sender's own, or by the name of the program. */
  readonly divergences?: readonly Divergence[] | ReadonlyMap<string, readonly Divergence[]>;
  readonly sni?: Readonly<Record<string, string>>;
}

function judging(setup: Setup) {
  const { divergences = [] } = setup;
  const whole = plan(scenariosOf(setup.scenarios), {
    stacks: setup.stacks ?? [stack],
    policies: setup.policies ?? ["dane"],
  });
  const made = judge({
    plan: whole,
    divergences: divergences instanceof Map ? divergences : new Map([["postfix", [...divergences]]]),
    sni: new Map(Object.entries(setup.sni ?? {})),
    evidencePath: ({ id }) => `evidence/${id}.json`,
  });
  return { plan: whole, judge: made };
}

/** What the witnesses saw of a trial, by the tail of its id: "x/dane", "x/dane/twin"; undefined: nothing came. */
type Witnessed = (trial: Trial) => StepEvidence | undefined;

function byTail(tails: Readonly<Record<string, StepEvidence>>): Witnessed {
  return ({ id, stack: of }) => tails[id.replace(`${of}/`, "")] ?? tails[id];
}

function judged(setup: Setup, witnessed: Witnessed | Readonly<Record<string, StepEvidence>>): Judgement {
  const { plan: whole, judge: made } = judging(setup);
  const look = typeof witnessed === "function" ? witnessed : byTail(witnessed);
  for (const trial of whole.trials) {
    const step = look(trial);
    if (step) made.add(evidence(trial.id, step));
  }
  return made.finish();
}

function resultOf({ trials }: Judgement, tail: string): TrialResult {
  const found = trials.filter(
    ({ id, sender, resolver }) => id.replace(`${sender}+${resolver}/`, "") === tail,
  );
  expect(found, `one trial ${tail}`).toHaveLength(1);
  return found[0]!;
}

function verdictsOf({ trials }: Judgement): Readonly<Record<string, Verdict>> {
  return Object.fromEntries(trials.map(({ id, verdict }) => [id, verdict]));
}

const divergence = (rest: Partial<Divergence> = {}): Divergence => ({
  scenario: "x",
  policies: ["dane"],
  versions: [],
  resolvers: [],
  outcome: "bounced",
  severity: "too-strict",
  reason: "bounces at once",
  evidence: "the log",
  link: null,
  ...rest,
});

describe("expectation against outcome", () => {
  // Permitted is deferred, a floor forbids cleartext: encrypted is outside without breaking the floor.
  test.each<["must" | "should" | "open", Outcome, Verdict]>([
    ["must", "deferred", "pass"],
    ["must", "encrypted", "fail"],
    ["must", "cleartext", "fail"],
    ["should", "deferred", "pass"],
    ["should", "encrypted", "warn"],
    ["should", "cleartext", "fail"],
    ["open", "deferred", "info"],
    ["open", "encrypted", "warn"],
    ["open", "cleartext", "fail"],
  ])("%s(deferred) with %s: %s", (level, outcome, verdict) => {
    const expecting = { must, should, open }[level]("deferred").floor("cleartext");
    const result = resultOf(
      judged({ scenarios: { x: { expect: { dane: expecting } } } }, { "x/dane": seen[outcome] }),
      "x/dane",
    );
    expect(result).toMatchObject({ verdict, outcome, level, expected: ["deferred"] });
    expect(result.reasons[0]).toContain(outcome);
  });

  test("a sender that died of the message fails, though its outcome is permitted; that may be on record", () => {
    const scenarios = { x: { expect: { dane: must("encrypted", "deferred") } } };
    const died = {
      ...seen.deferred,
      attempts: [{ ...seen.deferred.attempts[0]!, reason: "crashed" as const, text: "killed by signal 6" }],
    };
    const [fresh, known] = [[], [divergence({ outcome: "deferred" })]].map((divergences) =>
      resultOf(judged({ scenarios, divergences }, { "x/dane": died }), "x/dane"),
    );
    expect(fresh).toMatchObject({
      verdict: "fail",
      reasons: ["the sender did not live through it: killed by signal 6"],
    });
    expect(known?.verdict).toBe("known");
  });

  test("one of several permitted outcomes is as good as another", () => {
    const setup = { scenarios: { x: { expect: { dane: must("encrypted", "deferred") } } } };
    for (const outcome of ["encrypted", "deferred"] as const) {
      expect(resultOf(judged(setup, { "x/dane": seen[outcome] }), "x/dane").verdict).toBe("pass");
    }
  });

  test("a permitted outcome does not excuse a message that crossed the wire in clear text before", () => {
    const setup = { scenarios: { x: { expect: { dane: open("encrypted", "deferred") } } } };
    const leaked = { ...seen.encrypted, sessions: [clearSession({ accepted: false }), session()] };
    const result = resultOf(judged(setup, { "x/dane": leaked }), "x/dane");
    expect(result).toMatchObject({ verdict: "fail", leaked: true });
    expect(result.reasons).toEqual(["the message reached the wire in clear text"]);
  });

  test("a contradiction between log and witnesses fails, though the outcome is permitted", () => {
    const setup = { scenarios: { x: { expect: { dane: must("deferred", "cleartext") } } } };
    const lies = { ...seen.cleartext, attempts: [attempt("sent", { tls: "untrusted" })] };
    const result = resultOf(judged(setup, { "x/dane": lies }), "x/dane");
    expect(result.verdict).toBe("fail");
    expect(result.reasons[0]).toMatch(/claims a TLS connection/);
  });

  test("a result says what was claimed, what it rests on and how long it took", () => {
    const setup = { scenarios: { x: { expect: { dane: must("deferred") } } } };
    expect(resultOf(judged(setup, { "x/dane": { ...seen.deferred, ms: 12.4 } }), "x/dane")).toMatchObject({
      sender: "postfix@3.10",
      resolver: "unbound@1.26",
      claimed: "deferred (certificate-does-not-match: deferred as told)",
      leaked: false,
      evidence: "evidence/x/postfix@3.10+unbound@1.26/dane.json",
      ms: 12,
    });
  });
});

describe("what cannot be told", () => {
  const setup: Setup = { scenarios: { x: { expect: { dane: must("deferred") } } } };

  test("no evidence is an error", () => {
    const result = resultOf(judged(setup, {}), "x/dane");
    expect(result).toMatchObject({ verdict: "error", outcome: null });
    expect(result.reasons[0]).toMatch(/^no evidence/);
  });

  test.each<[string, StepEvidence]>([
    [
      "the harness had trouble, though the outcome is permitted",
      { ...seen.deferred, errors: ["no session record"] },
    ],
    [
      "the harness had trouble, though the outcome is forbidden",
      { ...seen.cleartext, errors: ["no session record"] },
    ],
    ["the log tells nothing", stepEvidence({ sessions: [session()] })],
    [
      "the resolver did not answer",
      { ...seen.deferred, dns: seen.deferred.dns.map((one) => ({ ...one, rcode: null })) },
    ],
    [
      "log and witnesses contradict each other besides",
      { ...seen.cleartext, attempts: [attempt("sent", { tls: "verified" })], errors: ["no session record"] },
    ],
  ])("never pass, never fail: %s", (_, step) => {
    const result = resultOf(judged(setup, { "x/dane": step }), "x/dane");
    expect(result).toMatchObject({ verdict: "error", outcome: null });
    expect(result.reasons).not.toEqual([]);
  });

  test("evidence of a trial that is not planned decides nothing", () => {
    const { judge: made } = judging(setup);
    expect(made.add(evidence("y/dane", seen.deferred))).toEqual([]);
    expect(Object.values(verdictsOf(made.finish()))).toEqual(["error"]);
  });

  test("evidence that comes twice does not change a verdict that was told", () => {
    const { plan: whole, judge: made } = judging(setup);
    const [{ id }] = whole.trials as [Trial];
    expect(made.add(evidence(id, seen.deferred)).map(({ verdict }) => verdict)).toEqual(["pass"]);
    expect(made.add(evidence(id, seen.cleartext))).toEqual([]);
    expect(Object.values(verdictsOf(made.finish()))).toEqual(["pass"]);
  });
});

describe("controls", () => {
  const strip: Setup = {
    scenarios: {
      x: {
        mx: { attacker: stripStarttls },
        steps: [],
        expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
      },
    },
  };
  const lost = {
    ...seen.cleartext,
    sessions: [clearSession({ witness: "attacker" as const }), clearSession({ id: "s2" })],
  };

  test("the attack succeeds without DANE: the control passes, and so does who resists", () => {
    const result = judged(strip, { "x/may": lost, "x/dane": seen.deferred });
    expect(resultOf(result, "x/may")).toMatchObject({ verdict: "pass", role: "control", leaked: true });
    expect(resultOf(result, "x/dane").verdict).toBe("pass");
  });

  test.each<[string, StepEvidence]>([
    ["nothing was delivered", seen.deferred],
    ["the message went with TLS all the way", seen.encrypted],
  ])("the attack does not succeed without DANE either: it proves nothing (%s)", (_, control) => {
    const result = judged(strip, { "x/may": control, "x/dane": seen.deferred });
    expect(resultOf(result, "x/may").verdict).toBe("inconclusive");
    expect(resultOf(result, "x/dane").verdict).toBe("inconclusive");
    expect(resultOf(result, "x/dane").reasons[0]).toContain("x/postfix@3.10+unbound@1.26/may");
  });

  test("a control that is on record as safe from the attack proves nothing, and is no fault", () => {
    const safe = divergence({ policies: ["may"], outcome: "deferred", severity: "none", reason: "waits" });
    const verdicts = (control: StepEvidence, dane: StepEvidence, record = safe) => {
      const result = judged({ ...strip, divergences: [record] }, { "x/may": control, "x/dane": dane });
      return [
        resultOf(result, "x/may").verdict,
        resultOf(result, "x/dane").verdict,
        result.staleDivergences.length,
      ];
    };
    expect(verdicts(seen.deferred, seen.deferred)).toEqual(["known", "info", 0]);
    expect(verdicts(seen.deferred, lost)).toEqual(["known", "fail", 0]);
    // Not in the way that is on record; lost after all.
    expect(verdicts(seen.encrypted, seen.deferred)).toEqual(["inconclusive", "inconclusive", 1]);
    expect(verdicts(lost, seen.deferred)).toEqual(["pass", "pass", 1]);
    // A fault on record excuses no control.
    const fault = { ...safe, severity: "too-strict" } as const;
    expect(verdicts(seen.deferred, seen.deferred, fault)).toEqual(["inconclusive", "inconclusive", 0]);
  });

  test("what its resolver is on record for keeps a control from proving anything", () => {
    const record = divergence({ policies: ["may"], outcome: "deferred", severity: "too-strict" });
    const result = judged(
      { ...strip, divergences: new Map([["unbound", [record]]]) },
      { "x/may": seen.deferred, "x/dane": seen.deferred },
    );
    expect(resultOf(result, "x/may").verdict).toBe("known");
    expect(resultOf(result, "x/dane")).toMatchObject({
      verdict: "info",
      reasons: [expect.stringContaining("did not get that far behind its resolver"), expect.anything()],
    });
    expect(result.staleDivergences).toEqual([]);
  });

  test("of a sender without DANE nothing hangs on a control: a fault on record excuses it", () => {
    const fault = divergence({ policies: ["may"], outcome: "bounced", severity: "too-strict" });
    const verdictWith = (policies: Setup["policies"] = ["may"]) =>
      resultOf(
        judged(
          {
            scenarios: { x: { expect: { dane: must("deferred"), may: must("deferred") } } },
            policies,
            divergences: [fault],
          },
          { "x/may": seen.bounced, "x/dane": seen.deferred },
        ),
        "x/may",
      ).verdict;
    expect(verdictWith()).toBe("known");
    expect(verdictWith(["dane", "may"])).toBe("inconclusive");
  });

  test("a policy that was asked for besides is judged by itself: what becomes of it proves nothing of the set-up", () => {
    const setup = { ...strip, policies: ["dane", "encrypt"] as const };
    const verdicts = (encrypt: StepEvidence) => {
      const result = judged(setup, { "x/may": lost, "x/dane": seen.deferred, "x/encrypt": encrypt });
      return [resultOf(result, "x/encrypt").verdict, resultOf(result, "x/dane").verdict];
    };
    expect(verdicts(seen.deferred)).toEqual(["pass", "pass"]);
    expect(verdicts(seen.bounced)).toEqual(["warn", "pass"]);
    expect(verdicts(lost)).toEqual(["fail", "pass"]);
  });

  test("a sender that loses the message fails whatever the control did", () => {
    for (const control of [lost, seen.deferred]) {
      const result = resultOf(judged(strip, { "x/may": control, "x/dane": lost }), "x/dane");
      expect(result.verdict).toBe("fail");
    }
  });

  test("a control that could not be judged makes the attack an error", () => {
    const broken = { ...lost, errors: ["the farm fell over"] };
    const result = resultOf(judged(strip, { "x/may": broken, "x/dane": seen.deferred }), "x/dane");
    expect(result.verdict).toBe("error");
    expect(result.reasons[0]).toMatch(/its control .* could not be judged: the farm fell over/);
  });

  const intercepted: Setup = {
    scenarios: {
      x: {
        mx: { attacker: intercept(selfSigned()) },
        steps: [],
        expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted") },
      },
    },
  };
  const taken = {
    ...seen.encrypted,
    sessions: [session({ witness: "attacker" as const }), session({ id: "s2" })],
  };

  test("an attacker that terminates TLS must have read the message", () => {
    const good = judged(intercepted, { "x/may": taken, "x/dane": seen.deferred });
    expect(verdictsOf(good)).toEqual({
      [`x/${stack.id}/may`]: "pass",
      [`x/${stack.id}/dane`]: "pass",
    });
    // Delivered to the genuine server past the attacker.
    const missed = judged(intercepted, { "x/may": seen.encrypted, "x/dane": seen.deferred });
    expect(resultOf(missed, "x/dane").verdict).toBe("inconclusive");
    // Read, but not the way it was meant to be.
    const otherwise = { ...lost, sessions: [clearSession({ witness: "attacker" as const })] };
    expect(
      resultOf(judged(intercepted, { "x/may": otherwise, "x/dane": seen.deferred }), "x/may").verdict,
    ).toBe("inconclusive");
  });

  test("a control that claims to have authenticated the attacker is at fault, and the attack is real", () => {
    const setup: Setup = {
      scenarios: {
        x: {
          mx: { attacker: intercept(selfSigned()) },
          steps: [],
          expect: { dane: must("deferred"), oblivious: leaksToTheAttacker("encrypted") },
        },
      },
    };
    const claimed = { ...taken, attempts: seen.authenticated.attempts };
    expect(verdictsOf(judged(setup, { "x/oblivious": claimed, "x/dane": seen.deferred }))).toEqual({
      [`x/${stack.id}/oblivious`]: "fail",
      [`x/${stack.id}/dane`]: "pass",
    });
  });

  test("clear text on the wire is not what an attacker that terminates TLS has to get", () => {
    const text = {
      scenarios: {
        x: {
          mx: { attacker: intercept(selfSigned()) },
          steps: [],
          expect: { dane: must("deferred"), control: leaksToTheAttacker("encrypted", "cleartext") },
        },
      },
    };
    const result = judged(text, { "x/may": seen.cleartext, "x/dane": seen.deferred });
    expect(Object.values(verdictsOf(result))).toEqual(["inconclusive", "inconclusive"]);
  });

  test("a message that the attacker read is lost, though the log calls it authenticated", () => {
    const fooled = { ...taken, attempts: [attempt("sent", { tls: "verified" })] };
    const setup = {
      scenarios: {
        x: {
          ...intercepted.scenarios["x"]!,
          expect: { ...intercepted.scenarios["x"]!.expect, dane: open("authenticated") },
        },
      },
    };
    const result = judged(setup, { "x/may": taken, "x/dane": fooled, "x/dane/twin": seen.deferred });
    expect(resultOf(result, "x/dane")).toMatchObject({ verdict: "fail", leaked: true });
    expect(resultOf(result, "x/dane").reasons).toEqual(["the message reached the attacker"]);
  });

  test("an ordinary set-up that does not even work without DANE proves nothing", () => {
    const setup: Setup = {
      scenarios: { x: { expect: { dane: must("deferred") } } },
      policies: ["dane", "may"],
    };
    const result = judged(setup, { "x/may": seen.deferred, "x/dane": seen.deferred });
    expect(verdictsOf(result)).toEqual({
      [`x/${stack.id}/dane`]: "inconclusive",
      [`x/${stack.id}/may`]: "inconclusive",
    });
    expect(
      resultOf(judged(setup, { "x/may": seen.encrypted, "x/dane": seen.deferred }), "x/dane").verdict,
    ).toBe("pass");
  });

  test("a control vouches for its own stack only", () => {
    const result = judged({ ...strip, stacks: [stack, other] }, ({ policy, stack: of }) =>
      policy === "dane" ? seen.deferred : of === stack.id ? lost : seen.deferred,
    );
    expect(verdictsOf(result)).toMatchObject({
      [`x/${stack.id}/dane`]: "pass",
      [`x/${other.id}/dane`]: "inconclusive",
    });
  });
});

describe("twins", () => {
  const setup: Setup = { scenarios: { x: { expect: { dane: must("authenticated") } } } };

  test("a twin that is refused shows that the sender compares", () => {
    for (const refused of [seen.deferred, seen.bounced]) {
      const result = judged(setup, { "x/dane": seen.authenticated, "x/dane/twin": refused });
      expect(Object.values(verdictsOf(result))).toEqual(["pass", "pass"]);
    }
  });

  test.each(["authenticated", "encrypted", "cleartext"] as const)(
    "a twin that is delivered (%s): the claim is empty",
    (outcome) => {
      const result = judged(setup, { "x/dane": seen.authenticated, "x/dane/twin": seen[outcome] });
      expect(resultOf(result, "x/dane/twin").verdict).toBe("fail");
      expect(resultOf(result, "x/dane").verdict).toBe("fail");
      expect(resultOf(result, "x/dane").reasons[0]).toMatch(
        new RegExp(`was not refused \\(${outcome}\\): .*claim is empty`),
      );
    },
  );

  test("what could not be told of a trial is not told by its twin", () => {
    const result = judged(setup, {
      "x/dane": { ...seen.authenticated, errors: ["no queue"] },
      "x/dane/twin": seen.encrypted,
    });
    expect(resultOf(result, "x/dane").verdict).toBe("error");
  });

  test("a twin that was refused and told of wrongly fails alone", () => {
    const result = judged(setup, {
      "x/dane": seen.authenticated,
      "x/dane/twin": { ...seen.deferred, queued: false },
    });
    expect(Object.values(verdictsOf(result))).toEqual(["pass", "fail"]);
  });

  test("a delivery that is not claimed to be authenticated needs no twin", () => {
    const either = { scenarios: { x: { expect: { dane: open("authenticated", "encrypted") } } } };
    const result = judged(either, { "x/dane": seen.encrypted, "x/dane/twin": seen.encrypted });
    expect(resultOf(result, "x/dane").verdict).toBe("info");
  });

  test.each<[string, Readonly<Record<string, StepEvidence>>]>([
    ["could not be judged", { "x/dane/twin": { ...seen.deferred, errors: ["no queue"] } }],
    ["did not end", {}],
  ])("without its twin a claim is not believed: the twin %s", (_, twin) => {
    const result = resultOf(judged(setup, { "x/dane": seen.authenticated, ...twin }), "x/dane");
    expect(result).toMatchObject({ verdict: "error", outcome: null });
  });
});

test("what the sender cannot do is unsupported, and says why", () => {
  const x = plan(scenariosOf({ x: { expect: { dane: must("deferred") } } }), {
    stacks: [stack],
    policies: ["dane"],
    inability: () => ({ lacks: "policy", reason: "it has no policy dane" }),
  });
  const { trials, errors } = judge({
    plan: x,
    divergences: new Map(),
    sni: new Map(),
    evidencePath: ({ id }) => id,
  }).finish();
  expect(trials).toMatchObject([
    { id: `x/${stack.id}/dane`, verdict: "unsupported", outcome: null, reasons: ["it has no policy dane"] },
  ]);
  expect(errors).toEqual([]);
});

describe("canaries", () => {
  const setup: Setup = {
    scenarios: {
      "canary-wrong": { canary: true, mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } },
      x: { expect: { dane: must("deferred") } },
      y: { expect: { dane: must("encrypted") } },
    },
    stacks: [stack, other],
  };

  test.each(["start", "end"] as const)(
    "if the one at the %s fails, nothing of its stack is believed",
    (place) => {
      const failed = `canary-wrong/${stack.id}/dane/${place}`;
      const result = judged(setup, ({ id }) => (id === failed ? seen.encrypted : seen.deferred));
      expect(verdictsOf(result)).toMatchObject({
        [failed]: "fail",
        [`x/${stack.id}/dane`]: "error",
        [`y/${stack.id}/dane`]: "error",
        [`x/${other.id}/dane`]: "pass",
        [`y/${other.id}/dane`]: "fail",
      });
      const unbelieved = result.trials.find(({ id }) => id === `y/${stack.id}/dane`);
      expect(unbelieved?.reasons[0]).toBe(`canary ${failed} is fail: nothing of this stack is believed`);
      expect(unbelieved?.reasons[1]).toMatch(/deferred where the RFC demands encrypted/);
      expect(result.errors).toEqual([expect.stringContaining(`canary ${failed} is fail`)]);
    },
  );

  test("one that shows a known divergence proves the lab as well", () => {
    const own = divergence({ scenario: "canary-wrong", outcome: "bounced", versions: [] });
    const result = judged({ ...setup, divergences: [own] }, ({ canary, stack: of }) =>
      canary !== null && of === stack.id ? seen.bounced : seen.deferred,
    );
    expect(verdictsOf(result)).toMatchObject({
      [`canary-wrong/${stack.id}/dane/start`]: "known",
      [`x/${stack.id}/dane`]: "pass",
    });
    expect(result.errors).toEqual([]);
  });

  test("one that did not end is no proof", () => {
    const result = judged(setup, ({ id, canary }) =>
      canary === "end" && id.includes(other.id) ? undefined : seen.deferred,
    );
    expect(verdictsOf(result)).toMatchObject({
      [`x/${other.id}/dane`]: "error",
      [`x/${stack.id}/dane`]: "pass",
    });
  });

  test("if all pass, nothing is said of them", () => {
    expect(judged(setup, () => seen.deferred).errors).toEqual([]);
  });
});

describe("divergences", () => {
  const setup = (...divergences: readonly Divergence[]): Setup => ({
    scenarios: { x: { expect: { dane: must("deferred") } } },
    divergences,
  });

  test("a failure on record is known, and says why", () => {
    const result = judged(setup(divergence({ link: "https://example.org/1" })), { "x/dane": seen.bounced });
    expect(resultOf(result, "x/dane")).toMatchObject({
      verdict: "known",
      outcome: "bounced",
      divergence: { reason: "bounces at once", link: "https://example.org/1" },
    });
    expect(result.staleDivergences).toEqual([]);
  });

  test("a warning on record is known too", () => {
    const text = { scenarios: { x: { expect: { dane: should("deferred") } } }, divergences: [divergence()] };
    expect(resultOf(judged(text, { "x/dane": seen.bounced }), "x/dane").verdict).toBe("known");
  });

  test.each<[string, StepEvidence, Verdict]>([
    ["the sender does right", seen.deferred, "pass"],
    ["the sender does something else that is wrong", seen.encrypted, "fail"],
  ])("one that no longer occurs is stale: %s", (_, step, verdict) => {
    const result = judged(setup(divergence()), { "x/dane": step });
    expect(resultOf(result, "x/dane").verdict).toBe(verdict);
    expect(result.staleDivergences).toEqual(["x: bounced: bounces at once"]);
  });

  test("one of a demand that only a log of questions shows is not stale behind a resolver that keeps none", () => {
    const text: Setup = {
      scenarios: { x: { watch: ["no-tlsa-query"], expect: { dane: must("encrypted") } } },
      divergences: [divergence({ outcome: "encrypted" })],
    };
    const told = judged(text, { "x/dane": { ...seen.encrypted, questions: [] } });
    expect(told.staleDivergences).toHaveLength(1);
    const untold = judged(text, { "x/dane": { ...seen.encrypted, questions: null } });
    expect(resultOf(untold, "x/dane").verdict).toBe("pass");
    expect(untold.staleDivergences).toEqual([]);
    // What it does otherwise is seen all the same.
    expect(judged(text, { "x/dane": { ...seen.deferred, questions: null } }).staleDivergences).toHaveLength(
      1,
    );
  });

  test("one that chance decides on is known whether it shows or not, and not stale", () => {
    const text = setup(divergence({ byChance: true }));
    const shown = judged(text, { "x/dane": seen.bounced });
    const hidden = judged(text, { "x/dane": seen.deferred });
    expect(resultOf(shown, "x/dane").verdict).toBe("known");
    expect(resultOf(hidden, "x/dane")).toMatchObject({ verdict: "known", outcome: "deferred" });
    expect(resultOf(hidden, "x/dane").reasons[0]).toMatch(/^known, though it did not show this time: /);
    expect(hidden.staleDivergences).toEqual([]);
    // What is not on record is not excused.
    expect(resultOf(judged(text, { "x/dane": seen.encrypted }), "x/dane").verdict).toBe("fail");
  });

  test.each<[string, Partial<Divergence>]>([
    ["another scenario", { scenario: "y" }],
    ["another policy", { policies: ["dane-only"] }],
    ["another version", { versions: ["3.5"] }],
    ["another resolver", { resolvers: ["bind"] }],
    ["another sender", { senders: ["exim"] }],
  ])("one of %s excuses nothing here and is not stale for it", (_, rest) => {
    const result = judged(setup(divergence(rest)), { "x/dane": seen.bounced });
    expect(resultOf(result, "x/dane").verdict).toBe("fail");
    expect(result.staleDivergences).toEqual([]);
  });

  test("what shows at a trial and at its twin in the same way is known at both", () => {
    const text = {
      scenarios: { x: { expect: { dane: must("authenticated") } } },
      divergences: [divergence({ outcome: "encrypted" })],
    };
    const result = judged(text, { "x/dane": seen.encrypted, "x/dane/twin": seen.encrypted });
    expect(verdictsOf(result)).toEqual({
      [`x/${stack.id}/dane`]: "known",
      [`x/${stack.id}/dane/twin`]: "known",
    });
  });

  test("globs, versions and resolvers that fit", () => {
    const fits = divergence({ scenario: "x*", versions: ["3.10"], resolvers: ["bind", "unbound"] });
    expect(resultOf(judged(setup(fits), { "x/dane": seen.bounced }), "x/dane").verdict).toBe("known");
  });

  test("of a pattern that covers several trials one is enough", () => {
    const text: Setup = {
      scenarios: { x1: { expect: { dane: must("deferred") } }, x2: { expect: { dane: must("deferred") } } },
      divergences: [divergence({ scenario: "x*" })],
    };
    const result = judged(text, { "x1/dane": seen.bounced, "x2/dane": seen.deferred });
    expect(result.staleDivergences).toEqual([]);
  });

  test.each([
    ["1.26", "known"],
    // The sender's version is not the resolver's.
    ["3.10", "fail"],
  ] as const)("a resolver's own divergences count as the sender's do: version %s, %s", (version, verdict) => {
    const divergences = new Map([["unbound", [divergence({ versions: [version] })]]]);
    const result = judged({ ...setup(), divergences }, { "x/dane": seen.bounced });
    expect(resultOf(result, "x/dane").verdict).toBe(verdict);
  });

  test("where the resolver was wrong nothing is asked of the sender; what came of it may be on the resolver's record", () => {
    const dns = [answer({ status: "bogus", empty: false }, { rcode: "NOERROR" })];
    const misled = { ...seen.encrypted, dns };
    const of = (...records: readonly (readonly [string, Divergence])[]): TrialResult => {
      const divergences = new Map(records.map(([name, one]) => [name, [one]]));
      return resultOf(judged({ ...setup(), divergences }, { "x/dane": misled }), "x/dane");
    };
    const record = divergence({ outcome: "encrypted", severity: "downgrade" });
    expect(of()).toMatchObject({ verdict: "error", outcome: null });
    expect(of(["unbound", record])).toMatchObject({ verdict: "known", outcome: "encrypted" });
    expect(of(["unbound", record]).reasons[1]).toMatch(/^the resolver's answer to x\.dane\.example\. MX/);
    // Neither the sender's record nor another outcome excuses it.
    expect(of(["postfix", record]).verdict).toBe("error");
    expect(of(["unbound", divergence({ outcome: "deferred" })]).verdict).toBe("error");
  });

  test("a twin that was refused is known where its trial is, behind a resolver that was wrong at both", () => {
    const dns = [answer({ status: "bogus", empty: false }, { rcode: "NOERROR" })];
    const of = (main: StepEvidence, twin: StepEvidence): Record<string, Verdict> => {
      const divergences = new Map([["unbound", [divergence({ outcome: "authenticated" })]]]);
      const scenarios = { x: { expect: { dane: must("authenticated") } } };
      return verdictsOf(judged({ scenarios, divergences }, { "x/dane": main, "x/dane/twin": twin }));
    };
    const verdicts = (main: Verdict, twin: Verdict) => ({
      [`x/${stack.id}/dane`]: main,
      [`x/${stack.id}/dane/twin`]: twin,
    });
    const misled = { ...seen.authenticated, dns };
    expect(of(misled, { ...seen.deferred, dns })).toEqual(verdicts("known", "known"));
    // It was not refused; more than the resolver was at fault; the resolver was right at its trial.
    expect(of(misled, { ...seen.encrypted, dns })).toEqual(verdicts("known", "error"));
    expect(of(misled, { ...seen.deferred, dns, errors: ["no queue"] })).toEqual(verdicts("known", "error"));
    expect(of(seen.authenticated, { ...seen.deferred, dns })).toEqual(verdicts("error", "error"));
  });

  test("what could not be told does not make one stale", () => {
    expect(judged(setup(divergence()), {}).staleDivergences).toEqual([]);
    const broken = { ...seen.bounced, errors: ["no queue"] };
    expect(judged(setup(divergence()), { "x/dane": broken }).staleDivergences).toEqual([]);
    const withControl = { ...setup(divergence()), policies: ["dane", "may"] as const };
    const result = judged(withControl, { "x/dane": seen.deferred, "x/may": seen.deferred });
    expect(resultOf(result, "x/dane").verdict).toBe("inconclusive");
    expect(result.staleDivergences).toEqual([]);
  });

  test("nor does a stack that is not believed, unless another one can tell", () => {
    const text: Setup = {
      scenarios: {
        "canary-wrong": {
          canary: true,
          mx: { tlsa: [mismatch("3 1 1")] },
          expect: { dane: must("deferred") },
        },
        x: { expect: { dane: must("deferred") } },
      },
      divergences: [divergence()],
    };
    const broken: Witnessed = ({ canary, stack: of }) =>
      canary !== null && of === stack.id ? seen.encrypted : seen.deferred;
    expect(judged(text, broken).staleDivergences).toEqual([]);
    expect(judged({ ...text, stacks: [stack, other] }, broken).staleDivergences).toHaveLength(1);
  });

  test("a twin is never excused", () => {
    const text: Setup = {
      scenarios: { x: { expect: { dane: must("authenticated") } } },
      divergences: [divergence({ outcome: "encrypted" })],
    };
    const result = judged(text, { "x/dane": seen.authenticated, "x/dane/twin": seen.encrypted });
    expect(resultOf(result, "x/dane/twin").verdict).toBe("fail");
    expect(resultOf(result, "x/dane").verdict).toBe("fail");
  });
});

describe("SNI and watches", () => {
  const setup: Setup = {
    scenarios: { x: { expect: { dane: must("encrypted") } } },
    policies: ["dane", "may"],
    sni: { "x.dane": "mx.x.dane.example", "x.may": "mx.x.may.example" },
  };

  test.each<[string, StepEvidence, Verdict]>([
    ["the right name", seen.encrypted, "pass"],
    ["another name", { ...seen.encrypted, sessions: [session({ sni: "x.dane.example" })] }, "fail"],
    ["no name", { ...seen.encrypted, sessions: [session({ sni: null })] }, "fail"],
    [
      "another name in a handshake that failed",
      {
        ...seen.encrypted,
        sessions: [
          emptySession({ tls: null, tlsError: "bad certificate", sni: "elsewhere.example" }),
          session(),
        ],
      },
      "fail",
    ],
    [
      "no name in a session that had no handshake",
      { ...seen.encrypted, sessions: [emptySession({ tls: null, sni: null }), session()] },
      "pass",
    ],
  ])("under DANE the server name is looked at: %s", (_, step, verdict) => {
    const result = judged(setup, {
      "x/dane": step,
      "x/may": { ...seen.encrypted, sessions: [session({ sni: null })] },
    });
    expect(resultOf(result, "x/dane").verdict).toBe(verdict);
    // Without DANE nobody demands one.
    expect(resultOf(result, "x/may").verdict).toBe("pass");
  });

  test.each([
    ["must", must("deferred"), "fail"],
    ["should", should("deferred"), "warn"],
  ] as const)("a demand besides the outcome binds as the expectation does: %s", (_, dane, verdict) => {
    const text: Setup = { scenarios: { x: { watch: ["no-envelope"], expect: { dane } } } };
    const told = {
      ...seen.deferred,
      sessions: [emptySession({ commands: [{ line: "MAIL FROM:<t@x.example>", tls: true }] })],
    };
    const result = resultOf(judged(text, { "x/dane": told }), "x/dane");
    expect(result.verdict).toBe(verdict);
    expect(result.reasons[0]).toMatch(/envelope was sent/);
    expect(resultOf(judged(text, { "x/dane": seen.deferred }), "x/dane").verdict).toBe("pass");
  });
});

describe("steps", () => {
  const setup: Setup = {
    scenarios: {
      x: {
        mx: { tlsa: [mismatch("3 1 1")] },
        expect: { dane: must("deferred") },
        steps: [
          {
            title: "the record is corrected",
            mx: { tlsa: ["3 1 1"] },
            expect: { dane: must("authenticated") },
          },
        ],
      },
    },
  };
  const judgedAfter = (first: StepEvidence, ...later: readonly StepEvidence[]) => {
    const { plan: whole, judge: made } = judging(setup);
    for (const { id, role } of whole.trials)
      made.add(role === "twin" ? evidence(id, seen.deferred) : evidence(id, first, ...later));
    return resultOf(made.finish(), "x/dane");
  };

  test("each step is judged by what is permitted then", () => {
    const result = judgedAfter(seen.deferred, seen.authenticated);
    expect(result).toMatchObject({ verdict: "pass", outcome: "authenticated", ms: 200 });
    expect(result.steps?.map(({ title, verdict, outcome }) => [title, verdict, outcome])).toEqual([
      ["at first", "pass", "deferred"],
      ["the record is corrected", "pass", "authenticated"],
    ]);
  });

  test("what could not be judged has no outcome, though one was seen", () => {
    const result = judgedAfter({ ...seen.deferred, errors: ["the lab broke"] }, seen.authenticated);
    expect(result).toMatchObject({ verdict: "error", outcome: null });
    expect(result.steps?.map(({ verdict, outcome }) => [verdict, outcome])).toEqual([
      ["error", null],
      ["pass", "authenticated"],
    ]);
  });

  test("the first that is not as it should be decides, and says which it is", () => {
    expect(judgedAfter(seen.encrypted, seen.authenticated)).toMatchObject({
      verdict: "fail",
      outcome: "encrypted",
      reasons: [expect.stringMatching(/^at first: encrypted/)],
    });
    expect(judgedAfter(seen.deferred, seen.deferred)).toMatchObject({
      verdict: "fail",
      reasons: [expect.stringMatching(/^the record is corrected: deferred/)],
    });
  });

  test("a step without evidence makes an error, unless one before it failed", () => {
    expect(judgedAfter(seen.deferred)).toMatchObject({ verdict: "error", outcome: null });
    expect(judgedAfter(seen.encrypted).verdict).toBe("fail");
  });

  test("an attack that ends is judged as one while it lasts, and as an ordinary set-up after", () => {
    const ends: Setup = {
      scenarios: {
        x: {
          mx: { attacker: stripStarttls },
          expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
          steps: [{ title: "the attacker leaves", mx: {}, expect: { dane: must("authenticated") } }],
        },
      },
    };
    const run = (control: readonly [StepEvidence, StepEvidence]) => {
      const { plan: whole, judge: made } = judging(ends);
      for (const { id, role } of whole.trials) {
        if (role === "control") made.add(evidence(id, ...control));
        else if (role === "twin") made.add(evidence(id, seen.deferred));
        else made.add(evidence(id, seen.deferred, seen.authenticated));
      }
      return made.finish().trials.map(({ role, verdict }) => [role, verdict]);
    };
    expect(run([seen.cleartext, seen.encrypted])).toEqual([
      ["control", "pass"],
      ["main", "pass"],
      ["twin", "pass"],
    ]);
    for (const control of [
      [seen.encrypted, seen.encrypted],
      [seen.cleartext, seen.deferred],
    ] as const)
      expect(run(control).slice(0, 2)).toEqual([
        ["control", "inconclusive"],
        ["main", "inconclusive"],
      ]);
  });

  test("a leak in any step is told", () => {
    expect(judgedAfter(seen.cleartext, seen.authenticated)).toMatchObject({ verdict: "fail", leaked: true });
    expect(judgedAfter(seen.deferred, seen.cleartext).leaked).toBe(true);
  });

  test("a step that is sent to be lost is no leak of what DANE protects", () => {
    const planted: Setup = {
      scenarios: {
        x: {
          mx: { attacker: stripStarttls },
          expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
          steps: [
            {
              title: "a message without DANE",
              as: "may",
              expect: { dane: must("deferred"), may: leaksOnTheWire("cleartext") },
            },
          ],
        },
      },
    };
    const { plan: whole, judge: made } = judging(planted);
    for (const { id, role } of whole.trials)
      made.add(evidence(id, role === "main" ? seen.deferred : seen.cleartext, seen.cleartext));
    expect(made.finish().trials.map(({ role, verdict, leaked }) => [role, verdict, leaked])).toEqual([
      ["control", "pass", true],
      ["main", "pass", false],
    ]);
  });
});

describe("the order in which evidence comes", () => {
  const setup: Setup = {
    scenarios: {
      "canary-wrong": { canary: true, mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } },
      good: { expect: { dane: must("authenticated") } },
      empty: { expect: { dane: must("authenticated") } },
      late: { expect: { dane: should("deferred") } },
      broken: { expect: { dane: open("encrypted") } },
      known: { expect: { dane: must("deferred") } },
      stale: { expect: { dane: must("deferred") } },
      strip: {
        mx: { attacker: stripStarttls },
        steps: [],
        expect: { dane: must("deferred"), control: leaksOnTheWire("cleartext") },
      },
    },
    stacks: [stack, other],
    policies: ["dane", "dane-only", "may"],
    divergences: [divergence({ scenario: "known" }), divergence({ scenario: "stale" })],
  };
  const witnessed: Witnessed = ({ scenario, role, policy, canary, stack: of }) => {
    if (canary === "end" && of === other.id) return seen.encrypted;
    if (role === "twin") return scenario === "empty" ? seen.authenticated : seen.deferred;
    if (policy === "may") return role === "control" ? seen.cleartext : seen.encrypted;
    switch (scenario) {
      case "good":
      case "empty":
        return seen.authenticated;
      case "late":
        return seen.encrypted;
      case "known":
        return seen.bounced;
      case "broken":
        return policy === "dane" ? undefined : { ...seen.deferred, errors: ["no queue"] };
      default:
        return seen.deferred;
    }
  };

  /** The numbers 0 to count - 1 in an order that the seed gives (xorshift). */
  function shuffled(count: number, seed: number): readonly number[] {
    let state = seed;
    const next = (): number => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    };
    return Array.from({ length: count }, (_, index) => ({ index, key: next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ index }) => index);
  }

  const inOrder = (order: (count: number) => readonly number[]) => {
    const { plan: whole, judge: made } = judging(setup);
    const told: TrialResult[] = [];
    for (const index of order(whole.trials.length)) {
      const trial = whole.trials[index]!;
      const step = witnessed(trial);
      if (step) told.push(...made.add(evidence(trial.id, step)));
    }
    return { told, judgement: made.finish(), plan: whole };
  };

  test("does not matter", () => {
    const planned = inOrder((count) => Array.from({ length: count }, (_, index) => index));
    const verdicts = new Set(Object.values(verdictsOf(planned.judgement)));
    expect([...verdicts].sort()).toEqual(["error", "fail", "known", "pass", "warn"]);
    const unbelieved = planned.judgement.trials.find(({ id }) => id === `late/${other.id}/may`);
    expect(unbelieved?.reasons[0]).toContain(`canary canary-wrong/${other.id}/dane/end is fail`);
    expect(planned.judgement.trials.map(({ id }) => id)).toEqual(planned.plan.trials.map(({ id }) => id));
    for (let seed = 1; seed <= 50; seed++) {
      const { judgement, told } = inOrder((count) => shuffled(count, seed));
      expect(judgement).toEqual(planned.judgement);
      const byId = (a: TrialResult, b: TrialResult) => a.id.localeCompare(b.id);
      expect([...told].sort(byId)).toEqual([...planned.told].sort(byId));
    }
  });

  test("each verdict falls once, as soon as all that it hangs on is there", () => {
    const { plan: whole, judge: made } = judging(setup);
    const of = (tail: string) => whole.trials.find(({ id }) => id === tail.replace("/", `/${stack.id}/`))!;
    const tell = (tail: string) =>
      made.add(evidence(of(tail).id, witnessed(of(tail))!)).map(({ id }) => id.replace(`${stack.id}/`, ""));
    expect(tell("good/dane")).toEqual([]);
    expect(tell("good/may")).toEqual(["good/may"]);
    expect(tell("good/dane/twin")).toEqual(["good/dane", "good/dane/twin"]);
    // What runs at the end has no say in what ran at the start.
    expect(tell("canary-wrong/may/start")).toEqual(["canary-wrong/may/start"]);
    expect(tell("canary-wrong/dane/start")).toEqual(["canary-wrong/dane/start"]);
    expect(tell("strip/may")).toEqual(["strip/may"]);
    expect(tell("strip/dane")).toEqual(["strip/dane"]);
  });
});

test.each([
  ["none", [], "unsupported", "it asked for no TLSA record in 1 trials"],
  ["one", ["TLSA"], "error", "x has no DANE, says its driver, but it asked for TLSA records in x/"],
  ["not told", null, "unsupported", "nothing in this run confirms it"],
] as const)("that a sender has no DANE shows in its TLSA questions: %s", (_, types, verdict, words) => {
  const whole = plan(scenariosOf({ x: { expect: { dane: must("authenticated") } } }), {
    stacks: [stack],
    policies: ["dane", "may"],
    inability: (_sender, policy) => (policy === "dane" ? { lacks: "DANE", reason: "x has no DANE" } : null),
  });
  const made = judge({
    plan: whole,
    divergences: new Map(),
    sni: new Map(),
    evidencePath: ({ id }) => id,
  });
  const asked = types && ["MX", ...types].map((type) => ({ name: "x.may.example.", type }));
  made.add(evidence(`x/${stack.id}/may`, { ...seen.encrypted, questions: asked }));
  const result = made.finish().trials.find(({ policy }) => policy === "dane");
  expect(result).toMatchObject({ verdict });
  expect(result?.reasons.join("\n")).toContain(words);
});

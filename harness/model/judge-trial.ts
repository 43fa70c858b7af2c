import type { Evidence, StepEvidence } from "./evidence.ts";
import { type Observation, observe } from "./observe.ts";
import { isAttack, type Trial } from "./plan.ts";
import type { Verdict } from "./results.ts";
import type { Expectation, Scenario } from "./scenario.ts";
import { unmet } from "./watch.ts";

/** One trial judged by its own evidence, before its twin and its controls are heard. Pure. */

export interface JudgedStep {
  readonly title: string;
  readonly expectation: Expectation;
  readonly observation: Observation;
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

/** A trial's verdict is that of its first step that is not as it should be, else that of its last. */
export interface Judged extends Omit<JudgedStep, "title"> {
  readonly trial: Trial;
  readonly evidence: Evidence;
  readonly steps: readonly JudgedStep[];
}

export function doesDane({ policy }: Trial): boolean {
  return policy === "dane" || policy === "dane-only";
}

/** Shows that the set-up is sound: where there is no demand on the sender, or an attack must succeed. */
export function isControl({ policy, role }: Trial): boolean {
  return policy === "may" || role === "control";
}

const good: readonly Verdict[] = ["pass", "info"];

export function judgeAlone(
  trial: Trial,
  scenario: Scenario | undefined,
  evidence: Evidence,
  sni: string | null,
): Judged {
  const planned = [{ title: "at first", as: null, expectation: trial.expectation }, ...trial.steps];
  const seen: readonly StepEvidence[] = [evidence, ...evidence.steps];
  const steps = planned.flatMap(({ title, as, expectation }, index): JudgedStep[] => {
    const own = seen[index];
    if (!own) return [];
    const policy = as ?? trial.policy;
    const observation = observe(own, policy);
    const judged = judgeStep({ ...trial, policy }, expectation, scenario, own, observation, sni);
    const where = planned.length > 1 ? `${title}: ` : "";
    return [
      {
        title,
        expectation,
        observation,
        ...judged,
        reasons: judged.reasons.map((reason) => `${where}${reason}`),
      },
    ];
  });
  const deciding = steps.find(({ verdict }) => !good.includes(verdict)) ?? steps.at(-1);
  if (!deciding) return unjudged(trial, evidence, "there is no evidence of any step");
  const { expectation, observation, verdict, reasons } = deciding;
  const whole = { trial, evidence, steps, expectation, observation, verdict, reasons };
  const missing = planned[steps.length];
  if (!missing || !good.includes(verdict)) return whole;
  return { ...whole, verdict: "error", reasons: [`there is no evidence of the step "${missing.title}"`] };
}

/** A trial that nothing can be said of. */
export function unjudged(trial: Trial, evidence: Evidence | undefined, reason: string): Judged {
  const nothing: Evidence = evidence ?? {
    trial: trial.id,
    mail: { from: "", to: "", canary: "", queueId: null },
    attempts: [],
    log: [],
    sessions: [],
    questions: null,
    dns: [],
    queued: null,
    ms: 0,
    errors: [reason],
    steps: [],
    packets: null,
  };
  return {
    trial,
    evidence: nothing,
    steps: [],
    expectation: trial.expectation,
    observation: observe(nothing, trial.policy),
    verdict: "error",
    reasons: [reason],
  };
}

type Ruling = Pick<JudgedStep, "verdict" | "reasons">;

function judgeStep(
  trial: Trial,
  expectation: Expectation,
  scenario: Scenario | undefined,
  evidence: StepEvidence,
  observation: Observation,
  sni: string | null,
): Ruling {
  const { outcome } = observation;
  if (observation.errors.length > 0 || outcome === null || !scenario) {
    return { verdict: "error", reasons: observation.errors };
  }
  if (observation.disagreements.length > 0) return { verdict: "fail", reasons: observation.disagreements };
  if (expectation.leaks) return judgeControl(expectation, observation);

  const { permitted, never, level } = expectation;
  const wanted = permitted.join(" or ");
  if (never.includes(outcome)) {
    return { verdict: "fail", reasons: [`${outcome}: a MUST forbids it; permitted: ${wanted}`] };
  }
  const { onTheWire, toTheAttacker } = observation.leaks;
  const envelope = trial.role === "main" && isAttack(scenario) ? toldEnvelope(evidence, observation) : [];
  if (envelope.length > 0) return outside(level, envelope);
  if (scenario.limit === null && (toTheAttacker || (onTheWire && !permitted.includes("cleartext")))) {
    return {
      verdict: "fail",
      reasons: [`the message reached ${toTheAttacker ? "the attacker" : "the wire in clear text"}`],
    };
  }
  if (trial.role === "main" && doesDane(trial)) {
    const wrongSni = sniMismatch(evidence, sni);
    if (wrongSni) return { verdict: "fail", reasons: [wrongSni] };
    const watched = scenario.watch.flatMap((watch) => unmet(watch, evidence, observation));
    if (watched.length > 0) return outside(level, watched);
  }
  if (permitted.includes(outcome)) {
    const how = { must: "demanded", should: "recommended", open: "permitted" }[level];
    return { verdict: level === "open" ? "info" : "pass", reasons: [`${outcome}, as ${how}`] };
  }
  if (isControl(trial)) {
    // Without DANE the RFC demands nothing: the trial only shows that the set-up is sound.
    return {
      verdict: "inconclusive",
      reasons: [`${outcome} without DANE, where the set-up should give ${wanted}`],
    };
  }
  const who = doesDane(trial) ? "the RFC" : "the policy";
  const said = {
    must: `${outcome} where ${who} demands ${wanted}`,
    should: `${outcome} where ${who} recommends ${wanted}`,
    open: `${outcome} is not among what was foreseen: ${wanted}`,
  };
  return outside(level, [said[level]]);
}

/** A message that an attack stopped must not have told whom it is for and from. */
function toldEnvelope(evidence: StepEvidence, observation: Observation): readonly string[] {
  if (observation.outcome !== "deferred" && observation.outcome !== "bounced") return [];
  return evidence.sessions.flatMap(({ host, witness, commands }) =>
    commands.some(({ line, tls }) => /^MAIL FROM:/i.test(line) && (!tls || witness === "attacker"))
      ? [`the envelope was told ${witness === "attacker" ? "to the attacker" : "in clear text"} at ${host}`]
      : [],
  );
}

function outside(level: Expectation["level"], reasons: readonly string[]): Ruling {
  return { verdict: level === "must" ? "fail" : "warn", reasons };
}

function judgeControl(expectation: Expectation, { outcome, leaks }: Observation): Ruling {
  const lost = expectation.leaks === "on-the-wire" ? leaks.onTheWire : leaks.toTheAttacker;
  const where = expectation.leaks === "on-the-wire" ? "in clear text on the wire" : "by the attacker";
  if (!lost) {
    return {
      verdict: "inconclusive",
      reasons: [`the attack did not succeed without DANE either (${outcome}): it proves nothing`],
    };
  }
  if (outcome !== null && !expectation.permitted.includes(outcome)) {
    return {
      verdict: "inconclusive",
      reasons: [
        `the message was read ${where}, but by ${outcome} instead of ${expectation.permitted.join(" or ")}`,
      ],
    };
  }
  return { verdict: "pass", reasons: [`the attack succeeds without DANE: the message was read ${where}`] };
}

/** RFC 7672 8.1: looked at in every session that came as far as a ClientHello, when DANE was in use. */
function sniMismatch({ sessions }: StepEvidence, sni: string | null): string | null {
  if (sni === null) return null;
  const shaken = sessions.filter((session) => session.tls !== null || session.sni !== null);
  const wrong = shaken.find((session) => session.sni !== sni);
  return wrong ? `SNI was ${wrong.sni ?? "not sent"}; RFC 7672 8.1 demands ${sni}` : null;
}

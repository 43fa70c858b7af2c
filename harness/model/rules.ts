import type { StepEvidence } from "./evidence.ts";
import type { Observation } from "./observe.ts";
import { isAttack, type Trial } from "./plan.ts";
import type { Verdict } from "./results.ts";
import type { Expectation, Scenario } from "./scenario.ts";
import { unmet } from "./watch.ts";

/**
 * The rules that one step of a trial is judged by, in their order: the first that decides gives the verdict. Each says what
 * it asks and what it found, so that a verdict can be told with all that led to it.
 */

/** What a rule looks at. */
export interface Case {
  readonly trial: Trial;
  readonly expectation: Expectation;
  readonly scenario: Scenario;
  readonly evidence: StepEvidence;
  readonly observation: Observation;
  /** The server name that SNI must carry; null: nothing is demanded. */
  readonly sni: string | null;
}

export interface Ruling {
  readonly verdict: Verdict;
  readonly reasons: readonly string[];
}

interface Rule {
  readonly asks: string;
  /** The verdict; or, where the rule decides nothing, what it found. */
  readonly rules: (one: Case) => Ruling | string;
}

/** A rule as it was applied. */
export interface Consideration {
  readonly asks: string;
  /** In words. */
  readonly found: string;
  /** Whether this rule gave the verdict. */
  readonly decides: boolean;
}

export function doesDane({ policy }: Trial): boolean {
  return policy === "dane" || policy === "dane-only";
}

/** Shows that the set-up is sound: where there is no demand on the sender, or an attack must succeed. */
export function isControl({ policy, role }: Trial): boolean {
  return policy === "may" || role === "control";
}

const rules: readonly Rule[] = [
  {
    asks: "Could the harness tell what happened?",
    rules: ({ observation: { errors, resolverFaults, outcome } }) => {
      const reasons = [...errors, ...resolverFaults];
      return reasons.length > 0 || outcome === null ? { verdict: "error", reasons } : `yes: ${outcome}`;
    },
  },
  {
    asks: "Is the sender's log borne out by what the others saw?",
    rules: ({ observation: { disagreements } }) =>
      disagreements.length > 0 ? { verdict: "fail", reasons: disagreements } : "yes: nothing contradicts it",
  },
  {
    asks: "Did the sender live through it?",
    rules: ({ evidence: { attempts } }) => {
      const crashed = attempts.find(({ reason }) => reason === "crashed");
      return crashed
        ? { verdict: "fail", reasons: [`the sender did not live through it: ${crashed.text}`] }
        : "yes: none of its processes died of this message";
    },
  },
  {
    asks: "Is this the control of an attack, in which the attack must succeed?",
    rules: ({ expectation, observation }) =>
      expectation.leaks ? judgeControl(expectation, observation) : "no",
  },
  {
    asks: "Is the outcome one that a MUST forbids?",
    rules: ({ expectation: { permitted, never }, observation: { outcome } }) =>
      outcome !== null && never.includes(outcome)
        ? { verdict: "fail", reasons: [`${outcome}: a MUST forbids it; permitted: ${orList(permitted)}`] }
        : `no: ${never.length > 0 ? `that is ${never.join(", ")}` : "none is forbidden outright"}`,
  },
  {
    asks: "Was the envelope of a message that an attack stopped told to anybody?",
    rules: ({ trial, scenario, evidence, expectation, observation }) => {
      if (trial.role !== "main" || !isAttack(scenario)) return "not asked: there is no attack to stop";
      const told = toldEnvelope(evidence, observation);
      return told.length > 0 ? outside(expectation, told) : "no";
    },
  },
  {
    asks: "Did the message reach the attacker, or the wire in clear text?",
    rules: ({ scenario, expectation: { permitted }, observation: { leaks } }) => {
      if (scenario.limit !== null) return "not asked: DANE does not claim to stop this";
      if (leaks.toTheAttacker) return { verdict: "fail", reasons: ["the message reached the attacker"] };
      if (!leaks.onTheWire) return "no";
      return permitted.includes("cleartext")
        ? "the wire in clear text, which is permitted here"
        : { verdict: "fail", reasons: ["the message reached the wire in clear text"] };
    },
  },
  {
    asks: "Did SNI name the server as RFC 7672 8.1 demands?",
    rules: ({ trial, evidence, sni }) => {
      if (trial.role !== "main" || !doesDane(trial)) return "not asked: only where DANE is tested";
      if (sni === null) return "not asked: nothing is demanded here";
      const wrong = sniMismatch(evidence, sni);
      return wrong ? { verdict: "fail", reasons: [wrong] } : `yes, in every session with TLS: ${sni}`;
    },
  },
  {
    asks: "Is everything met that the scenario demands besides the outcome?",
    rules: ({ trial, scenario, evidence, expectation, observation }) => {
      if (trial.role !== "main" || !doesDane(trial) || scenario.watch.length === 0)
        return "not asked: it demands nothing else";
      const missed = scenario.watch.flatMap((watch) => unmet(watch, evidence, observation));
      return missed.length > 0 ? outside(expectation, missed) : `yes: ${scenario.watch.join(", ")}`;
    },
  },
  {
    asks: "Is the outcome among those that are permitted?",
    rules: ({ expectation: { permitted, level }, observation: { outcome } }) => {
      if (outcome === null || !permitted.includes(outcome)) return `no: permitted are ${orList(permitted)}`;
      const how = { must: "demanded", should: "recommended", open: "permitted" }[level];
      return { verdict: level === "open" ? "info" : "pass", reasons: [`${outcome}, as ${how}`] };
    },
  },
  {
    asks: "Is it a sender that nothing is demanded of, which only shows that the set-up is sound?",
    rules: ({ trial, expectation: { permitted }, observation: { outcome } }) =>
      isControl(trial)
        ? {
            verdict: "inconclusive",
            reasons: [`${outcome} without DANE, where the set-up should give ${orList(permitted)}`],
          }
        : "no",
  },
  {
    asks: "How binding is what was expected?",
    rules: ({ trial, expectation, observation: { outcome } }) => {
      const wanted = orList(expectation.permitted);
      const who = doesDane(trial) ? "the RFC" : "the policy";
      const said = {
        must: `${outcome} where ${who} demands ${wanted}`,
        should: `${outcome} where ${who} recommends ${wanted}`,
        open: `${outcome} is not among what was foreseen: ${wanted}`,
      };
      return outside(expectation, [said[expectation.level]]);
    },
  },
];

/** Every rule up to the one that decides, and what that one rules. */
export function applyRules(one: Case): {
  readonly ruling: Ruling;
  readonly considered: readonly Consideration[];
} {
  const considered: Consideration[] = [];
  for (const { asks, rules: rule } of rules) {
    const found = rule(one);
    if (typeof found !== "string") {
      considered.push({ asks, found: found.reasons.join("; "), decides: true });
      return { ruling: found, considered };
    }
    considered.push({ asks, found, decides: false });
  }
  return { ruling: { verdict: "error", reasons: ["no rule decides this case"] }, considered };
}

function orList(outcomes: readonly string[]): string {
  return outcomes.join(" or ");
}

function outside({ level }: Expectation, reasons: readonly string[]): Ruling {
  return { verdict: level === "must" ? "fail" : "warn", reasons };
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
      // That the attack is real it shows as well; but a claim to have authenticated the attacker is a fault of the sender.
      verdict: outcome === "authenticated" ? "fail" : "inconclusive",
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

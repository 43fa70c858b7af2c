import type { ClaimedAttempt, Evidence, StepEvidence } from "../../harness/model/evidence.ts";
import type { Session } from "../../harness/model/farm.ts";
import { observe } from "../../harness/model/observe.ts";
import { type Policy, policies } from "../../harness/model/scenario.ts";
import { authorityNotes } from "./authority.ts";
import { lookupEvents } from "./lookups.ts";
import {
  type Mark,
  type Note,
  type Party,
  parties,
  type Sequence,
  type SequenceEvent,
  type SequenceStep,
} from "./sequence.ts";
import { type Meeting, sessionEvents } from "./session.ts";

/**
 * Who said what to whom in a trial. Lookups come first, then the sessions, each in its order; when a lookup was made
 * between two sessions is not known.
 *
 * @param titles of the trial's steps, where it has several
 * @param authority whether the name servers have a line of their own
 */
export function sequenceOf(
  evidence: Evidence,
  titles: readonly string[] = [],
  { authority = false }: { readonly authority?: boolean } = {},
): Sequence {
  const policy = policyOf(evidence.trial);
  const all: readonly StepEvidence[] = [evidence, ...evidence.steps];
  const steps = all.map((step, index): SequenceStep => {
    const title = all.length === 1 ? null : `Step ${index + 1}${titles[index] ? `: ${titles[index]}` : ""}`;
    const events = [...(authority ? authorityNotes(step) : []), ...stepEvents(step, policy, evidence.reach)];
    const present = new Set(events.flatMap(partiesOf));
    return { title, parties: parties.filter((party) => present.has(party)), events, log: step.log };
  });
  return { steps };
}

/** A trial's id is "scenario/stack/policy", with more behind it for twins and canaries. */
function policyOf(trial: string): Policy {
  const name = trial.split("/")[2];
  return policies.find((policy) => policy === name) ?? "dane";
}

function partiesOf(event: SequenceEvent): readonly Party[] {
  return event.kind === "note" ? [event.at] : event.links.flatMap(({ from, to }) => [from, to]);
}

function stepEvents(step: StepEvidence, policy: Policy, reach: Evidence["reach"]): readonly SequenceEvent[] {
  const insists = policy !== "may";
  const telling = { canary: step.mail.canary, insists };
  const meetings = meetingsOf(step.sessions);
  const told: SequenceEvent[][] = [];
  const events: SequenceEvent[] = [...lookupEvents(step, { insists, answered: reach !== "network" })];
  let next = 0;
  const upTo = (end: number): void => {
    for (; next < end; next++) {
      const meeting = meetings[next];
      if (!meeting) continue;
      const [connects, ...rest] = sessionEvents(meeting, telling);
      const known =
        told.some((other) => JSON.stringify(other) === JSON.stringify(rest)) && !rest.some(isLeak);
      if (connects) events.push(connects);
      events.push(...(known ? [again(rest)] : rest));
      told.push(rest);
    }
  };

  for (const [index, attempt] of step.attempts.entries()) {
    const isLast = index === step.attempts.length - 1;
    upTo(isLast ? meetings.length : next + countUntil(meetings.slice(next), attempt));
    events.push(verdict(attempt, isLast ? step : null, policy, insists));
  }
  upTo(meetings.length);
  if (step.attempts.length === 0)
    events.push({ kind: "note", at: "sender", text: "its log tells no outcome", mark: null });
  return events;
}

/** The attacker's sessions with the genuine server's behind them; the server's own otherwise. By their start. */
function meetingsOf(sessions: readonly Session[]): readonly Meeting[] {
  const behindSome = new Set<Session>();
  const meetings = sessions
    .filter(({ witness }) => witness === "attacker")
    .map((front): Meeting => {
      const behind = sessions.find(
        (other) =>
          other.witness === "receiver" &&
          !behindSome.has(other) &&
          other.localAddress === front.localAddress &&
          other.port === front.port &&
          other.start >= front.start &&
          other.start <= front.end,
      );
      if (behind) behindSome.add(behind);
      return { front, behind: behind ?? null };
    });
  const direct = sessions
    .filter((session) => session.witness === "receiver" && !behindSome.has(session))
    .map((front): Meeting => ({ front, behind: null }));
  return [...meetings, ...direct].sort((a, b) => a.front.start - b.front.start);
}

/** An attempt ends with the session at the server that its log line names. */
function countUntil(meetings: readonly Meeting[], { relay }: ClaimedAttempt): number {
  if (relay === null) return 0;
  return meetings.findIndex(({ front }) => relay.includes(front.localAddress)) + 1;
}

function isLeak({ mark }: SequenceEvent): boolean {
  return mark === "leak";
}

/** A session in which the same was said as in one before. */
function again(events: readonly SequenceEvent[]): Note {
  const stop = events.find((event): event is Note => event.kind === "note" && event.mark === "stop");
  const text = "the same once more";
  return {
    kind: "note",
    at: "sender",
    text: stop ? `${text}: ${stop.text}` : text,
    mark: stop?.mark ?? null,
  };
}

function verdict(
  { status, dsn, text }: ClaimedAttempt,
  last: StepEvidence | null,
  policy: Policy,
  insists: boolean,
): Note {
  const note = (words: string, mark: Mark | null): Note => ({
    kind: "note",
    at: "sender",
    text: words,
    mark,
  });
  if (status !== "sent") {
    const stays = last?.queued === true ? "; the message stays in the queue" : "";
    return note(`${status}${dsn ? ` ${dsn}` : ""}: ${text}${stays}`, insists ? "stop" : null);
  }
  const { outcome, leaks } = last ? observe(last, policy) : { outcome: null, leaks: null };
  const lost = leaks?.toTheAttacker === true;
  switch (outcome) {
    case "authenticated":
      return lost
        ? note("sent over TLS, to the attacker, which passed for authenticated", "leak")
        : note("sent over TLS, to a server that DANE authenticated", "safe");
    case "encrypted":
      return lost
        ? note("sent over TLS, to the attacker", "leak")
        : note("sent over TLS, to a server that nothing authenticated", null);
    case "cleartext":
      return note(`sent in clear text${lost ? ", past the attacker" : ""}`, lost ? "leak" : null);
    default:
      return note(`sent: ${text}`, null);
  }
}

import type { Evidence, StepEvidence } from "../../harness/model/evidence.ts";
import type { Session } from "../../harness/model/farm.ts";
import type { LookupEvidence } from "../../harness/model/lookup.ts";
import type { DomainSetup } from "../../harness/model/setup.ts";
import { asLookup, asMail } from "./views/kinds.ts";

/** What the page holds of documents that lie beside it as a whole: what it shows, and of long lists the beginning. */

/** A session without what its transcript says too, and without what only the harness needs. */
export type ShownSession = Omit<Session, "id" | "domain" | "commands" | "mailFrom" | "rcptTo">;

/** So many records of a set or of a zone. */
const mostRecords = 60;

export function shortened(evidence: unknown): unknown {
  const lookup = asLookup(evidence);
  if (lookup) return lookupShown(lookup);
  const mail = asMail(evidence);
  return mail ? mailShown(mail) : evidence;
}

function mailShown(mail: Evidence): unknown {
  return { ...stepShown(mail), steps: mail.steps.map(stepShown) };
}

function stepShown<Step extends StepEvidence>(
  step: Step,
): Omit<Step, "sessions"> & { sessions: readonly ShownSession[] } {
  return { ...step, sessions: step.sessions.map(sessionShown) };
}

function sessionShown(session: Session): ShownSession {
  const { id: _id, domain: _domain, commands: _commands, mailFrom: _from, rcptTo: _to, ...rest } = session;
  return rest;
}

function lookupShown(lookup: LookupEvidence): LookupEvidence {
  const { expected, answers } = lookup;
  return {
    ...lookup,
    expected: { ...expected, rdata: expected.rdata && cut(expected.rdata) },
    answers: answers.map((answer) => ({ ...answer, rdata: cut(answer.rdata) })),
  };
}

export function setupShown({ steps }: DomainSetup): DomainSetup {
  return {
    steps: steps.map((step) => ({
      ...step,
      zones: step.zones.map(({ origin, records }) => ({ origin, records: cut(records) })),
    })),
  };
}

function cut(records: readonly string[]): readonly string[] {
  if (records.length <= mostRecords) return records;
  return [...records.slice(0, mostRecords), `; and ${records.length - mostRecords} more`];
}

/** How many there were before they were cut. */
export function countOf(records: readonly string[]): number {
  const left = /^; and (\d+) more$/.exec(records.at(-1) ?? "")?.[1];
  return left === undefined ? records.length : records.length - 1 + Number(left);
}

import type { Evidence, StepEvidence } from "../../harness/model/evidence.ts";
import type { Session } from "../../harness/model/farm.ts";
import { asMail } from "./views/kinds.ts";

/** A session as the page holds it: without what the transcript says too, and without what only the harness needs. */
export type ShownSession = Omit<Session, "id" | "domain" | "commands" | "mailFrom" | "rcptTo">;

/** Evidence without what the page does not show; it is in the evidence document beside the page. */
export function shortened(evidence: unknown): unknown {
  const mail = asMail(evidence);
  if (!mail) return evidence;
  return { ...mail, sessions: mail.sessions.map(shown), steps: mail.steps.map(stepShown) } satisfies Omit<
    Evidence,
    "sessions" | "steps"
  > & { sessions: unknown; steps: unknown };
}

function stepShown(step: StepEvidence): unknown {
  return { ...step, sessions: step.sessions.map(shown) };
}

function shown(session: Session): ShownSession {
  const { id: _id, domain: _domain, commands: _commands, mailFrom: _from, rcptTo: _to, ...rest } = session;
  return rest;
}

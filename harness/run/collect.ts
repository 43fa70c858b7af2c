import { decodeAnswer } from "../dns/message.ts";
import type { LogReader } from "../lab/driver.ts";
import type { ClaimedAttempt, Evidence, ResolverAnswer } from "../model/evidence.ts";
import type { MailToSubmit, RawAnswer, Session } from "../model/farm.ts";
import type { Trial } from "../model/plan.ts";
import type { DomainFacts, World } from "../world/world.ts";

/** What has come in about one trial so far. */
export interface TrialRecord {
  readonly trial: Trial;
  readonly facts: DomainFacts;
  readonly mail: MailToSubmit & { readonly canary: string };
  queueId: string | null;
  submittedAt: number;
  decidedAt: number;
  readonly attempts: ClaimedAttempt[];
  readonly log: string[];
  readonly sessions: Session[];
  readonly openSessions: Set<string>;
  dns: readonly ResolverAnswer[];
  queued: boolean | null;
  readonly errors: string[];
}

/** Sorts what the streams of a stack bring to the trials it belongs to, and wakes who waits for it. */
export interface StackCollector {
  readonly records: readonly TrialRecord[];
  logLine(line: string): void;
  opened(id: string, domain: string): void;
  session(session: Session): void;
  /** Learns the queue id that the sender gave. */
  submitted(record: TrialRecord, queueId: string | null): void;
  /** Resolves once the condition holds; it is looked at whenever something comes in for the record. */
  when(record: TrialRecord, condition: () => boolean): Promise<void>;
}

/** A canary that is the trial's alone: no two trials of any run share one. */
function mailFor(trial: Trial, facts: DomainFacts, runId: string, index: number, senderName: string) {
  const canary = `canary-${runId}-${index}`;
  const from = `t${index}@${trial.policy}.${senderName}`;
  const to = `u${index}@${facts.recipient}`;
  const content = [
    `From: <${from}>`,
    `To: <${to}>`,
    `Subject: ${trial.id}`,
    `Message-ID: <${canary}@${senderName}>`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `X-Danelab-Canary: ${canary}`,
    "",
    "A message of danelab.",
    "",
  ].join("\r\n");
  return { from, to, content, canary };
}

export function collectStack(
  trials: readonly Trial[],
  world: World,
  reader: LogReader,
  run: { readonly id: string; readonly firstIndex: number },
): StackCollector {
  const records = trials.flatMap((trial, index): TrialRecord[] => {
    const facts = world.domains.get(trial.domain);
    if (!facts) return [];
    return [
      {
        trial,
        facts,
        mail: mailFor(trial, facts, run.id, run.firstIndex + index, world.facts.senderName),
        queueId: null,
        submittedAt: 0,
        decidedAt: 0,
        attempts: [],
        log: [],
        sessions: [],
        openSessions: new Set(),
        dns: [],
        queued: null,
        errors: [],
      },
    ];
  });
  const byDomain = new Map(records.map((record) => [record.trial.domain, record]));
  const byRecipient = new Map(records.map((record) => [record.mail.to, record]));
  const byZone = new Map(
    records.flatMap((record) => record.facts.zones.map((zone) => [zone, record] as const)),
  );
  const byQueueId = new Map<string, TrialRecord>();
  const waiting = new Map<TrialRecord, Set<() => void>>();
  const wake = (record: TrialRecord): void => {
    for (const look of waiting.get(record) ?? []) look();
  };

  /** Lines can name a queue id before the reply that tells it was read: the recipient in later lines joins them. */
  const orphans = new Map<string, string[]>();

  const recordOf = (line: string): TrialRecord | undefined => {
    for (const [, labels = ""] of line.matchAll(/((?:[a-z0-9_-]+\.)+example)\b/gi)) {
      const parts = labels.toLowerCase().split(".");
      for (let from = 0; from < parts.length - 1; from++) {
        const record = byZone.get(parts.slice(from).join("."));
        if (record) return record;
      }
    }
    return undefined;
  };

  return {
    records,
    logLine(line) {
      const queueId = reader.queueId(line);
      const record = (queueId === null ? undefined : byQueueId.get(queueId)) ?? recordOf(line);
      if (record) record.log.push(line);
      else if (queueId !== null) orphans.set(queueId, [...(orphans.get(queueId) ?? []), line]);
      const attempt = reader.read(line);
      if (!attempt) return;
      const decided = byRecipient.get(attempt.recipient);
      if (!decided) return;
      decided.attempts.push(attempt.attempt);
      decided.decidedAt = Date.now();
      wake(decided);
    },
    opened(id, domain) {
      byDomain.get(domain)?.openSessions.add(id);
    },
    session(session) {
      const record = byDomain.get(session.domain);
      if (!record) return;
      record.openSessions.delete(session.id);
      record.sessions.push(session);
      wake(record);
    },
    submitted(record, queueId) {
      if (queueId === null) return;
      record.queueId = queueId;
      byQueueId.set(queueId, record);
      record.log.unshift(...(orphans.get(queueId) ?? []));
      orphans.delete(queueId);
    },
    when(record, condition) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const looks = waiting.get(record) ?? new Set();
      waiting.set(record, looks);
      const look = (): void => {
        if (!condition()) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
      return promise;
    },
  };
}

/** The resolver's answers, each beside what the world expected of it. */
export function resolverAnswers(facts: DomainFacts, raw: readonly RawAnswer[]): readonly ResolverAnswer[] {
  return facts.questions.map(({ question, status, empty }, index) => {
    const answer = raw[index];
    const base = { name: question.name, type: question.type, expected: { status, empty } };
    if (!answer?.message) {
      return { ...base, rcode: null, authenticated: false, answers: [], error: answer?.error ?? "not asked" };
    }
    const { rcode, authenticated, answers } = decodeAnswer(Buffer.from(answer.message, "base64"));
    return { ...base, rcode, authenticated, answers: answersOf(answers, question.type), error: null };
  });
}

/** Only records of the type asked for: the links of an alias are not an answer of their own. */
function answersOf(answers: readonly string[], type: string): readonly string[] {
  return answers.filter((answer) => answer.split(/\s+/)[3] === type);
}

export function evidenceOf(record: TrialRecord): Evidence {
  return {
    trial: record.trial.id,
    mail: { from: record.mail.from, to: record.mail.to, canary: record.mail.canary, queueId: record.queueId },
    attempts: record.attempts,
    log: record.log,
    sessions: [...record.sessions].sort((a, b) => a.start - b.start),
    dns: record.dns,
    queued: record.queued,
    ms: Math.max(0, record.decidedAt - record.submittedAt),
    errors: record.errors,
  };
}

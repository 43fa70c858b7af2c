import { decodeAnswer } from "../dns/message.ts";
import type { LogReader } from "../lab/driver.ts";
import type {
  ClaimedAttempt,
  Evidence,
  ResolverAnswer,
  SenderQuestion,
  StepEvidence,
} from "../model/evidence.ts";
import type { MailToSubmit, RawAnswer, Session } from "../model/farm.ts";
import type { Trial } from "../model/plan.ts";
import { senderPolicyOf } from "../model/scenario.ts";
import { messageOf } from "../words/errors.ts";
import type { DomainFacts, DomainStep, World } from "../world/world.ts";

/** What has come in about one step of a trial. */
export interface StepRecord {
  readonly mail: MailToSubmit & { readonly canary: string };
  queueId: string | null;
  /** When it was handed in; 0: not yet. */
  submittedAt: number;
  decidedAt: number;
  readonly attempts: ClaimedAttempt[];
  readonly log: string[];
  readonly sessions: Session[];
  /** null: the resolver's log does not tell. */
  readonly questions: SenderQuestion[] | null;
  dns: readonly ResolverAnswer[];
  queued: boolean | null;
  readonly errors: string[];
}

/** What has come in about one trial so far. */
export interface TrialRecord {
  readonly trial: Trial;
  readonly facts: DomainFacts;
  /** Its message has more recipients than this one. */
  readonly shared: boolean;
  readonly openSessions: Set<string>;
  /** Questions of the harness itself that the resolver has logged: its log is complete up to there. */
  ownQuestions: number;
  /** How many the harness has asked. */
  asked: number;
  /** Of steps that are over. */
  readonly past: StepRecord[];
  now: StepRecord;
}

/** Of each witness: what it says of one record may stand behind what it says of others. */
export interface LastNews {
  /** The sender's log told what became of a message. */
  readonly verdict: number;
  /** The resolver logged a question. */
  readonly question: number;
  /** The farm saw a session end. */
  readonly session: number;
}

/** Sorts what the streams of a stack bring to the trials it belongs to, and wakes who waits for it. */
export interface StackCollector {
  readonly records: readonly TrialRecord[];
  /** When news of any record last came. Milliseconds since the epoch. */
  readonly lastNews: LastNews;
  /** What the sender's log told of processes that died, each with some message in its hands. */
  readonly crashes: readonly string[];
  /** The message of this record was in the hands of a process that died. */
  struck(record: TrialRecord, crash: string): void;
  logLine(line: string): void;
  /** A question that the resolver logged: by the sender, or by the harness itself. */
  question(question: SenderQuestion, byHarness: boolean): void;
  opened(id: string, domain: string): void;
  session(session: Session): void;
  /** Learns the queue id that the sender gave. */
  submitted(record: TrialRecord, queueId: string | null): void;
  /** Begins the trial's next step: with the message that is still queued, or with a new one. */
  nextStep(record: TrialRecord, message: "queued" | "new"): void;
  /** Resolves once the condition holds; it is looked at whenever something comes in for the record. */
  when(record: TrialRecord, condition: () => boolean): Promise<void>;
}

/** A canary that is the message's alone: no two messages of any run share one. */
function mailFor(
  { id, policy }: Pick<Trial, "id" | "policy">,
  { setup, recipient, recipientText }: Pick<DomainFacts, "setup"> & DomainStep,
  runId: string,
  index: string,
  senderName: string,
) {
  const canary = `canary-${runId}-${index}`;
  const branch = setup === "plain" ? senderPolicyOf(policy) : `${senderPolicyOf(policy)}.${setup}`;
  const from = `t${index}@${branch}.${senderName}`;
  const to = `u${index}@${recipientText}`;
  const content = [
    `From: <${from}>`,
    `To: <u${index}@${recipient}>`,
    `Subject: ${id}`,
    `Message-ID: <${canary}@${senderName}>`,
    `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`,
    `X-Danelab-Canary: ${canary}`,
    "",
    "A message of danelab.",
    "",
  ].join("\r\n");
  return { from, to, content, canary };
}

function stepRecord(mail: StepRecord["mail"], queueId: string | null, tellsQuestions: boolean): StepRecord {
  return {
    mail,
    queueId,
    submittedAt: 0,
    decidedAt: 0,
    attempts: [],
    log: [],
    sessions: [],
    questions: tellsQuestions ? [] : null,
    dns: [],
    queued: null,
    errors: [],
  };
}

export function collectStack(
  trials: readonly Trial[],
  world: World,
  reader: LogReader,
  run: { readonly id: string; readonly firstIndex: number; readonly resolverTells: boolean },
): StackCollector {
  const mailOf = (trial: Trial, { setup, steps }: DomainFacts, step: number, index: string) =>
    mailFor(
      { id: trial.id, policy: trial.steps[step - 1]?.as ?? trial.policy },
      { setup, ...(steps[step] ?? steps[0]) },
      run.id,
      index,
      world.facts.senderName,
    );
  const indices = new Map(trials.map((trial, index) => [trial, run.firstIndex + index]));
  const carriers = new Set(trials.map(({ carrier }) => carrier));
  const records = trials.flatMap((trial): TrialRecord[] => {
    const facts = world.domains.get(trial.domain);
    if (!facts) return [];
    return [
      {
        trial,
        facts,
        shared: trial.carrier !== null || carriers.has(trial.id),
        openSessions: new Set(),
        ownQuestions: 0,
        asked: 0,
        past: [],
        now: stepRecord(mailOf(trial, facts, 0, String(indices.get(trial))), null, run.resolverTells),
      },
    ];
  });
  const byTrial = new Map(records.map((record) => [record.trial.id, record]));
  for (const record of records) {
    const carrier = record.trial.carrier === null ? undefined : byTrial.get(record.trial.carrier);
    if (!carrier) continue;
    // One message: the canary is the carrier's.
    record.now = stepRecord({ ...carrier.now.mail, to: record.now.mail.to }, null, run.resolverTells);
  }
  const byDomain = new Map(records.map((record) => [record.trial.domain, record]));
  const byRecipient = new Map(records.map((record) => [recipientKey(record.now.mail.to), record]));
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

  const recordOfName = (name: string): TrialRecord | undefined => {
    const labels = name.toLowerCase().split(".");
    for (let from = 0; from < labels.length - 1; from++) {
      const record = byZone.get(labels.slice(from).join("."));
      if (record) return record;
    }
    return undefined;
  };

  const recordOf = (line: string): TrialRecord | undefined => {
    for (const [, name = ""] of line.matchAll(/((?:[a-z0-9_-]+\.)+example)\b/gi)) {
      const record = recordOfName(name);
      if (record) return record;
    }
    return undefined;
  };

  const lastNews = { verdict: 0, question: 0, session: 0 };
  const crashes: string[] = [];

  const decide = (record: TrialRecord, attempt: ClaimedAttempt): void => {
    record.now.attempts.push(attempt);
    record.now.decidedAt = Date.now();
    lastNews.verdict = record.now.decidedAt;
    wake(record);
  };

  return {
    records,
    lastNews,
    crashes,
    struck(record, crash) {
      record.now.log.push(`(${crash})`);
      decide(record, {
        status: "deferred",
        tls: "unknown",
        reason: "crashed",
        relay: null,
        dsn: null,
        text: crash,
      });
    },
    logLine(line) {
      const queueId = reader.queueId(line);
      const record = (queueId === null ? undefined : byQueueId.get(queueId)) ?? recordOf(line);
      if (record) record.now.log.push(line);
      else if (queueId !== null) orphans.set(queueId, [...(orphans.get(queueId) ?? []), line]);
      const crash = reader.crash?.(line);
      if (crash !== undefined) {
        crashes.push(crash);
        for (const waits of waiting.keys()) wake(waits);
      }
      const attempt = reader.read(line);
      if (!attempt) return;
      const decided = byRecipient.get(recipientKey(attempt.recipient));
      if (!decided) return;
      if (record && decided !== record) decided.now.log.push(line);
      decide(decided, attempt.attempt);
    },
    question({ name, type }, byHarness) {
      lastNews.question = Date.now();
      const record = recordOfName(name.replace(/\.$/, ""));
      if (!record) return;
      if (byHarness) record.ownQuestions++;
      // Before it has the message the sender asks nothing: that was the lab's own look whether all is ready, past the relay.
      else if (record.now.submittedAt > 0) record.now.questions?.push({ name, type });
      wake(record);
    },
    opened(id, domain) {
      byDomain.get(domain)?.openSessions.add(id);
    },
    session(session) {
      lastNews.session = Date.now();
      const record = byDomain.get(session.domain);
      if (!record) return;
      record.openSessions.delete(session.id);
      record.now.sessions.push(session);
      wake(record);
    },
    submitted(record, queueId) {
      if (queueId === null) return;
      record.now.queueId = queueId;
      byQueueId.set(queueId, record);
      record.now.log.unshift(...(orphans.get(queueId) ?? []));
      orphans.delete(queueId);
    },
    nextStep(record, message) {
      const before = record.now;
      record.past.push(before);
      if (message === "queued") {
        record.now = stepRecord(before.mail, before.queueId, run.resolverTells);
        return;
      }
      const index = `${indices.get(record.trial)}-${record.past.length}`;
      record.now = stepRecord(
        mailOf(record.trial, record.facts, record.past.length, index),
        null,
        run.resolverTells,
      );
      // A sender may take up the message of the step before by itself: that is no part of this one.
      byRecipient.delete(recipientKey(before.mail.to));
      byRecipient.set(recipientKey(record.now.mail.to), record);
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
export function resolverAnswers(
  { questions }: DomainStep,
  raw: readonly RawAnswer[],
): readonly ResolverAnswer[] {
  return questions.map(({ question, status, empty }, index) => {
    const answer = raw[index];
    const base = { name: question.name, type: question.type, expected: { status, empty } };
    if (!answer?.message) {
      return { ...base, rcode: null, authenticated: false, answers: [], error: answer?.error ?? "not asked" };
    }
    try {
      const { rcode, authenticated, answers } = decodeAnswer(Buffer.from(answer.message, "base64"));
      return { ...base, rcode, authenticated, answers: answersOf(answers, question.type), error: null };
    } catch (error) {
      return { ...base, rcode: null, authenticated: false, answers: [], error: messageOf(error) };
    }
  });
}

/** Only records of the type asked for: the links of an alias are not an answer of their own. */
function answersOf(answers: readonly string[], type: string): readonly string[] {
  return answers.filter((answer) => answer.split(/\s+/)[3] === type);
}

export function evidenceOf({ trial, past, now }: TrialRecord): Evidence {
  const [first, ...later] = [...past, now].map(stepEvidenceOf);
  return {
    trial: trial.id,
    reach: trial.reach,
    ...(first ?? stepEvidenceOf(now)),
    steps: later,
    packets: null,
  };
}

function stepEvidenceOf(record: StepRecord): StepEvidence {
  const { mail, queueId, attempts, log, sessions, questions, dns, queued, errors } = record;
  return {
    mail: { from: mail.from, to: mail.to, canary: mail.canary, queueId },
    attempts,
    log,
    sessions: [...sessions].sort((a, b) => a.start - b.start),
    questions,
    dns,
    queued,
    ms: Math.max(0, record.decidedAt - record.submittedAt),
    errors,
  };
}

/** The recipient without regard to how its domain is written: senders log it as given, in lower case, or in A-labels. */
function recipientKey(address: string): string {
  const [local = ""] = address.split("@");
  return local;
}

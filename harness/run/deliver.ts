import { encodeQuery } from "../dns/message.ts";
import { harnessAddress, type SendingHost } from "../lab/sending-host.ts";
import type { Evidence, ResolverAnswer } from "../model/evidence.ts";
import { resolverMismatch } from "../model/observe.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { pause, within } from "../words/until.ts";
import type { DomainStep } from "../world/world.ts";
import {
  evidenceOf,
  type LastNews,
  resolverAnswers,
  type StackCollector,
  type StepRecord,
  type TrialRecord,
} from "./collect.ts";

/** The fourth and fifth arrow: every message of a stack is sent, and what its witnesses saw becomes evidence. */

export interface DeliverOptions {
  readonly signal: AbortSignal;
  /** Rejects when a part of the lab broke that this stack needs. */
  readonly broken: Promise<never>;
  /** Resolves when the resolver's process ends; the text says how. */
  readonly resolverDied: Promise<string>;
  readonly onEvidence: (evidence: Evidence) => void;
  /** Makes the servers of a domain what they are from this step on. */
  readonly change: (step: DomainStep) => Promise<void>;
}

/** Sends everything but the canaries of the end at once, then those. */
export async function deliverFrom(
  host: SendingHost,
  collector: StackCollector,
  options: DeliverOptions,
): Promise<void> {
  const [last, first] = [
    collector.records.filter(({ trial }) => trial.canary === "end"),
    collector.records.filter(({ trial }) => trial.canary !== "end"),
  ];
  // Canaries of the start go first, so that a lab that does not work is known early; then what takes long, so that all
  // else runs beside it.
  const urgency = ({ trial }: TrialRecord): number => (trial.canary === "start" ? 1000 : trial.effort);
  first.sort((a, b) => urgency(b) - urgency(a));
  for (const batch of [first, last])
    await deliverBatch(batch, { host, collector, ...options, ...toolsOf(host) });
}

interface Tools {
  retry(queueId: string): Promise<void>;
  queue(): Promise<ReadonlySet<string>>;
  /** Of messages that died with their process; see SenderDriver.struck. */
  struck(): Promise<ReadonlySet<string>>;
  /** One task after the other: many connections at once are more than a sender may keep waiting (OpenSMTPD: five). */
  inTurn(task: () => Promise<void>): Promise<void>;
}

type Work = DeliverOptions & Tools & { readonly host: SendingHost; readonly collector: StackCollector };

function toolsOf(host: SendingHost): Tools {
  const { driver } = host.sender;
  let last: Promise<void> = Promise.resolve();
  return {
    inTurn(task) {
      const mine = last.then(task);
      last = mine.catch(() => undefined);
      return mine;
    },
    retry: retrier(host),
    queue: looker(() => driver.queued(host.senderContainer)),
    struck: looker(async () => (await driver.struck?.(host.senderContainer)) ?? new Set()),
  };
}

/**
 * While more messages of one sender than this are under way, no more are handed in: enough to keep it busy while some wait for
 * silent servers, and few enough that none waits for a processor until its deadline.
 */
const mostUnderWay = 200;
/** So many are handed in together. */
const handful = 50;

async function deliverBatch(records: readonly TrialRecord[], work: Work): Promise<void> {
  if (records.length === 0) return;
  // A copy: what the streams still bring for the record is no part of it.
  const complete = (record: TrialRecord): void => work.onEvidence(structuredClone(evidenceOf(record)));
  const over = Promise.race([work.broken, interrupted(work.signal)]);
  let underWay = 0;
  let oneDone = Promise.withResolvers<void>();

  const attendTo = async (record: TrialRecord, submission: Promise<void>): Promise<void> => {
    try {
      await Promise.race([attendAll(record, submission, work), over]);
    } catch (error) {
      work.signal.throwIfAborted();
      record.now.errors.push(messageOf(error));
    } finally {
      underWay -= 1;
      oneDone.resolve();
      oneDone = Promise.withResolvers();
    }
    complete(record);
  };

  const attended: Promise<void>[] = [];
  const messages = [...sharedMessages(records)];
  while (messages.length > 0) {
    const together = messages.splice(0, handful).flat();
    const submission = Promise.race([submit(together, work), over]);
    underWay += together.length;
    for (const record of together) {
      const mine = attendTo(record, submission);
      // An interrupt ends the loop below; what it ends here is no unhandled rejection.
      mine.catch(() => undefined);
      attended.push(mine);
    }
    // Each record says what became of it.
    await submission.catch(() => undefined);
    while (underWay > mostUnderWay && messages.length > 0) await oneDone.promise;
    work.signal.throwIfAborted();
  }
  await Promise.all(attended);
}

/** Hands the message of each record's present step to the sender. One that rides is a recipient of its carrier's message. */
async function submit(records: readonly TrialRecord[], { host, collector }: Work): Promise<void> {
  const submittedAt = Date.now();
  for (const record of records) record.now.submittedAt = submittedAt;
  const messages = sharedMessages(records);
  const { driver } = host.sender;
  const replies = await host.witness.submit(
    messages.map(([carrier, ...riders]) => ({
      ...carrier.now.mail,
      also: riders.map(({ now }) => now.mail.to),
    })),
    { ...driver.submission, sessions: 4 },
  );
  messages.forEach((message, index) => {
    const reply = replies[index];
    for (const record of message) {
      collector.submitted(record, reply ? driver.queueId(reply.reply) : null);
      if (!reply?.accepted)
        record.now.errors.push(`the sender did not take the message: ${reply?.reply ?? "no reply"}`);
    }
  });
}

/** The records of each message: the one that carries it first. A record whose carrier is not among them has its own. */
function sharedMessages(records: readonly TrialRecord[]): readonly [TrialRecord, ...TrialRecord[]][] {
  const byTrial = new Map(records.map((record) => [record.trial.id, record]));
  const messages = new Map<TrialRecord, [TrialRecord, ...TrialRecord[]]>();
  const carrierOf = ({ trial }: TrialRecord): TrialRecord | undefined =>
    trial.carrier === null ? undefined : byTrial.get(trial.carrier);
  for (const record of records) if (!carrierOf(record)) messages.set(record, [record]);
  for (const record of records) {
    const carrier = carrierOf(record);
    if (carrier) messages.get(carrier)?.push(record);
  }
  return [...messages.values()];
}

/** All steps of a trial, one after the other. */
async function attendAll(record: TrialRecord, submission: Promise<void>, work: Work): Promise<void> {
  await submission;
  await attend(record, work);
  for (const [index, { afterTtl, as }] of record.trial.steps.entries()) {
    if (record.now.errors.length > 0) return;
    const step = record.facts.steps[index + 1];
    if (!step) throw new HarnessError(`${record.trial.id} has no step ${index + 1} in the world`);
    const before = record.facts.steps[index] ?? record.facts.steps[0];
    await work.change(step);
    // Caches count whole seconds, and some (Postfix's of TLSA records, tls_dane.c) one more than the TTL.
    if (afterTtl) {
      await pause((before.ttl + 2) * 1000);
      await settled(record, step, work);
    }
    const { queueId, queued } = record.now;
    const same = as === null && step.recipient === before.recipient;
    if (queued && queueId !== null && same) {
      work.collector.nextStep(record, "queued");
      await pause(durations.retryBackoff);
      record.now.submittedAt = Date.now();
      await work.retry(queueId);
    } else {
      work.collector.nextStep(record, "new");
      await work.inTurn(() => submit([record], work));
    }
    await attend(record, work);
  }
}

/** Rejects when the run is interrupted. */
function interrupted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return promise;
}

/** From a message handed in to all that its witnesses saw of it. */
async function attend(record: TrialRecord, work: Work): Promise<void> {
  const { host, collector, retry, queue, struck, signal } = work;
  const { now, facts, trial, past } = record;
  if (now.errors.length > 0) return;
  // A queue or a stream of thousands takes its time; one in which nothing moves any more does not get it.
  const wait = (
    condition: () => boolean,
    ms: number,
    waitedFor: string,
    news: keyof LastNews,
  ): Promise<void> =>
    within(collector.when(record, condition), {
      ms,
      renewed: () => collector.lastNews[news],
      waitedFor: `${waitedFor} for ${now.mail.to} at ${host.id}`,
      lastSeen: () => now.log.at(-1) ?? "no log line about it",
      signal,
    });

  for (let attempt = 1; ; attempt++) {
    const again = attempt > 1 || past.length > 0;
    for (let heard = 0; now.attempts.length < attempt; ) {
      await wait(
        () => now.attempts.length >= attempt || collector.crashes.length > heard,
        durations.firstAttempt + (again ? (host.sender.driver.retriesWithin ?? 0) : 0),
        "a verdict in the sender's log",
        "verdict",
      );
      if (now.attempts.length >= attempt) break;
      heard = collector.crashes.length;
      // The message is put back right behind the line that tells of the crash.
      await pause(durations.betweenLooks);
      const found = now.queueId !== null && (await struck()).has(now.queueId);
      if (found && now.attempts.length < attempt)
        collector.struck(record, collector.crashes[heard - 1] ?? "");
    }
    if (attempt >= trial.attempts || now.attempts.at(-1)?.status !== "deferred") break;
    if (host.sender.driver.retriesWithin !== undefined) continue;
    if (now.queueId === null)
      throw new HarnessError("the sender gave no queue id: the message cannot be tried again");
    await pause(durations.retryBackoff);
    await retry(now.queueId);
  }

  // The log can be ahead of the farm: where the sender reached a server, that session's record must come in.
  const reached = now.attempts.filter(({ relay }) => relay !== null).length;
  await wait(
    () => record.openSessions.size === 0 && now.sessions.length >= reached,
    durations.sessionEnd,
    "the end of the SMTP session that the farm saw",
    "session",
  );
  if (now.attempts.at(-1)?.status === "sent") {
    // Sessions of hosts that failed before it are no sign of the one that took the message. If there is none, the judge says so.
    await wait(
      () => record.openSessions.size === 0 && now.sessions.some(({ accepted }) => accepted),
      durations.sessionEnd,
      "the session of the host that took the message",
      "session",
    ).catch(() => signal.throwIfAborted());
  }
  const step = facts.steps[past.length] ?? facts.steps[0];
  // A step that follows at once: the resolver may still tell of the one before, and some senders are done by then.
  if (trial.steps[past.length - 1]?.afterTtl === false) await settled(record, step, work);
  now.dns = await askResolver(record, step, work);
  if (now.questions !== null) {
    await wait(
      () => record.ownQuestions >= record.asked,
      durations.sessionEnd,
      "the resolver's log of the harness's own questions",
      "question",
    );
  }
  // A message for several recipients stays in the queue as long as one of them waits.
  now.queued = record.shared ? null : await isQueued(now, queue, () => collector.lastNews.verdict);
}

async function askResolver(
  record: TrialRecord,
  step: DomainStep,
  { host, resolverDied }: Pick<Work, "host" | "resolverDied">,
): Promise<readonly ResolverAnswer[]> {
  // Of a promise that many wait for, and that is fulfilled late: it must cost them nothing then.
  const died = resolverDied.then((how) => ({ how }));
  const asked = host.witness.ask(
    host.resolverAddress,
    step.questions.map(({ question }) => encodeQuery(question)),
    { source: harnessAddress(host) },
  );
  const told = await Promise.race([died, asked]);
  if ("how" in told) {
    // A dead one logs nothing more.
    const error = `its process ended (${told.how})`;
    return resolverAnswers(
      step,
      step.questions.map(() => ({ message: null, error, ms: 0 })),
    );
  }
  record.asked += step.questions.length;
  return resolverAnswers(step, told);
}

/** Resolvers remember failures a while longer than the TTL. What is still wrong at the deadline is told by the evidence. */
async function settled(record: TrialRecord, step: DomainStep, work: Work): Promise<void> {
  const end = Date.now() + durations.failuresForgotten;
  for (;;) {
    const answers = await askResolver(record, step, work);
    if (Date.now() >= end || answers.every((one) => resolverMismatch(one) === null)) return;
    work.signal.throwIfAborted();
    await pause(500);
  }
}

/**
 * Senders log an outcome before the message leaves the queue: one that is said to be gone gets time to go, from the sender's last
 * verdict on any.
 */
async function isQueued(
  { queueId, attempts }: StepRecord,
  queue: Tools["queue"],
  lastVerdict: () => number,
): Promise<boolean | null> {
  if (queueId === null) return null;
  const stays = attempts.at(-1)?.status === "deferred";
  for (;;) {
    const queued = (await queue()).has(queueId);
    if (!queued || stays || Date.now() >= lastVerdict() + durations.sessionEnd) return queued;
    await pause(100);
  }
}

/**
 * A look costs the sender a program, more of it where the processors are busy: looks keep a distance that grows with what they
 * take, and one serves all who ask before it.
 */
function looker(look: () => Promise<ReadonlySet<string>>): () => Promise<ReadonlySet<string>> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<ReadonlySet<string>> | undefined;
  return () => {
    if (next) return next;
    let begin = 0;
    const mine = running.then(() => {
      next = undefined;
      begin = performance.now();
      return look();
    });
    next = mine;
    running = mine
      .catch(() => undefined)
      .then(() => pause(Math.max(durations.betweenLooks, 4 * (performance.now() - begin))));
    return mine;
  };
}

/** Messages that are due at about the same time are tried again by one command. */
function retrier(host: SendingHost): (queueId: string) => Promise<void> {
  let due: string[] = [];
  let batch: Promise<void> | undefined;
  return (queueId) => {
    due.push(queueId);
    batch ??= pause(50).then(() => {
      const ids = due;
      due = [];
      batch = undefined;
      return host.sender.driver.retry(host.senderContainer, ids);
    });
    return batch;
  };
}

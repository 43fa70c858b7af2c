import { encodeQuery } from "../dns/message.ts";
import type { StackLab } from "../lab/lab.ts";
import type { Evidence } from "../model/evidence.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { pause, within } from "../words/until.ts";
import { evidenceOf, resolverAnswers, type StackCollector, type TrialRecord } from "./collect.ts";

/** The fourth and fifth arrow: every message of a stack is sent, and what its witnesses saw becomes evidence. */

export interface DeliverOptions {
  readonly signal: AbortSignal;
  /** Rejects when a part of the lab broke that this stack needs. */
  readonly broken: Promise<never>;
  readonly onEvidence: (evidence: Evidence) => void;
}

/** Sends everything but the canaries of the end at once, then those. */
export async function deliverStack(
  lab: StackLab,
  collector: StackCollector,
  options: DeliverOptions,
): Promise<void> {
  const tools = { retry: retrier(lab), queue: queueLooker(lab) };
  const [last, first] = [
    collector.records.filter(({ trial }) => trial.canary === "end"),
    collector.records.filter(({ trial }) => trial.canary !== "end"),
  ];
  // Canaries of the start go first, so that a lab that does not work is known early.
  first.sort((a, b) => Number(b.trial.canary === "start") - Number(a.trial.canary === "start"));
  for (const batch of [first, last]) await deliverBatch(lab, collector, batch, tools, options);
}

interface Tools {
  retry(queueId: string): Promise<void>;
  queue(): Promise<ReadonlySet<string>>;
}

async function deliverBatch(
  lab: StackLab,
  collector: StackCollector,
  records: readonly TrialRecord[],
  tools: Tools,
  options: DeliverOptions,
): Promise<void> {
  if (records.length === 0) return;
  // A copy: what the streams still bring for the record is no part of it.
  const complete = (record: TrialRecord): void => options.onEvidence(structuredClone(evidenceOf(record)));
  const over = Promise.race([options.broken, interrupted(options.signal)]);
  const submittedAt = Date.now();
  for (const record of records) record.submittedAt = submittedAt;
  const submission = Promise.race([
    lab.witness.submit(
      records.map(({ mail }) => mail),
      { port: lab.sender.driver.submission.port, sessions: 4 },
    ),
    over,
  ]).then((replies) => {
    records.forEach((record, index) => {
      const reply = replies[index];
      collector.submitted(record, reply ? lab.sender.driver.queueId(reply.reply) : null);
      if (!reply?.accepted)
        record.errors.push(`the sender did not take the message: ${reply?.reply ?? "no reply"}`);
    });
  });

  await Promise.all(
    records.map(async (record) => {
      try {
        await Promise.race([attend(lab, collector, record, submission, tools, options), over]);
      } catch (error) {
        options.signal.throwIfAborted();
        record.errors.push(messageOf(error));
      }
      complete(record);
    }),
  );
}

/** Rejects when the run is interrupted. */
function interrupted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return promise;
}

async function attend(
  lab: StackLab,
  collector: StackCollector,
  record: TrialRecord,
  submission: Promise<void>,
  tools: Tools,
  { signal }: DeliverOptions,
): Promise<void> {
  const wait = (condition: () => boolean, ms: number, waitedFor: string): Promise<void> =>
    within(collector.when(record, condition), {
      ms,
      waitedFor: `${waitedFor} for ${record.mail.to} in stack ${lab.stack.id}`,
      lastSeen: () => record.log.at(-1) ?? "no log line about it",
      signal,
    });
  await submission;
  if (record.errors.length > 0) return;

  for (let attempt = 1; ; attempt++) {
    await wait(
      () => record.attempts.length >= attempt,
      durations.firstAttempt,
      "a verdict in the sender's log",
    );
    if (attempt >= record.trial.attempts || record.attempts.at(-1)?.status !== "deferred") break;
    if (record.queueId === null)
      throw new HarnessError("the sender gave no queue id: the message cannot be tried again");
    await pause(durations.retryBackoff);
    await tools.retry(record.queueId);
  }

  // The log can be ahead of the farm: where the sender reached a server, that session's record must come in.
  const reached = record.attempts.filter(({ relay }) => relay !== null).length;
  await wait(
    () => record.openSessions.size === 0 && record.sessions.length >= reached,
    durations.sessionEnd,
    "the end of the SMTP session that the farm saw",
  );
  const raw = await lab.witness.ask(
    "127.0.0.1",
    record.facts.questions.map(({ question }) => encodeQuery(question)),
  );
  record.dns = resolverAnswers(record.facts, raw);
  const queueId = record.queueId;
  if (queueId !== null) record.queued = (await tools.queue()).has(queueId);
}

/** One look at the queue serves all who ask while the one before it is under way. */
function queueLooker(lab: StackLab): () => Promise<ReadonlySet<string>> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<ReadonlySet<string>> | undefined;
  return () => {
    if (next) return next;
    const mine = running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return lab.sender.driver.queued(lab.senderContainer);
      });
    next = mine;
    running = mine;
    return mine;
  };
}

/** Messages that are due at about the same time are tried again by one command. */
function retrier(lab: StackLab): (queueId: string) => Promise<void> {
  let due: string[] = [];
  let batch: Promise<void> | undefined;
  return (queueId) => {
    due.push(queueId);
    batch ??= pause(50).then(() => {
      const ids = due;
      due = [];
      batch = undefined;
      return lab.sender.driver.retry(lab.senderContainer, ids);
    });
    return batch;
  };
}

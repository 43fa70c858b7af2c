import { beforeEach, expect, test } from "vitest";
import { createPostfixLogReader } from "../../containers/sender/postfix/log.ts";
import { clearSession, session } from "../model/test-evidence.ts";
import { mismatch, must } from "../vocabulary.ts";
import { compileWorld } from "../world/world.ts";
import {
  collectStack,
  evidenceOf,
  resolverAnswers,
  type StackCollector,
  type TrialRecord,
} from "./collect.ts";
import { daneTrials, type TestScenario } from "./test-plan.ts";

const texts: readonly TestScenario[] = [
  { id: "one", mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } },
  { id: "one-more", mx: { zone: "b" }, zones: { b: { under: "tld" } }, expect: { dane: must("encrypted") } },
  {
    id: "later",
    mx: { tlsa: [] },
    expect: { dane: must("encrypted") },
    steps: [
      { title: "once more", expect: { dane: must("encrypted") } },
      { title: "without DANE", as: "may", expect: { dane: must("encrypted") } },
    ],
  },
];
const whole = daneTrials(texts);
const world = compileWorld(whole, { subnet: 1, now: new Date() });

let collector: StackCollector;
let one: TrialRecord;
let more: TrialRecord;
let later: TrialRecord;

function collect(resolverTells = true): void {
  collector = collectStack(whole.trials, world, createPostfixLogReader(), {
    id: "r1",
    firstIndex: 7,
    resolverTells,
  });
  [one, more, later] = collector.records as [TrialRecord, TrialRecord, TrialRecord];
}

beforeEach(() => collect());

const prefix = "Nov 24 15:13:03 sender postfix";

function logAll(...lines: readonly string[]): void {
  for (const line of lines) collector.logLine(`${prefix}/${line}`);
}

/** The rests of the lines, without what each begins with. */
function logOf(record: TrialRecord): readonly string[] {
  return evidenceOf(record).log.map((line) => line.slice(prefix.length + 1));
}

function sent(process: number, queueId: string, record: TrialRecord): string {
  return `smtp[${process}]: ${queueId}: to=<${record.now.mail.to}>, relay=mx.${record.facts.zones[0]}[198.18.20.1]:25, delay=0, dsn=2.0.0, status=sent (250 OK)`;
}

test("each message has addresses and a canary of its own, and the sender's address chooses the policy", () => {
  expect(collector.records.map(({ now }) => [now.mail.from, now.mail.to, now.mail.canary])).toEqual([
    ["t7@dane.sender.example", "u7@one.dane.example", "canary-r1-7"],
    ["t8@dane.sender.example", "u8@one-more.dane.example", "canary-r1-8"],
    ["t9@dane.sender.example", "u9@later.dane-1.example", "canary-r1-9"],
  ]);
  for (const { now, trial } of collector.records) {
    expect(now.mail.content).toContain(`X-Danelab-Canary: ${now.mail.canary}\r\n`);
    expect(now.mail.content).toContain(`Subject: ${trial.id}\r\n`);
  }
});

test("lines that come before the queue id is known find their message once it is, in order", () => {
  logAll("smtpd[1]: AAAAAA1: client=unknown[127.0.0.1]", "smtpd[2]: BBBBBB2: client=unknown[127.0.0.1]");
  logAll("qmgr[3]: AAAAAA1: from=<t7@dane.sender.example>, size=500, nrcpt=1 (queue active)");
  expect(logOf(one)).toEqual([]);
  collector.submitted(one, "AAAAAA1");
  logAll("qmgr[3]: AAAAAA1: removed");
  expect(logOf(one)).toEqual([
    "smtpd[1]: AAAAAA1: client=unknown[127.0.0.1]",
    "qmgr[3]: AAAAAA1: from=<t7@dane.sender.example>, size=500, nrcpt=1 (queue active)",
    "qmgr[3]: AAAAAA1: removed",
  ]);
  expect(logOf(more)).toEqual([]);
  collector.submitted(more, "BBBBBB2");
  expect(logOf(more)).toEqual(["smtpd[2]: BBBBBB2: client=unknown[127.0.0.1]"]);
});

test("a verdict that comes before the queue id is known counts, and its line is there", () => {
  logAll("smtpd[1]: AAAAAA1: client=unknown[127.0.0.1]", sent(5, "AAAAAA1", one));
  collector.submitted(one, "AAAAAA1");
  expect(evidenceOf(one).attempts.map(({ status }) => status)).toEqual(["sent"]);
  expect(logOf(one)).toHaveLength(2);
  expect(evidenceOf(one).mail.queueId).toBe("AAAAAA1");
});

test("interleaved lines go to the trial whose queue id, domain or host they name", () => {
  collector.submitted(one, "AAAAAA1");
  collector.submitted(more, "BBBBBB2");
  const lines = [
    "smtp[5]: Untrusted TLS connection established to mx.one.dane.example[198.18.20.1]:25: TLSv1.3",
    // Its host stands in a zone of its own.
    `smtp[6]: Verified TLS connection established to mx.${more.facts.zones.find((zone) => zone !== "one-more.dane.example")}[198.18.20.2]:25: TLSv1.3`,
    sent(5, "AAAAAA1", one),
    sent(6, "BBBBBB2", more),
  ];
  logAll(...lines);
  expect(logOf(one)).toEqual([lines[0], lines[2]]);
  expect(logOf(more)).toEqual([lines[1], lines[3]]);
});

test("a name that only ends or begins like a trial's domain is another's", () => {
  logAll(
    "smtp[5]: warning: lookup of none.dane.example failed",
    "smtp[5]: warning: lookup of one.dane-only.example failed",
    "smtp[5]: warning: lookup of MX.ONE.DANE.EXAMPLE failed",
  );
  expect(logOf(one)).toEqual(["smtp[5]: warning: lookup of MX.ONE.DANE.EXAMPLE failed"]);
  expect(logOf(more)).toEqual([]);
});

test("a bounce to the sender is no attempt at the message", () => {
  collector.submitted(one, "AAAAAA1");
  logAll(
    `smtp[5]: AAAAAA1: to=<${one.now.mail.to}>, relay=none, delay=0, dsn=5.1.0, status=bounced (Host not found)`,
    `discard[6]: CCCCCC3: to=<${one.now.mail.from}>, relay=none, delay=0, dsn=2.0.0, status=sent (dane.sender.example)`,
  );
  expect(evidenceOf(one).attempts.map(({ status }) => status)).toEqual(["bounced"]);
});

test("the recipient is known however the sender writes its domain", () => {
  logAll(sent(5, "AAAAAA1", one).replace("one.dane.example>", "ONE.dane.EXAMPLE>"));
  expect(evidenceOf(one).attempts).toHaveLength(1);
});

test("sessions go to the trial whose domain they were for, sorted by their start; strangers to none", () => {
  collector.opened("s1", "one.dane");
  collector.opened("s2", "one.dane");
  collector.session(session({ id: "s2", domain: "one.dane", start: 20 }));
  expect([...one.openSessions]).toEqual(["s1"]);
  collector.session(clearSession({ id: "s1", domain: "one.dane", start: 10 }));
  collector.session(session({ id: "s3", domain: "one-more.dane" }));
  collector.session(session({ id: "s4", domain: "nobody.dane" }));
  expect(evidenceOf(one).sessions.map(({ id }) => id)).toEqual(["s1", "s2"]);
  expect(evidenceOf(more).sessions.map(({ id }) => id)).toEqual(["s3"]);
  expect(one.openSessions.size).toBe(0);
});

test("the sender's questions are kept in order, from when it has the message; the harness's own only counted", () => {
  collector.question({ name: "_25._tcp.mx.one.dane.example.", type: "TLSA" }, false);
  one.now.submittedAt = 1;
  collector.question({ name: "one.dane.example.", type: "MX" }, false);
  collector.question({ name: "mx.one.dane.example.", type: "A" }, true);
  collector.question({ name: "_25._tcp.mx.one.dane.example.", type: "TLSA" }, false);
  collector.question({ name: "elsewhere.example.", type: "A" }, false);
  expect(evidenceOf(one).questions).toEqual([
    { name: "one.dane.example.", type: "MX" },
    { name: "_25._tcp.mx.one.dane.example.", type: "TLSA" },
  ]);
  expect(one.ownQuestions).toBe(1);
  expect(evidenceOf(more).questions).toEqual([]);
});

test("a resolver that does not log questions leaves them unknown, not empty", () => {
  collect(false);
  one.now.submittedAt = 1;
  collector.question({ name: "one.dane.example.", type: "MX" }, false);
  expect(evidenceOf(one).questions).toBeNull();
});

test("who waits is woken by what he waits for, at once if it is there", async () => {
  const done: string[] = [];
  const waits = collector.when(one, () => one.now.attempts.length > 0).then(() => done.push("attempt"));
  const sessions = collector.when(one, () => one.now.sessions.length > 0).then(() => done.push("session"));
  logAll(sent(6, "BBBBBB2", more));
  await Promise.resolve();
  expect(done).toEqual([]);
  collector.session(session({ domain: "one.dane" }));
  await sessions;
  expect(done).toEqual(["session"]);
  logAll(sent(5, "AAAAAA1", one));
  await waits;
  await collector.when(one, () => one.now.attempts.length > 0);
  expect(done).toEqual(["session", "attempt"]);
});

test("each step gets what comes while it lasts", () => {
  collector.submitted(later, "AAAAAA1");
  logAll(
    sent(5, "AAAAAA1", later).replace(
      /dsn=.*/,
      "dsn=4.7.5, status=deferred (Server certificate not verified)",
    ),
  );
  collector.nextStep(later, "queued");
  expect(later.now.mail).toEqual(later.past[0]!.mail);
  collector.session(session({ domain: "later.dane-1" }));
  logAll(sent(5, "AAAAAA1", later), "qmgr[3]: AAAAAA1: removed");
  collector.nextStep(later, "new");
  const { from, to, canary } = later.now.mail;
  expect([from, to, canary]).toEqual([
    "t9-2@may.sender.example",
    "u9-2@later.dane-1.example",
    "canary-r1-9-2",
  ]);
  collector.submitted(later, "DDDDDD4");
  logAll(sent(5, "DDDDDD4", later));

  const { trial, steps, ...first } = evidenceOf(later);
  expect(trial).toBe(later.trial.id);
  expect(
    [first, ...steps].map(({ attempts, sessions, log, mail }) => [
      attempts.map(({ status }) => status).join(),
      sessions.length,
      log.length,
      mail.queueId,
    ]),
  ).toEqual([
    ["deferred", 0, 1, "AAAAAA1"],
    ["sent", 1, 2, "AAAAAA1"],
    ["sent", 0, 1, "DDDDDD4"],
  ]);
});

test("a message of an earlier step that the sender takes up by itself is no attempt of the later one", () => {
  const early = sent(1, "AAAAAA", later);
  collector.nextStep(later, "new");
  logAll(early, sent(2, "BBBBBB", later));
  expect(later.now.attempts).toHaveLength(1);
});

test("the resolver's answers stand beside what the world expects; what did not come says why", () => {
  const [step] = one.facts.steps;
  const answers = resolverAnswers(step, [{ message: null, error: "timed out", ms: 15_000 }]);
  expect(answers).toHaveLength(step.questions.length);
  expect(answers[0]).toMatchObject({
    name: "one.dane.example.",
    type: "MX",
    rcode: null,
    error: "timed out",
    expected: { status: "secure", empty: false },
  });
  expect(new Set(answers.slice(1).map(({ error }) => error))).toEqual(new Set(["not asked"]));
});

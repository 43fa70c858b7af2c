import { describe, expect, test } from "vitest";
import { createPostfixLogReader } from "../../containers/sender/postfix/log.ts";
import type { SenderDriver } from "../lab/driver.ts";
import type { SendingHost } from "../lab/sending-host.ts";
import type { Evidence } from "../model/evidence.ts";
import type { MailToSubmit, Submitted } from "../model/farm.ts";
import { session } from "../model/test-evidence.ts";
import { mismatch, must } from "../vocabulary.ts";
import { durations } from "../words/durations.ts";
import { HarnessError } from "../words/errors.ts";
import { compileWorld, type DomainStep } from "../world/world.ts";
import { collectStack, type StackCollector } from "./collect.ts";
import { deliverFrom } from "./deliver.ts";
import { fastForward } from "./test-clock.ts";
import { daneTrials, postfixOnUnbound as stack, type TestScenario } from "./test-plan.ts";

/** Delivery from a sending host whose sender does what each test says. */

interface Told {
  /** What the sender's log tells of a message when it is handed in or tried again; null: nothing. */
  readonly log: (recipient: string, attempt: number) => "sent" | "deferred" | "bounced" | "crash" | null;
  /** Whether the message is in the queue at this look. */
  readonly queued?: (look: number) => boolean;
  readonly reply?: Submitted;
  readonly broken?: Promise<never>;
  readonly signal?: AbortSignal;
  /** The session of a host that failed is told at once, that of the one that took the message so many ms after the log. */
  readonly late?: number;
  /** It tries each message again by itself, after so many milliseconds. */
  readonly itself?: number;
}

interface Done {
  readonly evidence: readonly Evidence[];
  /** What was done to the lab, in order. */
  readonly events: readonly string[];
}

async function deliver(
  texts: readonly TestScenario[],
  { log, queued = () => false, reply, broken, signal, late, itself }: Told,
): Promise<Done> {
  const whole = daneTrials(texts);
  const trials = whole.trials.filter(({ role }) => role !== "twin");
  const world = compileWorld(whole, { subnet: 1, now: new Date() });
  const collector: StackCollector = collectStack(trials, world, createPostfixLogReader(), {
    id: "r1",
    firstIndex: 0,
    resolverTells: false,
  });
  const events: string[] = [];
  const evidence: Evidence[] = [];
  const attempts = new Map<string, number>();
  let looks = 0;
  const struck = new Set<string>();

  const attempt = (recipient: string, queueId: string): void => {
    const count = (attempts.get(recipient) ?? 0) + 1;
    attempts.set(recipient, count);
    const status = log(recipient, count);
    if (status === null) return;
    if (status === "crash") {
      struck.add(queueId);
      collector.logLine("Nov 24 15:13:03 sender postfix/dane/smtp[5]: panic: of its own making");
      collector.logLine(
        "Nov 24 15:13:03 sender postfix/master[1]: warning: process /usr/lib/postfix/sbin/smtp pid 5 killed by signal 6",
      );
      return;
    }
    const domain = recipient.split("@")[1] ?? "";
    if (status === "sent") {
      const record = collector.records.find(({ now }) => now.mail.to === recipient)!;
      const took = session({ domain: record.trial.domain, canary: record.now.mail.canary });
      if (late === undefined) collector.session(took);
      else {
        collector.session({ ...took, id: "s0", accepted: false, canary: null });
        setTimeout(() => collector.session(took), late);
      }
    }
    const relay = status === "sent" ? `mx.${domain}[198.18.20.1]:25` : "none";
    collector.logLine(
      `Nov 24 15:13:03 sender postfix/smtp[5]: ${queueId}: to=<${recipient}>, relay=${relay}, delay=0, dsn=2.0.0, status=${status} (as told)`,
    );
  };

  const host = {
    id: stack.id,
    stack,
    reach: "loopback",
    address: { ipv4: "198.18.16.10", ipv6: "2001:db8::10" },
    nameServer: "127.0.0.1",
    resolverAddress: "127.0.0.1",
    witness: {
      async submit(mails: readonly MailToSubmit[]) {
        events.push(`submit ${mails.map(({ to, also = [] }) => [to, ...also].join("+")).join(" ")}`);
        queueMicrotask(() => {
          for (const { to, also = [] } of mails)
            for (const recipient of [to, ...also]) {
              attempt(recipient, idOf(to));
              if (itself !== undefined) setTimeout(() => attempt(recipient, idOf(to)), itself);
            }
        });
        return mails.map(({ to }) => reply ?? { accepted: true, reply: `250 Ok: queued as ${idOf(to)}` });
      },
      async ask() {
        return [];
      },
    },
    senderContainer: {},
    sender: {
      image: "x",
      driver: {
        submission: { port: 25 },
        ...(itself === undefined ? {} : { retriesWithin: itself + 1000 }),
        queueId: (text: string) => /queued as (\w+)/.exec(text)?.[1] ?? null,
        async retry(_: unknown, ids: readonly string[]) {
          events.push(`retry ${ids.join(" ")}`);
          for (const { now } of collector.records)
            if (now.queueId && ids.includes(now.queueId)) attempt(now.mail.to, now.queueId);
        },
        struck: async () => struck,
        async queued() {
          looks++;
          events.push("queue");
          return new Set(queued(looks) ? collector.records.map(({ now }) => now.queueId ?? "") : []);
        },
      } as unknown as SenderDriver,
    },
  } as unknown as SendingHost;

  await deliverFrom(host, collector, {
    signal: signal ?? new AbortController().signal,
    broken: broken ?? new Promise<never>(() => undefined),
    resolverDied: new Promise(() => undefined),
    onEvidence: (one) => evidence.push(one),
    change: async (step: DomainStep) => {
      events.push(
        `change to ${step.questions.find(({ question }) => question.type === "TLSA")?.empty ? "no TLSA" : "TLSA"}`,
      );
    },
  });
  return { evidence, events };
}

function idOf(recipient: string): string {
  return `AAAAAA${recipient.split("@")[0]?.replace(/\D/g, "")}`;
}

const wrong = { id: "wrong", mx: { tlsa: [mismatch("3 1 1")] }, expect: { dane: must("deferred") } };
const to = "u0@wrong.dane.example";

describe("the queue", () => {
  test("a message that is said to be gone gets time to leave", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([wrong], { log: () => "sent", queued: (look) => look < 3 }),
    );
    expect(evidence[0]?.queued).toBe(false);
    expect(events).toEqual([`submit ${to}`, "queue", "queue", "queue"]);
  });

  test("but not for ever", async () => {
    const { evidence } = await fastForward(() =>
      deliver([wrong], { log: () => "bounced", queued: () => true }),
    );
    expect(evidence[0]).toMatchObject({ queued: true, errors: [] });
  });

  test.each([true, false])("one that is deferred is looked for once (there: %s)", async (there) => {
    const { evidence, events } = await fastForward(() =>
      deliver([wrong], { log: () => "deferred", queued: () => there }),
    );
    expect(evidence[0]?.queued).toBe(there);
    expect(events).toEqual([`submit ${to}`, "queue"]);
  });
});

describe("the session of the host that took the message", () => {
  test("is waited for, though another host's is there", async () => {
    const { evidence } = await fastForward(() => deliver([wrong], { log: () => "sent", late: 1000 }));
    expect(evidence[0]?.sessions.map(({ accepted }) => accepted)).toEqual([false, true]);
  });

  test("but not for ever: what never comes is for the judge", async () => {
    const { evidence } = await fastForward(() => deliver([wrong], { log: () => "sent", late: 60_000 }));
    expect(evidence[0]).toMatchObject({ errors: [], sessions: [{ accepted: false }] });
  });
});

describe("attempts", () => {
  test("a deferred message is tried again until it had as many as the scenario asks for", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([{ ...wrong, attempts: 3 }], { log: () => "deferred", queued: () => true }),
    );
    expect(evidence[0]?.attempts).toHaveLength(3);
    expect(events).toEqual([`submit ${to}`, "retry AAAAAA0", "retry AAAAAA0", "queue"]);
  });

  test("one that went is not", async () => {
    const { evidence } = await fastForward(() =>
      deliver([{ ...wrong, attempts: 3 }], { log: (_, count) => (count < 2 ? "deferred" : "sent") }),
    );
    expect(evidence[0]?.attempts.map(({ status }) => status)).toEqual(["deferred", "sent"]);
  });

  test("a sender that cannot be told to is waited for until it does so by itself", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([{ ...wrong, attempts: 2 }], {
        log: (_, count) => (count < 2 ? "deferred" : "sent"),
        reply: { accepted: true, reply: "250 Ok" },
        itself: 2 * durations.firstAttempt,
      }),
    );
    expect(evidence[0]?.errors).toEqual([]);
    expect(evidence[0]?.attempts.map(({ status }) => status)).toEqual(["deferred", "sent"]);
    expect(events).toEqual([`submit ${to}`]);
  });

  test("without a queue id there is no second one", async () => {
    const { evidence } = await fastForward(() =>
      deliver([{ ...wrong, attempts: 2 }], {
        log: () => "deferred",
        reply: { accepted: true, reply: "250 Ok" },
      }),
    );
    expect(evidence[0]?.errors).toEqual([expect.stringMatching(/gave no queue id/)]);
  });
});

describe("a process of the sender that dies", () => {
  const other = { ...wrong, id: "other" };

  test("is the outcome of the message that it had in its hands, and no other's", async () => {
    const { evidence } = await fastForward(() =>
      deliver([wrong, other], {
        log: (recipient) => (recipient === to ? "crash" : "deferred"),
        queued: () => true,
      }),
    );
    const [struck, spared] = [
      evidence.find(({ mail }) => mail.to === to),
      evidence.find(({ mail }) => mail.to !== to),
    ];
    expect(struck).toMatchObject({
      attempts: [{ status: "deferred", reason: "crashed", relay: null }],
      queued: true,
      errors: [],
    });
    expect(struck?.attempts[0]?.text).toBe("smtp(8) was killed by signal 6, panic: of its own making");
    expect(spared?.attempts.map(({ reason }) => reason)).toEqual(["other"]);
  });

  test("is an attempt as any other: the message is tried again", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([{ ...wrong, attempts: 2 }], {
        log: (_, count) => (count < 2 ? "crash" : "deferred"),
        queued: () => true,
      }),
    );
    expect(events).toContain("retry AAAAAA0");
    expect(evidence[0]?.attempts.map(({ reason }) => reason)).toEqual(["crashed", "other"]);
  });
});

describe("what goes wrong is evidence", () => {
  test("a message that the sender does not take", async () => {
    const { evidence } = await fastForward(() =>
      deliver([wrong], { log: () => null, reply: { accepted: false, reply: "451 no space" } }),
    );
    expect(evidence[0]?.errors).toEqual(["the sender did not take the message: 451 no space"]);
  });

  test("a message that the sender never speaks of, while the others end", async () => {
    const { evidence } = await fastForward(() =>
      deliver([wrong, { ...wrong, id: "other" }], {
        log: (recipient) => (recipient === to ? null : "deferred"),
        queued: () => true,
      }),
    );
    expect(evidence.map(({ trial, errors }) => [trial.split("/")[0], errors.length])).toEqual([
      ["other", 0],
      ["wrong", 1],
    ]);
    expect(evidence[1]?.errors[0]).toMatch(
      /waited 90 s for a verdict in the sender's log for u0@wrong\.dane\.example .*last seen: no log line about it/,
    );
  });

  test("a lab that breaks, for all that have not ended", async () => {
    const broken = Promise.reject(new HarnessError("the farm died"));
    broken.catch(() => undefined);
    const { evidence } = await fastForward(() =>
      deliver([wrong, { ...wrong, id: "other" }], { log: () => null, broken }),
    );
    expect(evidence.map(({ errors }) => errors)).toEqual([["the farm died"], ["the farm died"]]);
  });

  test("an interrupted run, whose trials tell nothing", async () => {
    const interrupt = new AbortController();
    const told = { log: () => null, signal: interrupt.signal };
    interrupt.abort(new HarnessError("interrupted"));
    await expect(fastForward(() => deliver([wrong], told))).rejects.toThrow("interrupted");
  });
});

describe("steps", () => {
  const later = {
    ...wrong,
    id: "later",
    steps: [{ title: "no records", mx: { tlsa: [] }, expect: { dane: must("encrypted") } }],
  };
  const first = "u0@later.dane-1.example";

  test("what is still queued is tried again after the change", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([later], {
        log: (_, count) => (count === 1 ? "deferred" : "sent"),
        queued: (look) => look === 1,
      }),
    );
    expect(events).toEqual([`submit ${first}`, "queue", "change to no TLSA", "retry AAAAAA0", "queue"]);
    expect(evidence[0]?.steps.map(({ attempts }) => attempts.map(({ status }) => status))).toEqual([
      ["sent"],
    ]);
  });

  test("what is gone is followed by a new message", async () => {
    const { evidence, events } = await fastForward(() => deliver([later], { log: () => "sent" }));
    expect(events).toEqual([
      `submit ${first}`,
      "queue",
      "change to no TLSA",
      "submit u0-1@later.dane-1.example",
      "queue",
    ]);
    expect(evidence[0]?.steps[0]?.mail.canary).not.toBe(evidence[0]?.mail.canary);
  });

  test("what is sent under another policy is a new message in any case", async () => {
    const as = { ...later, steps: [{ ...later.steps[0]!, as: "may" as const }] };
    const { events } = await fastForward(() => deliver([as], { log: () => "deferred", queued: () => true }));
    expect(events.filter((one) => one.startsWith("submit"))).toHaveLength(2);
  });

  test("after trouble in one step there is no next", async () => {
    const { evidence, events } = await fastForward(() =>
      deliver([later], { log: () => null, reply: { accepted: false, reply: "451 no space" } }),
    );
    expect(evidence[0]?.steps).toEqual([]);
    expect(events).toEqual([`submit ${first}`]);
  });
});

test("canaries of the start are handed in first, those of the end when all else is over", async () => {
  const canary = { ...wrong, id: "canary", canary: true };
  const { events, evidence } = await fastForward(() =>
    deliver([wrong, canary], { log: () => "deferred", queued: () => true }),
  );
  expect(events.filter((one) => one.startsWith("submit"))).toEqual([
    "submit u1@canary.dane-start.example u0@wrong.dane.example",
    "submit u2@canary.dane-end.example",
  ]);
  expect(evidence.at(-1)?.trial).toMatch(/\/end$/);
});

test("no more than some hundreds of messages are under way: the others wait until one is done", async () => {
  const handedIn: number[] = [];
  const texts = Array.from({ length: 260 }, (_, index) => ({ ...wrong, id: `wrong-${index}` }));
  const { evidence } = await fastForward(() =>
    deliver(texts, {
      log: () => {
        handedIn.push(Date.now());
        return null;
      },
    }),
  );
  expect(evidence).toHaveLength(texts.length);
  const [begin = 0] = handedIn;
  expect(handedIn.filter((at) => at < begin + durations.firstAttempt)).toHaveLength(250);
});

describe("one message for two recipients", () => {
  const other = { ...wrong, id: "other", sharesMessageOf: "wrong" };

  test("is handed in once, and what the log tells of each goes to its own record", async () => {
    const { events, evidence } = await fastForward(() =>
      deliver([wrong, other], { log: (recipient) => (recipient === to ? "bounced" : "deferred") }),
    );
    expect(events.filter((one) => one.startsWith("submit"))).toEqual([`submit ${to}+u1@other.dane.example`]);
    const [first, second] = ["/wrong/", "/other/"].map((id) =>
      evidence.find(({ trial }) => `/${trial}`.includes(id)),
    );
    expect(first?.attempts.map(({ status }) => status)).toEqual(["bounced"]);
    expect(second?.attempts.map(({ status }) => status)).toEqual(["deferred"]);
    expect(second?.mail).toMatchObject({ canary: first?.mail.canary, queueId: first?.mail.queueId });
    expect([first?.queued, second?.queued]).toEqual([null, null]);
  });

  test("that the sender does not take is an error of both", async () => {
    const { evidence } = await fastForward(() =>
      deliver([wrong, other], { log: () => null, reply: { accepted: false, reply: "451 no space" } }),
    );
    expect(evidence.map(({ errors }) => errors.length)).toEqual([1, 1]);
  });
});

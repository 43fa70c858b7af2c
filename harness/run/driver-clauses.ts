import type { ResolverDriver, SenderDriver } from "../lab/driver.ts";
import type { Evidence, StepEvidence } from "../model/evidence.ts";
import type { Trial } from "../model/plan.ts";
import type { TrialResult, Verdict } from "../model/results.ts";
import { type Policy, senderPolicies } from "../model/scenario.ts";

/** The clauses of the contract that mail shows: from evidence and verdicts to checks. Pure. */

export interface Check {
  readonly name: string;
  /** What was seen where nothing is wrong. */
  readonly seen: string;
  readonly problems: readonly string[];
  /** Where to look if something is. */
  readonly see: string;
  /** Why it was not tried. */
  readonly untried?: string;
}

/** The mail of driver-scenarios.ts and the canaries, as it went. */
export interface MailSeen {
  readonly trials: readonly Trial[];
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** As they fell: a canary that failed takes nothing along here. */
  readonly verdicts: ReadonlyMap<string, TrialResult>;
}

/** What a program does otherwise than the RFCs say, and is on record, is no fault of its driver. */
const right: readonly Verdict[] = ["pass", "info", "known"];

/** The trials, and what is wrong with them. */
function judged({ trials, evidence, verdicts }: MailSeen, of: (trial: Trial) => boolean) {
  const chosen = trials.filter(of);
  const problems = chosen.flatMap(({ id, scenario, policy, role }) => {
    const { verdict, reasons } = verdicts.get(id) ?? { verdict: "error", reasons: ["it did not end"] };
    if (right.includes(verdict)) return [];
    const log = evidence.get(id)?.log.at(-1);
    const where = `${scenario} under ${policy}${role === "twin" ? ", with other TLSA records" : ""}`;
    return [`${where}: ${reasons[0]}${log === undefined ? "" : `; its log ends: ${log}`}`];
  });
  return { seen: `${chosen.length} messages`, problems };
}

function named(...ids: readonly string[]): (trial: Trial) => boolean {
  return ({ scenario }) => ids.includes(scenario);
}

export function* senderChecks(driver: SenderDriver, seen: MailSeen): Generator<Check> {
  const own = [...seen.evidence.values()].filter(({ trial }) => trial.startsWith("driver-"));
  // Ids are for retries: one that cannot be told to try a message again need not tell them.
  const nameless = driver.retriesWithin !== undefined && own.every(({ mail }) => mail.queueId === null);
  yield {
    name: "takes mail",
    seen: `${own.length} messages, ${nameless ? "queue ids for none" : "a queue id for each"}`,
    problems: own
      .filter(({ mail }) => mail.queueId === null && !nameless)
      .map(({ trial }) => `${trial}: the reply to the message tells no queue id`),
    see: "submission, queueId",
  };
  yield {
    name: "tells",
    seen: "the log has queue ids, and one outcome for each attempt",
    problems: own.flatMap(({ trial, mail, log, attempts }) => {
      const reader = driver.createLogReader();
      if (attempts.length === 0) return [`${trial}: no outcome was read from ${log.length} lines of its log`];
      return mail.queueId === null || log.some((line) => reader.queueId(line) === mail.queueId)
        ? []
        : [`${trial}: no line of its log names the queue id ${mail.queueId}`];
    }),
    see: "createLogReader",
  };
  for (const policy of policiesIn(seen)) {
    const delivers = named("driver-delivers", "driver-delivers-pkix");
    yield {
      name: `delivers, ${policy}`,
      ...judged(seen, (trial) => delivers(trial) && trial.policy === policy),
      see: "policies, files",
    };
  }
  yield {
    name: "defers",
    ...judged(seen, named("driver-defers-down", "driver-defers-450")),
    see: "files, createLogReader",
  };
  yield { name: "bounces", ...judged(seen, named("driver-bounces")), see: "files, createLogReader" };
  yield {
    name: "queue",
    seen: "holds what is deferred, and nothing else",
    ...(nameless
      ? { problems: [], untried: "without queue ids no message is found in it" }
      : {
          problems: own.flatMap((one) =>
            [one, ...one.steps].flatMap((step) => queueProblem(one.trial, step)),
          ),
        }),
    see: "queued",
  };
  const itself = driver.retriesWithin !== undefined;
  const { seen: tried, problems } = judged(seen, named("driver-retries"));
  yield {
    name: "retries",
    seen: `${itself ? "by itself" : "when told, and not before"}: ${tried}`,
    problems: [...problems, ...own.flatMap((one) => retryProblem(one, itself))],
    see: "retry, and what keeps the program from running its queue by itself",
  };
  yield {
    name: "canaries",
    ...judged(seen, ({ canary }) => canary !== null),
    see: "policies, dane, files",
  };
}

function policiesIn({ trials }: MailSeen): readonly Policy[] {
  return senderPolicies.filter((policy) => trials.some((trial) => trial.policy === policy));
}

function queueProblem(trial: string, { attempts, queued }: StepEvidence): readonly string[] {
  const last = attempts.at(-1)?.status;
  if (last === undefined || queued === (last === "deferred")) return [];
  return [
    queued === null
      ? `${trial}: the queue could not be looked at`
      : `${trial}: ${last}, and ${queued ? "still" : "not"} in the queue`,
  ];
}

function retryProblem({ trial, mail, attempts, steps }: Evidence, itself: boolean): readonly string[] {
  const [later] = steps;
  if (!later) return [];
  return [
    ...(attempts.length > 1 && !itself
      ? [`${trial}: ${attempts.length} attempts were told before it was to be tried again`]
      : []),
    ...(later.mail.queueId === mail.queueId
      ? []
      : [`${trial}: the message was not kept: a new one was sent`]),
  ];
}

export function* resolverChecks(driver: ResolverDriver, seen: MailSeen): Generator<Check> {
  yield {
    name: "validates",
    ...judged(seen, ({ canary, scenario }) => canary !== null || scenario === "driver-delivers"),
    see: "files: trust anchor and root hints",
  };
  const base = { name: "tells", see: "question" };
  if (!driver.question) {
    yield { ...base, seen: "", problems: [], untried: "its log tells no questions, says the driver" };
    return;
  }
  const asked = [...seen.evidence.values()].filter(({ trial }) => /^driver-delivers\/.*\/dane$/.test(trial));
  yield {
    ...base,
    seen: "the log has the sender's questions",
    problems: asked.flatMap(({ trial, questions }) =>
      ["MX", "A", "TLSA"]
        .filter((type) => !questions?.some((question) => question.type === type))
        .map((type) => `${trial}: no question for ${type} was read from its log`),
    ),
  };
}

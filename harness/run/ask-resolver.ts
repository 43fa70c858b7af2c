import { targetOf } from "../dns/aliases.ts";
import { decodeAnswer, encodeQuery, type QueryFlags } from "../dns/message.ts";
import { compareNames } from "../dns/name.ts";
import type { LoneHost } from "../lab/sending-host.ts";
import type { RawAnswer } from "../model/farm.ts";
import {
  type AskingWay,
  type LookupAnswer,
  type LookupEvidence,
  type LookupTrial,
  lookupDomain,
} from "../model/lookup.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { pause } from "../words/until.ts";
import { withholdsRecords } from "../world/withheld.ts";
import type { World } from "../world/world.ts";

/** Puts all questions of its trials to one resolver, and finds out which of them it dies of. */

const flags: Readonly<Record<AskingWay, QueryFlags>> = {
  DO: { rd: true, ad: false, cd: false, do: true },
  AD: { rd: true, ad: true, cd: false, do: false },
  plain: { rd: true, ad: false, cd: false, do: false },
  CD: { rd: true, ad: false, cd: true, do: true },
  TCP: { rd: true, ad: false, cd: false, do: true },
};

/** So many trials are under way at once. Those that wait for name servers cost little meanwhile. */
const atOnce = { quick: 4, slow: 16 };

/** A trial that was under way when the resolver's process ended. */
interface Suspect {
  readonly trial: LookupTrial;
  /** Number of that process. */
  readonly life: number;
  readonly how: string;
}

export async function askResolver(
  trials: readonly LookupTrial[],
  host: LoneHost,
  world: World,
  signal: AbortSignal,
  done: (evidence: LookupEvidence) => void,
): Promise<void> {
  let reviving: Promise<void> = Promise.resolve();
  let revived = host.life();
  /** However many saw the death, one process takes the place of the dead one. */
  const revive = (died: number): Promise<void> => {
    if (revived === died) {
      revived += 1;
      reviving = host.revive();
    }
    return reviving;
  };
  const suspects: Suspect[] = [];
  const again = new Set<LookupTrial>();
  const alone: LookupTrial[] = [];
  const work = async (queue: LookupTrial[]): Promise<void> => {
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      const { evidence, diedIn } = await seenOf(trial, host, world, signal);
      if (diedIn === null) {
        done(evidence);
        continue;
      }
      suspects.push({ trial, life: diedIn, how: evidence.answers.at(-1)?.error ?? "" });
      // Most likely it was only near, if it is not odd and saw no death before.
      if (isOdd(trial) || again.has(trial)) alone.push(trial);
      else queue.unshift(trial);
      again.add(trial);
      await revive(diedIn);
    }
  };
  const slow = [...trials.filter(isOdd), ...trials.filter((trial) => !isOdd(trial) && isSlow(trial))];
  const quick = trials.filter((trial) => !isOdd(trial) && !isSlow(trial));
  const workers = (queue: LookupTrial[], count: number) => Array.from({ length: count }, () => work(queue));
  await Promise.all([...workers(slow, atOnce.slow), ...workers(quick, atOnce.quick)]);

  const culprits = new Set<LookupTrial>();
  for (const trial of alone) {
    // What others left in its memory may keep it from what ends it.
    await revive(host.life());
    const { evidence, diedIn } = await seenOf(trial, host, world, signal);
    done(evidence);
    if (diedIn !== null) culprits.add(trial);
  }
  for (const own of Map.groupBy(suspects, ({ life }) => life).values()) {
    if (own.some(({ trial }) => culprits.has(trial))) continue;
    const asked = own.map(({ trial }) => trial.scenario.domain.id).join(", ");
    throw new HarnessError(
      `${host.id} died (${own[0]?.how}), and did not again when asked one by one: ${asked}`,
    );
  }
}

/** Malformed records, which have ended processes. */
function isOdd({ scenario: { domain } }: LookupTrial): boolean {
  return withholdsRecords(domain);
}

/** Name servers that misbehave: some keep silent. */
function isSlow({ scenario: { domain } }: LookupTrial): boolean {
  return Object.values(domain.zones).some(({ answers }) => answers.length > 0);
}

/** Evidence without answers: what the trial asks, and what the zones hold. */
export function unasked({ id, scenario }: LookupTrial, world: World): LookupEvidence {
  const name = world.nameIn(lookupDomain(scenario), scenario.name, scenario.zone);
  const question = { name, type: scenario.type };
  return { trial: id, question, expected: world.recordsOf(question), answers: [], log: [], errors: [] };
}

interface Seen {
  readonly evidence: LookupEvidence;
  /** The life of the resolver that ended meanwhile. */
  readonly diedIn: number | null;
}

async function seenOf(trial: LookupTrial, host: LoneHost, world: World, signal: AbortSignal): Promise<Seen> {
  const seen = unasked(trial, world);
  const answers: LookupAnswer[] = [];
  try {
    // One after the other: the answer to one may come from what the one before left in the cache, as in life.
    for (const { way } of trial.scenario.questions) {
      signal.throwIfAborted();
      if (!isAskingWay(way)) throw new HarnessError(`"${way}" is no way to ask a resolver`);
      const life = host.life();
      const answer = await answerTo(seen.question, way, host);
      answers.push(answer);
      if (answer.died) return { evidence: { ...seen, answers }, diedIn: life };
    }
    return { evidence: { ...seen, answers }, diedIn: null };
  } catch (error) {
    signal.throwIfAborted();
    return { evidence: { ...seen, answers, errors: [messageOf(error)] }, diedIn: null };
  }
}

function isAskingWay(way: LookupAnswer["way"]): way is AskingWay {
  return way in flags;
}

/** One question put to one resolver. */
export async function answerTo(
  question: LookupEvidence["question"],
  way: AskingWay,
  host: LoneHost,
): Promise<LookupAnswer> {
  const start = Date.now();
  const sofar = (): number => Date.now() - start;
  let dead = false;
  const death = host.death().then((how): LookupAnswer => {
    dead = true;
    return { ...nothing(way, sofar()), error: how, died: true };
  });
  const ask = async (): Promise<RawAnswer> => {
    const how = { ...(way === "TCP" ? { over: "tcp" as const } : {}), ms: durations.lookupTry };
    const [raw] = await host.witness.ask(host.resolverAddress, [encodeQuery(question, flags[way])], how);
    if (!raw) throw new HarnessError(`no answer to the question for ${question.name} ${question.type}`);
    // That nothing listens any more is seen before the news of the death comes.
    if (raw.message === null) await Promise.race([death, pause(Math.max(0, durations.newsOfDeath - raw.ms))]);
    return raw;
  };
  const asked = async (): Promise<LookupAnswer> => {
    const first = await ask();
    // A client asks once more; what another process is asked in its place is another matter.
    const raw = first.message === null && !dead ? await ask() : first;
    return answerOf(way, question, { ...raw, ms: sofar() });
  };
  return Promise.race([death, asked()]);
}

function nothing(way: AskingWay, ms: number): Omit<LookupAnswer, "error"> {
  return { way, rcode: null, authenticated: false, rdata: [], ms, died: false };
}

function answerOf(
  way: AskingWay,
  { name, type }: LookupEvidence["question"],
  { message, error, ms }: RawAnswer,
): LookupAnswer {
  if (message === null) return { ...nothing(way, ms), error: error ?? "no answer" };
  try {
    const { rcode, authenticated, answers, records } = decodeAnswer(Buffer.from(message, "base64"));
    const own = records.filter((record) => record.type === type);
    const rdata = own.map((record) => Buffer.from(record.rdata).toString("hex"));
    const target = type === "CNAME" ? name : targetOf(name, answers);
    const isBroken = own.length > 0 && !own.some((record) => compareNames(record.name, target) === 0);
    const brokenAt = isBroken ? { brokenAt: target } : {};
    return { way, rcode, authenticated, rdata, ms, error: null, died: false, ...brokenAt };
  } catch (problem) {
    return { ...nothing(way, ms), error: messageOf(problem) };
  }
}

/** At most so many lines of a log are kept of each trial. */
const mostLines = 100;

/** What a resolver's log tells of the zones of each trial. Lines that say the same are one. */
export function logsOf(
  trials: readonly LookupTrial[],
  log: readonly string[],
  world: World,
): ReadonlyMap<LookupTrial, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const line of log) {
    for (const name of new Set(line.toLowerCase().match(/[a-z0-9_*-]+(\.[a-z0-9_*-]+)+/g))) {
      const lines = byName.get(name);
      if (!lines) byName.set(name, [line]);
      else if (lines.length < mostLines) lines.push(line);
    }
  }
  return new Map(
    trials.map((trial) => {
      const { name } = unasked(trial, world).question;
      const names = [name, ...(world.domains.get(lookupDomain(trial.scenario))?.zones ?? [])];
      const lines = names.flatMap((one) => byName.get(one.toLowerCase().replace(/\.$/, "")) ?? []);
      return [trial, [...new Set(lines)].slice(0, mostLines)];
    }),
  );
}

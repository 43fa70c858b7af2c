import { decodeAnswer, encodeQuery } from "../dns/message.ts";
import { decodeMessage, type Message } from "../dns/sections.ts";
import type { ServerInstance } from "../model/facts.ts";
import type { DnsQuestion } from "../model/farm.ts";
import type { Plan } from "../model/plan.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { until } from "../words/until.ts";
import type { World } from "../world/world.ts";
import type { Outside } from "./outside.ts";
import type { FarmClient } from "./requests.ts";
import { harnessAddress, type ResolvingHost, type SendingHost } from "./sending-host.ts";

/** A known-good name has AD; where there is a sender, a known-bad one has SERVFAIL, and the sender takes mail. */
export async function proveReady(
  host: ResolvingHost | SendingHost,
  plan: Plan,
  world: World,
  signal: AbortSignal,
  death: () => string | undefined,
): Promise<void> {
  let last = "nothing";
  const answers = async (status: "secure" | "bogus"): Promise<true | undefined> => {
    const question = canaryQuestion(plan, world, status);
    if (!question) return true;
    const [raw] = await host.witness.ask(
      host.nameServers[0],
      // To who sets DO some hand out bogus data; that they validate shows in what others are told.
      [encodeQuery(question, { rd: true, ad: true, cd: false, do: status === "secure" })],
      { source: harnessAddress(host), ms: durations.readyTry },
    );
    const answer = raw?.message ? decodeAnswer(Buffer.from(raw.message, "base64")) : undefined;
    last = answer
      ? `${question.name} ${question.type} ${answer.rcode}${answer.authenticated ? " AD" : ""}`
      : (raw?.error ?? "no answer");
    const right =
      status === "secure"
        ? answer?.rcode === "NOERROR" && answer.authenticated
        : answer?.rcode === "SERVFAIL";
    return right ? true : undefined;
  };
  const deadline = (what: string) => ({
    ms: durations.programReady,
    waitedFor: `${what} at ${host.id}`,
    lastSeen: () => last,
    signal,
  });
  const alive = (): void => {
    const how = death();
    if (how !== undefined) throw new HarnessError(how);
  };
  const asked = (status: "secure" | "bogus") => () => {
    alive();
    return answers(status);
  };
  await until(asked("secure"), deadline("a secure answer with AD"));
  // Where nobody but the harness asks, what the resolver makes of bogus data is the matter itself.
  if (!("sender" in host)) return;
  await until(asked("bogus"), deadline("SERVFAIL for a bogus name"));
  const { submission } = host.sender.driver;
  await until(async () => {
    alive();
    try {
      await host.witness.submit([], { ...submission, sessions: 1 });
      return true;
    } catch (error) {
      last = messageOf(error);
      return undefined;
    }
  }, deadline("the sender's SMTP server"));
}

function canaryQuestion(plan: Plan, world: World, status: "secure" | "bogus"): DnsQuestion | undefined {
  return plan.domains
    .filter(({ scenario }) => scenario.canary && scenario.resolver === null)
    .flatMap(({ key }) => world.domains.get(key)?.steps[0].questions ?? [])
    .find((question) => question.status === status && !question.empty)?.question;
}

/** A name server has each of its zones, signed where it is to be signed. `id` is for messages. */
export async function proveServing(
  id: string,
  { zones, addresses }: ServerInstance,
  world: World,
  witness: FarmClient,
  signal: AbortSignal,
  death: () => string | undefined,
): Promise<void> {
  const [address = ""] = addresses;
  let last = "nothing";
  const serves = async (origin: string): Promise<boolean> => {
    const question = { name: origin, type: "SOA" } as const;
    const signed = (world.zoneFor(question, 0).keysOf(origin) ?? []).length > 0;
    const [raw] = await witness.ask(address, [encodeQuery(question)], { ms: durations.readyTry });
    const message = raw?.message ? decodeMessage(Buffer.from(raw.message, "base64")) : undefined;
    const held = message?.answer.map(({ type }) => type) ?? [];
    const right = held.includes("SOA") && (!signed || held.includes("RRSIG"));
    if (!right)
      last = message ? `${origin} SOA ${message.rcode} ${held.join(" ")}` : (raw?.error ?? "no answer");
    return right;
  };
  await until(
    async () => {
      const how = death();
      if (how !== undefined) throw new HarnessError(how);
      const all = await Promise.all(zones.map(({ origin }) => serves(origin)));
      return all.every((one) => one) || undefined;
    },
    { ms: durations.programReady, waitedFor: `all zones at ${id}`, lastSeen: () => last, signal },
  );
}

/** The name server outside the lab has each zone as it is now: its owner has to set it up first. */
export async function proveOutside(
  address: string,
  zones: World["outside"],
  outside: Pick<Outside, "ask">,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  const missing = [...zones];
  let last = "nothing";
  let told = "";
  await until(
    async () => {
      for (let [zone] = missing; zone; [zone] = missing) {
        const found = await serialAt(zone.origin, outside).catch(messageOf);
        if (found !== zone.serial) {
          last = `${zone.origin} SOA: ${found}, where serial ${zone.serial} is due`;
          break;
        }
        missing.shift();
      }
      const done = `${address} has ${zones.length - missing.length} of ${zones.length} zones`;
      if (done !== told) progress(done);
      told = done;
      return missing.length === 0 || undefined;
    },
    { ms: durations.outsideReady, waitedFor: `all zones at ${address}`, lastSeen: () => last, signal },
  );
}

async function serialAt(origin: string, outside: Pick<Outside, "ask">): Promise<number | string> {
  const { rcode, answer } = decodeMessage(await outside.ask(encodeQuery({ name: origin, type: "SOA" })));
  const soa = answer.find(({ type }) => type === "SOA");
  // Five numbers at the end, the serial first (RFC 1035 3.3.13).
  return soa ? Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 20) : rcode;
}

/**
 * The resolver outside the lab validates by the lab's root, and has forgotten that of an earlier run: its owner has to set it up
 * first.
 */
export async function proveResolver(
  address: string,
  plan: Plan,
  world: World,
  outside: Pick<Outside, "ask">,
  signal: AbortSignal,
  progress: (line: string) => void,
): Promise<void> {
  const keys = world.zoneFor({ name: ".", type: "SOA" }, 0).keysOf(".") ?? [];
  const below = canaryQuestion(plan, world, "secure");
  let told = "";
  const finds = async (
    question: DnsQuestion,
    isRight: (answer: Message) => string | null,
  ): Promise<boolean> => {
    const wrong = await outside
      .ask(encodeQuery(question))
      .then((message) => isRight(decodeMessage(message)), messageOf);
    const state = `${question.name} ${question.type}: ${wrong ?? "secure"}`;
    if (state !== told) progress(`${address} says of ${state}`);
    told = state;
    return wrong === null;
  };
  const validated = ({ rcode, authenticated }: Message): string | null => {
    if (rcode === "SERVFAIL") return "SERVFAIL; it may have another trust anchor, or not reach danelab";
    if (rcode !== "NOERROR") return rcode;
    return authenticated ? null : "no AD; it does not validate, or has no trust anchor for the root";
  };
  await until(
    async () => {
      const root = await finds({ name: ".", type: "DNSKEY" }, (answer) => {
        if (answer.rcode === "NOERROR" && !isSameSet(keys, answer)) return "the keys of another root";
        return validated(answer);
      });
      return (root && (below === undefined || (await finds(below, validated)))) || undefined;
    },
    {
      ms: durations.outsideReady,
      waitedFor: `${address} to validate by the lab's root`,
      lastSeen: () => told,
      signal,
    },
    // It is somebody's machine.
    1000,
  );
}

function isSameSet(keys: readonly Uint8Array[], { answer }: Message): boolean {
  const text = (rdata: Uint8Array): string => Buffer.from(rdata).toString("base64");
  const found = answer.filter(({ type }) => type === "DNSKEY").map(({ rdata }) => text(rdata));
  return [...new Set(found)].toSorted().join() === keys.map(text).toSorted().join();
}

import type {
  ClaimedAttempt,
  ResolverAnswer,
  SenderQuestion,
  StepEvidence,
} from "../../harness/model/evidence.ts";
import type { Arrow, SequenceEvent } from "./sequence.ts";

export interface LookupTelling {
  /** A sender that does not deliver without an answer that it can believe. */
  readonly insists: boolean;
  /** false: the resolver's answers to the harness are not what the sender was told. */
  readonly answered: boolean;
}

/** What the sender asked its resolver, each question once, with the answer that the resolver gives. */
export function lookupEvents(
  { questions, dns, attempts }: StepEvidence,
  { insists, answered }: LookupTelling,
): readonly SequenceEvent[] {
  if (questions === null) return answered ? dns.map(onRecord) : [];
  const reason = attempts.at(-1)?.reason ?? null;
  const asked = questions.filter(
    (question, index) => questions.findIndex((other) => isSame(other, question)) === index,
  );
  const events = asked.flatMap((question): readonly SequenceEvent[] => {
    const ask = said("ask", questionText(question));
    const answer = answered ? dns.find((one) => isSame(one, question)) : undefined;
    if (!answer) return [ask];
    const stops = insists && reason !== null && failed(answer) && reason === failureOf(question.type);
    const told = said("answer", answerText(answer));
    return [
      ask,
      stops
        ? { ...told, mark: "stop", meaning: "no answer that can be believed: the sender goes no further" }
        : told,
    ];
  });
  return answered || events.length === 0 ? events : [...events, acrossTheNetwork];
}

const acrossTheNetwork: SequenceEvent = {
  kind: "note",
  at: "sender",
  text: "its resolver is across the network: what is answered on the way is not on record",
  mark: null,
};

/** Where the resolver's log does not tell what it was asked. */
function onRecord(answer: ResolverAnswer): SequenceEvent {
  return {
    kind: "note",
    at: "resolver",
    text: `${questionText(answer)}: ${answerText(answer)}`,
    mark: null,
  };
}

function isSame(one: SenderQuestion, other: SenderQuestion): boolean {
  return one.type === other.type && one.name.toLowerCase() === other.name.toLowerCase();
}

function said(what: "ask" | "answer", text: string): Arrow {
  const [from, to] = what === "ask" ? (["sender", "resolver"] as const) : (["resolver", "sender"] as const);
  return { kind: "arrow", links: [{ from, to, channel: "dns" }], text, mark: null, meaning: null };
}

function failureOf(type: string): ClaimedAttempt["reason"] {
  if (type === "MX") return "mx-lookup-failed";
  return type === "A" || type === "AAAA" ? "address-lookup-failed" : "tlsa-lookup-failed";
}

function failed({ rcode }: ResolverAnswer): boolean {
  return rcode !== "NOERROR" && rcode !== "NXDOMAIN";
}

function questionText({ name, type }: SenderQuestion): string {
  return `${type}? ${withoutDot(name)}`;
}

function answerText(answer: ResolverAnswer): string {
  const { rcode, authenticated, answers, error } = answer;
  if (rcode === null) return `no answer${error ? `: ${error}` : ""}`;
  if (failed(answer)) return rcode;
  const records = answers.map((record) => shortened(record.split(/\s+/).slice(4)));
  const told =
    rcode === "NXDOMAIN" ? "no such name" : records.length > 0 ? records.join(", ") : "no such record";
  return `${told} [${authenticated ? "AD" : "no AD"}]`;
}

/** Names without their final dot, hashes cut. */
function shortened(rdata: readonly string[]): string {
  return rdata
    .map((word) => (/^[0-9a-f]{20,}$/i.test(word) ? `${word.slice(0, 12)}…` : withoutDot(word)))
    .join(" ");
}

function withoutDot(name: string): string {
  return name.replace(/(.)\.$/, "$1");
}

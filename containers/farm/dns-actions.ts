import type { RelayRule } from "../../harness/model/farm.ts";
import type { AnswerAction } from "../../harness/model/scenario.ts";
import {
  hasCd,
  inOtherCase,
  type Question,
  rcodeOf,
  rcodes,
  recordHere,
  replyTo,
  withFlags,
  withoutEdns,
} from "./dns-message.ts";
import type { OnAnswer } from "./dns-pending.ts";

/** A question that a rule strikes, and what can be done with it. */
export interface Exchange {
  readonly query: Buffer;
  readonly question: Question;
  readonly transport: "udp" | "tcp";
  /** Answers the client. */
  reply(message: Buffer): void;
  /** Asks the true server. */
  pass(query: Buffer, onAnswer: OnAnswer): void;
  /** Ends the TCP connection; nothing over UDP. */
  hangUp(): void;
  /** As if nothing listened: ICMP port unreachable, or a TCP reset. */
  refuse(): void;
}

type Action = (exchange: Exchange) => void;

const typeTxt = 16;

function answerWith(rcode: number): Action {
  return ({ query, question, reply }) => reply(replyTo(query, question, { rcode }));
}

/** What each action does. An action that does nothing leaves the question without an answer. */
const named: Readonly<Record<AnswerAction, Action>> = {
  drop: () => undefined,
  servfail: answerWith(rcodes.servFail),
  refused: answerWith(rcodes.refused),
  notimp: answerWith(rcodes.notImp),
  formerr: answerWith(rcodes.formErr),
  truncate: ({ query, question, transport, reply, hangUp }) =>
    transport === "tcp" ? hangUp() : reply(replyTo(query, question, { truncated: true })),
  garbage: ({ query, question, reply }) => reply(replyTo(query, question, { answers: [unreadable] })),
  "wrong-type": ({ query, question, reply }) =>
    reply(replyTo(query, question, { answers: [recordHere(typeTxt, 60, wrongText)] })),
  nodata: answerWith(rcodes.noError),
  nxdomain: answerWith(rcodes.nxDomain),
  "nxdomain-as-servfail": ({ query, question, pass, reply }) =>
    pass(query, (answer) =>
      reply(
        rcodeOf(answer) === rcodes.nxDomain ? replyTo(query, question, { rcode: rcodes.servFail }) : answer,
      ),
    ),
  "no-edns": ({ query, question, pass, reply }) => pass(withoutEdns(query, question), reply),
  "other-case": ({ query, question, pass, reply }) => pass(inOtherCase(query, question), reply),
  unreachable: ({ refuse }) => refuse(),
  "clear-ad": ({ query, pass, reply }) => pass(query, (answer) => reply(withFlags(answer, { ad: false }))),
  // The relay passes it to the server that the rule names.
  forge: ({ query, pass, reply }) => pass(query, reply),
  "forge-ad": ({ query, pass, reply }) =>
    pass(query, (answer) => reply(withFlags(answer, { ad: true, ra: true }))),
  "claims-validation": ({ query, pass, reply }) =>
    pass(withFlags(query, { cd: true }), (answer) =>
      reply(withFlags(answer, { ad: true, cd: hasCd(query) })),
    ),
  "no-validation": ({ query, pass, reply }) =>
    pass(withFlags(query, { cd: true }), (answer) =>
      reply(withFlags(answer, { ad: false, cd: hasCd(query) })),
    ),
};

/** What the rule does to a question that it strikes. */
export function actionOf({ does, records = [] }: RelayRule): Action {
  if (does !== "records") return named[does];
  const answers = records.map(({ type, ttl, rdata }) => recordHere(type, ttl, Buffer.from(rdata, "base64")));
  return ({ query, question, reply }) => reply(replyTo(query, question, { answers }));
}

/** In place of a record: a name that points beyond the message (RFC 1035 section 4.1.4), and no more. */
const unreadable = Buffer.from([0xc0, 0xff, 0xff, 0xff]);

const text = "not what was asked for";
const wrongText = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

import type { Session } from "../../harness/model/farm.ts";
import { isEstablished, type Passage, passagesOf, utterancesOf } from "./dialogue.ts";
import { reasonToLeave } from "./parting.ts";
import type { Arrow, Channel, Link, Note, Party, SequenceEvent } from "./sequence.ts";
import {
  byTheAttacker,
  certificateTold,
  commandTold,
  messageTold,
  plainly,
  replyTold,
  type Told,
} from "./told.ts";

/** One session as the sender had it. */
export interface Meeting {
  /** At the address that the sender connected to: the server's, or the attacker's in front of it. */
  readonly front: Session;
  /** The genuine server's, behind an attacker that lets it hear. */
  readonly behind: Session | null;
}

export interface SessionTelling {
  /** Of the message that the trial is about. */
  readonly canary: string;
  /** A sender that asks for more than TLS means it when it leaves. */
  readonly insists: boolean;
}

/** What the farm's sockets say when a connection ends in the middle; of no interest to who said what. */
const noise =
  /^((read|write) E[A-Z]+|connection reset|This socket has been ended by the other party|closed)$/;
/** As the farm's recorder puts what was done on purpose: to a ClientHello, and to records that passed. */
const refusal = /^(answered|did not answer|chose|closed) /;
const tampering = / record \d+ of the (client|server)$/;

export function sessionEvents({ front, behind }: Meeting, telling: SessionTelling): readonly SequenceEvent[] {
  const atFront: Party = front.witness === "attacker" ? "attacker" : "server";
  const passages = passagesOf(utterancesOf(front.transcript), behind && utterancesOf(behind.transcript));
  const reason = reasonToLeave(passages.flatMap(({ near }) => near ?? []));
  const parting: Note | null =
    reason === null
      ? null
      : {
          kind: "note",
          at: "sender",
          text: `${reason}: it leaves, without a word of the message`,
          mark: telling.insists ? "stop" : null,
        };
  const events: SequenceEvent[] = [connection(front, behind, atFront)];
  const under = { near: false, far: false };
  /** The last command that came there: replies are understood by it. */
  const asked = { near: "", far: "" };
  let left = false;

  const links = (by: "client" | "server", { near, far }: Passage, over?: Channel): Arrow["links"] => {
    const link = (side: keyof typeof under, client: Party, server: Party): Link => {
      const channel = over ?? (under[side] ? "tls" : "clear");
      return by === "client" ? { from: client, to: server, channel } : { from: server, to: client, channel };
    };
    const [first, second] = [link("near", "sender", atFront), link("far", "attacker", "server")];
    if (!near || !far) return [near ? first : second];
    return by === "client" ? [first, second] : [second, first];
  };
  const say = (by: "client" | "server", passage: Passage, told: Told, over?: Channel): void => {
    events.push({ kind: "arrow", links: links(by, passage, over), ...told });
  };

  for (const [index, passage] of passages.entries()) {
    const { near, far } = passage;
    const utterance = near ?? far;
    if (!utterance) continue;
    const [line] = utterance.lines;
    const before = passages[index - 1];
    switch (utterance.by) {
      case "client": {
        if (near && parting && /^QUIT\b/i.test(line)) {
          events.push(parting);
          left = true;
        }
        const altered = !near && before?.near?.by === "client" && before.far === null;
        if (near) asked.near = line;
        if (far) asked.far = line;
        const message = near && messageTold(line, front, behind, telling.canary);
        say(
          "client",
          passage,
          altered ? byTheAttacker(line, "the attacker makes this of it") : (message ?? commandTold(line)),
        );
        break;
      }
      case "server": {
        const toEhlo = /^EHLO\b/i.test(near ? asked.near : asked.far) && line.startsWith("250");
        const underTls = near ? under.near : under.far;
        const told = behind
          ? replyTold(passage, { toEhlo, underTls }, [before, passages[index + 1]])
          : replyTold({ near, far: near }, { toEhlo, underTls }, [undefined, undefined]);
        say("server", passage, told);
        break;
      }
      case "note":
        note(line, passage);
        if (!isEstablished(utterance)) break;
        if (near) under.near = true;
        if (far) under.far = true;
        break;
      default:
        utterance.by satisfies never;
    }
  }
  if (parting && !left) events.push(parting);
  return events;

  function note(text: string, passage: Passage): void {
    // The attacker's side tells it already.
    if (noise.test(text) || (!passage.near && text === "kept for another message")) return;
    const at = passage.near ? atFront : "server";
    const ofTheAttacker = at === "attacker" && passage.far === null;
    if (text.startsWith("ClientHello")) {
      say("client", passage, plainly(text));
      return;
    }
    const [, how, version = "TLS"] = /^TLS (established|resumed): (\S+)/.exec(text) ?? [];
    if (how !== undefined) {
      const session = passage.far && behind ? behind : front;
      const told = certificateTold(version, session, how === "resumed");
      const own =
        ofTheAttacker && session.certificate !== null && session.certificate !== behind?.certificate;
      const meaning = "the attacker's own certificate, not the genuine server's";
      say("server", passage, own ? byTheAttacker(told, meaning) : plainly(told), "tls");
      return;
    }
    const done = /^TLS failed: (.*)$/.exec(text)?.[1] ?? text;
    if (refusal.test(done) || done === "connection closed after the 220") {
      say(
        "server",
        passage,
        ofTheAttacker ? byTheAttacker(done, "the attacker breaks the handshake off") : plainly(done),
      );
      return;
    }
    const tampered = ofTheAttacker && tampering.test(done);
    events.push({ kind: "note", at, text: tampered ? done : text, mark: tampered ? "attack" : null });
  }
}

function connection(front: Session, behind: Session | null, atFront: Party): Arrow {
  const { host, localAddress, port, reused } = front;
  const near = { from: "sender", to: atFront, channel: "clear" } as const;
  const alone = atFront === "attacker" && behind === null;
  const blocked = alone && !front.transcript.some((line) => /^[CS]: /.test(line));
  return {
    kind: "arrow",
    opens: true,
    links: behind ? [near, { from: "attacker", to: "server", channel: "clear" }] : [near],
    text: reused
      ? `on the connection to ${host} [${localAddress}] that was kept`
      : `connects to ${host} [${localAddress}]${port === 25 ? "" : `, port ${port}`}`,
    mark: alone ? "attack" : null,
    meaning: blocked
      ? "the attacker lets nothing through"
      : alone
        ? "at this address the attacker answers"
        : null,
  };
}

import type { Session } from "../../harness/model/farm.ts";
import {
  extensionsOf,
  offersStarttls,
  type Passage,
  sideBySide,
  type Utterance,
  utterancesOf,
} from "./dialogue.ts";
import type { Arrow, Channel, Mark, Note, Party, SequenceEvent } from "./sequence.ts";

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
const noise = /^((read|write) E[A-Z]+|This socket has been ended by the other party|closed)$/;
/** What a server did to a ClientHello on purpose, as the farm's recorder puts it. */
const ownDoing = /^(answered|did not answer|chose) /;

export function sessionEvents({ front, behind }: Meeting, telling: SessionTelling): readonly SequenceEvent[] {
  const atFront: Party = front.witness === "attacker" ? "attacker" : "server";
  const heard = utterancesOf(front.transcript);
  const passages = behind
    ? sideBySide(heard, utterancesOf(behind.transcript))
    : heard.map((near): Passage => ({ near, far: null }));
  const events: SequenceEvent[] = [connection(front, behind, atFront)];
  const under = { near: false, far: false };
  const parting = partingNote(heard, telling.insists);
  /** The last that each side asked: replies are understood by it. */
  const asked = { near: "", far: "" };
  let serverOffers: Utterance | null = null;

  const channel = (side: "near" | "far"): Channel => (under[side] ? "tls" : "clear");
  const say = (
    by: Utterance["by"],
    { near, far }: Passage,
    rest: Pick<Arrow, "text" | "mark" | "meaning">,
  ): Arrow => {
    const nearLink = { from: "sender", to: atFront, channel: channel("near") } as const;
    const farLink = { from: "attacker", to: "server", channel: channel("far") } as const;
    const there = near && far ? ([nearLink, farLink] as const) : ([near ? nearLink : farLink] as const);
    if (by === "client") return { kind: "arrow", links: there, ...rest };
    const turn = <L extends Arrow["links"][number]>({ from, to, ...link }: L) => ({
      ...link,
      from: to,
      to: from,
    });
    const [one, other] = there;
    return { kind: "arrow", links: other ? [turn(other), turn(one)] : [turn(one)], ...rest };
  };

  for (const passage of passages) {
    const { near, far } = passage;
    const utterance = near ?? far;
    if (!utterance) continue;
    const [line] = utterance.lines;
    if (utterance.by === "note") {
      const side = near ? "near" : "far";
      const session = near ? front : (behind ?? front);
      events.push(...noteEvents(line, side, session));
      if (/^TLS (established|resumed)/.test(line)) under[side] = true;
      continue;
    }
    if (utterance.by === "client") {
      if (near && parting && /^QUIT\b/i.test(line)) events.push(parting);
      if (near) asked.near = line;
      if (far) asked.far = line;
      events.push(say("client", passage, commandTold(line, near !== null)));
      continue;
    }
    const toEhlo = /^EHLO\b/i.test(near ? asked.near : asked.far) && /^250/.test(line);
    if (far && !near && toEhlo) serverOffers = utterance;
    events.push(say("server", passage, replyTold(utterance, passage, toEhlo)));
  }
  const saidQuit = heard.some(({ by, lines: [line] }) => by === "client" && /^QUIT\b/i.test(line));
  if (parting && !saidQuit) events.push(parting);
  return events;

  function commandTold(line: string, byTheSender: boolean): Pick<Arrow, "text" | "mark" | "meaning"> {
    const [, octets, cut] = /^\(message, (\d+) octets(, cut off)?\)$/.exec(line) ?? [];
    // Parameters of MAIL and RCPT tell nothing here.
    if (octets === undefined)
      return { text: line.replace(/^((?:MAIL|RCPT) \w+:<[^>]*>).*$/i, "$1"), mark: null, meaning: null };
    const text = `the message, ${octets} octets${cut ? ", cut off" : ""}`;
    const isThis = front.canary === telling.canary;
    if (!byTheSender || !isThis) return { text, mark: null, meaning: null };
    const inClear = front.canaryInClear || behind?.canaryInClear === true;
    const meaning =
      front.witness === "attacker"
        ? `${inClear ? "in clear text: " : ""}the attacker reads the message`
        : inClear
          ? "in clear text: whoever is on the path can read it"
          : null;
    return { text, mark: meaning === null ? null : "leak", meaning };
  }

  function replyTold(
    reply: Utterance,
    { near, far }: Passage,
    toEhlo: boolean,
  ): Pick<Arrow, "text" | "mark" | "meaning"> {
    const text = toEhlo ? offersText(reply, near ? under.near : under.far) : reply.lines.join(" / ");
    if (!behind || far) {
      const held = far && !near && !toEhlo;
      return { text, mark: held ? "attack" : null, meaning: held ? "the attacker holds it back" : null };
    }
    const meaning =
      toEhlo && serverOffers ? changeOfOffers(serverOffers, reply) : "the attacker says so, not the server";
    return { text, mark: "attack", meaning };
  }

  function noteEvents(text: string, side: "near" | "far", session: Session): readonly SequenceEvent[] {
    if (noise.test(text)) return [];
    const at = side === "near" ? atFront : "server";
    const client: Party = side === "near" ? "sender" : "attacker";
    const isAttacker = at === "attacker";
    const arrow = (
      from: Party,
      to: Party,
      over: Channel,
      said: string,
      mark: Mark | null = null,
      meaning: string | null = null,
    ): Arrow => ({ kind: "arrow", links: [{ from, to, channel: over }], text: said, mark, meaning });
    if (text.startsWith("ClientHello")) return [arrow(client, at, channel(side), text)];
    const [, how, version = "TLS"] = /^TLS (established|resumed): (\S+)/.exec(text) ?? [];
    if (how !== undefined) {
      const own = isAttacker && session.certificate !== null && session.certificate !== behind?.certificate;
      return [
        arrow(
          at,
          client,
          "tls",
          `${version}, ${shown(session, how === "resumed")}`,
          own ? "attack" : null,
          own ? "the attacker's own certificate, not the genuine server's" : null,
        ),
      ];
    }
    const reason = /^TLS failed: (.*)$/.exec(text)?.[1];
    const doing =
      reason && ownDoing.test(reason) ? reason : text === "connection closed after the 220" ? text : null;
    if (doing !== null && doing !== undefined) {
      const meaning = isAttacker ? "the attacker breaks the handshake off" : null;
      return [arrow(at, client, channel(side), doing, isAttacker ? "attack" : null, meaning)];
    }
    return [{ kind: "note", at, text, mark: null }];
  }
}

function connection(front: Session, behind: Session | null, atFront: Party): Arrow {
  const { host, localAddress, port, reused } = front;
  const near = { from: "sender", to: atFront, channel: "clear" } as const;
  const alone = atFront === "attacker" && behind === null;
  return {
    kind: "arrow",
    opens: true,
    links: behind ? [near, { from: "attacker", to: "server", channel: "clear" }] : [near],
    text: reused
      ? `on the connection to ${host} [${localAddress}] that was kept`
      : `connects to ${host} [${localAddress}]${port === 25 ? "" : `, port ${port}`}`,
    mark: alone ? "attack" : null,
    meaning: alone ? "at this address the attacker answers" : null,
  };
}

function shown({ certificate }: Session, resumed: boolean): string {
  if (resumed) return "an earlier session resumed: no certificate";
  return certificate === null ? "no certificate" : `certificate SHA-256 ${certificate.slice(0, 12)}…`;
}

/** Of the extensions, STARTTLS is the one that matters, and only in clear text. */
function offersText(reply: Utterance, underTls: boolean): string {
  const offered = offersStarttls(reply);
  const others = extensionsOf(reply).length - (offered ? 1 : 0);
  if (underTls && !offered) return `250 with ${others} extensions`;
  return offered
    ? `250 with STARTTLS and ${others} more extensions`
    : `250 without STARTTLS, ${others} other extensions`;
}

function changeOfOffers(server: Utterance, attacker: Utterance): string {
  const [before, after] = [extensionsOf(server), extensionsOf(attacker)];
  const gone = before.filter((one) => !after.includes(one));
  const added = after.filter((one) => !before.includes(one));
  const said = [
    ...(gone.length > 0 ? [`took out ${gone.join(", ")}`] : []),
    ...(added.length > 0 ? [`put in ${added.join(", ")}`] : []),
  ];
  return said.length > 0 ? `the attacker ${said.join(" and ")}` : "the attacker changed it";
}

/** Why a sender left that said nothing of its message; null: it said something, or the server sent it away. */
function partingNote(heard: readonly Utterance[], insists: boolean): Note | null {
  const said = (by: Utterance["by"], pattern: RegExp): boolean =>
    heard.some((utterance) => utterance.by === by && pattern.test(utterance.lines[0]));
  if (said("client", /^MAIL FROM:/i)) return null;
  const greeting = heard.find(({ by }) => by === "server");
  if (!greeting?.lines[0].startsWith("220")) return null;
  const why = ((): string | null => {
    if (said("note", /^TLS (established|resumed)/)) return "it does not accept this certificate";
    if (said("note", /^(TLS failed|ClientHello|connection closed after the 220)/)) return "no TLS came about";
    if (said("client", /^STARTTLS\b/i)) return "STARTTLS is refused";
    const offers = heard.find(({ by, lines: [line] }) => by === "server" && /^250[- ]/.test(line));
    return offers && !offersStarttls(offers) ? "there is no TLS here" : null;
  })();
  if (why === null) return null;
  return {
    kind: "note",
    at: "sender",
    text: `${why}: it leaves, without a word of the message`,
    mark: insists ? "stop" : null,
  };
}

import { asServerLogged, type Session, type SmtpCommand } from "../model/farm.ts";
import { mailFromOf, rcptToOf } from "../words/envelope.ts";
import type { ServerNews } from "./driver.ts";

/**
 * Sessions with a real server have two witnesses: the farm, which passed on the octets and saw what was said in clear, and
 * the server's own log, which alone knows what was said under TLS. Each session is given once both have told its end.
 */
export interface SessionJoin {
  /** As the farm saw it; `client` is the address and port by which the server's log knows it. */
  session(session: Session, client: string): void;
  news(news: ServerNews): void;
}

export function joinSessions(
  give: (session: Session) => void,
  onFault: (message: string) => void,
): SessionJoin {
  const told = new Map<string, ServerNews[]>();
  /** By client, of those whose session the farm has yet to tell. */
  const ended = new Set<string>();
  const waiting = new Map<string, Session>();

  const join = (client: string): void => {
    const session = waiting.get(client);
    if (!session || !ended.has(client)) return;
    const news = told.get(client) ?? [];
    const whole = complete(session, news);
    for (const known of [told, ended, waiting]) known.delete(client);
    if (session.accepted && !whole.accepted) {
      onFault(
        `a message passed on to ${session.host} was accepted, and its server's log does not tell of it`,
      );
    }
    if (whole.tls === null && news.some(({ is }) => is === "tls"))
      onFault(`the log of ${session.host}'s server tells of TLS, and no ServerHello passed`);
    give(whole);
  };
  return {
    session(session, client) {
      waiting.set(client, session);
      join(client);
    },
    news(news) {
      const { client } = news;
      // Ports are used again.
      if (news.is !== "closed") ended.delete(client);
      told.set(client, [...(told.get(client) ?? []), news]);
      if (news.is !== "closed") return;
      ended.add(client);
      join(client);
    },
  };
}

const mostLines = 200;

/** What the server's log adds to the session as the farm saw it. */
function complete(session: Session, news: readonly ServerNews[]): Session {
  const heard = hear(news, session.negotiated ?? null);
  const begin = news.findIndex(({ is }) => is === "tls" || is === "tls-failed");
  if (begin === -1) return { ...session, accepted: heard.accepted };
  const underTls = news.slice(begin);
  const commands = underTls.flatMap((one): readonly SmtpCommand[] =>
    one.is === "command" ? [{ line: one.line, tls: true }] : [],
  );
  return {
    ...session,
    ...heard,
    tlsError: heard.tlsError ?? session.tlsError,
    canary: session.canary ?? heard.canary,
    commands: [...session.commands, ...commands],
    transcript: [
      ...session.transcript.filter((line) => line !== "-- closed"),
      asServerLogged,
      ...underTls.flatMap(transcriptOf),
    ].slice(0, mostLines),
  };
}

type Heard = Pick<Session, "tls" | "resumed" | "tlsError" | "mailFrom" | "rcptTo" | "accepted" | "canary">;

/** `negotiated`: of TLS where the log does not tell. */
function hear(news: readonly ServerNews[], negotiated: Session["tls"]): Heard {
  let heard: Heard = {
    tls: null,
    resumed: false,
    tlsError: null,
    mailFrom: null,
    rcptTo: [],
    accepted: false,
    canary: null,
  };
  let command = "";
  let inMessage = false;
  const add = (more: Partial<Heard>): void => {
    heard = { ...heard, ...more };
  };
  const reply = (line: string): void => {
    const isLast = line[3] !== "-";
    if (!isLast) return;
    if (inMessage) {
      if (line.startsWith("250")) add({ accepted: true });
      inMessage = false;
    } else if (line.startsWith("354")) {
      inMessage = true;
    } else if (line.startsWith("2")) {
      const mailFrom = mailFromOf(command);
      if (mailFrom !== undefined) add({ mailFrom });
      const rcptTo = rcptToOf(command);
      if (rcptTo !== undefined) add({ rcptTo: [...heard.rcptTo, rcptTo] });
    }
  };
  for (const one of news) {
    if (one.is === "command") command = one.line;
    else if (one.is === "reply") reply(one.line);
    else if (one.is === "tls") add({ tls: one.state ?? negotiated, resumed: one.resumed });
    else if (one.is === "tls-failed") add({ tlsError: one.reason });
    else if (one.is === "canary") add({ canary: one.canary });
  }
  return heard;
}

/** As a line of a transcript. */
export function transcriptOf(news: ServerNews): readonly string[] {
  switch (news.is) {
    case "command":
      return [`C: ${news.line}`];
    case "reply":
      return [`S: ${news.line}`];
    case "tls":
      return [
        `-- TLS ${news.resumed ? "resumed" : "established"}${news.state ? `: ${news.state.version} ${news.state.cipher}` : ""}`,
      ];
    case "tls-failed":
      return [`-- TLS failed: ${news.reason}`];
    case "canary":
      return ["C: (message)"];
    case "closed":
      return ["-- closed"];
  }
}

import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";
import { LineSplitter, textOf } from "./lines.ts";
import type { Recorder } from "./recorder.ts";

/** A reply in place of the upstream's, which does not see the command unless told. */
export interface OwnReply {
  /** Without line ends; what follows the last line of a reply is injected. None: the client waits for ever. */
  readonly lines: readonly string[];
  /** The connection is closed behind it. */
  readonly closes: boolean;
  /** The upstream sees the command all the same, and its reply is what this one replaces. */
  readonly passes?: true;
}

/** What a reply may answer. */
export type Answered =
  | "greeting"
  | "ehlo"
  | "helo"
  | "starttls"
  | "mail"
  | "rcpt"
  | "data"
  | "message"
  | "quit"
  | "other";

/** What becomes of the EHLO reply. Keywords are found in any case. */
export interface Offers {
  /** Cut out; all: the reply is its first line only, as that to HELO. */
  readonly without: readonly string[] | "all";
  /** Lines added at its end. */
  readonly with: readonly string[];
  /** Lines of these keywords (in upper case) become others, where they are. */
  readonly instead?: Readonly<Record<string, string>>;
  /** Added to the first line, which greets. */
  readonly greets?: string;
}

/** What a relay changes. Whatever it does not change it forwards byte for byte. */
export interface Edits {
  readonly replies: Readonly<Partial<Record<Answered, OwnReply>>>;
  /** Commands that reach the upstream in other words. */
  readonly commands: Readonly<Partial<Record<Answered, string>>>;
  readonly offers: Offers;
  /** A command that comes before the reply to the one before it is refused (RFC 2920: PIPELINING was not offered). */
  readonly oneAtATime: boolean;
}

export const unedited: Edits = {
  replies: {},
  commands: {},
  offers: { without: [], with: [] },
  oneAtATime: false,
};

export interface RelayEnds {
  readonly client: Duplex;
  readonly upstream: Duplex;
  readonly recorder: Recorder;
  readonly edits: Edits;
  /** Whether the upstream begins with a greeting. */
  readonly greets: boolean;
  /** STARTTLS was answered with 220: the relay has let go of both streams, and TLS begins on the client's. */
  onUpgrade(): void;
  /** The upstream ended its side of the dialogue, and all that it said is written. */
  onEnd(): void;
  /** From now on the client gets no reply. */
  onSilence(): void;
}

/** A command that waits for its reply. */
interface Pending {
  readonly command: string | null;
  readonly answered: Answered;
  /** Stands in for the upstream's. */
  readonly own: OwnReply | null;
  /** The upstream has the command, and will reply. */
  readonly forwarded: boolean;
}

const isLastReplyLine = /^\d{3}(?!-)/;
const tooEarly: OwnReply = { lines: ["503 5.5.0 Pipelining was not offered"], closes: false };

/**
 * Stands between an SMTP client and its server, knows which reply answers which command (also where the client
 * pipelines, RFC 2920), and writes down both.
 */
export class Relay {
  readonly #ends: RelayEnds;
  readonly #fromClient = new LineSplitter();
  readonly #fromUpstream = new LineSplitter();
  readonly #pending: Pending[] = [];
  #replyLines: Buffer[] = [];
  #inMessage = false;
  #lineBeforeEnded = true;
  #silent = false;
  /** Octets that the client sent after STARTTLS; null before it. */
  #dropped: number | null = null;

  constructor(ends: RelayEnds) {
    this.#ends = ends;
    const { greeting = null } = ends.edits.replies;
    if (ends.greets)
      this.#pending.push({ command: null, answered: "greeting", own: greeting, forwarded: true });
    // RFC 9293 section 3.6: a client that has said all may still be listening. The upstream's end is the client's.
    ends.client.allowHalfOpen = true;
    ends.client.on("data", this.#onClientData);
    ends.client.on("end", this.#onClientEnd);
    ends.upstream.on("data", this.#onUpstreamData);
    ends.upstream.on("end", this.#onUpstreamEnd);
    ends.client.resume();
    ends.upstream.resume();
  }

  readonly #onClientData = (chunk: Buffer): void => {
    const { upstream } = this.#ends;
    upstream.cork();
    for (const line of this.#fromClient.push(chunk)) {
      // RFC 3207 section 4.2, CVE-2011-0411: nothing that was sent in clear may count after the handshake.
      if (this.#dropped === null) this.#clientLine(line);
      else this.#dropped += line.length;
    }
    upstream.uncork();
  };

  readonly #onUpstreamData = (chunk: Buffer): void => {
    const { client } = this.#ends;
    client.cork();
    for (const line of this.#fromUpstream.push(chunk)) this.#upstreamLine(line);
    client.uncork();
  };

  readonly #onClientEnd = (): void => {
    const rest = this.#fromClient.takeRest();
    if (rest.length > 0 && this.#inMessage) this.#ends.recorder.messageLine(rest);
    else if (rest.length > 0) this.#ends.recorder.command(textOf(rest));
    if (rest.length > 0) this.#ends.upstream.write(rest);
    this.#ends.upstream.end();
  };

  readonly #onUpstreamEnd = (): void => {
    for (const piece of [...this.#replyLines, this.#fromUpstream.takeRest()]) {
      if (piece.length > 0) this.#ends.client.write(piece);
    }
    this.#ends.onEnd();
  };

  #clientLine(line: Buffer): void {
    const { recorder, upstream, edits } = this.#ends;
    if (this.#inMessage) {
      this.#messageLine(line);
      upstream.write(line);
      return;
    }
    const command = isText(line) ? textOf(line) : `(${line.length} octets that are no text)`;
    recorder.command(command);
    if (this.#silent) return;
    const answered = answeredBy(command);
    const early = edits.oneAtATime && this.#pending.length > 0;
    const own = early ? tooEarly : (edits.replies[answered] ?? null);
    const forwarded = own === null || own.passes === true;
    this.#pending.push({ command, answered, own, forwarded });
    if (forwarded) {
      const other = edits.commands[answered];
      upstream.write(other === undefined ? line : `${other}\r\n`);
      return;
    }
    if (answered === "starttls" && own.lines[0]?.startsWith("220")) this.#dropped = 0;
    this.#answerOwn();
  }

  #messageLine(line: Buffer): void {
    const { recorder } = this.#ends;
    // RFC 5321 section 4.1.1.4: only <CRLF>.<CRLF> ends the message.
    const isFinalDot = this.#lineBeforeEnded && line.equals(finalDot);
    this.#lineBeforeEnded = line.subarray(-2).equals(lineEnd);
    if (!isFinalDot) {
      recorder.messageLine(line);
      return;
    }
    recorder.messageEnd(true);
    this.#inMessage = false;
    const { message = null } = this.#ends.edits.replies;
    this.#pending.push({ command: null, answered: "message", own: message, forwarded: true });
  }

  #upstreamLine(line: Buffer): void {
    this.#replyLines.push(line);
    if (!isLastReplyLine.test(textOf(line))) return;
    const lines = this.#replyLines;
    this.#replyLines = [];
    const answered = this.#pending.shift();
    if (answered?.own) this.#replyOwn(answered, answered.own);
    else this.#reply(answered, lines);
    this.#answerOwn();
  }

  #reply(answered: Pending | undefined, lines: readonly Buffer[]): void {
    const { client, recorder, edits } = this.#ends;
    const sent = answered?.answered === "ehlo" ? withOffers(lines, edits.offers) : lines;
    recorder.reply(answered?.command ?? null, sent);
    for (const line of sent) client.write(line);
    const code = textOf(sent[0] ?? Buffer.alloc(0)).slice(0, 3);
    if (answered?.answered === "data" && code === "354") {
      this.#inMessage = true;
      this.#lineBeforeEnded = true;
    }
    if (answered?.answered === "message" && code === "250") recorder.messageAccepted();
    if (answered?.answered === "starttls" && code === "220") this.#upgrade();
  }

  #replyOwn(answered: Pending, { lines, closes }: OwnReply): void {
    const { client, upstream, recorder } = this.#ends;
    if (lines.length === 0) {
      this.#silent = true;
      recorder.note(`no reply to ${answered.command ?? answered.answered}`);
      this.#ends.onSilence();
      return;
    }
    // What is injected comes in the same segment (RFC 3207 section 4.2 is about clients that read on).
    client.cork();
    this.#reply(
      answered,
      lines.map((line) => Buffer.from(`${line}\r\n`)),
    );
    client.uncork();
    if (!closes) return;
    this.#letGo();
    upstream.destroy();
  }

  /** Replies of the relay's own wait for their turn among the upstream's. */
  #answerOwn(): void {
    for (let [next] = this.#pending; next?.own && !next.forwarded; [next] = this.#pending) {
      this.#pending.shift();
      this.#replyOwn(next, next.own);
    }
  }

  #upgrade(): void {
    const { recorder } = this.#ends;
    this.#dropped ??= 0;
    this.#letGo();
    // After the rest of the chunk that is being worked on was dropped, and the 220 was written.
    process.nextTick(() => {
      const dropped = (this.#dropped ?? 0) + this.#fromClient.takeRest().length;
      if (dropped > 0) recorder.note(`${dropped} octets sent in clear after STARTTLS were dropped`);
      this.#ends.onUpgrade();
    });
  }

  #letGo(): void {
    const { client, upstream } = this.#ends;
    client.off("data", this.#onClientData).off("end", this.#onClientEnd).pause();
    client.allowHalfOpen = false;
    upstream.off("data", this.#onUpstreamData).off("end", this.#onUpstreamEnd).pause();
  }
}

/** RFC 5321 section 2.4, RFC 6531: no control characters but the line end, and UTF-8. */
function isText(line: Buffer): boolean {
  return isUtf8(line) && !/(?!\t)\p{Cc}/u.test(textOf(line));
}

const finalDot = Buffer.from(".\r\n");
const lineEnd = Buffer.from("\r\n");

const verbs: Readonly<Record<string, Answered>> = {
  EHLO: "ehlo",
  HELO: "helo",
  STARTTLS: "starttls",
  MAIL: "mail",
  RCPT: "rcpt",
  DATA: "data",
  QUIT: "quit",
};

function answeredBy(command: string): Answered {
  const [verb = "", ...rest] = command.trim().split(/\s+/);
  const answered = verbs[verb.toUpperCase()] ?? "other";
  // These take no parameter: with one they are a syntax error, which the upstream answers.
  const isBare = answered === "starttls" || answered === "data";
  return isBare && rest.length > 0 ? "other" : answered;
}

/** The EHLO reply with other keywords; lines that stay keep their octets but for the sign of the last line. */
function withOffers(lines: readonly Buffer[], offers: Offers): readonly Buffer[] {
  const [first, ...keywords] = lines;
  if (!first || !textOf(first).startsWith("250")) return lines;
  const cut = offers.without === "all" ? null : offers.without.map((keyword) => keyword.toUpperCase());
  const kept = keywords.flatMap((line) => {
    const keyword = keywordOf(line);
    const other = offers.instead?.[keyword];
    if (other !== undefined) return [offered(other)];
    return cut === null || cut.includes(keyword) ? [] : [line];
  });
  const greeting = offers.greets === undefined ? first : Buffer.from(`${textOf(first)} ${offers.greets}\r\n`);
  const all = [greeting, ...kept, ...offers.with.map(offered)];
  return all.map((line, index) => {
    const signed = Buffer.from(line);
    signed[3] = (index === all.length - 1 ? " " : "-").charCodeAt(0);
    return signed;
  });
}

function offered(text: string): Buffer {
  return Buffer.from(`250-${text}\r\n`);
}

function keywordOf(line: Buffer): string {
  return textOf(line).slice(4).trim().split(/[\s=]/)[0]?.toUpperCase() ?? "";
}

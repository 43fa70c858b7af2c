import type { Duplex } from "node:stream";
import { LineSplitter, textOf } from "./lines.ts";
import type { Recorder } from "./recorder.ts";

/** What a relay changes. Whatever it does not change it forwards byte for byte. */
export interface Edits {
  /** false: the keyword STARTTLS is cut out of the EHLO reply. */
  readonly offersStarttls: boolean;
  /** The answer to STARTTLS, which then is not forwarded; null: the upstream's own. */
  readonly starttlsReply: string | null;
}

export interface RelayEnds {
  readonly client: Duplex;
  readonly upstream: Duplex;
  readonly recorder: Recorder;
  readonly edits: Edits;
  /** Whether the upstream begins with a greeting. */
  readonly greets: boolean;
  /** STARTTLS was answered with 220: the relay has let go of both streams, and TLS begins on the client's. */
  onUpgrade(): void;
}

/** A command that waits for its reply: from the upstream, or from the relay itself. */
interface Pending {
  readonly command: string | null;
  readonly kind: "greeting" | "command" | "data" | "message" | "starttls";
  readonly ownReply: string | null;
}

const isStarttls = /^STARTTLS\s*$/i;
const isData = /^DATA\s*$/i;
const isEhlo = /^EHLO\b/i;
const isLastReplyLine = /^\d{3}(?!-)/;
const isStarttlsKeyword = /^250[- ]STARTTLS\s*$/i;

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
  /** Octets that the client sent after STARTTLS; null before it. */
  #dropped: number | null = null;

  constructor(ends: RelayEnds) {
    this.#ends = ends;
    if (ends.greets) this.#pending.push({ command: null, kind: "greeting", ownReply: null });
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
    this.#ends.client.end();
  };

  #clientLine(line: Buffer): void {
    const { recorder, upstream, edits } = this.#ends;
    if (this.#inMessage) {
      this.#messageLine(line);
      upstream.write(line);
      return;
    }
    const command = textOf(line);
    recorder.command(command);
    if (isStarttls.test(command) && edits.starttlsReply !== null) {
      this.#pending.push({ command, kind: "starttls", ownReply: edits.starttlsReply });
      if (edits.starttlsReply.startsWith("220")) this.#dropped = 0;
      this.#answerOwn();
      return;
    }
    this.#pending.push({ command, kind: kindOf(command), ownReply: null });
    upstream.write(line);
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
    this.#pending.push({ command: null, kind: "message", ownReply: null });
  }

  #upstreamLine(line: Buffer): void {
    this.#replyLines.push(line);
    if (!isLastReplyLine.test(textOf(line))) return;
    const lines = this.#replyLines;
    this.#replyLines = [];
    this.#reply(this.#pending.shift(), lines);
    this.#answerOwn();
  }

  #reply(answered: Pending | undefined, lines: readonly Buffer[]): void {
    const { client, recorder, edits } = this.#ends;
    const cuts = !edits.offersStarttls && isEhlo.test(answered?.command ?? "");
    const sent = cuts ? withoutStarttls(lines) : lines;
    recorder.reply(answered?.command ?? null, sent);
    for (const line of sent) client.write(line);
    const code = textOf(sent[0] ?? Buffer.alloc(0)).slice(0, 3);
    if (answered?.kind === "data" && code === "354") {
      this.#inMessage = true;
      this.#lineBeforeEnded = true;
    }
    if (answered?.kind === "message" && code === "250") recorder.messageAccepted();
    if (answered?.kind === "starttls" && code === "220") this.#upgrade();
  }

  /** Replies of the relay's own wait for their turn among the upstream's. */
  #answerOwn(): void {
    for (let next = this.#pending[0]; next !== undefined && next.ownReply !== null; next = this.#pending[0]) {
      this.#pending.shift();
      this.#reply(next, [Buffer.from(`${next.ownReply}\r\n`)]);
    }
  }

  #upgrade(): void {
    const { client, upstream, recorder } = this.#ends;
    this.#dropped ??= 0;
    client.off("data", this.#onClientData).off("end", this.#onClientEnd).pause();
    upstream.off("data", this.#onUpstreamData).off("end", this.#onUpstreamEnd).pause();
    // After the rest of the chunk that is being worked on was dropped, and the 220 was written.
    process.nextTick(() => {
      const dropped = (this.#dropped ?? 0) + this.#fromClient.takeRest().length;
      if (dropped > 0) recorder.note(`${dropped} octets sent in clear after STARTTLS were dropped`);
      this.#ends.onUpgrade();
    });
  }
}

const finalDot = Buffer.from(".\r\n");
const lineEnd = Buffer.from("\r\n");

function kindOf(command: string): Pending["kind"] {
  if (isStarttls.test(command)) return "starttls";
  return isData.test(command) ? "data" : "command";
}

/** The EHLO reply without its STARTTLS line; if that was the last, the line before becomes the last. */
function withoutStarttls(lines: readonly Buffer[]): readonly Buffer[] {
  const kept = lines.filter((line) => !isStarttlsKeyword.test(textOf(line)));
  const last = kept.at(-1);
  if (last === undefined || kept.length === lines.length) return lines;
  const closed = Buffer.from(last);
  closed[3] = " ".charCodeAt(0);
  return [...kept.slice(0, -1), closed];
}

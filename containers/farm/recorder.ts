import type { Session, SmtpCommand, TlsState } from "../../harness/model/farm.ts";
import { mailFromOf, rcptToOf } from "../../harness/words/envelope.ts";
import { textOf } from "./lines.ts";

/** What is known of a session when it opens. */
export type SessionOpening = Pick<
  Session,
  "id" | "domain" | "host" | "port" | "witness" | "localAddress" | "remoteAddress"
>;

const longestTranscript = 200;
const canaryField = /^X-Danelab-Canary:\s*(\S+)/i;

/** Who hears of the parts of a connection that is kept for several messages, but for the last: finish() gives that. */
export interface Parts {
  opened(part: SessionOpening): void;
  closed(part: Session): void;
}

/** A client that is silent for so long after its message keeps the connection for another one. Milliseconds. */
const keeps = 250;

/** Writes down one session as its server end sees it. */
export class Recorder {
  readonly #parts: Parts;
  #opening: SessionOpening;
  #start = Date.now();
  #part = 1;
  #kept: NodeJS.Timeout | undefined;
  #commands: SmtpCommand[] = [];
  #rcptTo: string[] = [];
  #transcript: string[] = [];
  #tls: TlsState | null = null;
  #resumed = false;
  #clientCertificate: Session["clientCertificate"] = null;
  #tlsError: string | null = null;
  #sni: string | null = null;
  #negotiated: TlsState | null = null;
  #certificate: string | null = null;
  #mailFrom: string | null = null;
  #accepted = false;
  #canary: string | null = null;
  #canaryInClear = false;
  #message: { octets: number; inHeader: boolean } | null = null;

  constructor(opening: SessionOpening, parts: Parts) {
    this.#opening = opening;
    this.#parts = parts;
  }

  command(line: string): void {
    clearTimeout(this.#kept);
    if (mailFromOf(line) !== undefined) this.#nextMessage();
    this.#commands.push({ line, tls: this.#tls !== null });
    this.#write(`C: ${line}`);
  }

  /** One line of the message, as on the wire. */
  messageLine(line: Buffer): void {
    this.#message ??= { octets: 0, inHeader: true };
    this.#message.octets += line.length;
    if (!this.#message.inHeader) return;
    const text = textOf(line);
    if (text === "") this.#message.inHeader = false;
    const canary = canaryField.exec(text)?.[1];
    if (canary === undefined) return;
    this.#canary = canary;
    if (this.#tls === null) this.#canaryInClear = true;
  }

  /** The final dot came (true), or the session ended before it. */
  messageEnd(complete: boolean): void {
    const octets = this.#message?.octets ?? 0;
    this.#message = null;
    this.#write(`C: (message, ${octets} octets${complete ? "" : ", cut off"})`);
  }

  /** A reply as the client gets it; `answers` is the command, or null for the greeting and for what nobody asked. */
  reply(answers: string | null, lines: readonly Buffer[]): void {
    for (const line of lines) this.#write(`S: ${textOf(line)}`);
    const positive = lines[0]?.[0] === "2".charCodeAt(0);
    if (answers === null || !positive) return;
    const mailFrom = mailFromOf(answers);
    if (mailFrom !== undefined) this.#mailFrom = mailFrom;
    const rcptTo = rcptToOf(answers);
    if (rcptTo !== undefined) this.#rcptTo.push(rcptTo);
  }

  messageAccepted(): void {
    this.#accepted = true;
    this.#kept = setTimeout(() => this.#endPart(), keeps);
  }

  #nextMessage(): void {
    if (this.#accepted) this.#endPart();
    if (this.#part > 1 && this.#commands.length === 0) this.#parts.opened(this.#opening);
  }

  #endPart(): void {
    this.note("kept for another message");
    this.#parts.closed(this.#record());
    this.#part += 1;
    this.#opening = { ...this.#opening, id: `${this.#opening.id.replace(/\/\d+$/, "")}/${this.#part}` };
    this.#start = Date.now();
    this.#commands = [];
    this.#rcptTo = [];
    this.#transcript = [];
    this.#mailFrom = null;
    this.#accepted = false;
    this.#canary = null;
    this.#canaryInClear = false;
  }

  /** Something that neither side said: "connection reset". */
  note(text: string): void {
    this.#write(`-- ${text}`);
  }

  clientHello(serverName: string | null): void {
    this.#sni = serverName;
    this.note(`ClientHello, ${serverName === null ? "no server name" : `server name ${serverName}`}`);
  }

  /** Of TLS that passes unread. */
  serverHello(chosen: TlsState): void {
    this.#negotiated = chosen;
    this.note(`ServerHello, ${chosen.version} ${chosen.cipher}`);
  }

  certificateServed(fingerprint: string): void {
    this.#certificate = fingerprint;
  }

  clientCertificate(is: "asked" | "given"): void {
    this.#clientCertificate = is;
    this.note(`client certificate ${is === "asked" ? "asked for" : "given"}`);
  }

  /** All that follows is said under TLS. */
  tlsEstablished(state: TlsState, resumed = false): void {
    this.#tls = state;
    this.#resumed = resumed;
    this.note(`TLS ${resumed ? "resumed" : "established"}: ${state.version} ${state.cipher}`);
  }

  tlsFailed(reason: string): void {
    this.#tlsError ??= reason;
    this.note(`TLS failed: ${reason}`);
  }

  /** null: it was kept for another message, and none came. */
  finish(): Session | null {
    clearTimeout(this.#kept);
    if (this.#message !== null) this.messageEnd(false);
    this.note("closed");
    return this.#part > 1 && this.#mailFrom === null ? null : this.#record();
  }

  #record(): Session {
    return {
      ...this.#opening,
      start: this.#start,
      end: Date.now(),
      commands: this.#commands,
      tls: this.#tls,
      ...(this.#negotiated ? { negotiated: this.#negotiated } : {}),
      reused: this.#part > 1,
      resumed: this.#resumed,
      clientCertificate: this.#clientCertificate,
      tlsError: this.#tlsError,
      sni: this.#sni,
      certificate: this.#certificate,
      mailFrom: this.#mailFrom,
      rcptTo: this.#rcptTo,
      accepted: this.#accepted,
      canary: this.#canary,
      canaryInClear: this.#canaryInClear,
      transcript: this.#transcript,
    };
  }

  #write(line: string): void {
    if (this.#transcript.length < longestTranscript - 1) this.#transcript.push(line);
    else if (this.#transcript.length === longestTranscript - 1) this.#transcript.push("-- transcript cut");
  }
}

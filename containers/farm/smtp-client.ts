import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import type { Login } from "../../harness/model/farm.ts";
import { HarnessError, messageOf } from "../../harness/words/errors.ts";
import { LineSplitter, textOf } from "./lines.ts";

export interface Reply {
  readonly code: number;
  /** The lines without their codes, joined by line feeds. */
  readonly text: string;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

const longestReply = 20_000;

export interface SmtpClientOptions {
  /** From the start, with whatever certificate: the servers are the lab's own. */
  readonly overTls?: boolean;
  /** The address that it comes from. */
  readonly source?: string;
  /** Is told each command ("C: …") and each line of a reply ("S: …"). */
  readonly told?: (line: string) => void;
}

/** The client's end of an SMTP session. Replies come in the order in which they are awaited. */
export class SmtpClient {
  #socket: Socket;
  readonly #server: string;
  readonly #told: (line: string) => void;
  readonly #lines = new LineSplitter();
  readonly #unread: Reply[] = [];
  readonly #waiting: Waiting[] = [];
  #reply: string[] = [];
  #broken: HarnessError | null = null;
  #pipelines = false;

  constructor(
    server: string,
    port: number,
    { overTls = false, source, told = () => undefined }: SmtpClientOptions = {},
  ) {
    this.#server = `${server} port ${port}`;
    this.#told = told;
    const to = {
      host: server,
      port,
      noDelay: true,
      ...(source === undefined ? {} : { localAddress: source }),
    };
    this.#socket = overTls ? connectTls({ ...to, rejectUnauthorized: false }) : connect(to);
    this.#listen();
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#read(textOf(line));
    });
    this.#socket.on("error", (error) => this.#break(error.message));
    this.#socket.on("close", () => this.#break("the server closed the connection"));
  }

  /** "127.0.0.1:40000", by which the server knows the client. */
  get local(): string {
    return `${this.#socket.localAddress}:${this.#socket.localPort}`;
  }

  /**
   * The handshake, after the server has said that it is ready for it. With whatever certificate, unless told. HarnessError:
   * it failed, or took longer than a reply may.
   */
  async startTls(options: ConnectionOptions): Promise<TLSSocket> {
    const plain = this.#socket;
    plain.removeAllListeners("data");
    plain.removeAllListeners("close");
    const secure = connectTls({ rejectUnauthorized: false, ...options, socket: plain });
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        timer = setTimeout(
          () => reject(new HarnessError(`no handshake within ${longestReply / 1000} s`)),
          longestReply,
        );
        secure.once("secureConnect", resolve);
        secure.once("error", reject);
        secure.once("close", () => reject(new HarnessError("the server closed the connection")));
      });
    } catch (error) {
      // OpenSSL's message has places in its memory, other ones every time.
      const reason = error instanceof Error && "reason" in error ? String(error.reason) : messageOf(error);
      this.#told(`-- TLS failed: ${reason}`);
      this.#break(reason);
      throw new HarnessError(`SMTP to ${this.#server}: ${reason}`);
    } finally {
      clearTimeout(timer);
    }
    secure.removeAllListeners("error");
    secure.removeAllListeners("close");
    this.#socket = secure;
    this.#listen();
    this.#told(`-- TLS established: ${secure.getProtocol()} ${secure.getCipher().name}`);
    return secure;
  }

  /** A reply that is there already, as what was sent before was answered too; null: none. */
  unasked(): Reply | null {
    return this.#unread.shift() ?? null;
  }

  /** The server offered PIPELINING (RFC 2920): several commands may be sent before the first reply. */
  get pipelines(): boolean {
    return this.#pipelines;
  }

  async open(login?: Login): Promise<void> {
    this.#mustBe(220, await this.reply("the greeting"));
    const offers = await this.command("EHLO danelab.example");
    this.#mustBe(250, offers);
    this.#pipelines = /^PIPELINING\s*$/im.test(offers.text);
    if (login === undefined) return;
    // RFC 4616 section 2.
    const credentials = Buffer.from(`\0${login.user}\0${login.password}`).toString("base64");
    this.#mustBe(235, await this.command(`AUTH PLAIN ${credentials}`));
  }

  command(line: string): Promise<Reply> {
    this.#told(`C: ${line}`);
    this.send(`${line}\r\n`);
    return this.reply(line);
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** The next reply. HarnessError: none came within 20 s, or the connection broke. */
  reply(to: string): Promise<Reply> {
    const unread = this.#unread.shift();
    if (unread !== undefined) return Promise.resolve(unread);
    if (this.#broken !== null) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#break(`no reply to ${to} within ${longestReply / 1000} s`),
        longestReply,
      );
      this.#waiting.push({
        resolve(reply) {
          clearTimeout(timer);
          resolve(reply);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  async quit(): Promise<void> {
    // What the server says to that, or that it hangs up, changes nothing for the mail it has.
    await this.command("QUIT").catch(() => undefined);
    this.#socket.destroy();
  }

  #read(line: string): void {
    this.#told(`S: ${line}`);
    this.#reply.push(line.slice(4));
    if (line[3] === "-") return;
    const reply = { code: Number.parseInt(line, 10), text: this.#reply.join("\n") };
    this.#reply = [];
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#unread.push(reply);
    else waiting.resolve(reply);
  }

  #break(reason: string): void {
    this.#broken ??= new HarnessError(`SMTP to ${this.#server}: ${reason}`);
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#broken);
  }

  #mustBe(code: number, reply: Reply): void {
    if (reply.code === code) return;
    const error = `"${reply.code} ${reply.text}" where ${code} was needed`;
    this.#break(error);
    throw new HarnessError(`SMTP to ${this.#server}: ${error}`);
  }
}

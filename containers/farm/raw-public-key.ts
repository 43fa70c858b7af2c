import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { PemChain, TlsState } from "../../harness/model/farm.ts";

/**
 * TLS by a server that shows its bare public key to clients that ask for it (RFC 7250), and its certificate to others. Node
 * cannot; `openssl s_server` can, one process a connection: the client's octets go in through a Unix socket, the text goes
 * through its standard input and output, and a summary of the handshake comes on standard error.
 */
export class RawPublicKeyServer extends Duplex {
  readonly #folder = mkdtempSync(join(tmpdir(), "danelab-tls-"));
  readonly #client: Socket;
  readonly #openssl: ChildProcessByStdio<Writable, Readable, Readable>;
  #ciphertext: Socket | undefined;
  #said = "";

  /**
   * Emits "secure" with a TlsState once the handshake is over, and "error" if there will be none; "keylog" with each line
   * of secrets, as TLSSocket does.
   */
  constructor(client: Socket, { chain, key }: PemChain) {
    super();
    this.#client = client;
    const file = (name: string): string => join(this.#folder, name);
    writeFileSync(file("chain"), chain);
    writeFileSync(file("key"), key, { mode: 0o600 });
    this.#openssl = spawn(
      "openssl",
      [
        ...["s_server", "-enable_server_rpk", "-brief", "-no_ticket", "-naccept", "1"],
        ...[
          "-unix",
          file("socket"),
          "-cert",
          file("chain"),
          "-cert_chain",
          file("chain"),
          "-key",
          file("key"),
          "-keylogfile",
          file("keylog"),
        ],
      ],
      { stdio: ["pipe", "pipe", "pipe"] },
    );
    this.#openssl.once("error", (error) => this.destroy(error));
    this.#openssl.once("close", () => this.#ended());
    this.#openssl.stdin.on("error", () => undefined);
    this.#openssl.stdout.on("data", (text: Buffer) => {
      if (!this.push(text)) this.#openssl.stdout.pause();
    });
    this.#openssl.stderr.on("data", (text: Buffer) => this.#report(text));
    client.once("close", () => this.#leave());
    this.#connect(file("socket"));
  }

  /** The socket is there as soon as the process listens. */
  #connect(path: string): void {
    if (this.destroyed) return;
    const socket = connect(path);
    socket.once("connect", () => {
      this.#ciphertext = socket;
      socket.on("error", () => undefined);
      socket.pipe(this.#client).pipe(socket);
    });
    socket.once("error", () => {
      if (this.#ciphertext === undefined) setTimeout(() => this.#connect(path), 5);
    });
  }

  /** The client is gone; what openssl has to say of it comes still. */
  #leave(): void {
    if (this.#ciphertext === undefined) this.#openssl.kill();
    else this.#ciphertext.end();
    setTimeout(() => this.destroy(), longestFarewell).unref();
  }

  #report(text: Buffer): void {
    const before = this.#said;
    this.#said += String(text);
    const state = summary(this.#said);
    if (state === null || summary(before) !== null) return;
    this.#tellKeys();
    this.emit("secure", state);
  }

  #tellKeys(): void {
    const path = join(this.#folder, "keylog");
    if (!existsSync(path)) return;
    const lines = readFileSync(path, "utf8").split("\n");
    // Its first line is a comment.
    for (const line of lines) if (line !== "" && !line.startsWith("#")) this.emit("keylog", line);
  }

  #ended(): void {
    // Those of a handshake that failed are of use too.
    this.#tellKeys();
    if (summary(this.#said) === null) {
      const [reason = "openssl ended without a handshake"] =
        /error:.*/.exec(this.#said) ?? this.#said.trim().split("\n").slice(-1);
      this.destroy(new Error(reason));
    }
    this.push(null);
  }

  override _read(): void {
    this.#openssl.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#openssl.stdin.write(chunk, done);
  }

  /** What was said last is on its way still: the client ends the connection, or whoever waits for that in vain. */
  override _final(done: () => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#openssl.kill();
    this.#ciphertext?.destroy();
    this.#client.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
    done(error);
  }
}

const longestFarewell = 2_000;

/** null: the handshake is not over. */
function summary(said: string): TlsState | null {
  const version = /^Protocol version: (\S+)$/m.exec(said)?.[1];
  const cipher = /^Ciphersuite: (\S+)$/m.exec(said)?.[1];
  return version === undefined || cipher === undefined ? null : { version, cipher };
}

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { PemChain, Session } from "../../harness/model/farm.ts";
import { messageOf } from "../../harness/words/errors.ts";
import { credentialsOf, servedFingerprint, type TlsVersions } from "./certificates.ts";
import { readFirstFlight } from "./client-hello.ts";
import { Recorder, type SessionOpening } from "./recorder.ts";
import { type Edits, Relay } from "./relay.ts";

/** How the end of a client's connection behaves where it is not a server like any other: an entry in a table. */
export interface EdgePolicy extends Edits {
  /**
   * What the client meets after the 220 to STARTTLS: TLS, a closed connection, or, once its ClientHello is there, a
   * fatal handshake_failure alert or a TCP reset.
   */
  readonly after220: "handshake" | "close" | "alert" | "reset";
  readonly versions: TlsVersions;
}

/** Who answers behind an edge. */
export interface Upstream {
  /** Starts the dialogue in clear; it begins with a greeting. */
  open(): Duplex;
  /** The dialogue after the client's handshake, in place of the one in clear; it begins with the client's command. */
  secure(inClear: Duplex, serverName: string | null): Promise<Duplex>;
}

export interface EdgeParts {
  readonly client: Socket;
  readonly opening: SessionOpening;
  readonly policy: EdgePolicy;
  readonly upstream: Upstream;
  certificateFor(serverName: string | null): PemChain;
  onClose(session: Session): void;
  onFault(message: string): void;
}

const longestSession = 120_000;
/** After the server ended its side, a client has this long to end its own. */
const longestFarewell = 2_000;
/** RFC 8446 sections 5.1 and 6: an alert record, fatal, handshake_failure. */
const handshakeFailureAlert = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
/** OpenSSL refused what the client sent, in contrast to an alert that the client sent. */
const isOwnRefusal = /^ERR_SSL_(?!.*ALERT)/;

/** The server's end of one TCP connection: relays, does TLS, and records, whatever becomes of it. */
export class Edge {
  readonly #parts: EdgeParts;
  readonly #recorder: Recorder;
  readonly #limit: NodeJS.Timeout;
  #farewell: NodeJS.Timeout | undefined;
  #upstream: Duplex;
  /** The client's end of the SMTP dialogue; null while TLS is begun. */
  #talking: Duplex | null = null;
  #finished = false;

  constructor(parts: EdgeParts) {
    this.#parts = parts;
    this.#recorder = new Recorder(parts.opening);
    this.#limit = setTimeout(() => {
      this.#recorder.note(`still open after ${longestSession / 1000} s`);
      parts.client.destroy();
    }, longestSession);
    parts.client.setNoDelay(true);
    parts.client.on("error", (error) => this.#recorder.note(error.message));
    parts.client.once("close", this.#finish);
    this.#upstream = this.#watch(parts.upstream.open());
    this.#relay(parts.client, true);
  }

  #relay(client: Duplex, greets: boolean): void {
    const { policy } = this.#parts;
    this.#talking = client;
    new Relay({
      client,
      upstream: this.#upstream,
      recorder: this.#recorder,
      edits: policy,
      greets,
      onUpgrade: () => this.#upgrade(),
    });
  }

  #watch(upstream: Duplex): Duplex {
    upstream.on("error", (error) => this.#recorder.note(`upstream: ${error.message}`));
    upstream.once("close", () => {
      if (upstream !== this.#upstream || this.#talking === null || this.#finished) return;
      this.#talking.end();
      this.#farewell = setTimeout(() => this.#parts.client.destroy(), longestFarewell);
    });
    return upstream;
  }

  #upgrade(): void {
    const { client, policy } = this.#parts;
    this.#talking = null;
    if (policy.after220 === "close") {
      this.#recorder.note("connection closed after the 220");
      client.end(() => client.destroy());
      return;
    }
    this.#awaitClientHello((serverName) => {
      this.#recorder.clientHello(serverName);
      if (policy.after220 === "handshake") this.#handshake(serverName);
      else if (policy.after220 === "alert") this.#alert();
      else this.#reset();
    });
  }

  #awaitClientHello(then: (serverName: string | null) => void): void {
    const { client } = this.#parts;
    let bytes: Buffer = Buffer.alloc(0);
    const onEnd = () => this.#recorder.tlsFailed("connection closed before a ClientHello came");
    const onData = (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      const flight = readFirstFlight(bytes);
      if (flight.is === "incomplete") return;
      client.off("data", onData).off("end", onEnd).pause();
      client.unshift(bytes);
      then(flight.is === "client-hello" ? flight.serverName : null);
    };
    client.on("data", onData).once("end", onEnd).resume();
  }

  #alert(): void {
    const { client } = this.#parts;
    this.#recorder.tlsFailed("answered the ClientHello with a fatal handshake_failure alert");
    client.end(handshakeFailureAlert, () => client.destroy());
  }

  #reset(): void {
    this.#recorder.tlsFailed("answered the ClientHello with a TCP reset");
    this.#parts.client.resetAndDestroy();
  }

  #handshake(serverName: string | null): void {
    const { client, policy, upstream, certificateFor, onFault } = this.#parts;
    try {
      const { context, fingerprint } = credentialsOf(certificateFor(serverName), policy.versions);
      const tls = new TLSSocket(client, { isServer: true, secureContext: context });
      let established = false;
      client.off("close", this.#finish);
      tls.once("close", () => {
        if (!established) this.#handshakeFailed("connection closed during the handshake", "", fingerprint);
        this.#finish();
      });
      tls.on("error", (error: NodeJS.ErrnoException) => {
        if (established) this.#recorder.note(error.message);
        else this.#handshakeFailed(error.message, error.code ?? "", fingerprint);
        established = true;
      });
      tls.once("secure", () => {
        established = true;
        this.#recorder.certificateServed(servedFingerprint(tls) ?? fingerprint);
        this.#recorder.tlsEstablished({
          version: tls.getProtocol() ?? "unknown",
          cipher: tls.getCipher().standardName,
        });
        upstream.secure(this.#upstream, serverName).then(
          (secured) => {
            this.#upstream = this.#watch(secured);
            this.#relay(tls, false);
          },
          (error: unknown) => {
            this.#recorder.note(`upstream: ${messageOf(error)}`);
            tls.destroy();
          },
        );
      });
    } catch (thrown) {
      onFault(`${this.#parts.opening.host}: cannot begin TLS: ${messageOf(thrown)}`);
      client.destroy();
    }
  }

  #handshakeFailed(reason: string, code: string, fingerprint: string): void {
    // The server's certificate goes out in the flight that answers the ClientHello, unless that was refused.
    if (!isOwnRefusal.test(code)) this.#recorder.certificateServed(fingerprint);
    this.#recorder.tlsFailed(reason);
  }

  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#limit);
    clearTimeout(this.#farewell);
    this.#upstream.destroy();
    this.#parts.onClose(this.#recorder.finish());
  };
}

import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { PemChain, Session } from "../../harness/model/farm.ts";
import { messageOf } from "../../harness/words/errors.ts";
import { type After220, beginTls, type TlsServer } from "./handshake.ts";
import { Recorder, type SessionOpening } from "./recorder.ts";
import { type Edits, Relay } from "./relay.ts";
import { openTunnel, type Tampering } from "./tunnel.ts";

/** How the end of a client's connection behaves where it is not a server like any other: an entry in a table. */
export interface EdgePolicy {
  readonly inClear: Edits;
  readonly underTls: Edits;
  /** With a tunnel, TLS is between the client and whoever is behind the edge. */
  readonly after220: After220 | { readonly tunnel: Tampering | null };
  readonly tls: TlsServer;
  /** false: the last that the client gets under TLS is the end of the TCP connection (RFC 8446 section 6.1). */
  readonly closeNotify: boolean;
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
  /** The client goes on with another message on the same connection. */
  onAnother(part: SessionOpening): void;
  onClose(session: Session): void;
  /** TLS secrets of the connection: a line of the NSS key log format. */
  onKey(line: string): void;
  onFault(message: string): void;
}

const longestSession = 120_000;
/** Clients give up earlier; those that do not must not hold up a run. */
const longestSilence = 20_000;
/** After the server ended its side, a client has this long to end its own. */
const longestFarewell = 2_000;

/** The server's end of one TCP connection: relays, does TLS, and records, whatever becomes of it. */
export class Edge {
  readonly #parts: EdgeParts;
  readonly #recorder: Recorder;
  #limit: NodeJS.Timeout;
  #farewell: NodeJS.Timeout | undefined;
  #upstream: Duplex;
  /** The client's end of the SMTP dialogue; null while TLS is begun. */
  #talking: Duplex | null = null;
  #finished = false;

  constructor(parts: EdgeParts) {
    this.#parts = parts;
    this.#recorder = new Recorder(parts.opening, { opened: parts.onAnother, closed: parts.onClose });
    this.#limit = this.#endsAfter(longestSession);
    parts.client.setNoDelay(true);
    parts.client.on("error", (error) => this.#recorder.note(error.message));
    parts.client.once("close", this.#finish);
    this.#upstream = this.#watch(parts.upstream.open());
    this.#relay(parts.client, parts.policy.inClear, true);
  }

  #endsAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#recorder.note(`the client stayed for ${ms / 1000} s: connection closed`);
      this.#parts.client.destroy();
    }, ms);
  }

  #relay(client: Duplex, edits: Edits, greets: boolean): void {
    this.#talking = client;
    new Relay({
      client,
      upstream: this.#upstream,
      recorder: this.#recorder,
      edits,
      greets,
      onUpgrade: () => this.#upgrade(),
      onEnd: () => this.#end(),
      onSilence: this.#onSilence,
    });
  }

  #watch(upstream: Duplex): Duplex {
    upstream.on("error", (error) => this.#recorder.note(`upstream: ${error.message}`));
    upstream.once("close", () => {
      if (upstream === this.#upstream) this.#end();
    });
    return upstream;
  }

  /** The server's side is over: so is the connection, once the client has what was said. */
  #end(): void {
    const { client, policy } = this.#parts;
    const talking = this.#talking;
    if (talking === null || this.#finished || this.#farewell !== undefined) return;
    if (talking === client || policy.closeNotify) talking.end();
    else talking.write(Buffer.alloc(0), () => talking.destroy());
    this.#farewell = setTimeout(() => client.destroy(), longestFarewell);
  }

  readonly #onSilence = (): void => {
    clearTimeout(this.#limit);
    this.#limit = this.#endsAfter(longestSilence);
  };

  #upgrade(): void {
    const { client, opening, policy, upstream, certificateFor, onFault } = this.#parts;
    const { after220 } = policy;
    this.#talking = null;
    if (typeof after220 === "object" && "tunnel" in after220) {
      openTunnel({
        client,
        upstream: this.#upstream,
        recorder: this.#recorder,
        tampering: after220.tunnel,
      });
      return;
    }
    beginTls({
      client,
      recorder: this.#recorder,
      after220,
      tls: policy.tls,
      certificateFor,
      onBegin: (tls) => {
        client.off("close", this.#finish);
        tls.once("close", this.#finish);
      },
      onSecured: (tls, serverName) => {
        upstream.secure(this.#upstream, serverName).then(
          (secured) => {
            this.#upstream = this.#watch(secured);
            this.#relay(tls, policy.underTls, false);
          },
          (error: unknown) => {
            this.#recorder.note(`upstream: ${messageOf(error)}`);
            tls.destroy();
          },
        );
      },
      onKey: (line) => this.#parts.onKey(line),
      onSilence: this.#onSilence,
      onFault: (message) => onFault(`${opening.host}: ${message}`),
    });
  }

  readonly #finish = (): void => {
    if (this.#finished) return;
    this.#finished = true;
    clearTimeout(this.#limit);
    clearTimeout(this.#farewell);
    this.#upstream.destroy();
    const session = this.#recorder.finish();
    if (session !== null) this.#parts.onClose(session);
  };
}

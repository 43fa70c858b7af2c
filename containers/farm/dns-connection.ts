import type { Socket } from "node:net";
import { FrameSplitter, frame } from "../../harness/words/dns-frames.ts";
import { type OnAnswer, PendingQuestions } from "./dns-pending.ts";

/** Idle connections are closed (RFC 7766 section 6.2.3). */
const idle = 30_000;

/** One client's TCP connection: many questions at once, answered in any order (RFC 7766 section 6.2.1.1). */
export class DnsConnection {
  readonly #client: Socket;
  readonly #open: (server: string) => Socket;
  readonly #servers = new Map<string, Way>();

  /** `open` connects to a server. */
  constructor(client: Socket, open: (server: string) => Socket, onQuery: (query: Buffer) => void) {
    this.#client = client;
    this.#open = open;
    const splitter = new FrameSplitter();
    client.setNoDelay(true);
    client.setTimeout(idle, () => client.destroy());
    client.on("data", (chunk: Buffer) => {
      for (const query of splitter.push(chunk)) onQuery(query);
    });
    // What the client did to its connection is its own affair.
    client.on("error", () => undefined);
    client.on("close", () => {
      for (const { socket } of this.#servers.values()) socket.destroy();
    });
  }

  reply(message: Buffer): void {
    if (this.#client.writable) this.#client.write(frame(message));
  }

  pass(server: string, query: Buffer, onAnswer: OnAnswer): void {
    if (this.#client.destroyed) return;
    const way = this.#servers.get(server) ?? this.#connect(server);
    way.socket.write(frame(way.pending.add(query, onAnswer)));
  }

  close(): void {
    this.#client.destroy();
  }

  reset(): void {
    this.#client.resetAndDestroy();
  }

  #connect(server: string): Way {
    const way = { socket: this.#open(server), pending: new PendingQuestions() };
    this.#servers.set(server, way);
    const splitter = new FrameSplitter();
    way.socket.on("data", (chunk: Buffer) => {
      for (const answer of splitter.push(chunk)) way.pending.settle(answer);
    });
    way.socket.on("error", () => undefined);
    way.socket.on("close", () => {
      this.#servers.delete(server);
      // Nobody will answer these any more: the client must not wait.
      if (way.pending.size > 0) this.close();
    });
    return way;
  }
}

interface Way {
  readonly socket: Socket;
  readonly pending: PendingQuestions;
}

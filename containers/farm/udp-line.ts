import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { type OnAnswer, PendingQuestions } from "./dns-pending.ts";

export interface UdpEnds {
  readonly address: string;
  readonly port: number;
  /** The address to ask from; without it whatever the system takes. */
  readonly source?: string;
}

/** What the system says of messages that were sent, such as that nobody listens. */
export type OnRefusal = (error: Error) => void;

const lines = new Map<string, UdpLine>();

/** The line to the server: a new one, or that of others who ask it now. Each that takes it leaves it. */
export function takeLine(ends: UdpEnds): UdpLine {
  const key = `${ends.address} ${ends.port} ${ends.source ?? ""}`;
  const line = lines.get(key) ?? new UdpLine(ends, () => lines.delete(key));
  lines.set(key, line);
  return line;
}

/** One UDP socket for all questions that are under way to a server: a socket for each would cost more than the question. */
export class UdpLine {
  readonly #socket: Socket;
  readonly #connected: Promise<void>;
  readonly #pending = new PendingQuestions();
  readonly #users = new Set<OnRefusal>();
  readonly #onClose: () => void;

  constructor({ address, port, source }: UdpEnds, onClose: () => void) {
    this.#onClose = onClose;
    this.#socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const refuse = (error: Error): void => {
      for (const onRefusal of [...this.#users]) onRefusal(error);
    };
    this.#socket.on("error", refuse);
    this.#socket.on("message", (message) => this.#pending.settle(message));
    // A connected socket takes answers from the server alone, and hears that nobody listens.
    this.#connected = new Promise((resolve) => {
      const onConnect = (error?: Error): void => (error ? refuse(error) : resolve());
      const begin = (): void => this.#socket.connect(port, address, onConnect);
      if (source === undefined) begin();
      else this.#socket.bind({ address: source }, begin);
    });
  }

  /** Value: the question as it is to be sent on this line. */
  enter(query: Buffer, onAnswer: OnAnswer, onRefusal: OnRefusal): Buffer {
    this.#users.add(onRefusal);
    return this.#pending.add(query, onAnswer);
  }

  send(query: Buffer): void {
    void this.#connected.then(() => {
      if (this.#users.size > 0) this.#socket.send(query);
    });
  }

  leave(onRefusal: OnRefusal): void {
    this.#users.delete(onRefusal);
    if (this.#users.size > 0) return;
    this.#onClose();
    this.#socket.close();
  }
}

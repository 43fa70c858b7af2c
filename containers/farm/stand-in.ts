import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { FarmEvent } from "../../harness/model/farm.ts";
import { FrameSplitter, frame } from "../../harness/words/dns-frames.ts";

type Outward = Omit<Extract<FarmEvent, { readonly event: "outward" }>, "event">;

/**
 * Stands at an address of the lab for a server outside it: DNS messages go to the harness, which asks that server, and
 * answers come back as they are.
 */
export class StandIn {
  readonly #emit: (message: Outward) => void;
  readonly #waiting = new Map<number, (answer: Buffer) => void>();
  #number = 0;
  readonly #udp: UdpSocket = createSocket("udp4");
  readonly #tcp: Server;

  constructor(emit: (message: Outward) => void) {
    this.#emit = emit;
    this.#udp.on("message", (query, { address, port }) =>
      this.#pass(query, "udp", address, (answer) => this.#udp.send(answer, port, address)),
    );
    this.#udp.on("error", () => undefined);
    this.#tcp = createServer((client: Socket) => {
      const splitter = new FrameSplitter();
      client.on("error", () => undefined);
      client.on("data", (chunk: Buffer) => {
        for (const query of splitter.push(chunk))
          this.#pass(query, "tcp", client.remoteAddress ?? "", (answer) => {
            if (client.writable) client.write(frame(answer));
          });
      });
    });
  }

  async listen(address: string, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#udp.once("error", reject).bind(port, address, resolve);
    });
    await new Promise<void>((resolve, reject) => {
      this.#tcp.once("error", reject).listen(port, address, resolve);
    });
  }

  /** null: the server kept silent, and so does this. */
  answer(number: number, message: Buffer | null): void {
    const reply = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (message) reply?.(message);
  }

  close(): void {
    this.#udp.close();
    this.#tcp.close();
  }

  #pass(query: Buffer, over: "udp" | "tcp", client: string, reply: (answer: Buffer) => void): void {
    const number = ++this.#number;
    this.#waiting.set(number, reply);
    this.#emit({ number, over, client, message: query.toString("base64") });
  }
}

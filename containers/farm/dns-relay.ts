import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { DnsRelay as DnsRelaySpec, ForwardedZone } from "../../harness/model/farm.ts";
import { actionOf, type Exchange } from "./dns-actions.ts";
import { DnsConnection } from "./dns-connection.ts";
import { isQuery, readQuestion } from "./dns-message.ts";
import { PendingQuestions } from "./dns-pending.ts";
import { RelayedZones } from "./dns-zones.ts";
import { UnreachableSender } from "./unreachable.ts";

export interface DnsRelayOptions extends DnsRelaySpec {
  /** Of the relay, and of all servers behind it. */
  readonly port: number;
  readonly fault: (message: string) => void;
}

/** What one transport can do with one question. */
type Way = Pick<Exchange, "transport" | "reply" | "hangUp" | "refuse"> & {
  pass(server: string, query: Buffer, onAnswer: (answer: Buffer) => void): void;
};

/** Octets that a burst of messages may fill before the program reads them. */
const receiveBuffer = 4 * 1024 * 1024;

/**
 * A name server that only passes on, octet by octet, and does to some questions what it is told to. It stands between a
 * resolver and the authority, or between a sender and its resolver.
 */
export class DnsRelay {
  readonly #options: DnsRelayOptions;
  readonly #zones: RelayedZones;
  readonly #pending = new PendingQuestions();
  readonly #clients = new Set<Socket>();
  readonly #unreachable: UnreachableSender;
  readonly #udp: UdpSocket;
  /** Questions leave through a socket of its own, so that answers cannot be mistaken for questions. */
  readonly #upstream: UdpSocket;
  readonly #tcp: Server;

  constructor(options: DnsRelayOptions) {
    this.#options = options;
    this.#zones = new RelayedZones(options.forward, options.zones);
    this.#unreachable = new UnreachableSender(options.fault);
    this.#udp = createUdp().on("message", (query, client) => this.#byUdp(query, client));
    this.#upstream = createUdp().on("message", (answer) => this.#pending.settle(answer));
    this.#tcp = createServer((client) => this.#byTcp(client));
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const { listen, port, fault } = this.#options;
    await Promise.all([
      bindUdp(this.#udp, listen, port),
      bindUdp(this.#upstream, listen, 0),
      new Promise<void>((resolve, reject) => {
        this.#tcp.once("error", reject).listen({ port, host: listen, backlog: 1024 }, () => {
          this.#tcp.off("error", reject);
          resolve();
        });
      }),
    ]);
    for (const socket of [this.#udp, this.#upstream, this.#tcp])
      socket.on("error", (error: Error) => fault(`the DNS relay on ${listen}: ${error.message}`));
  }

  /** From now on these zones are served so. */
  setZones(zones: readonly ForwardedZone[]): void {
    this.#zones.set(zones);
  }

  close(): void {
    this.#udp.close();
    this.#upstream.close();
    this.#tcp.close();
    this.#unreachable.close();
    for (const client of this.#clients) client.destroy();
  }

  #byUdp(query: Buffer, { address, port }: RemoteInfo): void {
    this.#handle(query, {
      transport: "udp",
      reply: (message) => this.#udp.send(message, port, address, ignore),
      pass: (server, message, onAnswer) =>
        this.#upstream.send(this.#pending.add(message, onAnswer), this.#options.port, server, ignore),
      hangUp: () => undefined,
      refuse: () => {
        const server = { address: this.#options.listen, port: this.#options.port };
        this.#unreachable.send({ client: { address, port }, server, octets: query.length });
      },
    });
  }

  #byTcp(client: Socket): void {
    this.#clients.add(client);
    client.once("close", () => this.#clients.delete(client));
    const { listen, port } = this.#options;
    const connection = new DnsConnection(
      client,
      (server) => connect({ host: server, port, localAddress: listen, noDelay: true }),
      (query) => this.#handle(query, way),
    );
    const way: Way = {
      transport: "tcp",
      reply: (message) => connection.reply(message),
      pass: (server, message, onAnswer) => connection.pass(server, message, onAnswer),
      hangUp: () => connection.close(),
      refuse: () => connection.reset(),
    };
  }

  #handle(query: Buffer, way: Way): void {
    if (!isQuery(query)) return;
    const question = readQuestion(query);
    const { forward, rule } = this.#zones.route(question);
    const pass: Exchange["pass"] = (message, onAnswer) =>
      way.pass(rule?.forward ?? forward, message, onAnswer);
    if (rule === undefined || question === undefined) pass(query, way.reply);
    else actionOf(rule)({ ...way, query, question, pass });
  }
}

function createUdp(): UdpSocket {
  return createSocket({
    type: "udp4",
    recvBufferSize: receiveBuffer,
    sendBufferSize: receiveBuffer,
    // Addresses only: each message would else be looked up.
    lookup: (address, _options, callback) => callback(null, address, 4),
  });
}

function bindUdp(socket: UdpSocket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject).bind({ address, port, exclusive: true }, () => {
      socket.off("error", reject);
      resolve();
    });
  });
}

/** A datagram that cannot be sent is one that was lost on its way. */
function ignore(): void {
  // Without a callback the error would be the socket's.
}

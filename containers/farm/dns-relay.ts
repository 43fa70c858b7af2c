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
 * resolver and the authority, or between a sender and its resolver. It may have many addresses; what it does depends on the
 * zone alone.
 */
export class DnsRelay {
  readonly #options: DnsRelayOptions;
  readonly #zones: RelayedZones;
  readonly #pending = new PendingQuestions();
  readonly #clients = new Set<Socket>();
  readonly #unreachable: UnreachableSender;
  /** By address. */
  readonly #udp: ReadonlyMap<string, UdpSocket>;
  /** Questions leave through a socket of its own, so that answers cannot be mistaken for questions. */
  readonly #upstream: UdpSocket;
  readonly #tcp: ReadonlyMap<string, Server>;

  constructor(options: DnsRelayOptions) {
    this.#options = options;
    this.#zones = new RelayedZones(options.forward, options.zones);
    this.#unreachable = new UnreachableSender(options.fault);
    const byAddress = <T>(make: (address: string) => T): ReadonlyMap<string, T> =>
      new Map(options.listen.map((address) => [address, make(address)]));
    this.#udp = byAddress((address) => {
      const socket = createUdp();
      return socket.on("message", (query, client) => this.#byUdp(query, client, socket, address));
    });
    this.#upstream = createUdp().on("message", (answer) => this.#pending.settle(answer));
    this.#tcp = byAddress((address) => createServer((client) => this.#byTcp(client, address)));
  }

  /** Resolves once it listens. */
  async start(): Promise<void> {
    const { listen, port, fault } = this.#options;
    const [own = ""] = listen;
    await Promise.all([
      bindUdp(this.#upstream, own, 0),
      ...[...this.#udp].map(([address, socket]) => bindUdp(socket, address, port)),
      ...[...this.#tcp].map(([address, server]) => listenTcp(server, address, port)),
    ]);
    const told = (address: string) => (error: Error) =>
      fault(`the DNS relay on ${address}: ${error.message}`);
    this.#upstream.on("error", told(own));
    for (const [address, socket] of this.#udp) socket.on("error", told(address));
    for (const [address, server] of this.#tcp) server.on("error", told(address));
  }

  /** From now on these zones are served so. */
  setZones(zones: readonly ForwardedZone[]): void {
    this.#zones.set(zones);
  }

  close(): void {
    for (const one of [...this.#udp.values(), this.#upstream, ...this.#tcp.values()]) one.close();
    this.#unreachable.close();
    for (const client of this.#clients) client.destroy();
  }

  #byUdp(query: Buffer, { address, port }: RemoteInfo, socket: UdpSocket, asked: string): void {
    this.#handle(query, {
      transport: "udp",
      reply: (message) => socket.send(message, port, address, ignore),
      pass: (server, message, onAnswer) =>
        this.#upstream.send(this.#pending.add(message, onAnswer), this.#options.port, server, ignore),
      hangUp: () => undefined,
      refuse: () => {
        const server = { address: asked, port: this.#options.port };
        this.#unreachable.send({ client: { address, port }, server, octets: query.length });
      },
    });
  }

  #byTcp(client: Socket, asked: string): void {
    this.#clients.add(client);
    client.once("close", () => this.#clients.delete(client));
    const { port } = this.#options;
    const connection = new DnsConnection(
      client,
      (server) => connect({ host: server, port, localAddress: asked, noDelay: true }),
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

function listenTcp(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen({ port, host, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** A datagram that cannot be sent is one that was lost on its way. */
function ignore(): void {
  // Without a callback the error would be the socket's.
}

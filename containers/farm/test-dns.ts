import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { FrameSplitter, frame } from "../../harness/words/dns-frames.ts";
import { until } from "../../harness/words/until.ts";

export const types = { A: 1, TXT: 16, DS: 43, TLSA: 52 } as const;

export function wireName(name: string): Buffer {
  const labels = name.replace(/\.$/, "").split(".").filter(Boolean);
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")])),
    Buffer.from([0]),
  ]);
}

interface QueryText {
  readonly id?: number;
  readonly type?: number;
  /** Of octet 2 and octet 3. */
  readonly flags?: readonly [number, number];
  /** With EDNS and DO. */
  readonly edns?: boolean;
}

/** Of the record that EDNS adds. */
export const optOctets = 11;

export function query(
  name: string,
  { id = 7, type = types.TLSA, flags = [0, 0], edns = false }: QueryText = {},
): Buffer {
  const header = Buffer.from([id >> 8, id & 255, ...flags, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0]);
  const opt = Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0x80, 0, 0, 0]);
  return Buffer.concat([header, wireName(name), Buffer.from([0, type, 0, 1]), ...(edns ? [opt] : [])]);
}

/** What an honest server might say: the question with QR and these flags, and a text to know the server by. */
export function answerTo(
  question: Buffer,
  text: string,
  flags: readonly [number, number] = [0x84, 0],
): Buffer {
  const head = Buffer.from(question);
  head[2] = flags[0];
  head[3] = flags[1];
  return Buffer.concat([head, Buffer.from(text)]);
}

type Handler = (question: Buffer, reply: (answer: Buffer) => void, transport: "udp" | "tcp") => void;

/** A name server on UDP and TCP of that address; port 0 takes any free one. */
export async function startServer(address: string, port: number, onQuery: Handler) {
  const connections: Socket[] = [];
  const tcp: Server = createServer((socket) => {
    connections.push(socket);
    const splitter = new FrameSplitter();
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      for (const one of splitter.push(chunk)) onQuery(one, (answer) => socket.write(frame(answer)), "tcp");
    });
  }).listen(port, address);
  await once(tcp, "listening");
  const own = (tcp.address() as AddressInfo).port;
  const udp = createSocket("udp4");
  udp.on("message", (one, from) => {
    onQuery(one, (answer) => udp.send(answer, from.port, from.address), "udp");
  });
  udp.bind(own, address);
  await once(udp, "listening");
  return {
    port: own,
    close: () => {
      tcp.close();
      udp.close();
      for (const socket of connections) socket.destroy();
    },
  };
}

/** A client of one address and port. `next` is the next answer; "closed" where none can come. */
export interface TestClient {
  send(...messages: readonly Buffer[]): void;
  next(): Promise<Buffer | "closed">;
  close(): void;
}

function inbox(): { put(item: Buffer | "closed"): void; next: TestClient["next"] } {
  const items: (Buffer | "closed")[] = [];
  return {
    put: (item) => items.push(item),
    next: () => until(() => items.shift(), { ms: 5_000, waitedFor: "an answer" }, 5),
  };
}

export async function udpClient(address: string, port: number): Promise<TestClient> {
  const { put, next } = inbox();
  const socket = createSocket("udp4");
  socket.on("message", put).on("error", () => put("closed"));
  socket.connect(port, address);
  await once(socket, "connect");
  return {
    send: (...messages) => {
      for (const message of messages) socket.send(message);
    },
    next,
    close: () => socket.close(),
  };
}

export async function tcpClient(address: string, port: number): Promise<TestClient> {
  const { put, next } = inbox();
  const splitter = new FrameSplitter();
  const socket = connect(port, address);
  socket.on("data", (chunk: Buffer) => splitter.push(chunk).forEach(put));
  socket.on("close", () => put("closed")).on("error", () => undefined);
  await once(socket, "connect");
  return {
    send: (...messages) => socket.write(Buffer.concat(messages.map(frame))),
    next,
    close: () => socket.destroy(),
  };
}

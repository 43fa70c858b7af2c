import { createSocket } from "node:dgram";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import { FrameSplitter, frame } from "../words/dns-frames.ts";
import { HarnessError, messageOf } from "../words/errors.ts";

/** DNS between the harness and one server outside the lab: its questions are heard, and it is asked. */

const dnsPort = 53;

export interface Hearing {
  /** The answer to a question by UDP; undefined: there is none. */
  answer(query: Buffer): Promise<Buffer | undefined>;
  /** A TCP connection. */
  connected(client: Socket): void;
}

/**
 * Hears what `address`, and nobody else, sends to `place`. `option` is where another place can be chosen. HarnessError: the place
 * is not this machine's, or taken.
 */
export async function hear(
  address: string,
  place: { readonly address: string; readonly port: number },
  option: string,
  { answer, connected }: Hearing,
): Promise<{ close(): void }> {
  const udp = createSocket(isIPv6(address) ? "udp6" : "udp4");
  udp.on("message", async (query, from) => {
    if (from.address !== address) return;
    const message = await answer(query).catch(() => undefined);
    if (message) udp.send(message, from.port, from.address);
  });
  const open = new Set<Socket>();
  const tcp = createServer((client) => {
    if (client.remoteAddress !== address) {
      client.destroy();
      return;
    }
    open.add(client);
    client.on("close", () => open.delete(client));
    client.on("error", () => undefined);
    connected(client);
  });
  const close = (): void => {
    udp.close();
    tcp.close();
    for (const client of open) client.destroy();
  };
  await Promise.all([
    new Promise<void>((resolve, reject) => {
      udp.once("error", reject).bind(place.port, place.address, resolve);
    }),
    new Promise<void>((resolve, reject) => {
      tcp.once("error", reject).listen(place.port, place.address, resolve);
    }),
  ]).catch((error) => {
    close();
    throw new HarnessError(
      `cannot listen on ${place.address} port ${place.port} for ${address}: ${messageOf(error)}; choose another with ${option}`,
    );
  });
  return { close };
}

/** Puts the message to port 53 of the address. `ms`: what it has for the answer. HarnessError: none came. */
export function askOutside(address: string, query: Buffer, over: "udp" | "tcp", ms: number): Promise<Buffer> {
  return over === "udp" ? askUdp(address, query, ms) : askTcp(address, query, ms);
}

function silent(address: string, ms: number): HarnessError {
  return new HarnessError(`${address} did not answer within ${ms / 1000} s`);
}

function askUdp(address: string, query: Buffer, ms: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const end = (): void => {
      clearTimeout(timer);
      socket.close();
    };
    const timer = setTimeout(() => {
      end();
      reject(silent(address, ms));
    }, ms);
    socket.on("error", (error) => {
      end();
      reject(error);
    });
    socket.on("message", (answer) => {
      // RFC 1035 4.1.1: the same ID.
      if (answer.readUInt16BE(0) !== query.readUInt16BE(0)) return;
      end();
      resolve(answer);
    });
    socket.connect(dnsPort, address, () => socket.send(query));
  });
}

function askTcp(address: string, query: Buffer, ms: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: dnsPort, noDelay: true });
    const splitter = new FrameSplitter();
    const timer = setTimeout(() => socket.destroy(silent(address, ms)), ms);
    socket.on("data", (chunk: Buffer) => {
      const [answer] = splitter.push(chunk);
      if (!answer) return;
      resolve(answer);
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      reject(new HarnessError(`${address} closed the TCP connection without an answer`));
    });
    socket.write(frame(query));
  });
}

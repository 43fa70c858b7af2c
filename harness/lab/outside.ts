import { createSocket } from "node:dgram";
import { connect, createServer, isIPv6, type Socket } from "node:net";
import type { OutsideServer } from "../model/facts.ts";
import type { FarmEvent } from "../model/farm.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import type { RunningContainer } from "./engine.ts";
import { type FarmClient, farmProgram } from "./requests.ts";

/**
 * The way between the lab and one name server outside it. The lab's network stays sealed: DNS messages for that server, and
 * what it asks of the hidden primary, are carried by the harness over the engine's streams; nothing else is.
 */
export interface Outside {
  /** Of the lab for the server: asked there, and answered here. */
  carry(message: Extract<FarmEvent, { readonly event: "outward" }>): Promise<void>;
  /** An answer of the server itself. HarnessError: it did not answer. */
  ask(message: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

const dnsPort = 53;

/** `primary` is the hidden primary's address in the lab. */
export async function openOutside(
  { address, primary: place }: OutsideServer,
  farm: FarmClient,
  container: RunningContainer,
  primary: string,
  onFault: (message: string) => void,
): Promise<Outside> {
  const udp = createSocket(isIPv6(place.address) ? "udp6" : "udp4");
  udp.on("message", async (query, from) => {
    if (from.address !== address) return;
    const [raw] = await farm.ask(primary, [query], { over: "udp" }).catch(() => []);
    if (raw?.message) udp.send(Buffer.from(raw.message, "base64"), from.port, from.address);
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
    pipeTo(client, container, primary).catch((error) => onFault(messageOf(error)));
  });
  const closeAll = (): void => {
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
    closeAll();
    throw new HarnessError(
      `the hidden primary cannot listen on ${place.address} port ${place.port}: ${messageOf(error)}; choose another with --primary`,
    );
  });
  return {
    async carry({ number, over, message }) {
      const query = Buffer.from(message, "base64");
      const answer = await (over === "udp" ? askUdp(address, query) : askTcp(address, query)).catch(
        () => null,
      );
      await farm.outsideSaid(number, answer?.toString("base64") ?? null);
    },
    ask: (message) => askUdp(address, Buffer.from(message)),
    close: closeAll,
  };
}

/** A connection of the server to the hidden primary, octet by octet. */
async function pipeTo(client: Socket, container: RunningContainer, primary: string): Promise<void> {
  const stream = await container.stream(["node", farmProgram, "--pipe", primary]);
  client.on("data", (chunk: Buffer) => stream.send(chunk.toString("base64")));
  client.on("close", () => stream.close());
  for await (const line of stream.lines) if (client.writable) client.write(Buffer.from(line, "base64"));
  client.end();
}

function silent(address: string): HarnessError {
  return new HarnessError(`${address} did not answer within ${durations.outsideAnswer / 1000} s`);
}

function askUdp(address: string, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    const end = (): void => {
      clearTimeout(timer);
      socket.close();
    };
    const timer = setTimeout(() => {
      end();
      reject(silent(address));
    }, durations.outsideAnswer);
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

/** RFC 1035 4.2.2: two octets of length before each message. */
function askTcp(address: string, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: dnsPort, noDelay: true });
    let got = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(silent(address)), durations.outsideAnswer);
    socket.on("data", (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      resolve(got.subarray(2, 2 + got.readUInt16BE(0)));
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      reject(new HarnessError(`${address} closed the TCP connection without an answer`));
    });
    const length = Buffer.alloc(2);
    length.writeUInt16BE(query.length);
    socket.write(Buffer.concat([length, query]));
  });
}

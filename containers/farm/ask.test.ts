import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ask } from "./ask.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

const flags = { response: 0x80, truncated: 0x02 };

/** A question of 13 octets: ID, flags, zero counts, and one octet to know it by. */
function question(id: number): string {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt16BE(id);
  bytes[12] = id & 255;
  return bytes.toString("base64");
}

function answerTo(query: Buffer, flag: number, mark: string): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header[2] = flag;
  return Buffer.concat([header, Buffer.from(mark)]);
}

/** A UDP server on a free port, and a TCP server on the same. */
async function startServers(
  onUdp: (query: Buffer, reply: (bytes: Buffer) => void, count: number, port: number) => void,
  onTcp?: (query: Buffer) => Buffer,
) {
  const tcp = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (bytes: Buffer) => {
      const answer = onTcp?.(bytes.subarray(2));
      if (answer === undefined) return socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      // In pieces, as a network may deliver it.
      socket.write(length.subarray(0, 1));
      setTimeout(() => socket.end(Buffer.concat([length.subarray(1), answer])), 10);
      return socket;
    });
  });
  tcp.listen(0, "127.0.0.1");
  await once(tcp, "listening");
  const { port } = tcp.address() as AddressInfo;
  const udp: Socket = createSocket("udp4");
  let count = 0;
  udp.on("message", (query, from) => {
    count += 1;
    onUdp(query, (bytes) => udp.send(bytes, from.port, from.address), count, from.port);
  });
  udp.bind(port, "127.0.0.1");
  await once(udp, "listening");
  stops.push(() => {
    tcp.close();
    udp.close();
  });
  return { server: { address: "127.0.0.1", port }, count: () => count };
}

function textOf(message: string | null): string {
  return message === null ? "" : Buffer.from(message, "base64").subarray(12).toString();
}

describe("ask", () => {
  it("answers many questions, each with its own answer, in order", async () => {
    const { server } = await startServers((query, reply) => {
      const answer = answerTo(query, flags.response, `${query[12]}`);
      setTimeout(() => reply(answer), Math.random() * 20);
    });
    const ids = Array.from({ length: 120 }, (_, id) => id);
    const answers = await ask(server, ids.map(question), 5_000);
    expect(answers.map(({ message }) => textOf(message))).toEqual(ids.map(String));
    expect(answers.every(({ error }) => error === null)).toBe(true);
  });

  it("tells questions with one ID apart, and gives each answer that ID", async () => {
    const ports = new Set<number>();
    const { server } = await startServers((query, reply, _count, port) => {
      ports.add(port);
      setTimeout(() => reply(answerTo(query, flags.response, `${query[12]}`)), 40 - (query[12] ?? 0));
    });
    const same = [1, 2, 30].map((mark) => {
      const bytes = Buffer.from(question(mark), "base64");
      bytes.writeUInt16BE(4242);
      return bytes.toString("base64");
    });
    const answers = await ask(server, same, 5_000);
    expect(answers.map(({ message }) => textOf(message))).toEqual(["1", "2", "30"]);
    const idOf = (message: string | null) => Buffer.from(message ?? "", "base64").readUInt16BE(0);
    expect(answers.map(({ message }) => idOf(message))).toEqual([4242, 4242, 4242]);
    expect(ports.size, "they share a socket").toBe(1);
  });

  it("keeps at most 50 in flight", async () => {
    let open = 0;
    let most = 0;
    const { server } = await startServers((query, reply) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        reply(answerTo(query, flags.response, ""));
      }, 30);
    });
    await ask(
      server,
      Array.from({ length: 120 }, (_, id) => question(id)),
      5_000,
    );
    expect(most).toBeGreaterThan(25);
    expect(most).toBeLessThanOrEqual(50);
  });

  it("keeps at most 50 in flight of many callers", async () => {
    let open = 0;
    let most = 0;
    const { server, count } = await startServers((query, reply) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        reply(answerTo(query, flags.response, ""));
      }, 30);
    });
    const callers = Array.from({ length: 60 }, (_, id) => ask(server, [question(id), question(id)], 5_000));
    const answers = (await Promise.all(callers)).flat();
    expect(answers.every(({ error }) => error === null)).toBe(true);
    expect(count()).toBe(120);
    expect(most).toBeGreaterThan(25);
    expect(most).toBeLessThanOrEqual(50);
  });

  it("asks again where no answer comes, and takes no stranger's", async () => {
    const { server, count } = await startServers((query, reply, number) => {
      if (number === 1) return;
      const stranger = Buffer.from(query);
      stranger.writeUInt16BE(999);
      reply(answerTo(stranger, flags.response, "stranger"));
      reply(query);
      if (number === 3) reply(answerTo(query, flags.response, "third"));
    });
    const [answer] = await ask(server, [question(7)], 600);
    expect(textOf(answer?.message ?? null)).toBe("third");
    expect(count()).toBe(3);
    expect(answer?.ms).toBeGreaterThanOrEqual(350);
  });

  it("goes to TCP after a truncated answer", async () => {
    const { server } = await startServers(
      (query, reply) => reply(answerTo(query, flags.response | flags.truncated, "")),
      (query) => answerTo(query, flags.response, "long".repeat(1000)),
    );
    const [answer] = await ask(server, [question(7)], 2_000);
    expect(textOf(answer?.message ?? null)).toBe("long".repeat(1000));
  });

  it("tells why there is no answer, beside those that came", async () => {
    const { server, count } = await startServers((query, reply) => {
      if (query[12] === 1) reply(answerTo(query, flags.response, "one"));
    });
    const [silent, answered, malformed] = await ask(server, [question(2), question(1), "AAAA"], 150);
    expect(silent).toMatchObject({
      message: null,
      error: `no answer from 127.0.0.1 port ${server.port} over UDP within 0.15 s`,
    });
    expect(textOf(answered?.message ?? null)).toBe("one");
    expect(malformed?.error).toContain("shorter than a DNS header");
    expect(count()).toBe(4);
  });

  it("tells that the server hangs up on TCP", async () => {
    const { server } = await startServers((query, reply) =>
      reply(answerTo(query, flags.response | flags.truncated, "")),
    );
    const [answer] = await ask(server, [question(7)], 2_000);
    expect(answer).toMatchObject({
      message: null,
      error: "127.0.0.1 closed the TCP connection without an answer",
    });
  });

  it("tells that nobody listens", async () => {
    const { server } = await startServers(() => undefined);
    for (const stop of stops.splice(0)) stop();
    const [answer] = await ask(server, [question(7)], 90);
    expect(answer?.error).toContain("ECONNREFUSED");
  });
});

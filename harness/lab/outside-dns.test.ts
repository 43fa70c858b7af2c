import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { hear } from "./outside-dns.ts";

/** On loopback, at a port that nobody else has. */
const port = 20_000 + (process.pid % 20_000);
const place = { address: "127.0.0.1", port };

async function hearing(address: string, at: number): Promise<{ readonly tcp: string[] }> {
  const tcp: string[] = [];
  const { close } = await hear(address, { ...place, port: at }, "--upstream", {
    answer: async (query) => {
      if (String(query) === "broken") throw new Error("no way");
      return Buffer.from(`${query}, answered`);
    },
    connected: (client) => tcp.push(client.remoteAddress ?? ""),
  });
  onTestFinished(close);
  return { tcp };
}

async function udpFrom(address: string) {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}

test("the one outside is answered, and heard again after a question without an answer", async () => {
  await hearing("127.0.0.7", port);
  const socket = await udpFrom("127.0.0.7");
  socket.send("broken", port, "127.0.0.1");
  socket.send("question", port, "127.0.0.1");
  expect(String((await once(socket, "message"))[0])).toBe("question, answered");
});

test("nobody else is heard", async () => {
  const { tcp } = await hearing("127.0.0.7", port + 1);
  const [own, other] = await Promise.all([udpFrom("127.0.0.7"), udpFrom("127.0.0.8")]);
  const heard: string[] = [];
  other.on("message", (message) => heard.push(String(message)));
  other.send("question", port + 1, "127.0.0.1");
  own.send("question", port + 1, "127.0.0.1");
  await once(own, "message");
  const stranger = connect({ host: "127.0.0.1", port: port + 1, localAddress: "127.0.0.8" });
  stranger.on("error", () => undefined);
  await once(stranger, "close");
  const friend = connect({ host: "127.0.0.1", port: port + 1, localAddress: "127.0.0.7" });
  onTestFinished(() => void friend.destroy());
  await once(friend, "connect");
  while (tcp.length === 0) await setTimeout(5);
  expect(heard).toEqual([]);
  expect(tcp).toEqual(["127.0.0.7"]);
});

test("a port that is taken is told, and how to choose another", async () => {
  await hearing("127.0.0.7", port + 2);
  await expect(hearing("127.0.0.7", port + 2)).rejects.toThrow(
    /cannot listen on 127\.0\.0\.1 port \d+ for 127\.0\.0\.7: .*EADDRINUSE.*choose another with --upstream/,
  );
});

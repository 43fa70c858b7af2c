import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { StandIn } from "./stand-in.ts";

/** On loopback, at a port that nobody else has. */
const port = 20_000 + (process.pid % 20_000);

async function standIn(answer: (query: Buffer, over: "udp" | "tcp") => Buffer | null): Promise<void> {
  const one = new StandIn(({ number, over, client, message }) => {
    expect(client).toBe("127.0.0.1");
    one.answer(number, answer(Buffer.from(message, "base64"), over));
  });
  onTestFinished(() => one.close());
  await one.listen("127.0.0.53", port);
}

test("messages go out as they come, by UDP and by TCP, and so do answers", async () => {
  await standIn((query, over) => Buffer.concat([query, Buffer.from(over)]));

  const udp = createSocket("udp4");
  onTestFinished(() => void udp.close());
  udp.send("question", port, "127.0.0.53");
  const [byUdp] = await once(udp, "message");
  expect(String(byUdp)).toBe("questionudp");

  const tcp = connect(port, "127.0.0.53");
  onTestFinished(() => void tcp.destroy());
  tcp.write(Buffer.concat([Buffer.from([0, 8]), Buffer.from("question")]));
  const [byTcp] = await once(tcp, "data");
  expect(byTcp).toEqual(Buffer.concat([Buffer.from([0, 11]), Buffer.from("questiontcp")]));
});

test("a server that says nothing keeps nobody from the next question", async () => {
  await standIn((query) => (String(query) === "lost" ? null : query));
  const udp = createSocket("udp4");
  onTestFinished(() => void udp.close());
  udp.send("lost", port, "127.0.0.53");
  udp.send("found", port, "127.0.0.53");
  const [answer] = await once(udp, "message");
  expect(String(answer)).toBe("found");
});

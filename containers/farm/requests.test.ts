import { afterEach, expect, it } from "vitest";
import type { FarmRequest, RawAnswer } from "../../harness/model/farm.ts";
import { Farm } from "./requests.ts";
import { answerTo, query, startServer } from "./test-dns.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

const relay = "127.0.0.1";
const [first, second] = ["127.0.0.2", "127.0.0.3"];
const zone = (forward: string) => ({ origin: "x.example.", forward, rules: [] });

it("relays DNS where it is told to, and elsewhere once it is told so", async () => {
  const start = async (address: string, port: number) => {
    const server = await startServer(address, port, (question, reply) => reply(answerTo(question, address)));
    stops.push(server.close);
    return server;
  };
  const { port } = await start(first, 0);
  await start(second, port);
  const farm = new Farm({ smtp: 0, dns: port }, () => undefined);
  stops.push(() => farm.stop());

  const question = query("mx.x.example");
  /** The address of the server that answered. */
  const answering = async (): Promise<string> => {
    const request: FarmRequest = {
      op: "ask",
      server: relay,
      messages: [question.toString("base64")],
      timeoutMs: 2_000,
    };
    const [answer] = (await farm.carryOut(request)) as readonly RawAnswer[];
    return Buffer.from(answer?.message ?? "", "base64")
      .subarray(question.length)
      .toString();
  };
  const open: FarmRequest = { op: "relay-dns", listen: [relay], forward: second, zones: [zone(first)] };
  expect(await farm.carryOut(open)).toBeNull();
  expect(await answering()).toBe(first);
  expect(await farm.carryOut({ op: "forward-dns", listen: relay, zones: [zone(second)] })).toBeNull();
  expect(await answering()).toBe(second);

  await expect(farm.carryOut(open)).rejects.toThrow("there is a DNS relay on 127.0.0.1 already");
  await expect(farm.carryOut({ op: "forward-dns", listen: first, zones: [] })).rejects.toThrow(
    "there is no DNS relay on 127.0.0.2",
  );
  await expect(farm.carryOut({ ...open, listen: [first] })).rejects.toThrow("EADDRINUSE");
});

import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { ForwardedZone, RelayRule } from "../../harness/model/farm.ts";
import type { AnswerAction } from "../../harness/model/scenario.ts";
import { DnsRelay } from "./dns-relay.ts";
import { answerTo, optOctets, query, startServer, tcpClient, types, udpClient } from "./test-dns.ts";

const relayAddress = "127.0.0.1";
const secondAddress = "127.0.0.4";
const server = "127.0.0.2";
const otherServer = "127.0.0.3";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0).reverse()) stop();
});

type Handler = Parameters<typeof startServer>[2];
const honest: Handler = (question, reply, transport) =>
  reply(answerTo(question, `from the server by ${transport}`));

/** A relay on 127.0.0.1 before a server on 127.0.0.2, both on a port of their own. */
async function start({
  onQuery = honest,
  zones = [],
}: {
  readonly onQuery?: Handler;
  readonly zones?: readonly ForwardedZone[];
} = {}) {
  const { port, close } = await startServer(server, 0, onQuery);
  const faults: string[] = [];
  const relay = new DnsRelay({
    listen: [relayAddress, secondAddress],
    port,
    forward: server,
    zones,
    fault: (message) => faults.push(message),
  });
  await relay.start();
  stops.push(close, () => relay.close());
  const connect = { udp: udpClient, tcp: tcpClient };
  const client = async (transport: "udp" | "tcp", address = relayAddress) => {
    const opened = await connect[transport](address, port);
    stops.push(opened.close);
    return opened;
  };
  return { relay, port, faults, client };
}

const zone = (...rules: readonly RelayRule[]): ForwardedZone => ({
  origin: "x.example.",
  forward: server,
  rules,
});
const strike = (does: AnswerAction) => [zone({ type: types.TLSA, does })];
const transports = ["udp", "tcp"] as const;

/** The relay's own answer, octet by octet: header with these flags, what the question holds behind its header. */
function ownAnswer(
  question: Buffer,
  flags: readonly [number, number],
  ...records: readonly Buffer[]
): Buffer {
  const body = question.subarray(12);
  const end = question[11] === 0 ? body.length : body.length - optOctets;
  const header = Buffer.from([...question.subarray(0, 2), ...flags, 0, 1, 0, records.length, 0, 0, 0]);
  return Buffer.concat([
    header,
    question.subarray(11, 12),
    body.subarray(0, end),
    ...records,
    body.subarray(end),
  ]);
}

describe.each(transports)("by %s", (transport) => {
  it("passes on every octet in both directions", async () => {
    const odd = Buffer.concat([query("X.eXample", { id: 0xabcd, edns: true }), randomBytes(40)]);
    const seen: Buffer[] = [];
    const long = randomBytes(1100).toString("latin1");
    const { client } = await start({
      onQuery: (question, reply) => {
        seen.push(question);
        reply(answerTo(question, long, [0x86, 0xb3]));
      },
    });
    const asking = await client(transport);
    asking.send(odd);
    expect(await asking.next()).toEqual(answerTo(odd, long, [0x86, 0xb3]));
    expect(seen).toHaveLength(1);
    expect(seen[0]!.subarray(2)).toEqual(odd.subarray(2));
  });

  it("tells clients apart that use the same ID, whenever the answers come", async () => {
    const waiting: (() => void)[] = [];
    const count = 60;
    const { client } = await start({
      onQuery: (question, reply) => {
        waiting.push(() => reply(answerTo(question, "own")));
        if (waiting.length === count) for (const answer of waiting.reverse()) answer();
      },
    });
    const clients = await Promise.all(Array.from({ length: count }, () => client(transport)));
    const questions = clients.map((_, index) => query(`n${index}.example`, { id: 99 }));
    for (const [index, one] of clients.entries()) one.send(questions[index]!);
    expect(await Promise.all(clients.map((one) => one.next()))).toEqual(
      questions.map((one) => answerTo(one, "own")),
    );
  });

  it("answers many questions of one client in the order that the server does", async () => {
    const waiting: (() => void)[] = [];
    const { client } = await start({
      onQuery: (question, reply) => {
        waiting.push(() => reply(answerTo(question, "")));
        if (waiting.length === 3) for (const answer of waiting.reverse()) answer();
      },
    });
    const asking = await client(transport);
    const questions = [1, 2, 3].map((id) => query(`n${id}.example`, { id }));
    asking.send(...questions);
    const got = [await asking.next(), await asking.next(), await asking.next()];
    expect(got).toEqual(questions.map((one) => answerTo(one, "")).reverse());
  });

  it.each<[AnswerAction, number]>([
    ["formerr", 1],
    ["servfail", 2],
    ["nxdomain", 3],
    ["notimp", 4],
    ["refused", 5],
    ["nodata", 0],
  ])(
    "%s: answers RCODE %i without records, with the question and with EDNS if asked so",
    async (does, rcode) => {
      const { client } = await start({ zones: strike(does) });
      const asking = await client(transport);
      const toResolver = query("mx.X.example", { id: 0x0501, flags: [0x01, 0x10], edns: true });
      asking.send(toResolver);
      expect(await asking.next()).toEqual(ownAnswer(toResolver, [0x81, 0x90 | rcode]));
      const toAuthority = query("mx.x.example", { id: 6 });
      asking.send(toAuthority);
      const authoritative = does === "nodata" || does === "nxdomain";
      expect(await asking.next()).toEqual(ownAnswer(toAuthority, [authoritative ? 0x84 : 0x80, rcode]));
    },
  );

  it("drop: gives no answer, and goes on", async () => {
    const { client } = await start({ zones: strike("drop") });
    const asking = await client(transport);
    const other = query("mx.x.example", { type: types.A });
    asking.send(query("mx.x.example"), other);
    // An answer to the first would come first.
    expect(await asking.next()).toEqual(answerTo(other, `from the server by ${transport}`));
  });

  it("wrong-type: answers with a TXT record", async () => {
    const { client } = await start({ zones: strike("wrong-type") });
    const asking = await client(transport);
    const question = query("mx.x.example", { edns: true });
    asking.send(question);
    const text = Buffer.from("\x16not what was asked for");
    const head = Buffer.from([0xc0, 12, 0, types.TXT, 0, 1, 0, 0, 0, 60, 0, text.length]);
    expect(await asking.next()).toEqual(ownAnswer(question, [0x84, 0], Buffer.concat([head, text])));
  });

  it("garbage: answers what cannot be read", async () => {
    const { client } = await start({ zones: strike("garbage") });
    const asking = await client(transport);
    const question = query("mx.x.example");
    asking.send(question);
    // One record, of which there are four octets: a name that points beyond the message.
    expect(await asking.next()).toEqual(
      ownAnswer(question, [0x84, 0], Buffer.from([0xc0, 0xff, 0xff, 0xff])),
    );
  });

  it("no-edns: asks without EDNS, and gives the answer as it comes", async () => {
    const asked: Buffer[] = [];
    const { client } = await start({
      zones: strike("no-edns"),
      onQuery: (question, reply) => {
        asked.push(question);
        reply(answerTo(question, "plain"));
      },
    });
    const asking = await client(transport);
    asking.send(query("mx.x.example", { id: 7, edns: true }));
    expect(await asking.next()).toEqual(answerTo(query("mx.x.example", { id: 7 }), "plain"));
    expect(asked.map((one) => one.subarray(2))).toEqual([query("mx.x.example").subarray(2)]);
  });

  it("other-case: asks in letters of the other case, and gives the answer as it comes", async () => {
    const { client } = await start({
      zones: strike("other-case"),
      onQuery: (question, reply) => reply(answerTo(question, "true")),
    });
    const asking = await client(transport);
    asking.send(query("_25.mX.x.example", { id: 8, edns: true }));
    const other = query("_25.Mx.X.EXAMPLE", { id: 8, edns: true });
    expect(await asking.next()).toEqual(answerTo(other, "true"));
  });

  it("clear-ad: takes AD from the true answer, and nothing else", async () => {
    const { client } = await start({
      zones: strike("clear-ad"),
      onQuery: (question, reply) => reply(answerTo(question, "true", [0x81, 0xb0])),
    });
    const asking = await client(transport);
    const question = query("mx.x.example", { flags: [1, 0x20] });
    asking.send(question);
    expect(await asking.next()).toEqual(answerTo(question, "true", [0x81, 0x90]));
  });

  it("no-validation: asks with CD, and gives the answer without AD and as it was asked for", async () => {
    const asked: Buffer[] = [];
    const { client } = await start({
      zones: strike("no-validation"),
      onQuery: (question, reply) => {
        asked.push(question);
        reply(answerTo(question, "true", [0x81, 0xb0]));
      },
    });
    const asking = await client(transport);
    const question = query("mx.x.example", { flags: [1, 0x20] });
    asking.send(question);
    expect(await asking.next()).toEqual(answerTo(question, "true", [0x81, 0x80]));
    expect(asked[0]![3]).toBe(0x30);
  });

  it("nxdomain-as-servfail: changes NXDOMAIN only", async () => {
    const { client } = await start({
      zones: strike("nxdomain-as-servfail"),
      onQuery: (question, reply) => reply(answerTo(question, "", [0x84, question.includes("ghost") ? 3 : 0])),
    });
    const asking = await client(transport);
    const [ghost, there] = [query("ghost.x.example"), query("mx.x.example")];
    asking.send(ghost);
    expect(await asking.next()).toEqual(ownAnswer(ghost, [0x80, 2]));
    asking.send(there);
    expect(await asking.next()).toEqual(answerTo(there, ""));
  });

  it("strikes the first questions only where a rule says so", async () => {
    const { client } = await start({ zones: [zone({ does: "refused", times: 2 })] });
    const asking = await client(transport);
    const rcodes: unknown[] = [];
    for (let time = 0; time < 3; time += 1) {
      asking.send(query("x.example"));
      const answer = await asking.next();
      rcodes.push(Buffer.isBuffer(answer) && answer[3]! & 15);
    }
    expect(rcodes).toEqual([5, 5, 0]);
  });

  it("lets nonsense pass or fall, and stays alive", async () => {
    const { client, faults } = await start({ zones: strike("servfail") });
    const asking = await client(transport);
    for (let count = 0; count < 200; count += 1) asking.send(randomBytes(count));
    const truncated = query("mx.x.example").subarray(0, 20);
    // A label that leads beyond the message, and a pointer to itself.
    const wild = Buffer.concat([query("").subarray(0, 12), Buffer.from([60, 1, 2])]);
    const loop = Buffer.concat([query("").subarray(0, 12), Buffer.from([0xc0, 12, 0, 52, 0, 1])]);
    asking.send(Buffer.alloc(0), truncated, wild, loop);
    const fresh = await client(transport);
    const sensible = query("mx.x.example", { id: 4711 });
    fresh.send(sensible);
    expect(await fresh.next()).toEqual(ownAnswer(sensible, [0x80, 2]));
    expect(faults).toEqual([]);
  });

  it("does the same on all its addresses", async () => {
    const { client } = await start({ zones: strike("servfail") });
    const asking = await client(transport, secondAddress);
    const [struck, other] = [query("mx.x.example"), query("mx.y.example")];
    asking.send(struck);
    expect(await asking.next()).toEqual(ownAnswer(struck, [0x80, 2]));
    asking.send(other);
    expect(await asking.next()).toEqual(answerTo(other, `from the server by ${transport}`));
  });

  it("serves zones elsewhere once it is told so", async () => {
    const { relay, port, client } = await start({ zones: [zone()] });
    const other = await startServer(otherServer, port, (question, reply) =>
      reply(answerTo(question, "other")),
    );
    stops.push(other.close);
    const asking = await client(transport);
    const [within, outside] = [query("mx.x.example"), query("mx.y.example")];
    relay.setZones([{ origin: "x.example.", forward: otherServer, rules: [] }]);
    asking.send(within);
    expect(await asking.next()).toEqual(answerTo(within, "other"));
    asking.send(outside);
    expect(await asking.next()).toEqual(answerTo(outside, `from the server by ${transport}`));
  });
});

describe("truncate", () => {
  it("sets TC over UDP and hangs up on TCP", async () => {
    const { client } = await start({ zones: strike("truncate") });
    const [udp, tcp] = [await client("udp"), await client("tcp")];
    const question = query("mx.x.example");
    udp.send(question);
    expect(await udp.next()).toEqual(ownAnswer(question, [0x86, 0]));
    tcp.send(question);
    expect(await tcp.next()).toBe("closed");
  });
});

describe("a server that is not there", () => {
  it("leaves UDP without an answer, and TCP clients are told at once", async () => {
    const { client } = await start({ zones: [{ origin: "x.example.", forward: "127.0.0.77", rules: [] }] });
    const [udp, tcp] = [await client("udp"), await client("tcp")];
    tcp.send(query("mx.x.example"));
    expect(await tcp.next()).toBe("closed");
    const elsewhere = query("mx.y.example");
    udp.send(query("mx.x.example"), elsewhere);
    expect(await udp.next()).toEqual(answerTo(elsewhere, "from the server by udp"));
  });

  it("unreachable: resets TCP connections", async () => {
    const { client } = await start({ zones: strike("unreachable") });
    const tcp = await client("tcp");
    tcp.send(query("mx.x.example"));
    expect(await tcp.next()).toBe("closed");
  });
});

describe("start", () => {
  it("fails where something listens already", async () => {
    const { port } = await start();
    const second = new DnsRelay({
      listen: [relayAddress],
      port,
      forward: server,
      zones: [],
      fault: () => undefined,
    });
    stops.push(() => second.close());
    await expect(second.start()).rejects.toThrow("EADDRINUSE");
  });
});

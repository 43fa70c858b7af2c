import { describe, expect, it } from "vitest";
import type { WantedPackets } from "../../harness/model/packets.ts";
import { frame as framed } from "../../harness/words/dns-frames.ts";
import { tcpFlags } from "./packet-headers.ts";
import { PacketIndex } from "./packet-index.ts";
import { query } from "./test-dns.ts";
import { ipFrame, type TcpText, tcpFrame, udpFrame } from "./test-frames.ts";
import { portUnreachable } from "./unreachable.ts";

const mx = { ipv4: "198.18.20.1", ipv6: "2001:db8:101::a:400" };
const sender = { ipv4: "198.18.16.16", ipv6: "2001:db8:101::10" };
const otherSender = { ipv4: "198.18.16.17", ipv6: "2001:db8:101::11" };
const nameServer = "198.18.16.5";

const one: WantedPackets = {
  trial: "one",
  addresses: [mx.ipv4, mx.ipv6],
  peers: [sender.ipv4, sender.ipv6],
  zones: ["x.example.", "b-x.example."],
};
/** The same domain, sent to by another stack. */
const other: WantedPackets = { ...one, trial: "other", peers: [otherSender.ipv4, otherSender.ipv6] };
const next: WantedPackets = { ...one, trial: "next", addresses: ["198.18.20.9"], zones: ["y.example."] };

/** An index, and a clock: each packet that is shown to it comes a microsecond later. */
function start(wanted: readonly WantedPackets[], limits?: ConstructorParameters<typeof PacketIndex>[1]) {
  const index = new PacketIndex(wanted, limits);
  let at = 0;
  return {
    index,
    show: (...frames: readonly Buffer[]): void => {
      for (const frame of frames) index.add({ at: ++at, frame });
    },
    /** The times of what was kept. */
    kept: (trial: string): readonly number[] => index.packetsOf(trial).packets.map((packet) => packet.at),
  };
}

const there = { from: sender.ipv4, to: nameServer };
const back = { from: nameServer, to: sender.ipv4 };

describe("mail", () => {
  it("of a host and its sender is kept in both directions, over IPv4 and IPv6, at any port", () => {
    const { show, kept } = start([one, other, next]);
    const ports = { fromPort: 40_000, toPort: 25 };
    show(
      tcpFrame({ from: sender.ipv4, to: mx.ipv4 }, ports),
      tcpFrame({ from: mx.ipv6, to: sender.ipv6 }, { fromPort: 2525, toPort: 40_000 }),
      tcpFrame({ from: otherSender.ipv4, to: mx.ipv4 }, ports),
      tcpFrame({ from: sender.ipv4, to: "198.18.20.2" }, ports),
      tcpFrame({ from: "198.18.16.18", to: mx.ipv4 }, ports),
      Buffer.from("no packet of IP"),
    );
    expect([kept("one"), kept("other"), kept("next")]).toEqual([[1, 2], [3], []]);
  });

  it("comes with its TLS secrets, each line once", () => {
    const { index } = start([one, other]);
    index.addKey(mx.ipv6, sender.ipv6, "CLIENT_RANDOM 1 2");
    index.addKey(mx.ipv6, sender.ipv6, "CLIENT_RANDOM 1 2");
    index.addKey(mx.ipv4, sender.ipv4, "CLIENT_RANDOM 3 4");
    index.addKey("198.18.20.2", sender.ipv4, "CLIENT_RANDOM 5 6");
    expect(index.packetsOf("one").keys).toEqual(["CLIENT_RANDOM 1 2", "CLIENT_RANDOM 3 4"]);
    expect(index.packetsOf("other").keys).toEqual([]);
  });

  it("of a trial that is not wanted is not there", () => {
    expect(() => start([one]).index.packetsOf("two")).toThrow("no packets are kept for two");
  });
});

describe("DNS over UDP", () => {
  it("about the trial's zones is kept, whatever the answer says", () => {
    const { show, kept } = start([one, other]);
    const names = ["_25._tcp.MX.x.example", "b-x.example", "ax.example", "example"];
    names.forEach((name, id) => {
      show(
        udpFrame(there, 50_000 + id, 53, query(name, { id })),
        udpFrame(back, 53, 50_000 + id, Buffer.from([0, id, 0x84, 1])),
      );
    });
    expect([kept("one"), kept("other")]).toEqual([[1, 2, 3, 4], []]);
  });

  it("is told apart where one port asks for several", () => {
    const { show, kept } = start([one, next]);
    show(
      udpFrame(there, 50_000, 53, query("x.example", { id: 1 })),
      udpFrame(there, 50_000, 53, query("y.example", { id: 2 })),
      udpFrame(back, 53, 50_000, query("x.example", { id: 1, flags: [0x84, 0] })),
      udpFrame(back, 53, 50_000, query("y.example", { id: 2, flags: [0x84, 0] })),
    );
    expect([kept("one"), kept("next")]).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it("to a port that nobody listens at comes with what ICMP says of it", () => {
    const { show, kept } = start([one]);
    const question = query("x.example");
    const [client, server] = [
      { address: sender.ipv4, port: 50_000 },
      { address: nameServer, port: 53 },
    ];
    show(
      udpFrame(there, client.port, 53, question),
      ipFrame(back, 1, portUnreachable({ client, server, octets: question.length })),
      ipFrame(back, 1, portUnreachable({ client: { ...client, port: 50_001 }, server, octets: 4 })),
    );
    expect(kept("one")).toEqual([1, 2]);
  });
});

describe("DNS over TCP", () => {
  const client = (text: Partial<TcpText>): Buffer =>
    tcpFrame(there, { fromPort: 50_000, toPort: 53, ...text });
  const server = (text: Partial<TcpText> = {}): Buffer =>
    tcpFrame(back, { fromPort: 53, toPort: 50_000, ...text });
  const first = framed(query("x.example"));
  const second = framed(query("y.example"));
  const begin = [
    client({ flags: tcpFlags.syn, sequence: 99 }),
    server({ flags: tcpFlags.syn | tcpFlags.ack }),
  ];

  it("is a trial's from the connection's beginning to its end, wherever the question is cut", () => {
    const { show, kept } = start([one, next]);
    show(
      ...begin,
      client({ sequence: 100, payload: first.subarray(0, 5) }),
      // The same once more.
      client({ sequence: 100, payload: first.subarray(0, 5) }),
      client({ sequence: 105, payload: first.subarray(5) }),
      server({ payload: Buffer.from("the answer") }),
      server({ flags: tcpFlags.fin | tcpFlags.ack }),
      client({ flags: tcpFlags.fin | tcpFlags.ack, sequence: 100 + first.length }),
      server(),
    );
    expect([kept("one"), kept("next")]).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9], []]);
  });

  it("with questions of several trials is whole in each", () => {
    const { show, kept } = start([one, other, next]);
    show(...begin, client({ sequence: 100, payload: first }));
    expect([kept("one"), kept("next")]).toEqual([[1, 2, 3], []]);
    show(client({ sequence: 100 + first.length, payload: second }), server());
    expect([kept("one"), kept("next"), kept("other")]).toEqual([[1, 2, 3, 4, 5], [1, 2, 3, 4, 5], []]);
  });

  it("begins anew with each connection", () => {
    const { show, kept } = start([one, next]);
    show(...begin, client({ sequence: 100, payload: first }), client({ flags: tcpFlags.rst, sequence: 500 }));
    show(...begin, client({ sequence: 100, payload: second }));
    expect([kept("one"), kept("next")]).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7],
    ]);
  });
});

describe("what there is no room for", () => {
  const mail = tcpFrame({ from: sender.ipv4, to: mx.ipv4 }, { fromPort: 40_000, toPort: 25 });
  const mailOfOther = tcpFrame({ from: otherSender.ipv4, to: mx.ipv4 }, { fromPort: 40_000, toPort: 25 });

  it.each([
    ["of one trial", { each: 2 * mail.length, all: 1000 }, [2, 1]],
    ["of all", { each: 1000, all: 3 * mail.length }, [3, 0]],
  ])("is counted: %s", (_, limits, [ofOne, ofOther]) => {
    const { index, show, kept } = start([one, other], limits);
    show(mail, mail, mail, mailOfOther);
    expect([kept("one").length, kept("other").length]).toEqual([ofOne, ofOther]);
    expect(index.packetsOf("one").leftOut).toBe(3 - (ofOne ?? 0));
    expect(index.packetsOf("other").leftOut).toBe(1 - (ofOther ?? 0));
  });
});

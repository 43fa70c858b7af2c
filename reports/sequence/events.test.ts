import { describe, expect, test } from "vitest";
import type { Evidence } from "../../harness/model/evidence.ts";
import type { Session } from "../../harness/model/farm.ts";
import { sequenceOf } from "./events.ts";
import type { Arrow, Mark, Sequence, SequenceEvent } from "./sequence.ts";
import { recorded, sequenceOfRecorded } from "./test-recorded.ts";

function eventsOf(sequence: Sequence, step = 0): readonly SequenceEvent[] {
  return sequence.steps[step]!.events;
}

function path({ links }: Arrow): string {
  return links.map(({ from, to, channel }) => `${from} -${channel}-> ${to}`).join(", ");
}

/** "path: text, what it means" of what bears the mark. */
function marked(events: readonly SequenceEvent[], mark: Mark): readonly string[] {
  return events.flatMap((event) => {
    if (event.mark !== mark) return [];
    return [event.kind === "note" ? `${event.at}: ${event.text}` : `${path(event)}: ${event.meaning}`];
  });
}

function arrowSaying(events: readonly SequenceEvent[], text: string): Arrow {
  const arrow = events.find((event): event is Arrow => event.kind === "arrow" && event.text.startsWith(text));
  if (!arrow) throw new Error(`nobody says "${text}"`);
  return arrow;
}

function texts(events: readonly SequenceEvent[]): readonly string[] {
  return events.map(({ text }) => text);
}

describe("STARTTLS removed, a sender without DANE", () => {
  const sequence = sequenceOfRecorded("strip-starttls-may");
  const events = eventsOf(sequence);

  test("the server's offer ends at the attacker, who makes another of it", () => {
    expect(path(arrowSaying(events, "250 with STARTTLS"))).toBe("server -clear-> attacker");
    expect(marked(events, "attack")).toEqual(["attacker -clear-> sender: the attacker took out STARTTLS"]);
  });

  test("the message passes the attacker in clear text, and is lost there", () => {
    expect(path(arrowSaying(events, "the message"))).toBe(
      "sender -clear-> attacker, attacker -clear-> server",
    );
    expect(marked(events, "leak")).toEqual([
      "sender -clear-> attacker, attacker -clear-> server: in clear text: the attacker reads the message",
      "sender: sent in clear text, past the attacker",
    ]);
    expect(marked(events, "stop")).toEqual([]);
  });

  test("the sender's questions come first, with the resolver's answers", () => {
    expect(texts(events).slice(0, 2)).toEqual([
      "MX? atk-strip-starttls.may-1.example",
      "10 mx.atk-strip-starttls.may-1.example [AD]",
    ]);
    expect(texts(events).some((text) => text.startsWith("TLSA?"))).toBe(false);
  });
});

describe("STARTTLS removed, a sender with DANE", () => {
  const sequence = sequenceOfRecorded("strip-starttls-dane");

  test("it knows of TLSA records, and goes no further", () => {
    const events = eventsOf(sequence);
    expect(texts(events).join("\n")).toMatch(/TLSA\? _25\._tcp\.\S+\n3 1 1 [0-9a-f]{12}… \[AD\]/);
    expect(marked(events, "stop")).toEqual([
      "sender: there is no TLS here: it leaves, without a word of the message",
      "sender: the same once more: there is no TLS here: it leaves, without a word of the message",
      expect.stringMatching(/^sender: deferred 4\.7\.4: .*; the message stays in the queue$/),
    ]);
    expect(marked(events, "leak")).toEqual([]);
    expect(texts(events).some((text) => /^MAIL|^the message,/.test(text))).toBe(false);
  });

  test("once the attack is over, it delivers to the server itself", () => {
    const [during, after] = sequence.steps;
    expect(during!.title).toBe("Step 1: while it lasts");
    expect(during!.parties).toEqual(["resolver", "sender", "attacker", "server"]);
    expect(after!.title).toBe("Step 2: the attack is over");
    expect(after!.parties).toEqual(["resolver", "sender", "server"]);
    expect(path(arrowSaying(after!.events, "the message"))).toBe("sender -tls-> server");
    expect(marked(after!.events, "safe")).toEqual([
      "sender: sent over TLS, to a server that DANE authenticated",
    ]);
  });
});

describe("TLS intercepted", () => {
  test("the certificate is the attacker's, the message lost under TLS", () => {
    const events = eventsOf(sequenceOfRecorded("mitm-selfsigned-may"));
    const { sessions } = recorded("mitm-selfsigned-may");
    const own = sessions.find(({ witness }) => witness === "attacker")!.certificate!;
    const genuine = sessions.find(({ witness }) => witness === "receiver")!.certificate!;
    expect(marked(events, "attack")).toEqual([
      "attacker -tls-> sender: the attacker's own certificate, not the genuine server's",
    ]);
    expect(path(arrowSaying(events, `TLSv1.3, certificate SHA-256 ${own.slice(0, 12)}`))).toBe(
      "attacker -tls-> sender",
    );
    expect(path(arrowSaying(events, `TLSv1.3, certificate SHA-256 ${genuine.slice(0, 12)}`))).toBe(
      "server -tls-> attacker",
    );
    expect(marked(events, "leak")).toEqual([
      "sender -tls-> attacker, attacker -tls-> server: the attacker reads the message",
      "sender: sent over TLS, to the attacker",
    ]);
  });

  test("a sender with DANE leaves at the certificate", () => {
    const events = eventsOf(sequenceOfRecorded("mitm-selfsigned-dane"));
    expect(marked(events, "stop")[0]).toBe(
      "sender: it does not accept this certificate: it leaves, without a word of the message",
    );
    expect(marked(events, "leak")).toEqual([]);
  });

  test("a forged answer that passed for secure is no safe delivery", () => {
    const events = eventsOf(sequenceOfRecorded("ad-spoof-exposed"));
    expect(marked(events, "safe")).toEqual([]);
    expect(marked(events, "leak").at(-1)).toBe(
      "sender: sent over TLS, to the attacker, which passed for authenticated",
    );
    // What the resolver tells the harness is not what was told to this sender.
    expect(events.some((event) => event.kind === "arrow" && path(event).startsWith("resolver"))).toBe(false);
  });
});

test("a handshake broken off: the attempts' verdicts stand between their sessions", () => {
  const events = eventsOf(sequenceOfRecorded("abort-handshake-may"));
  const course = events.flatMap((event) => {
    if (event.kind === "note") return [event.text.replace(/ 4.*|, .*/, "")];
    return /^connects|^the message|reset/.test(event.text)
      ? [event.text.replace(/^(connects|the message).*/, "$1")]
      : [];
  });
  expect(course).toEqual([
    "connects",
    "answered the ClientHello with a TCP reset",
    "no TLS came about: it leaves",
    "connects",
    "the same once more",
    "deferred",
    "connects",
    "the same once more",
    "connects",
    "the message",
    "sent in clear text",
  ]);
});

test("a lookup without an answer to believe is where the sender stops", () => {
  const events = eventsOf(sequenceOfRecorded("tlsa-strip-dane"));
  expect(arrowSaying(events, "SERVFAIL")).toMatchObject({
    mark: "stop",
    meaning: "no answer that can be believed: the sender goes no further",
  });
  expect(texts(events).filter((text) => text.startsWith("TLSA?"))).toHaveLength(1);
});

describe("made evidence", () => {
  const base = recorded("mitm-selfsigned-may");
  const genuine = base.sessions.find(({ witness }) => witness === "receiver")!;
  const withSessions = (sessions: readonly Session[], rest: Partial<Evidence> = {}): Sequence =>
    sequenceOf({ ...base, sessions, ...rest });

  test("without an attacker there is none in the diagram, and TLS keeps the message", () => {
    const sequence = withSessions([genuine]);
    expect(sequence.steps[0]!.parties).toEqual(["resolver", "sender", "server"]);
    expect(eventsOf(sequence).filter(({ mark }) => mark !== null)).toEqual([]);
  });

  test("an attacker's own server, with nobody behind it", () => {
    const sequence = withSessions([{ ...genuine, witness: "attacker" }]);
    expect(sequence.steps[0]!.parties).toEqual(["resolver", "sender", "attacker"]);
    expect(arrowSaying(eventsOf(sequence), "connects")).toMatchObject({
      mark: "attack",
      meaning: "at this address the attacker answers",
    });
    expect(marked(eventsOf(sequence), "leak")[0]).toBe(
      "sender -tls-> attacker: the attacker reads the message",
    );
  });

  test("a port other than 25, a kept connection and a resumed session are told", () => {
    const events = eventsOf(
      withSessions([
        { ...genuine, port: 2525 },
        {
          ...genuine,
          start: genuine.start + 1,
          reused: true,
          resumed: true,
          transcript: ["-- TLS resumed: TLSv1.3 X"],
        },
      ]),
    );
    expect(texts(events)).toContain(`connects to ${genuine.host} [${genuine.localAddress}], port 2525`);
    expect(texts(events)).toContain(
      `on the connection to ${genuine.host} [${genuine.localAddress}] that was kept`,
    );
    expect(texts(events)).toContain("TLSv1.3, an earlier session resumed: no certificate");
  });

  test("another message's canary is not this message's", () => {
    const attacker = { ...genuine, witness: "attacker", canary: "another" } as const;
    expect(marked(eventsOf(withSessions([attacker])), "leak")).toEqual([]);
  });

  test("a server that refuses all mail is no reason of the sender's", () => {
    const refused = { ...genuine, transcript: ["S: 554 no", "C: QUIT"], tls: null, accepted: false } as const;
    const events = eventsOf(withSessions([refused], { trial: "x/y/dane" }));
    expect(texts(events).filter((text) => text.includes("it leaves"))).toEqual([]);
  });

  test("a resolver that does not log its questions: what it answers is told", () => {
    const events = eventsOf(withSessions([], { questions: null }));
    expect(events[0]).toMatchObject({
      kind: "note",
      at: "resolver",
      text: expect.stringMatching(/^MX\? \S+: 10 mx\.\S+ \[AD\]$/),
    });
  });

  test("no attempt in the log is said", () => {
    expect(texts(eventsOf(withSessions([], { attempts: [] })))).toContain("its log tells no outcome");
  });
});

import { describe, expect, test } from "vitest";
import { asServerLogged } from "../../harness/model/farm.ts";
import { session } from "../../harness/model/test-evidence.ts";
import { sessionEvents } from "./session.ts";

/** "sender=attacker=server text !meaning" of arrows, "@party text" of notes; "=" under TLS, "-" in clear. */
function events(
  front: readonly string[],
  behind: readonly string[] | null,
  { insists = true, canary = null as string | null } = {},
): readonly string[] {
  const base = session({ canary, accepted: false });
  const meeting = {
    front: {
      ...base,
      witness: behind ? ("attacker" as const) : ("receiver" as const),
      transcript: front,
      tls: null,
    },
    behind: behind && { ...base, transcript: behind },
  };
  const [, ...rest] = sessionEvents(meeting, { canary: "canary-1", insists });
  return rest.map((event) => {
    const mark = event.mark === null ? "" : ` (${event.mark})`;
    if (event.kind === "note") return `@${event.at} ${event.text}${mark}`;
    const [first, second] = event.links;
    const sign = { clear: "-", tls: "=", dns: "~" };
    const path = `${first.from}${sign[first.channel]}${first.to}${second ? `${sign[second.channel]}${second.to}` : ""}`;
    return `${path} ${event.text}${mark}${event.meaning === null ? "" : `: ${event.meaning}`}`;
  });
}

const clear = ["S: 220 mx", "C: EHLO s", "S: 250-mx", "S: 250 STARTTLS", "C: STARTTLS", "S: 220 go"];
const offers = [
  "server-attacker-sender 220 mx",
  "sender-attacker-server EHLO s",
  "server-attacker-sender 250 with STARTTLS and 0 more extensions",
];

test("an attacker that lets TLS through passes all on, and is marked where it strikes", () => {
  expect(
    events(
      [
        ...clear,
        "-- ClientHello, no server name",
        "-- TLS failed: the connection was reset at application-data record 4 of the client",
      ],
      [
        ...clear,
        "-- ClientHello, no server name",
        "-- TLS established: TLSv1.3 X",
        "C: MAIL FROM:<a@b> SIZE=1",
        "S: 250 ok",
        "-- closed",
      ],
    ).slice(5),
  ).toEqual([
    "sender-attacker-server ClientHello, no server name",
    "server=attacker=sender TLSv1.3, no certificate",
    "sender=attacker=server MAIL FROM:<a@b>",
    "server=attacker=sender 250 ok",
    "@attacker the connection was reset at application-data record 4 of the client (attack)",
  ]);
});

test("what it does to the handshake comes before what the server makes of it", () => {
  expect(
    events(
      [
        ...clear,
        "-- ClientHello, no server name",
        "-- TLS failed: a bit was flipped at handshake record 1 of the server",
      ],
      [...clear, "-- ClientHello, no server name", "-- TLS failed: bad record mac"],
    ).slice(5),
  ).toEqual([
    "sender-attacker-server ClientHello, no server name",
    "@attacker a bit was flipped at handshake record 1 of the server (attack)",
    "@server TLS failed: bad record mac",
    "@sender no TLS came about: it leaves, without a word of the message (stop)",
  ]);
});

test("a real server whose log tells what the farm could not read", () => {
  const hello = [...clear, "-- ClientHello, no server name"];
  const said = (message: string) => ["C: DATA", "S: 354 go", message, "S: 250 ok"];
  const established = "-- TLS established: TLSv1.3 X";
  expect(
    events(
      [...hello, established, ...said("C: (message, 445 octets)")],
      [...hello, asServerLogged, established, ...said("C: (message)")],
      { insists: false },
    ).filter((text) => text.includes("TLSv1.3") || text.endsWith("octets")),
  ).toEqual([
    "attacker=sender TLSv1.3, no certificate",
    "server=attacker TLSv1.3, certificate not seen",
    "sender=attacker=server the message, 445 octets",
  ]);
});

describe("in clear text", () => {
  test("a command that the attacker alters", () => {
    const far = [...clear.slice(0, 4), "C: XXXXXXXX", "S: 500 what"];
    expect(events([...clear.slice(0, 4), "C: STARTTLS", "S: 500 what"], far)).toEqual([
      ...offers,
      "sender-attacker STARTTLS",
      "attacker-server XXXXXXXX (attack): the attacker makes this of it",
      "server-attacker-sender 500 what",
      "@sender STARTTLS is refused: it leaves, without a word of the message (stop)",
    ]);
  });

  test("a reply in place of the server's, one of the attacker's own, one held back", () => {
    expect(events(["S: 220 old", "C: EHLO s", "S: 500 what"], ["S: 220 mx"])).toEqual([
      "server-attacker 220 mx",
      "attacker-sender 220 old (attack): the attacker says this instead",
      "sender-attacker EHLO s",
      "attacker-sender 500 what (attack): the attacker says so, not the server",
    ]);
    expect(events(["C: NOOP"], ["C: NOOP", "S: 250 ok"])).toEqual([
      "sender-attacker-server NOOP",
      "server-attacker 250 ok (attack): the attacker holds it back",
    ]);
  });

  test("keywords that it took out and put in", () => {
    expect(
      events(
        ["C: EHLO s", "S: 250-mx", "S: 250-XXXXXXXA", "S: 250 SIZE"],
        ["C: EHLO s", "S: 250-mx", "S: 250-STARTTLS", "S: 250 SIZE"],
      ),
    ).toContain(
      "attacker-sender 250 without STARTTLS, 2 other extensions (attack): the attacker took out STARTTLS and put in XXXXXXXA",
    );
  });
});

describe("a sender that leaves", () => {
  test.for<[what: string, reason: string | null, ...front: string[]]>([
    ["no offer", "there is no TLS here", "S: 220 mx", "C: EHLO s", "S: 250-mx", "S: 250 SIZE", "C: QUIT"],
    ["a refusal", "STARTTLS is refused", ...clear.slice(0, 5), "S: 454 no", "C: QUIT"],
    [
      "an alert",
      "no TLS came about",
      ...clear,
      "-- ClientHello, no server name",
      "-- TLS failed: alert",
      "-- closed",
    ],
    [
      "a certificate",
      "it does not accept this certificate",
      ...clear,
      "-- TLS established: TLSv1.3 X",
      "C: QUIT",
    ],
    ["a banner", null, "S: 554 no", "C: QUIT"],
    ["a recipient", null, ...clear.slice(0, 4), "C: MAIL FROM:<a@b>", "S: 550 no", "C: QUIT"],
  ])("because of %s", ([, reason, ...front]) => {
    const notes = events(front, null).filter((line) => line.startsWith("@sender"));
    expect(notes).toEqual(
      reason === null ? [] : [`@sender ${reason}: it leaves, without a word of the message (stop)`],
    );
    const quiet = events(front, null, { insists: false }).filter((line) => line.includes("(stop)"));
    expect(quiet).toEqual([]);
  });

  test("says so before it says QUIT", () => {
    const said = events([...clear.slice(0, 5), "S: 454 no", "C: QUIT", "S: 221 bye"], null);
    expect(said.slice(-3)).toEqual([
      "@sender STARTTLS is refused: it leaves, without a word of the message (stop)",
      "sender-server QUIT",
      "server-sender 221 bye",
    ]);
  });
});

test("an attacker that lets nothing through", () => {
  const front = session({ witness: "attacker", transcript: ["-- connection reset", "-- closed"] });
  expect(sessionEvents({ front, behind: null }, { canary: "c", insists: true })).toMatchObject([
    { kind: "arrow", mark: "attack", meaning: "the attacker lets nothing through" },
  ]);
});

import { beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../model/farm.ts";
import { session as sessionOver } from "../model/test-evidence.ts";
import type { ServerNews } from "./driver.ts";
import { joinSessions, type SessionJoin } from "./server-sessions.ts";

const client = "127.0.0.1:40000";
const state = { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };

type News = ServerNews extends infer One ? (One extends ServerNews ? Omit<One, "client"> : never) : never;

/** "C: QUIT" and "S: 250 ok" as the log tells them. */
function said(...lines: readonly string[]): readonly News[] {
  return lines.map((line) => ({ is: line.startsWith("C") ? "command" : "reply", line: line.slice(3) }));
}

const mail = said("C: MAIL FROM:<a@x.example>", "S: 250 ok", "C: RCPT TO:<b@y.example>", "S: 250 ok");
const message: readonly News[] = [
  ...said("C: DATA", "S: 354 go ahead"),
  { is: "canary", canary: "canary-1" },
  ...said("S: 250 2.0.0 queued"),
];

/** As the farm sees one: up to the ClientHello. */
const passed: Session = sessionOver({
  commands: [
    { line: "EHLO x", tls: false },
    { line: "STARTTLS", tls: false },
  ],
  tls: null,
  mailFrom: null,
  rcptTo: [],
  accepted: false,
  canary: null,
  transcript: ["C: STARTTLS", "S: 220 go ahead", "-- closed"],
});

let given: Session[];
let faults: string[];
let join: SessionJoin;
beforeEach(() => {
  given = [];
  faults = [];
  join = joinSessions(
    (one) => given.push(one),
    (fault) => faults.push(fault),
  );
});

function log(...news: readonly News[]): void {
  for (const one of news) join.news({ client, ...one } as ServerNews);
}

const whole: readonly News[] = [
  ...said("C: EHLO x", "S: 250 hello", "C: STARTTLS", "S: 220 go ahead"),
  { is: "tls", state, resumed: false },
  ...said("C: EHLO x", "S: 250-hello", "S: 250 DSN"),
  ...mail,
  ...message,
  { is: "closed" },
];

describe("a session with a real server", () => {
  test.each(["farm", "log"])("is given once both have told its end, the %s first", (first) => {
    const steps = [() => join.session(passed, client), () => log(...whole)];
    for (const step of first === "farm" ? steps : steps.toReversed()) {
      expect(given).toEqual([]);
      step();
    }
    expect(given).toHaveLength(1);
    expect(given[0]).toMatchObject({
      tls: state,
      mailFrom: "a@x.example",
      rcptTo: ["b@y.example"],
      accepted: true,
      canary: "canary-1",
      canaryInClear: false,
      sni: passed.sni,
    });
    expect(faults).toEqual([]);
  });

  test("is told in clear by the farm and under TLS by the server", () => {
    join.session(passed, client);
    log(...whole);
    expect(given[0]?.commands.map(({ line, tls }) => `${tls ? "TLS " : ""}${line}`)).toEqual([
      "EHLO x",
      "STARTTLS",
      "TLS EHLO x",
      "TLS MAIL FROM:<a@x.example>",
      "TLS RCPT TO:<b@y.example>",
      "TLS DATA",
    ]);
    const { transcript = [] } = given[0] ?? {};
    expect(transcript.filter((line) => line === "C: STARTTLS" || line === "-- closed")).toEqual([
      "C: STARTTLS",
      "-- closed",
    ]);
  });

  test("counts nothing as accepted that was refused, or broken off", () => {
    const refused = said("C: MAIL FROM:<a@x.example>", "S: 250 ok", "C: RCPT TO:<b@y.example>", "S: 550 no");
    log({ is: "tls", state, resumed: false }, ...refused, ...said("C: QUIT", "S: 221 bye"), { is: "closed" });
    join.session(passed, client);
    log({ is: "tls", state, resumed: false }, ...mail, ...message.slice(0, 3), { is: "closed" });
    join.session(passed, client);
    expect(given.map(({ accepted, rcptTo }) => ({ accepted, rcptTo }))).toEqual([
      { accepted: false, rcptTo: [] },
      { accepted: false, rcptTo: ["b@y.example"] },
    ]);
  });

  const untold: readonly News[] = [
    { is: "tls", state: null, resumed: false },
    ...mail,
    ...message,
    { is: "closed" },
  ];

  test("has the TLS that the ServerHello chose, where the log does not tell which", () => {
    join.session({ ...passed, negotiated: state }, client);
    log(...untold);
    expect(given[0]).toMatchObject({ tls: state, accepted: true });
    expect(given[0]?.transcript).toContain("-- TLS established");
    expect(faults).toEqual([]);
  });

  test("with TLS in the log, and no ServerHello, is a fault", () => {
    join.session(passed, client);
    log(...untold);
    expect(faults).toEqual([expect.stringContaining("no ServerHello passed")]);
  });

  test("whose handshake failed, though a ServerHello came, has no TLS", () => {
    join.session({ ...passed, negotiated: state }, client);
    log({ is: "tls-failed", reason: "bad certificate" }, { is: "closed" });
    expect(given[0]).toMatchObject({ tls: null, tlsError: "bad certificate" });
  });

  test("whose handshake failed has has the server's reason", () => {
    join.session(passed, client);
    log({ is: "tls-failed", reason: "unexpected message" }, { is: "closed" });
    expect(given[0]).toMatchObject({ tls: null, tlsError: "unexpected message", accepted: false });
  });

  test("in clear is the farm's; a server whose log knows nothing of its message is a fault", () => {
    const clear = {
      ...passed,
      mailFrom: "a@x.example",
      accepted: true,
      canary: "canary-1",
      canaryInClear: true,
    };
    join.session(clear, client);
    log(...mail, ...message, { is: "closed" });
    expect(given).toEqual([clear]);
    expect(faults).toEqual([]);

    join.session(clear, client);
    log(...mail, ...said("C: DATA", "S: 354 go ahead", "S: 450 later"), { is: "closed" });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/its server's log does not tell/);
  });

  test("of another client, or of the harness itself, is none of its", () => {
    join.session(passed, client);
    join.news({ client: "127.0.0.1:50000", is: "closed" });
    expect(given).toEqual([]);
  });
});

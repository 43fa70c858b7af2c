import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import type { MailToSubmit } from "../../harness/model/farm.ts";
import { submit } from "./submit.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly content: string;
}

/** An smtp-server that keeps its mail; "refused@..." is refused. */
async function startServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  let sessions = 0;
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 1,
    onConnect(_session, done) {
      sessions += 1;
      done();
    },
    onRcptTo({ address }, _session, done) {
      done(address.startsWith("refused@") ? new Error("no such user") : null);
    },
    onData(stream, { envelope }, done) {
      void text(stream).then((content) => {
        const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), content });
        done(null, `queued as ${received.length}`);
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  stops.push(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return { port: portOf(server.server), received, sessions: () => sessions };
}

/** A server that answers each line by a function of it; null: it hangs up. */
async function startScripted(answer: (line: string, connection: number) => string | null) {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    socket.on("error", () => undefined);
    socket.write("220 scripted\r\n");
    socket.on("data", (chunk) => {
      for (const line of String(chunk).split("\r\n").slice(0, -1)) {
        const reply = answer(line, connection);
        if (reply === null) socket.destroy();
        else if (reply !== "") socket.write(`${reply}\r\n`);
      }
    });
  });
  stops.push(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return portOf(server);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function mail(number: number, difference: Partial<MailToSubmit> = {}): MailToSubmit {
  return {
    from: `f${number}@client.example`,
    to: `t${number}@domain.example`,
    content: `Subject: ${number}\r\n\r\nbody\r\n`,
    ...difference,
  };
}

describe("submit", () => {
  it.each([true, false])(
    "hands all mails in, in order of results (PIPELINING hidden: %s)",
    async (hidePIPELINING) => {
      const { port, received, sessions } = await startServer({ hidePIPELINING });
      const mails = Array.from({ length: 25 }, (_, number) => mail(number));
      const results = await submit("127.0.0.1", port, 4, mails);
      expect(results).toHaveLength(25);
      results.forEach(({ reply, accepted }, number) => {
        expect(accepted).toBe(true);
        const place = Number(/^250 queued as (\d+)$/.exec(reply)?.[1]);
        expect(received[place - 1]).toMatchObject({
          from: `f${number}@client.example`,
          to: [`t${number}@domain.example`],
        });
      });
      expect(sessions()).toBe(4);
    },
  );

  it("logs in over TLS where the server takes mail of its users only", async () => {
    const { port, received } = await startServer({
      secure: true,
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        done(password === "right" ? null : new Error("wrong"), { user: username }),
    });
    const [result] = await submit("127.0.0.1", port, 1, [mail(1)], {
      user: "u@x.example",
      password: "right",
    });
    expect(result?.accepted).toBe(true);
    expect(received).toHaveLength(1);
    await expect(
      submit("127.0.0.1", port, 1, [mail(2)], { user: "u@x.example", password: "wrong" }),
    ).rejects.toThrow(/where 235 was needed/);
  });

  it("stuffs dots, and ends each message with CRLF", async () => {
    const { port, received } = await startServer();
    const content = "Subject: dots\r\n\r\n.\r\n..two\r\n.end";
    await submit("127.0.0.1", port, 1, [mail(1, { content })]);
    expect(received[0]?.content).toBe(`${content}\r\n`);
  });

  it.each([true, false])(
    "reports what was refused and goes on (PIPELINING hidden: %s)",
    async (hidePIPELINING) => {
      const { port, received } = await startServer({ hidePIPELINING });
      const results = await submit("127.0.0.1", port, 1, [
        mail(1, { to: "refused@domain.example" }),
        mail(2),
      ]);
      expect(results[0]).toEqual({ accepted: false, reply: "550 no such user" });
      expect(results[1]?.accepted).toBe(true);
      expect(received).toHaveLength(1);
    },
  );

  it("sends an empty message where DATA was taken without recipients", async () => {
    const lines: string[] = [];
    const port = await startScripted((line) => {
      lines.push(line);
      if (line.startsWith("EHLO")) return "250-scripted\r\n250 PIPELINING";
      if (line.startsWith("RCPT")) return "550 no";
      if (line === "DATA") return "354 go on";
      return line === "." ? "554 no valid recipients" : "250 ok";
    });
    expect(await submit("127.0.0.1", port, 1, [mail(1)])).toEqual([{ accepted: false, reply: "550 no" }]);
    expect(lines.slice(1, 5)).toEqual([
      "MAIL FROM:<f1@client.example>",
      "RCPT TO:<t1@domain.example>",
      "DATA",
      ".",
    ]);
  });

  it("opens a new session where the server limits its messages", async () => {
    const port = await startScripted((line, connection) => {
      if (connection === 1 && line.startsWith("MAIL")) return "421 too many";
      return line === "DATA"
        ? "354 go on"
        : line.includes(":") || line === "" || line === "body"
          ? ok(line)
          : "250 ok";
    });
    const [result] = await submit("127.0.0.1", port, 1, [mail(1)]);
    expect(result).toEqual({ accepted: true, reply: "250 ok" });
  });

  it("without mails it opens one session, to see whether the server serves", async () => {
    const { port, sessions } = await startServer();
    expect(await submit("127.0.0.1", port, 4, [])).toEqual([]);
    expect(sessions()).toBe(1);
  });

  it("says where and why it failed", async () => {
    const closed = await startScripted(() => null);
    await expect(submit("127.0.0.1", closed, 1, [mail(1)])).rejects.toThrow(
      `SMTP to 127.0.0.1 port ${closed}: the server closed the connection`,
    );
    const refusing = await startScripted(() => "554 go away");
    await expect(submit("127.0.0.1", refusing, 1, [])).rejects.toThrow('"554 go away" where 250 was needed');
    for (const stop of stops.splice(0)) stop();
    await expect(submit("127.0.0.1", closed, 1, [])).rejects.toThrow("ECONNREFUSED");
  });
});

/** Lines of the message have no reply, commands have. */
function ok(line: string): string {
  return /^(MAIL|RCPT)/.test(line) ? "250 ok" : "";
}

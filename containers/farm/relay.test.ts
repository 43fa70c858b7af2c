import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createLink } from "./link.ts";
import { Recorder } from "./recorder.ts";
import { type Edits, Relay, unedited } from "./relay.ts";

const ignore = () => undefined;
const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
});

/** Both ends of a connection on loopback. */
async function connection(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const near = connect(typeof address === "object" && address !== null ? address.port : 0, "127.0.0.1");
  const [far] = await once(server, "connection");
  server.close();
  open.push(near, far);
  return [near, far];
}

/** The pieces that came until that many lines were there. */
function reader(end: Socket): (lines: number) => Promise<readonly string[]> {
  const pieces: string[] = [];
  let wake: () => void = ignore;
  end.on("data", (chunk: Buffer) => {
    pieces.push(String(chunk));
    wake();
  });
  return async (lines) => {
    while (pieces.join("").split("\r\n").length <= lines) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return pieces.splice(0);
  };
}

/** A relay between two ends that the test holds. */
async function relay(edits: Partial<Edits>) {
  const [client, inner] = await connection();
  const [outer, upstream] = createLink();
  const opening = {
    id: "1",
    domain: "domain",
    host: "mx.domain.example",
    port: 25,
    witness: "attacker",
    localAddress: "127.0.0.2",
    remoteAddress: "127.0.0.1",
  } as const;
  const recorder = new Recorder(opening, { opened: ignore, closed: ignore });
  const { promise: upgraded, resolve: onUpgrade } = Promise.withResolvers<void>();
  new Relay({
    client: inner,
    upstream: outer,
    recorder,
    edits: { ...unedited, ...edits },
    greets: true,
    onUpgrade,
    onEnd: ignore,
    onSilence: ignore,
  });
  const [fromServer, fromClient] = [reader(client), reader(upstream)];
  upstream.write("220-hello\r\n220 there\r\n");
  return { client, upstream, recorder, upgraded, fromServer, fromClient };
}

describe("Relay", () => {
  it("injects lines behind its reply to STARTTLS in one piece", async () => {
    const { client, upstream, upgraded, fromServer, fromClient } = await relay({
      replies: { starttls: { lines: ["220 Ready", "250-injected", "250 STARTTLS"], closes: false } },
    });
    await fromServer(2);
    client.write("NOOP\r\n");
    await fromClient(1);
    upstream.write("250 OK\r\n");
    await fromServer(1);
    client.write("STARTTLS\r\n");
    expect(await fromServer(3)).toEqual(["220 Ready\r\n250-injected\r\n250 STARTTLS\r\n"]);
    await upgraded;
  });

  it("replaces the greeting once it is there", async () => {
    const { fromServer } = await relay({ replies: { greeting: { lines: ["554 no"], closes: false } } });
    expect((await fromServer(1)).join("")).toBe("554 no\r\n");
  });

  it("can refuse a message that the server accepted, which then does not count as accepted", async () => {
    const { client, upstream, recorder, fromServer, fromClient } = await relay({
      replies: { message: { lines: ["451 lost"], closes: false } },
    });
    await fromServer(2);
    client.write("DATA\r\n");
    await fromClient(1);
    upstream.write("354 go\r\n");
    await fromServer(1);
    client.write("X-Danelab-Canary: t\r\n.\r\n");
    await fromClient(2);
    upstream.write("250 mine\r\n");
    expect((await fromServer(1)).join("")).toBe("451 lost\r\n");
    expect(recorder.finish()).toMatchObject({ canary: "t", accepted: false });
  });

  it("changes keywords of the EHLO reply in any case and with parameters, and no other reply", async () => {
    const { client, upstream, fromServer, fromClient } = await relay({
      offers: { without: ["SIZE", "starttls"], with: ["X-ONE"] },
    });
    await fromServer(2);
    client.write("ehlo client.example\r\n");
    await fromClient(1);
    upstream.write("250-mx.domain.example\r\n250-Size=10\r\n250-8BITMIME\r\n250 STARTTLS x\r\n");
    expect((await fromServer(3)).join("")).toBe("250-mx.domain.example\r\n250-8BITMIME\r\n250 X-ONE\r\n");
    client.write("HELP\r\n");
    await fromClient(1);
    upstream.write("250-help\r\n250 SIZE\r\n");
    expect((await fromServer(2)).join("")).toBe("250-help\r\n250 SIZE\r\n");
  });

  it.each([
    [
      { without: [], with: [], instead: { STARTTLS: "XXXXXXXA", SIZE: "XXXB" } },
      ["250-mx.domain.example", "250-XXXB", "250 XXXXXXXA"],
    ],
    [{ without: "all", with: [] }, ["250 mx.domain.example"]],
    [
      { without: "all", with: ["HELP"], instead: { SIZE: "SIZE 1" }, greets: "at your service" },
      ["250-mx.domain.example at your service", "250-SIZE 1", "250 HELP"],
    ],
  ] as const)("makes of the EHLO reply what it is told: %j", async (offers, lines) => {
    const { client, upstream, fromServer, fromClient } = await relay({ offers });
    await fromServer(2);
    client.write("EHLO client.example\r\n");
    await fromClient(1);
    upstream.write("250-mx.domain.example\r\n250-SIZE 10\r\n250 STARTTLS\r\n");
    expect((await fromServer(lines.length)).join("")).toBe(lines.map((line) => `${line}\r\n`).join(""));
  });

  it("passes a command in other words, and replaces the reply to one that it passes", async () => {
    const { client, upstream, fromServer, fromClient } = await relay({
      commands: { helo: "XXXX" },
      replies: { ehlo: { lines: ["221 Not here"], closes: false, passes: true } },
    });
    await fromServer(2);
    client.write("EHLO client.example\r\nHELO client.example\r\n");
    expect((await fromClient(2)).join("")).toBe("EHLO client.example\r\nXXXX\r\n");
    upstream.write("250-mx.domain.example\r\n250 SIZE\r\n500 What?\r\n");
    expect((await fromServer(2)).join("")).toBe("221 Not here\r\n500 What?\r\n");
  });

  it("writes down text, and of all else how much it was", async () => {
    const { client, fromServer, fromClient, recorder } = await relay({});
    await fromServer(2);
    client.write("NOOP p\u00e4t\tx\r\n");
    client.write(Buffer.from([0x16, 3, 1, 0, 200, 13, 10]));
    await fromClient(2);
    expect(recorder.finish()?.commands.map(({ line }) => line)).toEqual([
      "NOOP p\u00e4t\tx",
      "(7 octets that are no text)",
    ]);
  });
});

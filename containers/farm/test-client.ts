import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { LineSplitter, textOf } from "./lines.ts";

/** An SMTP client for tests that shows what came over the wire. */
export interface TestClient {
  readonly socket: Socket;
  /** One reply, its lines without line ends. Error: the connection ended first. */
  reply(): Promise<readonly string[]>;
  command(line: string): Promise<readonly string[]>;
  /** Greeting, EHLO. */
  hello(): Promise<readonly string[]>;
  /** MAIL, RCPT, DATA and a message with the canary; the last reply. */
  mail(canary: string): Promise<readonly string[]>;
  /** After a 220: the client under TLS. */
  secure(options?: ConnectionOptions): Promise<{
    readonly client: TestClient;
    readonly tls: TLSSocket;
    /** Its secrets, lines of the NSS key log format. */
    readonly keys: readonly string[];
  }>;
  quit(): Promise<void>;
}

export async function connectClient(host: string, port: number): Promise<TestClient> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, "connect");
  return clientOn(socket);
}

export function clientOn(socket: Socket): TestClient {
  const splitter = new LineSplitter();
  const lines: string[] = [];
  let ended = false;
  let wake: () => void = () => undefined;
  const onData = (chunk: Buffer) => {
    lines.push(...splitter.push(chunk).map(textOf));
    wake();
  };
  socket.on("data", onData);
  socket.on("error", () => undefined);
  socket.on("close", () => {
    ended = true;
    wake();
  });
  const client: TestClient = {
    socket,
    async reply() {
      for (;;) {
        const last = lines.findIndex((line) => /^\d{3}(?!-)/.test(line));
        if (last !== -1) return lines.splice(0, last + 1);
        if (ended) throw new Error("the connection ended before the reply");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    command(line) {
      socket.write(`${line}\r\n`);
      return client.reply();
    },
    async hello() {
      await client.reply();
      return client.command("EHLO client.example");
    },
    async mail(canary) {
      await client.command("MAIL FROM:<a@client.example>");
      await client.command("RCPT TO:<b@domain.example>");
      await client.command("DATA");
      return client.command(
        `Subject: x\r\nX-Danelab-Canary: ${canary}\r\n\r\nX-Danelab-Canary: not-this\r\n.`,
      );
    },
    async secure(options = {}) {
      socket.off("data", onData);
      const tls = connectTls({ socket, rejectUnauthorized: false, ...options });
      // RFC 8446 section 6.2: after a fatal alert the connection is over.
      tls.on("error", () => tls.destroy());
      const keys: string[] = [];
      tls.on("keylog", (line: Buffer) => keys.push(textOf(line)));
      await once(tls, "secureConnect");
      return { client: clientOn(tls), tls, keys };
    },
    async quit() {
      await client.command("QUIT");
      socket.end();
    },
  };
  return client;
}

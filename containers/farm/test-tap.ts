import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A way to a server on which every octet can be seen. */
export interface Tap {
  readonly port: number;
  /** All that the server sent. */
  fromServer(): Buffer;
  close(): void;
}

export async function tap(host: string, port: number): Promise<Tap> {
  const seen: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host, port, allowHalfOpen: true });
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    upstream.on("data", (chunk: Buffer) => seen.push(chunk));
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    fromServer: () => Buffer.concat(seen),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The content types of the TLS records that the bytes end with, from the first that begins like one. */
export function recordTypes(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) types.push(bytes[at] ?? 0);
  return types;
}

/** What the server sent after its reply to STARTTLS. */
export function afterStarttls(bytes: Buffer): Buffer {
  const reply = "Ready to start TLS\r\n";
  return bytes.subarray(bytes.indexOf(reply) + reply.length);
}

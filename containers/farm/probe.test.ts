import { X509Certificate } from "node:crypto";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { afterEach, expect, test } from "vitest";
import type { ProbeWay } from "../../harness/model/probe.ts";
import { genuineCertificate, otherCertificate } from "./fixtures.ts";
import { probe } from "./probe.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

let farm: TestFarm | undefined;
let careless: Server | undefined;
afterEach(() => {
  farm?.close();
  careless?.close();
});

const at = "127.0.0.2";
const name = "mx.domain.example";
const mail = { from: "probe@danelab.example", to: `probe@${name}`, content: "Subject: x\r\n\r\nx" };

const order = (way: ProbeWay, server: string, port: number) => ({
  ...{ server, source: "127.0.0.3", port, way, name, mail },
});

const derOf = ({ chain }: { readonly chain: string }) => new X509Certificate(chain).raw.toString("base64");

test("the name that is asked for, and the chain that comes", async () => {
  farm = await startFarm(hostAt(at, { sni: { "mx.domain.example": otherCertificate } }));
  const { port, session } = farm;
  for (const [index, [way, sni, certificate]] of (
    [
      ["sni-known", name, otherCertificate],
      ["sni-unknown", "unknown.example", genuineCertificate],
      ["no-sni", null, genuineCertificate],
    ] as const
  ).entries()) {
    const { tls, broken, transcript, client } = await probe(order(way, at, port));
    expect(broken).toBeNull();
    expect(tls?.version).toBe("TLSv1.3");
    expect(tls?.chain[0]).toBe(derOf(certificate));
    expect(client).toMatch(/:\d+$/);
    expect(transcript).toContain("C: STARTTLS");
    expect((await session("receiver", index)).sni).toBe(sni);
  }
});

test("a server that does as it should: nothing is offered again, carried out, remembered; mail in clear is taken", async () => {
  farm = await startFarm(hostAt(at));
  const { port } = farm;
  const again = await probe(order("starttls-again", at, port));
  expect(again.offeredAgain).toBe(false);
  expect(again.code).toBeGreaterThanOrEqual(500);
  expect((await probe(order("injection", at, port))).code).toBeNull();
  expect((await probe(order("early-helo", at, port))).code).toBe(503);
  expect((await probe(order("early-mail", at, port))).code).toBeGreaterThanOrEqual(500);
  expect((await probe(order("in-clear", at, port))).code).toBe(250);
});

/** Takes mail behind EHLO alone, and remembers it beyond STARTTLS. */
function startRemembering(): Promise<number> {
  const { key, chain } = genuineCertificate;
  const secureContext = createSecureContext({ key, cert: chain });
  const serve = (socket: Socket, before: boolean): void => {
    let greeted = before;
    let inMessage = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      const [word = ""] = chunk.toString("latin1").split(/[ \r]/);
      if (inMessage) {
        inMessage = false;
        socket.write("250 taken\r\n");
      } else if (word === "STARTTLS") {
        socket.removeAllListeners("data");
        socket.write("220 ready\r\n");
        const secure = new TLSSocket(socket, { isServer: true, secureContext });
        secure.once("secure", () => serve(secure, greeted));
      } else if (word === "EHLO" || word === "QUIT") {
        greeted = true;
        socket.write(word === "QUIT" ? "221 bye\r\n" : "250-me\r\n250 STARTTLS\r\n");
      } else {
        inMessage = greeted && word === "DATA";
        socket.write(greeted ? (inMessage ? "354 go\r\n" : "250 ok\r\n") : "503 EHLO first\r\n");
      }
    });
  };
  const server = createServer((socket) => {
    socket.write("220 me\r\n");
    serve(socket, false);
  });
  careless = server;
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
}

test("an EHLO that came in clear, and is remembered; of a server that needs none nothing is told", async () => {
  const remembering = await startRemembering();
  const { tls, code } = await probe(order("early-helo", "127.0.0.1", remembering));
  expect(tls).not.toBeNull();
  expect(code).toBe(250);
  careless?.close();
  const needsNone = await startCareless();
  await expect(probe(order("early-helo", "127.0.0.1", needsNone))).rejects.toThrow(/takes mail without EHLO/);
});

test("commands in lower case", async () => {
  farm = await startFarm(hostAt(at));
  const { tls, transcript } = await probe(order("lower-case", at, farm.port));
  expect(tls?.version).toBe("TLSv1.3");
  expect(transcript.filter((line) => line.startsWith("C: "))).toEqual([
    "C: ehlo danelab.example",
    "C: starttls",
    "C: QUIT",
  ]);
  // The careless one knows capitals alone.
  expect((await probe(order("lower-case", "127.0.0.1", await startCareless()))).tls).toBeNull();
});

/** Keeps what came before TLS, and what it learned from it (as CVE-2011-0411). */
function startCareless(): Promise<number> {
  const { key, chain } = genuineCertificate;
  const secureContext = createSecureContext({ key, cert: chain });
  const serve = (socket: Socket, left: string): void => {
    let text = left;
    const work = (): void => {
      for (let end = text.indexOf("\r\n"); end !== -1; end = text.indexOf("\r\n")) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (line === "STARTTLS" && !(socket instanceof TLSSocket)) {
          socket.removeAllListeners("data");
          socket.write("220 ready\r\n");
          const secure = new TLSSocket(socket, { isServer: true, secureContext });
          secure.on("error", () => undefined);
          secure.once("secure", () => serve(secure, text));
          return;
        }
        socket.write(line === "QUIT" ? "221 bye\r\n" : "250-me\r\n250 STARTTLS\r\n");
      }
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      work();
    });
    work();
  };
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.write("220 me\r\n");
    serve(socket, "");
  });
  careless = server;
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
}

test("a careless server is seen through", async () => {
  const port = await startCareless();
  expect((await probe(order("injection", "127.0.0.1", port))).code).toBe(250);
  expect((await probe(order("early-mail", "127.0.0.1", port))).code).toBe(250);
  expect(await probe(order("starttls-again", "127.0.0.1", port))).toMatchObject({
    offeredAgain: true,
    code: 250,
  });
});

test("a server without TLS, and none at all, are told as they are", async () => {
  farm = await startFarm(hostAt(at, { behaviour: "no-starttls" }));
  expect(await probe(order("sni-known", at, farm.port))).toMatchObject({ tls: null, broken: null });
  const { port } = farm;
  farm.close();
  expect(await probe(order("sni-known", at, port))).toMatchObject({
    tls: null,
    broken: expect.stringContaining("ECONNREFUSED"),
  });
});

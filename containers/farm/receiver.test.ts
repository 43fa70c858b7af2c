import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import type { FarmHost } from "../../harness/model/farm.ts";
import { genuineCertificate, otherCertificate } from "./fixtures.ts";
import { clientOn, connectClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

let farm: TestFarm | undefined;
afterEach(() => farm?.close());

const at = "127.0.0.2";

async function serve(difference: Partial<FarmHost> = {}) {
  farm = await startFarm(hostAt(at, difference));
  return farm;
}

function fingerprint(certificate: typeof genuineCertificate): string {
  return new X509Certificate(certificate.chain).fingerprint256.replaceAll(":", "").toLowerCase();
}

describe("a normal receiver", () => {
  it("takes mail in TLS and records what it saw", async () => {
    const { port, session, opened } = await serve();
    const clear = await connectClient(at, port);
    expect(await clear.reply()).toEqual(["220 mx.domain.example ESMTP"]);
    const offers = await clear.command("EHLO client.example");
    expect(offers).toContain("250-STARTTLS");
    expect(offers[0]).toBe("250-mx.domain.example");
    expect(await clear.command("starttls")).toEqual(["220 2.0.0 Ready to start TLS"]);
    const { client } = await clear.secure({ servername: "mx.domain.example" });
    expect(await client.command("EHLO client.example")).not.toContain("250-STARTTLS");
    expect((await client.mail("token-1"))[0]).toMatch(/^250 /);
    await client.quit();

    const record = await session();
    expect(record).toMatchObject({
      id: opened[0]?.id,
      domain: "domain",
      host: "mx.domain.example",
      localAddress: at,
      remoteAddress: "127.0.0.1",
      tls: { version: "TLSv1.3", cipher: expect.stringMatching(/^TLS_/) },
      tlsError: null,
      sni: "mx.domain.example",
      certificate: fingerprint(genuineCertificate),
      mailFrom: "a@client.example",
      rcptTo: ["b@domain.example"],
      accepted: true,
      canary: "token-1",
      canaryInClear: false,
    });
    expect(record.commands).toEqual([
      { line: "EHLO client.example", tls: false },
      { line: "starttls", tls: false },
      { line: "EHLO client.example", tls: true },
      { line: "MAIL FROM:<a@client.example>", tls: true },
      { line: "RCPT TO:<b@domain.example>", tls: true },
      { line: "DATA", tls: true },
      { line: "QUIT", tls: true },
    ]);
    expect(record.transcript).toContain("C: (message, 69 octets)");
    expect(record.transcript[0]).toBe("S: 220 mx.domain.example ESMTP");
    expect(record.transcript.at(-1)).toBe("-- closed");
    expect(record.transcript.filter((line) => line.startsWith("S: 220"))).toHaveLength(2);
    expect(record.end).toBeGreaterThanOrEqual(record.start);
  });

  it("says so if the canary came in clear", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.hello();
    await client.mail("token-2");
    await client.quit();
    expect(await session()).toMatchObject({
      tls: null,
      accepted: true,
      canary: "token-2",
      canaryInClear: true,
    });
  });

  it("greets without delay", async () => {
    const { port } = await serve();
    const start = performance.now();
    const client = await connectClient(at, port);
    await client.reply();
    expect(performance.now() - start).toBeLessThan(80);
    client.socket.destroy();
  });

  it("takes pipelined commands, answers in order, and undoes no dot", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.hello();
    client.socket.write("MAIL FROM:<>\r\nRCPT TO:<x@y.example>\r\nRCPT TO:<z@y.example>\r\nDATA\r\n");
    const codes = [await client.reply(), await client.reply(), await client.reply(), await client.reply()];
    expect(codes.map(([line]) => line?.slice(0, 3))).toEqual(["250", "250", "250", "354"]);
    // Neither a bare line feed nor a dot after it ends the message.
    client.socket.write("X-Danelab-Canary: t\r\n\r\n..\r\nsmuggled\n.\r\nNOT A COMMAND\r\n.\r\nNOOP\r\n");
    expect((await client.reply())[0]).toMatch(/^250 /);
    expect((await client.reply())[0]).toMatch(/^250 /);
    await client.quit();
    const record = await session();
    expect(record).toMatchObject({ mailFrom: "", rcptTo: ["x@y.example", "z@y.example"], accepted: true });
    expect(record.commands.map(({ line }) => line)).toContain("NOOP");
    expect(record.commands.map(({ line }) => line)).not.toContain("NOT A COMMAND");
  });

  it("does not take a refused sender for an envelope", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.reply();
    expect((await client.command("MAIL FROM:<early@client.example>"))[0]).toMatch(/^503 /);
    await client.quit();
    expect(await session()).toMatchObject({ mailFrom: null, accepted: false });
  });

  it("forgets what was sent in clear after STARTTLS", async () => {
    const { port, session } = await serve();
    const clear = await connectClient(at, port);
    await clear.hello();
    clear.socket.write("STARTTLS\r\nMAIL FROM:<injected@client.example>\r\n");
    await clear.reply();
    const { client } = await clear.secure();
    expect((await client.command("EHLO client.example"))[0]).toBe("250-mx.domain.example");
    await client.quit();
    const record = await session();
    expect(record.mailFrom).toBeNull();
    expect(record.commands.map(({ line }) => line)).not.toContain("MAIL FROM:<injected@client.example>");
    expect(record.transcript).toContain("-- 37 octets sent in clear after STARTTLS were dropped");
  });

  it("forgets the transaction that was begun before the handshake", async () => {
    const { port } = await serve();
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("MAIL FROM:<a@client.example>");
    await clear.command("STARTTLS");
    const { client } = await clear.secure();
    expect((await client.command("RCPT TO:<b@domain.example>"))[0]).toMatch(/^503 /);
    await client.quit();
  });

  it("serves the certificate that belongs to the server name", async () => {
    const { port, session } = await serve({ sni: { "other.example": otherCertificate } });
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure({ servername: "Other.EXAMPLE" });
    expect(tls.getPeerCertificate().subject.CN).toBe("other.example");
    await client.quit();
    expect(await session()).toMatchObject({
      sni: "Other.EXAMPLE",
      certificate: fingerprint(otherCertificate),
    });
  });

  it("serves its default certificate for an unknown name and for none", async () => {
    const { port, session } = await serve({ sni: { "other.example": otherCertificate } });
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure();
    expect(tls.getPeerCertificate().subject.CN).toBe("genuine.example");
    await client.quit();
    expect(await session()).toMatchObject({ sni: null, certificate: fingerprint(genuineCertificate) });
  });

  it("resumes no session, so that a certificate is served each time", async () => {
    const { port } = await serve();
    const shake = async (options: ConnectionOptions) => {
      const clear = await connectClient(at, port);
      await clear.hello();
      await clear.command("STARTTLS");
      const { client, tls } = await clear.secure(options);
      await client.command("EHLO client.example");
      const outcome = { reused: tls.isSessionReused(), session: tls.getSession() };
      await client.quit();
      return outcome;
    };
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const { session } = await shake({ maxVersion });
      expect((await shake({ maxVersion, ...(session && { session }) })).reused).toBe(false);
    }
  });

  it("records sessions that die early", async () => {
    const { port, session } = await serve();
    const socket = connect(port, at);
    await once(socket, "connect");
    socket.resetAndDestroy();
    const record = await session();
    expect(record).toMatchObject({ commands: [], tls: null, tlsError: null, accepted: false, canary: null });
  });

  it("records a message that was cut off", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.hello();
    await client.command("MAIL FROM:<a@client.example>");
    await client.command("RCPT TO:<b@domain.example>");
    await client.command("DATA");
    client.socket.end("X-Danelab-Canary: cut\r\n\r\nhalf a li");
    const record = await session();
    expect(record).toMatchObject({ canary: "cut", canaryInClear: true, accepted: false });
    expect(record.transcript).toContain("C: (message, 34 octets, cut off)");
  });

  it("records a client that refuses the certificate", async () => {
    const { port, session } = await serve();
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("STARTTLS");
    await expect(
      clear.secure({ rejectUnauthorized: true, maxVersion: "TLSv1.2", servername: "a.example" }),
    ).rejects.toThrow();
    expect(await session()).toMatchObject({ sni: "a.example", certificate: fingerprint(genuineCertificate) });
  });

  it("records a client that goes away instead of a ClientHello", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.hello();
    await client.command("STARTTLS");
    client.socket.end();
    expect(await session()).toMatchObject({
      tls: null,
      tlsError: "connection closed before a ClientHello came",
      certificate: null,
    });
  });

  it("records a client that does not speak TLS after the 220", async () => {
    const { port, session } = await serve();
    const client = await connectClient(at, port);
    await client.hello();
    await client.command("STARTTLS");
    client.socket.write("EHLO client.example\r\n");
    expect(await session()).toMatchObject({
      tls: null,
      tlsError: expect.any(String),
      sni: null,
      certificate: null,
    });
  });

  it("sends close_notify at the end", async () => {
    const { port } = await serve();
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure();
    await client.command("QUIT");
    // node:tls emits "end" at close_notify or at a bare FIN; a truncated stream would be an error with OpenSSL 3.
    await once(tls, "end");
    expect(tls.errored).toBeNull();
  });

  it("serves a host whose key is not its certificate's, and fails the handshake", async () => {
    const { port, session, faults } = await serve({
      certificate: { chain: genuineCertificate.chain, key: otherCertificate.key },
    });
    const clear = await connectClient(at, port);
    await clear.hello();
    await clear.command("STARTTLS");
    await expect(clear.secure()).rejects.toThrow(/signature/i);
    expect(await session()).toMatchObject({
      tls: null,
      tlsError: expect.stringMatching(/decrypt error/i),
      certificate: fingerprint(genuineCertificate),
    });
    expect(faults).toEqual([]);
  });
});

describe("the listener", () => {
  it("tells hosts apart by address, in IPv4 and IPv6", async () => {
    farm = await startFarm(
      hostAt("127.0.0.2", { name: "two.example" }),
      hostAt("127.0.0.3", { name: "three.example", addresses: ["127.0.0.3", "0:0:0:0:0:0:0:1"] }),
    );
    const greeting = async (address: string) => {
      const client = await connectClient(address, farm?.port ?? 0);
      const [line] = await client.reply();
      client.socket.destroy();
      return line;
    };
    expect(await greeting("127.0.0.2")).toContain("two.example");
    expect(await greeting("127.0.0.3")).toContain("three.example");
    expect(await greeting("::1")).toContain("three.example");
  });

  it("serves each host at its port, and resets connections to its other ports", async () => {
    const host = hostAt("127.0.0.2", { port: 2525 });
    const { port: port25, listen, session, opened, faults } = await serve();
    farm?.serve(host);
    const port2525 = await listen(2525);
    const client = await connectClient("127.0.0.2", port2525);
    expect((await client.reply())[0]).toMatch(/^220 /);
    await client.quit();
    expect(await session()).toMatchObject({ port: 2525 });
    const socket = connect(port25, "127.0.0.2");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
    expect(opened).toHaveLength(1);
    expect(faults).toEqual([]);
  });

  it("takes a connection to an unknown address for a fault", async () => {
    const { port, faults } = await serve();
    const client = clientOn(connect(port, "127.0.0.99"));
    await expect(client.reply()).rejects.toThrow("ended");
    expect(faults).toEqual(["127.0.0.1 connected to 127.0.0.99, where no MX host was set up"]);
  });
});

import { once } from "node:events";
import { duplexPair } from "node:stream";
import { connect, type SecureContextOptions, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import { genuineCertificate } from "./fixtures.ts";
import { readServerHello } from "./server-hello.ts";
import { RecordSplitter, serverHello } from "./tls-records.ts";

/** The first record that OpenSSL's server sends, and what its client says was agreed. */
async function helloOf(options: SecureContextOptions) {
  const [near, middle] = duplexPair();
  const [behind, far] = duplexPair();
  const splitter = new RecordSplitter();
  let first: Buffer | undefined;
  middle.on("data", (chunk) => behind.write(chunk));
  behind.on("data", (chunk) => {
    first ??= splitter.push(chunk)[0];
    middle.write(chunk);
  });
  const { key, chain: cert } = genuineCertificate;
  const server = new TLSSocket(far, { isServer: true, key, cert });
  const client = connect({ socket: near, rejectUnauthorized: false, ...options });
  await once(client, "secureConnect");
  const agreed = { version: client.getProtocol(), cipher: client.getCipher().standardName };
  server.on("error", () => undefined);
  client.destroy();
  server.destroy();
  return { record: first ?? Buffer.alloc(0), agreed };
}

describe("readServerHello", () => {
  it.each<SecureContextOptions>([
    {},
    { ciphers: "TLS_AES_128_GCM_SHA256" },
    { maxVersion: "TLSv1.2" },
    { maxVersion: "TLSv1.2", ciphers: "ECDHE+CHACHA20" },
    // The server asks for another key share (HelloRetryRequest).
    { ecdhCurve: "P-521:P-256" },
  ])("reads what OpenSSL's server chose of %j", async (options) => {
    const { record, agreed } = await helloOf(options);
    expect(agreed.version).toMatch(/^TLSv1\.[23]$/);
    expect(readServerHello(record)).toEqual(agreed);
  });

  it("tells a suite that it has no name for by its number", () => {
    expect(readServerHello(serverHello("TLSv1.2", 0xc0ac))).toEqual({ version: "TLSv1.2", cipher: "0xc0ac" });
  });

  it("takes nothing else for one: an alert, another message, one that ends too early", () => {
    const whole = serverHello("TLSv1.2", 0xc02b);
    const other = Buffer.from(whole);
    other[5] = 11;
    for (const record of [
      Buffer.from([21, 3, 3, 0, 2, 2, 40]),
      other,
      whole.subarray(0, 30),
      Buffer.alloc(0),
    ])
      expect(readServerHello(record)).toBeNull();
  });
});

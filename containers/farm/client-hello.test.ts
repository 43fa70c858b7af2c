import { once } from "node:events";
import { duplexPair } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import { describe, expect, it } from "vitest";
import { readFirstFlight, withoutVersion } from "./client-hello.ts";

/** The first bytes that OpenSSL sends. */
async function helloOf(servername?: string, options: ConnectionOptions = {}): Promise<Buffer> {
  const [near, far] = duplexPair();
  const tls = connect({ socket: near, ...options, ...(servername === undefined ? {} : { servername }) });
  tls.on("error", () => undefined);
  const [bytes] = await once(far, "data");
  tls.destroy();
  return bytes;
}

/** The same handshake message in records of that many octets. */
function fragmented(hello: Buffer, octets: number): Buffer {
  const message = hello.subarray(5);
  const records: Buffer[] = [];
  for (let start = 0; start < message.length; start += octets) {
    const part = message.subarray(start, start + octets);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

/** A ClientHello with these extensions only. */
function helloWith(extensions: readonly number[]): Buffer {
  const body = Buffer.from([
    3,
    3,
    ...Buffer.alloc(32),
    0,
    0,
    2,
    0x13,
    1,
    1,
    0,
    0,
    extensions.length,
    ...extensions,
  ]);
  return Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body]);
}

describe("readFirstFlight", () => {
  it("reads the server name", async () => {
    expect(readFirstFlight(await helloOf("mx.domain.example"))).toMatchObject({
      is: "client-hello",
      serverName: "mx.domain.example",
    });
  });

  it("tells a ClientHello without server name", async () => {
    expect(readFirstFlight(await helloOf())).toMatchObject({ is: "client-hello", serverName: null });
  });

  it("reads the cipher suites", async () => {
    const hello = await helloOf(undefined, { maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-SHA" });
    expect(readFirstFlight(hello)).toMatchObject({ suites: [0xc013] });
  });

  it("reads the types of certificate that the client takes (RFC 7250)", async () => {
    const types = (...list: readonly number[]): readonly number[] => [
      0,
      20,
      0,
      list.length + 1,
      list.length,
      ...list,
    ];
    expect(readFirstFlight(helloWith(types(2, 0)))).toMatchObject({ serverCertificateTypes: [2, 0] });
    expect(readFirstFlight(helloWith([0, 23, 0, 0, ...types(2)]))).toMatchObject({
      serverCertificateTypes: [2],
    });
    expect(readFirstFlight(await helloOf("mx.domain.example"))).toMatchObject({ serverCertificateTypes: [] });
    expect(readFirstFlight(helloWith([0, 20, 0, 2, 9, 2]))).toEqual({ is: "not-tls" });
  });

  it("joins records", async () => {
    const hello = fragmented(await helloOf("mx.domain.example"), 7);
    expect(readFirstFlight(hello)).toMatchObject({ is: "client-hello", serverName: "mx.domain.example" });
  });

  it("waits at every octet until the message is whole", async () => {
    const hello = await helloOf("mx.domain.example");
    for (let length = 0; length < hello.length; length += 1) {
      expect(readFirstFlight(hello.subarray(0, length))).toEqual({ is: "incomplete" });
    }
  });

  it("tells other protocols and other handshake messages", () => {
    expect(readFirstFlight(Buffer.from("EHLO client.example\r\n"))).toEqual({ is: "not-tls" });
    expect(readFirstFlight(Buffer.from([21, 3, 1, 0, 2, 2, 40]))).toEqual({ is: "not-tls" });
    expect(readFirstFlight(Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]))).toEqual({ is: "not-tls" });
  });

  it("does not trust lengths within the message", async () => {
    const hello = Buffer.from(await helloOf("mx.domain.example"));
    hello[5 + 4 + 2 + 32] = 255; // legacy_session_id would fill what follows
    expect(readFirstFlight(hello)).toMatchObject({ is: expect.stringMatching(/not-tls|client-hello/) });
    expect(readFirstFlight(Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3]))).toEqual({ is: "not-tls" });
  });
});

describe("withoutVersion", () => {
  it("takes one version out of those that are offered, and nothing else", async () => {
    const hello = await helloOf("mx.domain.example");
    const changed = withoutVersion(hello, 0x0304);
    expect(hello.includes(Buffer.from([0, 43, 0, 5, 4, 3, 4, 3, 3]))).toBe(true);
    expect(changed.includes(Buffer.from([0, 43, 0, 5, 4, 0x7a, 0x7a, 3, 3]))).toBe(true);
    expect(changed).toHaveLength(hello.length);
    expect([...changed].filter((octet, at) => octet !== hello[at])).toHaveLength(2);
  });

  it("leaves a ClientHello without that version, or without extensions that tell any", async () => {
    const old = await helloOf("mx.domain.example", { maxVersion: "TLSv1.2" });
    expect(withoutVersion(old, 0x0304)).toEqual(old);
    expect(withoutVersion(helloWith([0, 23, 0, 0]), 0x0304)).toEqual(helloWith([0, 23, 0, 0]));
  });
});

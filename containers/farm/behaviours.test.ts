import { once } from "node:events";
import type { ConnectionOptions } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type ListeningBehaviour,
  peculiarities,
  refusals,
  serversWithMemory,
} from "../../harness/model/scenario.ts";
import { behaviours } from "./behaviours.ts";
import { otherCertificate } from "./fixtures.ts";
import { connectClient, type TestClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";
import { afterStarttls, recordTypes, type Tap, tap } from "./test-tap.ts";

let farm: TestFarm | undefined;
let wire: Tap | undefined;
afterEach(() => {
  wire?.close();
  farm?.close();
  vi.useRealTimers();
});

const at = "127.0.0.2";

async function serve(behaviour: ListeningBehaviour): Promise<TestFarm> {
  farm = await startFarm(hostAt(at, { behaviour }));
  return farm;
}

async function meet(behaviour: ListeningBehaviour) {
  const { port, session } = await serve(behaviour);
  const client = await connectClient(at, port);
  return { client, offers: await client.hello(), session };
}

/** The client under TLS, and its EHLO reply there. */
async function secured(clear: TestClient, options: ConnectionOptions = {}) {
  await clear.command("STARTTLS");
  const { client, tls } = await clear.secure({ servername: "mx.domain.example", ...options });
  return { client, tls, offers: await client.command("EHLO client.example") };
}

/** Clients of today offer none of this. */
const anyStrength = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";

describe("the table", () => {
  it("has an entry for every name that a scenario may use, and no other", () => {
    expect([...behaviours.keys()].sort()).toEqual([...peculiarities, ...refusals].sort());
  });

  it("treats a later session otherwise where the plan is told so", () => {
    const withMemory = [...behaviours].flatMap(([name, one]) => ("first" in one ? [name] : []));
    expect(withMemory.sort()).toEqual([...serversWithMemory].sort());
  });
});

describe("STARTTLS", () => {
  it("no-starttls neither offers nor does it, and takes mail in clear", async () => {
    const { client, offers, session } = await meet("no-starttls");
    expect(offers.join()).not.toContain("STARTTLS");
    expect(offers.at(-1)).toMatch(/^250 /);
    expect((await client.command("STARTTLS"))[0]).toMatch(/^502 /);
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ tls: null, tlsError: null, accepted: true, canaryInClear: true });
  });

  it.each(["354", "454", "500", "501", "502", "503", "530", "554"] as const)(
    "starttls-%s offers, refuses, and goes on",
    async (code) => {
      const { client, offers, session } = await meet(`starttls-${code}` as ListeningBehaviour);
      expect(offers).toContain("250-STARTTLS");
      expect((await client.command("STARTTLS"))[0]).toMatch(new RegExp(`^${code} `));
      expect((await client.mail("t"))[0]).toMatch(/^250 /);
      await client.quit();
      expect(await session()).toMatchObject({ tls: null, tlsError: null, accepted: true });
    },
  );

  it("starttls-421 closes the connection", async () => {
    const { client, session } = await meet("starttls-421");
    expect((await client.command("STARTTLS"))[0]).toMatch(/^421 /);
    await expect(client.reply()).rejects.toThrow("ended");
    expect((await session()).transcript.slice(-2)).toEqual([
      "S: 421 4.3.2 Service shutting down",
      "-- closed",
    ]);
  });

  it("starttls-silence answers neither STARTTLS nor anything behind it", async () => {
    const { client, session } = await meet("starttls-silence");
    client.socket.write("STARTTLS\r\nQUIT\r\n");
    client.socket.end();
    await expect(client.reply()).rejects.toThrow("ended");
    const { commands, transcript, tlsError } = await session();
    expect(commands.map(({ line }) => line)).toEqual(["EHLO client.example", "STARTTLS", "QUIT"]);
    expect(transcript).toContain("-- no reply to STARTTLS");
    expect(tlsError).toBeNull();
  });

  it("starttls-silence does not wait for ever", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { client } = await meet("starttls-silence");
    client.socket.write("STARTTLS\r\n");
    const closed = once(client.socket, "close");
    // Until the server has it, there is no limit to run out.
    while (vi.getTimerCount() > 0 && !client.socket.destroyed) {
      await new Promise(setImmediate);
      vi.advanceTimersByTime(1_000);
    }
    await closed;
    vi.useRealTimers();
    expect((await farm?.session())?.transcript.at(-2)).toMatch(/^-- the client stayed for \d+ s/);
  });

  it.each([
    ["starttls-lowercase", "starttls"],
    ["starttls-parameter", "STARTTLS REQUIRED"],
  ] as const)("%s offers it as %s, and does it", async (behaviour, keyword) => {
    const { client: clear, offers, session } = await meet(behaviour);
    expect(offers.filter((line) => /starttls/i.test(line))).toEqual([`250 ${keyword}`]);
    const { client } = await secured(clear);
    await client.quit();
    expect(await session()).toMatchObject({ tls: { version: "TLSv1.3" } });
  });

  it("starttls-again offers it under TLS too, where it ends the session", async () => {
    const { client: clear, session } = await meet("starttls-again");
    const { client, offers } = await secured(clear);
    expect(offers.at(-1)).toBe("250 STARTTLS");
    expect((await client.command("STARTTLS"))[0]).toMatch(/^421 /);
    await expect(client.reply()).rejects.toThrow("ended");
    expect(await session()).toMatchObject({ accepted: false });
  });

  it("starttls-selective offers it from the second session on, also where the host is served anew", async () => {
    const { port, session, serve: again } = await serve("starttls-selective");
    const offersNow = async () => {
      const client = await connectClient(at, port);
      const offers = await client.hello();
      await client.quit();
      return offers.includes("250-STARTTLS");
    };
    expect(await offersNow()).toBe(false);
    again(hostAt(at, { behaviour: "starttls-selective" }));
    expect(await offersNow()).toBe(true);
    expect(await offersNow()).toBe(true);
    await session("receiver", 2);
  });
});

describe("the dialogue", () => {
  it("ehlo-502 leaves HELO, and with it no STARTTLS", async () => {
    const { client, offers, session } = await meet("ehlo-502");
    expect(offers).toEqual(["502 5.5.1 Command not implemented"]);
    expect(await client.command("HELO client.example")).toEqual(["250 mx.domain.example"]);
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ tls: null, accepted: true });
  });

  it("greeting-554 takes nothing but QUIT", async () => {
    const { port, session } = await serve("greeting-554");
    const client = await connectClient(at, port);
    expect(await client.reply()).toEqual(["554 5.7.0 Refused"]);
    for (const command of ["EHLO client.example", "HELO client.example", "MAIL FROM:<a@client.example>"])
      expect((await client.command(command))[0]).toMatch(/^503 /);
    expect((await client.command("QUIT"))[0]).toMatch(/^221 /);
    client.socket.end();
    expect((await session()).transcript[0]).toBe("S: 554 5.7.0 Refused");
  });

  it("greeting-421 closes the connection", async () => {
    const { port } = await serve("greeting-421");
    const client = await connectClient(at, port);
    expect((await client.reply())[0]).toMatch(/^421 /);
    await expect(client.reply()).rejects.toThrow("ended");
  });

  it("rcpt-550 refuses every recipient, in clear and under TLS", async () => {
    const { client: clear, session } = await meet("rcpt-550");
    const refusal = async (client: TestClient) => {
      await client.command("MAIL FROM:<a@client.example>");
      return (await client.command("RCPT TO:<b@domain.example>"))[0];
    };
    expect(await refusal(clear)).toMatch(/^550 /);
    const { client } = await secured(clear);
    expect(await refusal(client)).toMatch(/^550 /);
    await client.quit();
    expect(await session()).toMatchObject({ mailFrom: "a@client.example", rcptTo: [], accepted: false });
  });

  it("greylist refuses the recipients of the first session for now", async () => {
    const { port, session } = await serve("greylist");
    const send = async () => {
      const clear = await connectClient(at, port);
      await clear.hello();
      const { client } = await secured(clear);
      await client.command("MAIL FROM:<a@client.example>");
      const [reply] = await client.command("RCPT TO:<b@domain.example>");
      await client.quit();
      return reply;
    };
    expect(await send()).toMatch(/^450 /);
    expect(await send()).toMatch(/^250 /);
    expect(await session("receiver", 0)).toMatchObject({ rcptTo: [] });
    expect(await session("receiver", 1)).toMatchObject({ rcptTo: ["b@domain.example"] });
  });

  it("no-smtputf8 offers it neither in clear text nor under TLS", async () => {
    const { client: clear, offers } = await meet("no-smtputf8");
    const { offers: later, client } = await secured(clear);
    expect([...offers, ...later].join()).not.toMatch(/SMTPUTF8/);
    expect([...offers, ...later].join()).toMatch(/PIPELINING.*PIPELINING/);
    await client.quit();
  });

  it("capabilities-change offers other things under TLS, and refuses what was offered before only", async () => {
    const { client: clear, offers, session } = await meet("capabilities-change");
    expect(offers).toEqual(expect.arrayContaining(["250-PIPELINING", "250-SMTPUTF8", "250 SIZE 64"]));
    expect(offers).not.toContain("250-8BITMIME");
    const { client, offers: later } = await secured(clear);
    expect(later).toContain("250-8BITMIME");
    expect(later.join()).not.toMatch(/PIPELINING|SMTPUTF8|SIZE 64\b/);
    client.socket.write("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@domain.example>\r\n");
    expect((await client.reply())[0]).toMatch(/^250 /);
    expect((await client.reply())[0]).toMatch(/^503 /);
    await client.command("RSET");
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ accepted: true, canaryInClear: false });
  });

  it("a client that stays after QUIT is not waited for long", async () => {
    const { client, session } = await meet("normal");
    client.socket.allowHalfOpen = true;
    await client.command("QUIT");
    await once(client.socket, "end");
    expect(await session()).toMatchObject({
      commands: expect.arrayContaining([{ line: "QUIT", tls: false }]),
    });
    client.socket.destroy();
  });
});

describe("the handshake", () => {
  it("close-after-220 closes the connection", async () => {
    const { client, session } = await meet("close-after-220");
    expect((await client.command("STARTTLS"))[0]).toMatch(/^220 /);
    await expect(client.reply()).rejects.toThrow("ended");
    expect(await session()).toMatchObject({ tls: null, tlsError: null, certificate: null, sni: null });
  });

  it("tls-alert answers the ClientHello with handshake_failure", async () => {
    const { client, session } = await meet("tls-alert");
    await client.command("STARTTLS");
    await expect(client.secure({ servername: "mx.domain.example" })).rejects.toThrow(
      /alert handshake failure/,
    );
    expect(await session()).toMatchObject({
      tls: null,
      tlsError: expect.stringContaining("handshake_failure"),
      sni: "mx.domain.example",
      certificate: null,
    });
  });

  it("tls-silence does not answer the ClientHello", async () => {
    const { client, session } = await meet("tls-silence");
    await client.command("STARTTLS");
    client.socket.end(clientHello([0x1301]));
    await expect(client.reply()).rejects.toThrow("ended");
    expect(await session()).toMatchObject({ tls: null, tlsError: "did not answer the ClientHello" });
  });

  it.each([
    // The client's highest version may be too low, or the server's, which then shows its certificate all the same.
    ["tls-1.0-only", "TLSv1", "TLSv1.2", expect.any(String)],
    ["tls-1.1-only", "TLSv1.1", "TLSv1.2", expect.any(String)],
    ["tls-1.2-only", "TLSv1.2", "TLSv1.3", null],
    ["tls-1.3-only", "TLSv1.3", "TLSv1.2", null],
  ] as const)("%s speaks %s, not %s", async (behaviour, spoken, refused, certificate) => {
    const first = await meet(behaviour);
    const { client, tls } = await secured(first.client, { ciphers: anyStrength, minVersion: "TLSv1" });
    expect(tls.getProtocol()).toBe(spoken);
    await client.quit();
    expect(await first.session()).toMatchObject({ tls: { version: spoken } });
    farm?.close();

    const second = await meet(behaviour);
    await second.client.command("STARTTLS");
    const refusal = second.client.secure({
      minVersion: refused,
      maxVersion: refused,
      servername: "mx.domain.example",
    });
    await expect(refusal).rejects.toThrow(/protocol/);
    expect(await second.session()).toMatchObject({
      tls: null,
      tlsError: expect.any(String),
      sni: "mx.domain.example",
      certificate,
    });
  });

  it("ssl-3-only chooses SSLv3, and records that the client will not have it", async () => {
    const { client, session } = await meet("ssl-3-only");
    await client.command("STARTTLS");
    await expect(client.secure()).rejects.toThrow(/unsupported protocol|wrong ssl version/);
    const { tls, tlsError, transcript } = await session();
    expect({ tls, tlsError }).toEqual({
      tls: null,
      tlsError: expect.stringMatching(/^chose SSLv3 and cipher suite 0x(?!13)/),
    });
    // RFC 8446 section 6: protocol_version.
    expect(transcript).toContain("-- the client sent the alert fatal 70");
  });

  it("tls-weak-only refuses clients that offer no weak cipher", async () => {
    const { client, session } = await meet("tls-weak-only");
    await client.command("STARTTLS");
    await expect(client.secure()).rejects.toThrow(/alert handshake failure/);
    expect(await session()).toMatchObject({ tlsError: expect.stringContaining("handshake_failure") });
  });

  it("tls-weak-only chooses a weak cipher that is offered", async () => {
    const { client, session } = await meet("tls-weak-only");
    await client.command("STARTTLS");
    client.socket.write(clientHello([0xc02b, 0x000a]));
    await once(client.socket, "end");
    const { tlsError, transcript } = await session();
    expect(tlsError).toBe("chose TLSv1.2 and cipher suite 0x000a");
    expect(transcript.join()).not.toContain("alert");
  });

  it("tls-anonymous-only shows no certificate", async () => {
    const { client: clear, session } = await meet("tls-anonymous-only");
    const { client, tls } = await secured(clear, { ciphers: `aNULL:@SECLEVEL=0` });
    expect(tls.getPeerX509Certificate()).toBeUndefined();
    await client.quit();
    expect(await session()).toMatchObject({
      tls: { cipher: expect.stringMatching(/_anon_WITH_(?!NULL)/) },
      certificate: null,
    });
  });

  it("tls-null-only does not encrypt", async () => {
    const { port, session } = await serve("tls-null-only");
    wire = await tap(at, port);
    const clear = await connectClient("127.0.0.1", wire.port);
    await clear.hello();
    const { client } = await secured(clear, { ciphers: "eNULL:@SECLEVEL=0", maxVersion: "TLSv1.2" });
    await client.quit();
    expect(await session()).toMatchObject({ tls: { cipher: expect.stringContaining("_WITH_NULL_") } });
    expect(afterStarttls(wire.fromServer()).toString("latin1")).toContain("250-mx.domain.example");
  });

  it.each(["tls-anonymous-only", "tls-null-only"] as const)(
    "%s refuses clients of today",
    async (behaviour) => {
      const { client, session } = await meet(behaviour);
      await client.command("STARTTLS");
      await expect(client.secure()).rejects.toThrow(/alert handshake failure/);
      expect(await session()).toMatchObject({
        tls: null,
        tlsError: expect.stringMatching(/no shared cipher/),
      });
    },
  );

  it("tls-hello-retry asks for another ClientHello", async () => {
    const { port, session } = await serve("tls-hello-retry");
    wire = await tap(at, port);
    const clear = await connectClient("127.0.0.1", wire.port);
    await clear.hello();
    const { client } = await secured(clear);
    await client.quit();
    expect(await session()).toMatchObject({ tls: { version: "TLSv1.3" } });
    // RFC 8446 section 4.1.3: the random of a HelloRetryRequest, behind record header, type, length and version.
    const random = afterStarttls(wire.fromServer()).subarray(11, 11 + 32);
    expect(random.toString("hex")).toMatch(/^cf21ad74e59a6111/);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "resumes takes up a session of %s again, without a certificate",
    async (maxVersion) => {
      const { port, session } = await serve("resumes");
      const shake = async (options: ConnectionOptions) => {
        const clear = await connectClient(at, port);
        await clear.hello();
        const { client, tls } = await secured(clear, { maxVersion, ...options });
        const ticket = tls.getSession();
        await client.quit();
        return ticket;
      };
      const ticket = await shake({});
      await shake({ ...(ticket && { session: ticket }) });
      expect(await session("receiver", 0)).toMatchObject({
        resumed: false,
        certificate: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await session("receiver", 1)).toMatchObject({
        tls: { version: maxVersion },
        resumed: true,
        certificate: null,
      });
    },
  );

  it.each([
    ["without", {}, "asked"],
    ["with", { cert: otherCertificate.chain, key: otherCertificate.key }, "given"],
  ] as const)("client-certificate-asked lets clients in %s one", async (_, options, clientCertificate) => {
    const { client: clear, session } = await meet("client-certificate-asked");
    const { client } = await secured(clear, options);
    await client.quit();
    expect(await session()).toMatchObject({ tls: { version: "TLSv1.3" }, clientCertificate });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "client-certificate-demanded turns away who has none (%s)",
    async (maxVersion) => {
      const { client: clear, session } = await meet("client-certificate-demanded");
      // In TLS 1.3 the client hears of it after its handshake.
      await expect(secured(clear, { maxVersion })).rejects.toThrow();
      expect(await session()).toMatchObject({
        tls: null,
        tlsError: expect.stringMatching(/did not return a certificate/),
        clientCertificate: "asked",
      });
    },
  );

  it("client-certificate-demanded is content with any", async () => {
    const { client: clear, session } = await meet("client-certificate-demanded");
    const { client } = await secured(clear, { cert: otherCertificate.chain, key: otherCertificate.key });
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ clientCertificate: "given", accepted: true });
  });

  it("sni-required turns away who names no server", async () => {
    const named = await meet("sni-required");
    await (await secured(named.client)).client.quit();
    expect(await named.session()).toMatchObject({ tls: { version: "TLSv1.3" } });
    farm?.close();
    const unnamed = await meet("sni-required");
    await unnamed.client.command("STARTTLS");
    await expect(unnamed.client.secure()).rejects.toThrow(/missing extension/);
    expect(await unnamed.session()).toMatchObject({
      tls: null,
      tlsError: expect.stringContaining("missing_extension"),
      certificate: null,
    });
  });

  it("sni-warning warns, and goes on in TLS 1.2", async () => {
    const { port, session } = await serve("sni-warning");
    wire = await tap(at, port);
    const clear = await connectClient("127.0.0.1", wire.port);
    await clear.hello();
    const { client } = await secured(clear);
    await client.quit();
    expect(await session()).toMatchObject({ tls: { version: "TLSv1.2" } });
    // RFC 6066 section 3: unrecognized_name (112), a warning.
    expect(afterStarttls(wire.fromServer()).subarray(0, 7)).toEqual(Buffer.from([21, 3, 3, 0, 2, 1, 112]));
  });

  it.each([
    ["normal", 21],
    ["no-close-notify", 23],
  ] as const)("%s: the last record under TLS is of type %i", async (behaviour, last) => {
    const { port } = await serve(behaviour);
    wire = await tap(at, port);
    const clear = await connectClient("127.0.0.1", wire.port);
    await clear.hello();
    // In TLS 1.3 all records look alike.
    const { client } = await secured(clear, { maxVersion: "TLSv1.2" });
    expect((await client.command("QUIT"))[0]).toMatch(/^221 /);
    await once(client.socket, "close");
    expect(recordTypes(afterStarttls(wire.fromServer())).at(-1)).toBe(last);
  });
});

/** A ClientHello of TLS 1.2 without extensions (RFC 5246 section 7.4.1.2). */
function clientHello(suites: readonly number[]): Buffer {
  const list = Buffer.from(suites.flatMap((suite) => [suite >> 8, suite & 255]));
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 1),
    Buffer.from([0, 0, list.length]),
    list,
    Buffer.from([1, 0]),
  ]);
  return Buffer.concat([Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length]), body]);
}

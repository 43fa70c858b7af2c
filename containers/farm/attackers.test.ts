import { X509Certificate } from "node:crypto";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { FarmAttacker, FarmHost } from "../../harness/model/farm.ts";
import { attackCodes, type PathAttack, pathAttacks } from "../../harness/model/scenario.ts";
import { attackerPolicy } from "./attackers.ts";
import { attackerCertificate, genuineCertificate } from "./fixtures.ts";
import { connectClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

let farm: TestFarm | undefined;
afterEach(() => farm?.close());

const at = "127.0.0.2";

async function meet(attacker: FarmAttacker | null, difference: Partial<FarmHost> = {}) {
  farm = await startFarm(hostAt(at, { attacker, ...difference }));
  const client = await connectClient(at, farm.port);
  return { client, offers: await client.hello(), farm };
}

function fingerprint(certificate: typeof genuineCertificate): string {
  return new X509Certificate(certificate.chain).fingerprint256.replaceAll(":", "").toLowerCase();
}

/** A client that goes as far as the attacker lets it, and the words that end its handshake. */
async function handshakeError(does: PathAttack): Promise<string> {
  const { client } = await meet({ does });
  await client.command("STARTTLS");
  return client.secure({ servername: "mx.domain.example" }).then(
    () => "none",
    (error: Error) => error.message,
  );
}

/** A client under TLS, past an attacker that lets it so far. */
async function secured(does: PathAttack) {
  const { client: clear, farm } = await meet({ does });
  await clear.command("STARTTLS");
  const { client } = await clear.secure({ servername: "mx.domain.example" });
  return { client, farm };
}

async function offersPast(does: PathAttack) {
  const genuine = await meet(null);
  genuine.client.socket.destroy();
  genuine.farm.close();
  const met = await meet({ does });
  return { ...met, genuine: genuine.offers };
}

describe("every attacker", () => {
  it.each(pathAttacks.filter((does) => does !== "divert"))("%s has a policy", (does) => {
    expect(() => attackerPolicy({ does }, 0)).not.toThrow();
  });
});

describe("STARTTLS in the reply to EHLO", () => {
  const keyword = "250-STARTTLS";
  it.each([
    ["mask-starttls", "250-XXXXXXXA"],
    ["mangle-starttls", "250-STARTTLX"],
    ["split-starttls", "250-START TLS"],
    ["starttls-as-parameter", "250-HELP STARTTLS"],
  ] as const)("%s makes %s of it, and leaves all else", async (does, line) => {
    const { offers, genuine } = await offersPast(does);
    expect(offers).toEqual(genuine.map((one) => (one === keyword ? line : one)));
  });

  it("starttls-in-greeting-line puts it behind the name", async () => {
    const { offers, genuine } = await offersPast("starttls-in-greeting-line");
    const [first, ...rest] = genuine;
    expect(offers).toEqual([`${first} STARTTLS`, ...rest.filter((one) => one !== keyword)]);
  });

  it("bare-ehlo leaves one line", async () => {
    const { offers } = await offersPast("bare-ehlo");
    expect(offers).toEqual(["250 mx.domain.example"]);
  });

  it("mask-everything leaves neither a greeting nor a keyword that can be read", async () => {
    farm = await startFarm(hostAt(at, { attacker: { does: "mask-everything" } }));
    const client = await connectClient(at, farm.port);
    expect((await client.reply())[0]).toMatch(/^220 [*0]+$/);
    const [, ...keywords] = await client.command("EHLO client.example");
    expect(keywords.join()).toMatch(/^(250[- ]X+[A-C],?)+$/);
    expect((await client.mail("masked"))[0]).toMatch(/^250 /);
  });

  it("strip-first-session removes it once", async () => {
    const { client, offers, farm } = await meet({ does: "strip-first-session" });
    expect(offers.join()).not.toContain("STARTTLS");
    client.socket.destroy();
    const second = await connectClient(at, farm.port);
    expect(await second.hello()).toContain(keyword);
    expect(await second.command("STARTTLS")).toEqual(["220 2.0.0 Ready to start TLS"]);
    const { tls } = await second.secure();
    expect(tls.getPeerCertificate().subject.CN).toBe("genuine.example");
  });
});

describe("replies in place of the server's", () => {
  it.each(attackCodes)("starttls-%i leaves the session in clear", async (code) => {
    const { client, farm } = await meet({ does: `starttls-${code}` });
    expect(await client.command("STARTTLS")).toEqual([`${code} No TLS here`]);
    expect((await client.mail("refused"))[0]).toMatch(/^250 /);
    await client.quit();
    const receiver = await farm.session("receiver");
    expect(receiver).toMatchObject({ accepted: true, canaryInClear: true });
    expect(receiver.commands.map(({ line }) => line)).not.toContain("STARTTLS");
  });

  it.each(attackCodes)("ehlo-%i lets mail through that is sent all the same", async (code) => {
    const { client, offers, farm } = await meet({ does: `ehlo-${code}` });
    expect(offers).toEqual([`${code} No TLS here`]);
    // A yes is a yes, whatever its code: such a client does not say HELO.
    if (code < 200 || code >= 300) expect((await client.command("HELO client.example"))[0]).toMatch(/^250 /);
    expect((await client.mail("told"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({ accepted: true, canaryInClear: true });
  });

  it("no-esmtp knows HELO only", async () => {
    farm = await startFarm(hostAt(at, { attacker: { does: "no-esmtp" } }));
    const client = await connectClient(at, farm.port);
    expect((await client.reply()).join()).not.toContain("ESMTP");
    expect((await client.command("EHLO client.example"))[0]).toMatch(/^500 /);
    expect((await client.command("HELO client.example"))[0]).toMatch(/^250 /);
  });

  it.each([
    ["mask-starttls-command", "STARTTLS", "XXXXXXXX"],
    ["mask-ehlo-command", "EHLO client.example", "XXXX"],
  ] as const)("%s: the server itself refuses what it does not know", async (does, said, heard) => {
    farm = await startFarm(hostAt(at, { attacker: { does } }));
    const client = await connectClient(at, farm.port);
    await client.reply();
    expect((await client.command(said))[0]).toMatch(/^50\d /);
    await client.quit();
    const lines = async (witness: "attacker" | "receiver") =>
      (await farm?.session(witness))?.commands.map(({ line }) => line);
    expect(await lines("attacker")).toContain(said);
    expect(await lines("receiver")).toContain(heard);
    expect(await lines("receiver")).not.toContain(said);
  });
});

describe("instead of an answer to the ClientHello", () => {
  it.each([
    ["alert-close-notify", /disconnected|ECONNRESET/],
    ["alert-unexpected-message", /alert number 10\b|unexpected message/],
    ["alert-handshake-failure", /alert number 40|handshake failure/],
    ["alert-access-denied", /alert number 49|access denied/],
    ["alert-protocol-version", /alert number 70|protocol version/],
    ["alert-insufficient-security", /alert number 71|insufficient security/],
    ["alert-internal-error", /alert number 80|internal error/],
    ["alert-inappropriate-fallback", /alert number 86|inappropriate fallback/],
    ["alert-user-canceled", /disconnected|ECONNRESET/],
    ["alert-unrecognized-name", /alert number 112|unrecognized name/],
    ["close-handshake", /disconnected/],
    ["close-after-220", /disconnected|ECONNRESET|EPIPE/],
    ["abort-handshake", /ECONNRESET|disconnected/],
    ["text-for-handshake", /wrong version number|packet length/],
  ] as const)("%s", async (does, words) => {
    expect(await handshakeError(does)).toMatch(words);
  });

  it("stall-handshake says nothing", async () => {
    const { client, farm } = await meet({ does: "stall-handshake" });
    await client.command("STARTTLS");
    const heard: Buffer[] = [];
    client.socket.on("data", (chunk: Buffer) => heard.push(chunk));
    const ended = client.secure().catch(() => undefined);
    // The server's session ends with the attacker's, not before.
    client.socket.end();
    await farm.session("receiver");
    client.socket.destroy();
    await ended;
    expect(heard).toEqual([]);
    expect((await farm.session("attacker")).tlsError).toBe("did not answer the ClientHello");
  });
});

describe("TLS that goes through the attacker", () => {
  it.each([
    ["cut-after-server-hello", "server"],
    ["cut-after-certificate", "server"],
  ] as const)("%s resets it before the handshake is over", async (does, side) => {
    expect(await handshakeError(does)).toMatch(/ECONNRESET|disconnected/);
    const attacker = await farm?.session("attacker");
    expect(attacker).toMatchObject({ tls: null, sni: "mx.domain.example" });
    expect(attacker?.tlsError).toMatch(new RegExp(`^the connection was reset at .* of the ${side}$`));
    expect(await farm?.session("receiver")).toMatchObject({ tls: null, accepted: false });
  });

  it("cut-after-certificate comes when the certificate has gone through", async () => {
    const { client, farm } = await meet({ does: "cut-after-certificate" });
    await client.command("STARTTLS");
    const before = client.socket.bytesRead;
    await client.secure().catch(() => undefined);
    const { length } = new X509Certificate(genuineCertificate.chain).raw;
    expect(client.socket.bytesRead - before).toBeGreaterThan(length);
    await farm.session("receiver");
  });

  it("cut-after-handshake: no command gets through", async () => {
    const { client, farm } = await secured("cut-after-handshake");
    await expect(client.command("EHLO client.example")).rejects.toThrow("ended before the reply");
    expect(await farm.session("receiver")).toMatchObject({ tls: { version: "TLSv1.3" }, mailFrom: null });
    expect(await farm.session("attacker")).toMatchObject({ tls: null, mailFrom: null });
  });

  it.each(["cut-message", "alter-message"] as const)(
    "%s: the envelope arrives, the message does not",
    async (does) => {
      const { client, farm } = await secured(does);
      await client.command("EHLO client.example");
      // As a client does that pipelines: in one piece, until the server is ready for the message.
      client.socket.write("MAIL FROM:<a@client.example>\r\nRCPT TO:<b@domain.example>\r\nDATA\r\n");
      for (const code of ["250", "250", "354"])
        expect((await client.reply())[0]).toMatch(new RegExp(`^${code}`));
      await expect(client.command("X-Danelab-Canary: cut\r\n\r\n.")).rejects.toThrow();
      expect(await farm.session("receiver")).toMatchObject({
        mailFrom: "a@client.example",
        canary: null,
        accepted: false,
      });
      expect(await farm.session("attacker")).toMatchObject({
        canary: null,
        commands: expect.not.arrayContaining([expect.objectContaining({ line: "DATA" })]),
      });
    },
  );

  it.each(["alter-server-hello", "roll-back-version"] as const)(
    "%s is noticed by the client",
    async (does) => {
      expect(await handshakeError(does)).not.toBe("none");
      expect(await farm?.session("receiver")).toMatchObject({ tls: null });
    },
  );

  it("roll-back-version is all there is between the client and TLS 1.2", async () => {
    const { client, farm } = await meet({ does: "roll-back-version" });
    await client.command("STARTTLS");
    // A client that speaks nothing else has nothing to lose.
    const { tls } = await client.secure({ maxVersion: "TLSv1.2" });
    expect(tls.getProtocol()).toBe("TLSv1.2");
    client.socket.destroy();
    await farm.session("receiver");
  });

  it("its keys are told, as the packets are on the wire", async () => {
    const { client, farm } = await secured("cut-message");
    client.socket.destroy();
    await farm.session("receiver");
    expect(farm.keys.map(({ line }) => line.split(" ")[0])).toContain("SERVER_TRAFFIC_SECRET_0");
  });
});

describe("servers of the attacker's own", () => {
  it("divert: another server with the same certificate", async () => {
    const { client: clear, farm } = await meet({ does: "divert" });
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure();
    expect(tls.getPeerCertificate().subject.CN).toBe("genuine.example");
    await client.command("EHLO client.example");
    await client.mail("diverted");
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({ accepted: true, canary: "diverted" });
    expect(farm.opened.map(({ witness }) => witness)).toEqual(["attacker"]);
  });

  it("alone: takes the mail, and the genuine server hears of nothing", async () => {
    const { client: clear, farm } = await meet({
      does: "intercept",
      as: "normal",
      certificate: attackerCertificate,
      alone: true,
    });
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure();
    expect(tls.getPeerCertificate().subject.CN).toBe("attacker.example");
    await client.command("EHLO client.example");
    await client.mail("taken");
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({ accepted: true, canary: "taken" });
    expect(farm.opened.map(({ witness }) => witness)).toEqual(["attacker"]);
  });

  it("block: not even a greeting", async () => {
    farm = await startFarm(hostAt(at, { attacker: { does: "block" } }));
    const socket = connect(farm.port, at).on("error", () => undefined);
    await new Promise((resolve) => socket.once("close", resolve));
    expect(socket.bytesRead).toBe(0);
    expect(farm.opened.map(({ witness }) => witness)).toEqual(["attacker"]);
    expect((await farm.session("attacker")).transcript).toEqual(["-- connection reset", "-- closed"]);
  });
});

describe("attackers", () => {
  it("strip-starttls changes nothing but the one line of the EHLO reply", async () => {
    const genuine = await meet(null);
    genuine.client.socket.destroy();
    genuine.farm.close();
    const { client, offers, farm } = await meet({ does: "strip-starttls" });
    expect(offers).toEqual(genuine.offers.filter((line) => !line.includes("STARTTLS")));
    expect(offers).toHaveLength(genuine.offers.length - 1);
    expect((await client.command("STARTTLS"))[0]).toMatch(/^502 /);
    expect((await client.mail("stripped"))[0]).toMatch(/^250 /);
    await client.quit();
    const attacker = await farm.session("attacker");
    const receiver = await farm.session("receiver");
    expect(attacker).toMatchObject({
      accepted: true,
      canary: "stripped",
      canaryInClear: true,
      remoteAddress: "127.0.0.1",
    });
    expect(receiver).toMatchObject({
      accepted: true,
      canary: "stripped",
      canaryInClear: true,
      remoteAddress: "127.0.0.1",
    });
    expect(attacker.transcript.join()).not.toContain("250-STARTTLS");
    expect(receiver.transcript).toContain("S: 250-STARTTLS");
    expect(receiver.commands.map(({ line }) => line)).not.toContain("STARTTLS");
    expect(attacker.id).not.toBe(receiver.id);
    expect(farm.opened.map(({ witness }) => witness).sort()).toEqual(["attacker", "receiver"]);
  });

  it("starttls-454 lets EHLO through and answers STARTTLS itself", async () => {
    const { client, offers, farm } = await meet({ does: "starttls-454" });
    expect(offers).toContain("250-STARTTLS");
    expect((await client.command("STARTTLS"))[0]).toMatch(/^454 /);
    await client.mail("refused");
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({
      accepted: true,
      canary: "refused",
      canaryInClear: true,
    });
    const receiver = await farm.session("receiver");
    expect(receiver.commands.map(({ line }) => line)).not.toContain("STARTTLS");
  });

  it("abort-handshake resets the connection at the ClientHello", async () => {
    const { client, farm } = await meet({ does: "abort-handshake" });
    expect(await client.command("STARTTLS")).toEqual(["220 2.0.0 Ready to start TLS"]);
    await expect(client.secure({ servername: "mx.domain.example" })).rejects.toThrow(
      /ECONNRESET|disconnected/,
    );
    expect(await farm.session("attacker")).toMatchObject({
      tls: null,
      tlsError: expect.stringContaining("TCP reset"),
      sni: "mx.domain.example",
    });
    const receiver = await farm.session("receiver");
    expect(receiver).toMatchObject({ tls: null, tlsError: "connection closed before a ClientHello came" });
    expect(receiver.commands.map(({ line }) => line)).toContain("STARTTLS");
  });

  it("intercept reads the mail, and the genuine server gets it under TLS", async () => {
    const { client: clear, farm } = await meet({
      does: "intercept",
      as: "normal",
      certificate: attackerCertificate,
    });
    await clear.command("STARTTLS");
    const { client, tls } = await clear.secure({ servername: "mx.domain.example" });
    expect(tls.getPeerCertificate().subject.CN).toBe("attacker.example");
    expect((await client.command("EHLO client.example"))[0]).toBe("250-mx.domain.example");
    expect((await client.mail("read"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({
      tls: { version: "TLSv1.3" },
      sni: "mx.domain.example",
      certificate: fingerprint(attackerCertificate),
      accepted: true,
      canary: "read",
      canaryInClear: false,
      rcptTo: ["b@domain.example"],
    });
    expect(await farm.session("receiver")).toMatchObject({
      tls: { version: "TLSv1.3" },
      sni: "mx.domain.example",
      certificate: fingerprint(genuineCertificate),
      accepted: true,
      canary: "read",
      canaryInClear: false,
      remoteAddress: "127.0.0.1",
    });
  });

  it("intercept goes on in clear behind, where the genuine server does no TLS", async () => {
    const { client: clear, farm } = await meet(
      { does: "intercept", as: "normal", certificate: attackerCertificate },
      { behaviour: "starttls-454" },
    );
    await clear.command("STARTTLS");
    const { client } = await clear.secure();
    await client.command("EHLO client.example");
    expect((await client.mail("read"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await farm.session("attacker")).toMatchObject({ canary: "read", canaryInClear: false });
    expect(await farm.session("receiver")).toMatchObject({ tls: null, canary: "read", canaryInClear: true });
  });

  it("intercept hides a client that distrusts it from nobody", async () => {
    const { client, farm } = await meet({
      does: "intercept",
      as: "normal",
      certificate: attackerCertificate,
    });
    await client.command("STARTTLS");
    await expect(client.secure({ rejectUnauthorized: true, maxVersion: "TLSv1.2" })).rejects.toThrow();
    const attacker = await farm.session("attacker");
    expect(attacker).toMatchObject({ certificate: fingerprint(attackerCertificate), canary: null });
    expect(await farm.session("receiver")).toMatchObject({ accepted: false, canary: null });
  });
});

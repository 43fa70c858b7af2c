import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { FarmAttacker, FarmHost } from "../../harness/model/farm.ts";
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

import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { ServerBehaviour } from "../../harness/model/scenario.ts";
import { connectClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

let farm: TestFarm | undefined;
afterEach(() => farm?.close());

const at = "127.0.0.2";

async function meet(behaviour: ServerBehaviour) {
  farm = await startFarm(hostAt(at, { behaviour }));
  const client = await connectClient(at, farm.port);
  return { client, offers: await client.hello(), session: farm.session };
}

describe("behaviours", () => {
  it("no-starttls neither offers nor does it, and takes mail in clear", async () => {
    const { client, offers, session } = await meet("no-starttls");
    expect(offers.join()).not.toContain("STARTTLS");
    expect(offers.at(-1)).toMatch(/^250 /);
    expect((await client.command("STARTTLS"))[0]).toMatch(/^502 /);
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ tls: null, tlsError: null, accepted: true, canaryInClear: true });
  });

  it.each(["454", "500", "502", "554"] as const)("starttls-%s offers, refuses, and goes on", async (code) => {
    const { client, offers, session } = await meet(`starttls-${code}`);
    expect(offers).toContain("250-STARTTLS");
    expect((await client.command("STARTTLS"))[0]).toMatch(new RegExp(`^${code} `));
    expect((await client.mail("t"))[0]).toMatch(/^250 /);
    await client.quit();
    expect(await session()).toMatchObject({ tls: null, tlsError: null, accepted: true });
  });

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

  it.each([
    ["tls-1.2-only", "TLSv1.2", "TLSv1.3"],
    ["tls-1.3-only", "TLSv1.3", "TLSv1.2"],
  ] as const)("%s speaks %s, not %s", async (behaviour, spoken, refused) => {
    const first = await meet(behaviour);
    await first.client.command("STARTTLS");
    const { client, tls } = await first.client.secure();
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
    await expect(refusal).rejects.toThrow(/alert protocol version/);
    expect(await second.session()).toMatchObject({
      tls: null,
      tlsError: expect.stringMatching(/unsupported protocol/),
      sni: "mx.domain.example",
      certificate: null,
    });
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

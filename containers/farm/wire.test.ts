import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Session } from "../../harness/model/farm.ts";
import { until } from "../../harness/words/until.ts";
import { attackerCertificate, genuineCertificate, otherCertificate } from "./fixtures.ts";
import { MxListener } from "./listener.ts";
import { connectClient } from "./test-client.ts";
import { hostAt, startFarm, type TestFarm } from "./test-farm.ts";

/** A second farm stands in for the real server: it listens on loopback, has a certificate of its own, and records. */
const at = "127.0.0.2";
let closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers) close();
  closers = [];
});

interface Passed {
  readonly session: Session;
  readonly passedFrom: string | undefined;
}

async function inFrontOf(passesTo: number, difference: Parameters<typeof hostAt>[1] = {}) {
  const passed: Passed[] = [];
  const faults: string[] = [];
  const listener = new MxListener({
    opened: () => undefined,
    closed: (session, passedFrom) => passed.push({ session, passedFrom }),
    key: () => undefined,
    fault: (message) => faults.push(message),
  });
  listener.addHosts([hostAt(at, { certificate: otherCertificate, passesTo, ...difference })]);
  const port = await listener.listen(25, 0);
  closers.push(() => listener.close());
  const told = (witness: Session["witness"] = "receiver"): Promise<Passed> =>
    until(() => passed.find(({ session }) => session.witness === witness), {
      ms: 5_000,
      waitedFor: `the record of the ${witness}`,
    });
  return { port, told, faults };
}

async function realServer(): Promise<TestFarm> {
  const real = await startFarm(hostAt("127.0.0.1", { domain: "real" }));
  closers.push(() => real.close());
  return real;
}

function subjectOf({ chain }: typeof genuineCertificate): string {
  return new X509Certificate(chain).subject;
}

describe("in front of a real server", () => {
  it("what is said in clear is recorded, and TLS passes unread to the server's own certificate", async () => {
    const real = await realServer();
    const { port, told } = await inFrontOf(real.port);
    const client = await connectClient(at, port);
    await client.hello();
    expect((await client.command("STARTTLS"))[0]).toMatch(/^220 /);
    const { client: secured, tls } = await client.secure({ servername: "mx.domain.example" });
    expect(tls.getPeerX509Certificate()?.subject).toBe(subjectOf(genuineCertificate));
    const negotiated = { version: tls.getProtocol(), cipher: tls.getCipher().standardName };
    await secured.command("EHLO client.example");
    expect((await secured.mail("unread"))[0]).toMatch(/^250 /);
    await secured.quit();

    expect(await real.session()).toMatchObject({ canary: "unread", canaryInClear: false, accepted: true });
    const { session, passedFrom } = await told();
    expect(session).toMatchObject({
      witness: "receiver",
      sni: "mx.domain.example",
      tls: null,
      negotiated,
      canary: null,
      accepted: false,
    });
    expect(session.commands.map(({ line }) => line)).toEqual(["EHLO client.example", "STARTTLS"]);
    expect(passedFrom).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it("what stays in clear is recorded whole", async () => {
    const { port, told } = await inFrontOf((await realServer()).port);
    const client = await connectClient(at, port);
    await client.hello();
    await client.mail("clear");
    await client.quit();
    expect((await told()).session).toMatchObject({ canary: "clear", canaryInClear: true, accepted: true });
  });

  it.each([null, { does: "strip-starttls" } as const])(
    "a client that ends its side hears what the server says later, behind %j",
    async (attacker) => {
      const slow = createServer({ allowHalfOpen: true }, (socket) => {
        socket.write("220 slow\r\n");
        socket.resume().once("end", () => socket.end("250 late\r\n"));
      }).listen(0, "127.0.0.1");
      closers.push(() => slow.close());
      await once(slow, "listening");
      const { port } = await inFrontOf((slow.address() as AddressInfo).port, { attacker });
      const client = connect({ host: at, port, allowHalfOpen: true });
      client.end("NOOP\r\n");
      const [...heard] = await client.toArray();
      expect(Buffer.concat(heard).toString()).toBe("220 slow\r\n250 late\r\n");
    },
  );

  it("an attacker that terminates TLS reaches it, and both are told", async () => {
    const real = await realServer();
    const { port, told } = await inFrontOf(real.port, {
      attacker: { does: "intercept", certificate: attackerCertificate, as: "normal" },
    });
    const client = await connectClient(at, port);
    await client.hello();
    await client.command("STARTTLS");
    const { client: secured, tls } = await client.secure({ servername: "mx.domain.example" });
    expect(tls.getPeerX509Certificate()?.subject).toBe(subjectOf(attackerCertificate));
    await secured.command("EHLO client.example");
    expect((await secured.mail("read"))[0]).toMatch(/^250 /);
    await secured.quit();
    expect((await told("attacker")).session).toMatchObject({ canary: "read", accepted: true });
    expect((await told("receiver")).session).toMatchObject({ sni: "mx.domain.example", canary: null });
    expect(await real.session()).toMatchObject({ canary: "read", accepted: true });
  });

  it("the attacker's own server takes its place where that is who answers", async () => {
    const { port, told } = await inFrontOf((await realServer()).port, { hostile: true });
    const client = await connectClient(at, port);
    await client.hello();
    await client.quit();
    expect((await told("attacker")).passedFrom).toBeUndefined();
  });

  it("each session has a port of its own at the server, whatever else goes on", async () => {
    const seen: (string | undefined)[] = [];
    for (let session = 0; session < 2; session++) {
      const { port, told } = await inFrontOf((await realServer()).port);
      const client = await connectClient(at, port);
      await client.hello();
      await client.quit();
      seen.push((await told()).passedFrom);
    }
    const [first, second] = seen.map((client) => Number(client?.split(":")[1]));
    expect(second).toBe((first ?? 0) + 1);
  });

  it("a server that is not there is a fault of the lab", async () => {
    const real = await realServer();
    real.close();
    const { port, faults, told } = await inFrontOf(real.port);
    const client = await connectClient(at, port);
    await expect(client.reply()).rejects.toThrow("ended");
    await told();
    expect(faults.join()).toMatch(
      /^mx\.domain\.example: the real server does not answer: connect ECONNREFUSED/,
    );
  });
});

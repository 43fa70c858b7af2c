import { describe, expect, it } from "vitest";
import type { Session } from "../../harness/model/farm.ts";
import { Recorder } from "./recorder.ts";

const opening = {
  id: "1",
  domain: "domain",
  host: "mx.domain.example",
  port: 25,
  witness: "receiver",
  localAddress: "127.0.0.2",
  remoteAddress: "127.0.0.1",
} as const;

function recorder(heard: (string | Session)[] = []): Recorder {
  return new Recorder(opening, {
    opened: ({ id }) => heard.push(`opened ${id}`),
    closed: (session) => heard.push(session),
  });
}

const state = { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" };

describe("Recorder", () => {
  it("writes at most 200 lines and says that it stopped", () => {
    const record = recorder();
    for (let count = 0; count < 300; count += 1) record.command(`NOOP ${count}`);
    const { transcript, commands } = record.finish()!;
    expect(transcript).toHaveLength(200);
    expect(transcript[198]).toBe("C: NOOP 198");
    expect(transcript[199]).toBe("-- transcript cut");
    expect(commands).toHaveLength(300);
  });

  it("takes the canary from the header only, in any case of the name", () => {
    const record = recorder();
    for (const line of ["x-danelab-canary:  t1 \r\n", "\r\n", "X-Danelab-Canary: t2\r\n"]) {
      record.messageLine(Buffer.from(line));
    }
    record.messageEnd(true);
    expect(record.finish()).toMatchObject({ canary: "t1", canaryInClear: true });
  });

  it("remembers that a canary came in clear, also if a later one did not", () => {
    const record = recorder();
    record.messageLine(Buffer.from("X-Danelab-Canary: t1\r\n"));
    record.messageEnd(true);
    record.tlsEstablished(state);
    record.messageLine(Buffer.from("X-Danelab-Canary: t2\r\n"));
    record.messageEnd(true);
    expect(record.finish()).toMatchObject({ canary: "t2", canaryInClear: true });
  });

  it("takes no canary under TLS for one in clear", () => {
    const record = recorder();
    record.tlsEstablished(state);
    record.messageLine(Buffer.from("X-Danelab-Canary: t1\r\n"));
    expect(record.finish()).toMatchObject({ canary: "t1", canaryInClear: false, accepted: false });
  });

  it("keeps the first reason of a failed handshake", () => {
    const record = recorder();
    record.tlsFailed("first");
    record.tlsFailed("second");
    expect(record.finish()?.tlsError).toBe("first");
  });

  it("reads envelope commands with parameters and of any case", () => {
    const record = recorder();
    record.reply("mail from:<a@b.example> SIZE=100 BODY=8BITMIME", [Buffer.from("250 ok\r\n")]);
    record.reply("RCPT TO: <c@d.example> NOTIFY=NEVER", [Buffer.from("250 ok\r\n")]);
    record.reply("RCPT TO:<no@d.example>", [Buffer.from("550 no\r\n")]);
    expect(record.finish()).toMatchObject({ mailFrom: "a@b.example", rcptTo: ["c@d.example"] });
  });

  it("tells a connection that carries two messages in two parts", () => {
    const heard: (string | Session)[] = [];
    const record = recorder(heard);
    const send = (canary: string): void => {
      record.command("MAIL FROM:<s@x.example>");
      record.reply("MAIL FROM:<s@x.example>", [Buffer.from("250 ok\r\n")]);
      record.messageLine(Buffer.from(`X-Danelab-Canary: ${canary}\r\n`));
      record.messageEnd(true);
      record.messageAccepted();
    };
    record.command("EHLO c");
    record.tlsEstablished(state);
    send("t1");
    send("t2");
    const last = record.finish();
    expect(heard).toMatchObject([{ id: "1", canary: "t1", accepted: true, reused: false }, "opened 1/2"]);
    expect(last).toMatchObject({ id: "1/2", canary: "t2", accepted: true, reused: true, tls: state });
  });

  it("tells nothing of a connection that was kept for a message that never came", async () => {
    const heard: (string | Session)[] = [];
    const record = recorder(heard);
    record.command("MAIL FROM:<s@x.example>");
    record.messageAccepted();
    await expect.poll(() => heard.length).toBe(1);
    record.command("QUIT");
    expect(record.finish()).toBeNull();
  });
});

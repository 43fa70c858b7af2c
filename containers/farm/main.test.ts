import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FarmEvent, FarmRequest } from "../../harness/model/farm.ts";
import { until } from "../../harness/words/until.ts";
import { bundleFarm } from "./bundle.ts";
import { connectClient } from "./test-client.ts";
import { hostAt } from "./test-farm.ts";

let folder: string;
let program: string;
let running: ChildProcessWithoutNullStreams | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "danelab-farm-"));
  program = join(folder, "farm.cjs");
  await writeFile(program, await bundleFarm());
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => running?.kill());

/** Ports that nothing else uses are the test's own luck: the program takes fixed ones. */
const smtpPort = 20_000 + (process.pid % 20_000);

async function start() {
  const child = spawn(process.execPath, [program, String(smtpPort), "1"]);
  running = child;
  const events: FarmEvent[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  const seen = <T extends FarmEvent["event"]>(event: T) =>
    until(() => events.find((one): one is Extract<FarmEvent, { event: T }> => one.event === event), {
      ms: 5_000,
      waitedFor: event,
      lastSeen: () => JSON.stringify(events),
    });
  const request = async (number: number, body: FarmRequest | { op: string }) => {
    child.stdin.write(`${JSON.stringify({ number, ...body })}\n`);
    return until(() => events.find((one) => one.event === "answer" && one.number === number), {
      ms: 5_000,
      waitedFor: `answer ${number}`,
      lastSeen: () => JSON.stringify(events),
    });
  };
  return { child, events, seen, request };
}

describe("the bundled program", () => {
  it("serves, answers, reports sessions, and ends with its input", async () => {
    const { child, seen, request } = await start();
    expect((await seen("ready")).node).toBe(process.version);
    expect(await request(1, { op: "serve", hosts: [hostAt("127.0.0.2")] })).toEqual({
      event: "answer",
      number: 1,
      value: null,
    });
    // Further hosts may follow.
    await request(2, { op: "serve", hosts: [hostAt("127.0.0.3", { name: "mx3.domain.example" })] });
    const client = await connectClient("127.0.0.3", smtpPort);
    expect((await client.hello())[0]).toBe("250-mx3.domain.example");
    await client.mail("through-main");
    await client.quit();
    const { session } = await seen("session");
    expect(session).toMatchObject({ canary: "through-main", host: "mx3.domain.example" });
    expect(await seen("opened")).toEqual({
      event: "opened",
      id: session.id,
      domain: "domain",
      remoteAddress: "127.0.0.1",
    });
    const submitted = await request(3, {
      op: "submit",
      server: "127.0.0.2",
      port: smtpPort,
      sessions: 2,
      mails: [{ from: "a@b.example", to: "c@d.example", content: "Subject: x\r\n\r\nx\r\n" }],
    });
    expect(submitted).toMatchObject({ value: [{ accepted: true }] });
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("answers what it cannot do with the reason, and faults on what is no request", async () => {
    const { child, request, seen } = await start();
    expect(await request(1, { op: "dance" })).toMatchObject({
      value: null,
      error: expect.stringContaining("dance"),
    });
    expect(
      await request(2, { op: "submit", server: "127.0.0.1", port: 1, sessions: 1, mails: [] }),
    ).toMatchObject({
      error: expect.stringContaining("ECONNREFUSED"),
    });
    expect(
      await request(3, { op: "ask", server: "127.0.0.1", messages: ["AAAA"], timeoutMs: 50 }),
    ).toMatchObject({
      value: [{ message: null, error: expect.any(String) }],
    });
    child.stdin.write('{"op":"serve"}\n');
    expect((await seen("fault")).message).toContain("not a request");
  });
});

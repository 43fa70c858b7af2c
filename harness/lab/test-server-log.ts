import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { HarnessError } from "../words/errors.ts";
import type { ReceiverDriver, ServerNews } from "./driver.ts";

/**
 * Tests of a real server's log: the samples of every version, in `folder`, hold a message under TLS with SNI other.example, one in clear, a
 * handshake that the client breaks off, and a session that it leaves after EHLO under TLS.
 */
export function testServerLog(
  driver: ReceiverDriver,
  folder: string,
  says: {
    /** null: its log tells neither the greeting nor the reply to QUIT. */
    readonly greeting: RegExp | null;
    readonly accepted: RegExp;
    readonly failed: RegExp;
    /** Whether it tells which TLS there is. */
    readonly version?: false;
  },
): void {
  describe.each(driver.versions.map(({ version }) => version))(`the log of ${driver.name} %s`, (version) => {
    const lines = readFileSync(join(folder, "samples", `${version}.log`), "utf8").split("\n");
    const { read } = driver.createLogReader();
    const byClient = Map.groupBy(
      lines.map(read).filter((news) => news !== undefined),
      ({ client }) => client,
    );
    const session = (hasTls: boolean, hasMessage: boolean): readonly ServerNews[] => {
      const found = [...byClient.values()].find(
        (news) =>
          news.some(({ is }) => is === "tls") === hasTls &&
          news.some(({ is }) => is === "canary") === hasMessage,
      );
      if (!found) throw new HarnessError(`no such session in the sample of ${driver.name} ${version}`);
      return found;
    };
    const told = (news: readonly ServerNews[] = []): readonly string[] =>
      news.flatMap((one) => (one.is === "reply" ? [] : [textOf(one)]));
    const tls = says.version === false ? "(TLS)" : "(TLSv1.3)";
    const message = [
      "EHLO client.example",
      "MAIL FROM:<t1@dane.sender.example> SIZE=100",
      "RCPT TO:<u1@x.dane.example>",
      "DATA",
      "(canary canary-abc-1)",
      "QUIT",
      "(closed)",
    ];

    test("tells whole sessions, under TLS and in clear, by the client's address and port", () => {
      for (const client of byClient.keys()) expect(client).toMatch(/^127\.0\.0\.1:\d+$/);
      expect(told(session(true, true))).toEqual(["EHLO client.example", "STARTTLS", tls, ...message]);
      expect(told(session(false, true))).toEqual(message);
    });

    test("tells a handshake that failed, and a client that left", () => {
      const failed = [...byClient.values()].find((news) => news.some(({ is }) => is === "tls-failed"));
      // What failed, and OpenSSL's reason for it, may come one after the other.
      const [helo, starttls, ...rest] = told(failed);
      expect([helo, starttls, rest.at(-1)]).toEqual(["EHLO client.example", "STARTTLS", "(closed)"]);
      expect(rest.length).toBeGreaterThan(1);
      for (const reason of rest.slice(0, -1)) expect(reason).toMatch(says.failed);
      expect(told(session(true, false))).toEqual([
        "EHLO client.example",
        "STARTTLS",
        tls,
        "EHLO client.example",
        "(closed)",
      ]);
    });

    test("tells each line of a reply, in order", () => {
      const replies = session(true, true).flatMap((one) => (one.is === "reply" ? [one.line] : []));
      const [first, last] = says.greeting ? [1, -2] : [0, -1];
      if (says.greeting) {
        expect(replies[0]).toMatch(says.greeting);
        expect(replies.at(-1)).toMatch(/^221 /);
      }
      expect(replies[first]).toMatch(/^250-mx34500\.example( |$)/);
      expect(replies.filter((line) => line === "250-STARTTLS")).toHaveLength(1);
      expect(replies.at(last)).toMatch(says.accepted);
    });

    test("shows nothing that is set up wrongly", () => {
      expect(lines.filter((line) => driver.misconfigured(line))).toEqual([]);
    });
  });
}

function textOf(news: ServerNews): string {
  switch (news.is) {
    case "command":
    case "reply":
      return news.line;
    case "tls":
      return `(${news.state?.version ?? "TLS"})`;
    case "tls-failed":
      return `(failed: ${news.reason})`;
    case "canary":
      return `(canary ${news.canary})`;
    case "closed":
      return "(closed)";
  }
}

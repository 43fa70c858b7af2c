import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ServerNews } from "../../../harness/lab/driver.ts";
import driver from "./driver.ts";
import { createEximReceiverLogReader } from "./log.ts";

describe.each(driver.versions.map(({ version }) => version))("the log of Exim %s", (version) => {
  const lines = readFileSync(join(import.meta.dirname, "samples", `${version}.log`), "utf8").split("\n");
  const { read } = createEximReceiverLogReader();
  const all = lines.map(read).filter((news) => news !== undefined);
  const [first = "", second = "", third = "", fourth = ""] = new Set(all.map(({ client }) => client));
  const told = (client: string): readonly string[] =>
    all.filter((one) => one.client === client && one.is !== "reply").map((one) => textOf(one));

  test("tells a session under TLS by the client's address and port", () => {
    expect(first).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(told(first)).toEqual([
      "EHLO client.example",
      "STARTTLS",
      "(TLSv1.3)",
      "EHLO client.example",
      "MAIL FROM:<t1@dane.sender.example> SIZE=100",
      "RCPT TO:<u1@x.dane.example>",
      "DATA",
      "(canary canary-abc-1)",
      "QUIT",
      "(closed)",
    ]);
  });

  test("tells a session in clear", () => {
    expect(told(second)).not.toContain("STARTTLS");
    expect(told(second).slice(-4)).toEqual(["DATA", "(canary canary-abc-1)", "QUIT", "(closed)"]);
  });

  test("tells a handshake that failed, and one that the client ended afterwards", () => {
    expect(told(third)).toEqual([
      "EHLO client.example",
      "STARTTLS",
      expect.stringMatching(/^\(failed: \(gnutls_handshake\): \w/),
      "(closed)",
    ]);
    expect(told(fourth)).toEqual([
      "EHLO client.example",
      "STARTTLS",
      "(TLSv1.3)",
      "EHLO client.example",
      "(closed)",
    ]);
  });

  test("tells each line of a reply, in order", () => {
    const replies = all.flatMap((one) => (one.client === first && one.is === "reply" ? [one.line] : []));
    expect(replies[0]).toMatch(/^220 mx34500\.example ESMTP Exim 4\./);
    expect(replies[1]).toBe("250-mx34500.example Hello client.example [127.0.0.1]");
    expect(replies.filter((line) => line === "250-STARTTLS")).toHaveLength(1);
    expect(replies.at(-1)).toBe("221 mx34500.example closing connection");
    expect(replies.at(-2)).toMatch(/^250 OK id=/);
  });

  test("shows nothing that is set up wrongly", () => {
    expect(lines.filter((line) => driver.misconfigured(line))).toEqual([]);
  });
});

test("a configuration that is refused is noticed", () => {
  expect(
    driver.misconfigured("2026-11-30 09:00:00 Exim configuration error in line 3 of /etc/exim4/exim4.conf:"),
  ).toBe(true);
});

function textOf(news: ServerNews): string {
  switch (news.is) {
    case "command":
    case "reply":
      return news.line;
    case "tls":
      return `(${news.state.version})`;
    case "tls-failed":
      return `(failed: ${news.reason})`;
    case "canary":
      return `(canary ${news.canary})`;
    case "closed":
      return "(closed)";
  }
}

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ServerNews } from "../../../harness/lab/driver.ts";
import { createPostfixReceiverLogReader } from "./log.ts";

/** Two sessions: a message by openssl s_client, and a handshake that fails. */
const lines = readFileSync(new URL("samples/3.10.log", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");

function newsOf(client: string): readonly ServerNews[] {
  const { read } = createPostfixReceiverLogReader();
  return lines.map(read).filter((news) => news?.client === client && news.is !== "reply") as ServerNews[];
}

test("the log tells a session whole, also under TLS", () => {
  const client = "127.0.0.1:56534";
  const command = (line: string) => ({ client, is: "command", line });
  expect(newsOf(client)).toEqual([
    command("EHLO mail.example.com"),
    command("STARTTLS"),
    {
      client,
      is: "tls",
      state: { version: "TLSv1.3", cipher: "TLS_AES_256_GCM_SHA384" },
      resumed: false,
    },
    command("EHLO client.example"),
    command("MAIL FROM:<t1@dane.sender.example> SIZE=100"),
    command("RCPT TO:<u1@x.dane.example>"),
    command("DATA"),
    { client, is: "canary", canary: "canary-abc-1" },
    command("QUIT"),
    { client, is: "closed" },
  ]);
});

test("each line of a reply is told, in order", () => {
  const { read } = createPostfixReceiverLogReader();
  const replies = lines.map(read).flatMap((news) => (news?.is === "reply" ? [news.line] : []));
  expect(replies.slice(0, 3)).toEqual([
    "220 mx.x.example ESMTP Postfix",
    "250-mx.x.example",
    "250-PIPELINING",
  ]);
  expect(replies).toContain("250 2.0.0 Ok: queued as D092829");
});

test("a handshake that fails is told with OpenSSL's reason, which comes on a line of its own", () => {
  const client = "127.0.0.1:56540";
  expect(newsOf(client).slice(-3)).toEqual([
    { client, is: "tls-failed", reason: "SSL_accept: -1" },
    {
      client,
      is: "tls-failed",
      reason: "error:0A0000F4:SSL routines::unexpected message:../ssl/record/rec_layer_s3.c:855:",
    },
    { client, is: "closed" },
  ]);
});

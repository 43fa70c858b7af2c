import type { Login, MailToSubmit, Submitted } from "../../harness/model/farm.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import { type Reply, SmtpClient } from "./smtp-client.ts";

/** RFC 5321 section 3.8: the server is about to close the connection. */
const closing = 421;

/**
 * Hands mails in over that many sessions, which share the work; results in the order of the mails. Without mails one
 * session is opened all the same, to tell whether the server serves. HarnessError: a session could not be opened, or
 * broke within a transaction.
 */
export async function submit(
  server: string,
  port: number,
  sessions: number,
  mails: readonly MailToSubmit[],
  login?: Login,
  source?: string,
): Promise<readonly Submitted[]> {
  const results: Submitted[] = [];
  const queue = mails.entries();
  const worker = async () => {
    let client = await open(server, port, login, source);
    try {
      for (const [index, mail] of queue) {
        let reply = await transact(client, mail);
        if (reply.code === closing) {
          // A server may limit the messages of a session: a new one has its chance.
          await client.quit();
          client = await open(server, port, login, source);
          reply = await transact(client, mail);
        }
        results[index] = { reply: `${reply.code} ${reply.text}`, accepted: reply.code === 250 };
      }
    } finally {
      await client.quit();
    }
  };
  const wanted = Math.max(1, Math.min(sessions, mails.length));
  await Promise.all(Array.from({ length: wanted }, worker));
  return results;
}

async function open(server: string, port: number, login?: Login, source?: string): Promise<SmtpClient> {
  const client = new SmtpClient(server, port, {
    overTls: login !== undefined,
    ...(source === undefined ? {} : { source }),
  });
  await client.open(login);
  return client;
}

/** One mail transaction. The reply to the message, or to the command that was refused. */
async function transact(client: SmtpClient, mail: MailToSubmit): Promise<Reply> {
  const recipients = [mail.to, ...(mail.also ?? [])];
  // RFC 6531 section 3.4.
  const international = /[^ -~]/.test([mail.from, ...recipients].join("")) ? " SMTPUTF8" : "";
  const commands = [
    `MAIL FROM:<${mail.from}>${international}`,
    ...recipients.map((recipient) => `RCPT TO:<${recipient}>`),
    "DATA",
  ];
  const replies = client.pipelines ? await together(client, commands) : await oneByOne(client, commands);
  const refusal = replies.find(({ code }) => code >= 400);
  const data = replies[commands.length - 1];
  if (data?.code === 354) {
    // RFC 2920 section 3.1: where DATA was pipelined and taken though no recipient was, nothing is sent but the dot.
    client.send(refusal === undefined ? `${dotStuffed(mail.content)}.\r\n` : ".\r\n");
    const last = await client.reply("the message");
    return refusal ?? last;
  }
  if (refusal === undefined)
    throw new HarnessError(`the server answered DATA with ${data?.code} ${data?.text}`);
  if (refusal.code !== closing) await client.command("RSET");
  return refusal;
}

async function together(client: SmtpClient, commands: readonly string[]): Promise<readonly Reply[]> {
  client.send(commands.map((command) => `${command}\r\n`).join(""));
  return Promise.all(commands.map((command) => client.reply(command)));
}

async function oneByOne(client: SmtpClient, commands: readonly string[]): Promise<readonly Reply[]> {
  const replies: Reply[] = [];
  for (const command of commands) {
    const reply = await client.command(command);
    replies.push(reply);
    if (reply.code >= 400) break;
  }
  return replies;
}

/** RFC 5321 section 4.5.2. The result ends with CRLF. */
function dotStuffed(content: string): string {
  const stuffed = content.replace(/^\./gm, "..");
  return stuffed === "" || stuffed.endsWith("\r\n") ? stuffed : `${stuffed}\r\n`;
}

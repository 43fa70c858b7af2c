import type { ConnectionOptions, DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { ProbeOrder, ProbeRecord, ProbeWay } from "../../harness/model/probe.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import { type Reply, SmtpClient } from "./smtp-client.ts";

/** Tries a server in one way, and tells what it saw: what a server does is no error. */

/** TLS 1.2 leaves it to the cipher suites which key type the server's certificate may have. */
const only = (suites: string): ConnectionOptions => ({ maxVersion: "TLSv1.2", ciphers: suites });

type TlsWay = Exclude<ProbeWay, "in-clear">;

function optionsOf(way: TlsWay, name: string): ConnectionOptions {
  switch (way) {
    case "sni-unknown":
      return { servername: "unknown.example" };
    case "no-sni":
      return {};
    case "ecdsa-only":
      return { servername: name, ...only("ECDHE+aECDSA") };
    case "rsa-only":
      return { servername: name, ...only("ECDHE+aRSA") };
    default:
      return { servername: name };
  }
}

interface Seen {
  tls: ProbeRecord["tls"];
  offeredAgain: boolean;
  code: number | null;
}

const helo = "EHLO danelab.example";
const injected = "EHLO injected.example";

function asWritten(command: string, way: ProbeWay): string {
  return way === "lower-case" ? command.toLowerCase() : command;
}

/** HarnessError: it takes mail without EHLO, so that nothing shows whether it remembers one. */
async function mustAskForHelo({ server, source, port, mail }: ProbeOrder): Promise<void> {
  const client = new SmtpClient(server, port, { source });
  await client.reply("the greeting");
  const { code } = await transact(client, mail);
  await client.quit();
  if (code < 400)
    throw new HarnessError(
      `the server at port ${port} takes mail without EHLO; its driver must have it demand one`,
    );
}

export async function probe(order: ProbeOrder): Promise<ProbeRecord> {
  const { server, source, port, way, name, mail } = order;
  if (way === "early-helo") await mustAskForHelo(order);
  const began = performance.now();
  const transcript: string[] = [];
  const client = new SmtpClient(server, port, { source, told: (line) => transcript.push(line) });
  const seen: Seen = { tls: null, offeredAgain: false, code: null };
  let broken: string | null = null;
  let local = "";
  try {
    await client.reply("the greeting");
    local = client.local;
    await client.command(asWritten(helo, way));
    await tryIt(client, seen, way, { name, mail });
  } catch (error) {
    // Of the session; all else is a fault of this program.
    if (!(error instanceof HarnessError)) throw error;
    broken = error.message;
  } finally {
    await client.quit();
  }
  return { client: local, transcript, ...seen, broken, ms: Math.round(performance.now() - began) };
}

async function tryIt(
  client: SmtpClient,
  seen: Seen,
  way: ProbeWay,
  { name, mail }: Pick<ProbeOrder, "name" | "mail">,
): Promise<void> {
  if (way === "in-clear") {
    seen.code = (await transact(client, mail)).code;
    return;
  }
  if (way === "early-mail") await client.command(`MAIL FROM:<${mail.from}>`);
  const ready =
    way === "injection"
      ? await client.command(`STARTTLS\r\n${injected}`)
      : await client.command(asWritten("STARTTLS", way));
  if (ready.code !== 220) {
    if (way === "injection" || way === "early-mail") seen.code = ready.code;
    return;
  }
  // An answer in clear to what came behind STARTTLS.
  const early = client.unasked();
  if (early) {
    seen.code = early.code;
    return;
  }
  seen.tls = factsOf(await client.startTls(optionsOf(way, name)));
  if (way === "injection") {
    // Where the injected command is carried out, its reply comes first.
    const first = await client.command("QUIT");
    seen.code = first.code === 221 ? null : first.code;
  } else if (way === "early-helo") {
    seen.code = (await transact(client, mail)).code;
  } else if (way === "early-mail") {
    seen.code = (await client.command(`RCPT TO:<${mail.to}>`)).code;
  } else if (way === "starttls-again") {
    const offers = await client.command(helo);
    seen.offeredAgain = /^STARTTLS\s*$/im.test(offers.text);
    seen.code = (await client.command("STARTTLS")).code;
  }
}

/** The reply to the message, or to the command that was refused. */
async function transact(client: SmtpClient, { from, to, content }: ProbeOrder["mail"]): Promise<Reply> {
  for (const command of [`MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA"]) {
    const reply = await client.command(command);
    if (reply.code >= 400) return reply;
  }
  return client.command(`${content}\r\n.`);
}

function factsOf(socket: TLSSocket): ProbeRecord["tls"] {
  const chain: string[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  // A self-signed certificate is its own issuer.
  while (next?.raw && !chain.includes(next.raw.toString("base64"))) {
    chain.push(next.raw.toString("base64"));
    next = next.issuerCertificate;
  }
  return { version: socket.getProtocol() ?? "", cipher: socket.getCipher().name, chain };
}

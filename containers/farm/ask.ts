import { connect } from "node:net";
import type { RawAnswer } from "../../harness/model/farm.ts";
import { FrameSplitter, frame } from "../../harness/words/dns-frames.ts";
import { messageOf } from "../../harness/words/errors.ts";
import { turns } from "../../harness/words/turns.ts";
import { headerOctets, idOf, isResponse, isTruncated } from "./dns-message.ts";
import { takeLine, type UdpEnds } from "./udp-line.ts";

export interface NameServer extends UdpEnds {
  /** tcp: from the first; udp: that alone; without it UDP, and TCP after TC. */
  readonly over?: "tcp" | "udp";
  /** A question over UDP is not repeated where no answer comes; where nobody listens, that is the end of it. */
  readonly once?: true;
}

/**
 * Questions under way, of all callers together: a burst overruns the receive buffer of a server's socket, and what does
 * not fit there is dropped without a word.
 */
const inTurn = turns(50);
const usualTries = 3;

/**
 * Puts DNS messages (wire form, base64) to a server, 50 at a time; answers in the order of the questions. timeoutMs is
 * for one question with all its tries, from when its turn comes.
 */
export async function ask(
  server: NameServer,
  messages: readonly string[],
  timeoutMs: number,
): Promise<readonly RawAnswer[]> {
  return Promise.all(messages.map((message) => inTurn(() => askOne(server, message, timeoutMs))));
}

async function askOne(server: NameServer, message: string, timeoutMs: number): Promise<RawAnswer> {
  const start = Date.now();
  try {
    const query = Buffer.from(message, "base64");
    if (query.length < headerOctets) throw new Error("the question is shorter than a DNS header");
    const byUdp = server.over === "tcp" ? undefined : await askUdp(server, query, timeoutMs);
    const left = Math.max(1, start + timeoutMs - Date.now());
    const done = byUdp && (server.over === "udp" || !isTruncated(byUdp));
    const answer = done ? byUdp : await askTcp(server, query, left);
    return { message: answer.toString("base64"), error: null, ms: Date.now() - start };
  } catch (thrown) {
    return { message: null, error: messageOf(thrown), ms: Date.now() - start };
  }
}

/** A late answer to the first try still counts. */
function askUdp(server: NameServer, query: Buffer, timeoutMs: number): Promise<Buffer> {
  const tries = server.once ? 1 : usualTries;
  return new Promise((resolve, reject) => {
    const line = takeLine(server);
    let sent = 0;
    let refusal = "";
    const settle = (outcome: () => void): void => {
      clearInterval(timer);
      line.leave(onRefusal);
      outcome();
    };
    const giveUp = (): void => settle(() => reject(new Error(noAnswer(server, "UDP", timeoutMs, refusal))));
    const onRefusal = (error: Error): void => {
      refusal = error.message;
      if (server.once) giveUp();
    };
    const question = line.enter(query, (answer) => settle(() => resolve(answer)), onRefusal);
    const send = (): void => {
      sent += 1;
      if (sent > tries) giveUp();
      else line.send(question);
    };
    const timer = setInterval(send, timeoutMs / tries);
    send();
  });
}

function askTcp(server: NameServer, query: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: server.address,
      port: server.port,
      noDelay: true,
      ...(server.source === undefined ? {} : { localAddress: server.source }),
    });
    const timer = setTimeout(
      () => socket.destroy(new Error(noAnswer(server, "TCP", timeoutMs, ""))),
      timeoutMs,
    );
    const splitter = new FrameSplitter();
    socket.on("data", (chunk: Buffer) => {
      const [answer] = splitter.push(chunk);
      if (answer === undefined) return;
      if (answers(answer, query)) resolve(answer);
      socket.destroy();
    });
    socket.on("error", reject);
    socket.on("close", () => {
      clearTimeout(timer);
      reject(new Error(`${server.address} closed the TCP connection without an answer`));
    });
    socket.write(frame(query));
  });
}

/** RFC 1035 section 4.1.1: the same ID, and QR set. */
function answers(answer: Buffer, query: Buffer): boolean {
  return isResponse(answer) && idOf(answer) === idOf(query);
}

function noAnswer(server: NameServer, protocol: string, timeoutMs: number, refusal: string): string {
  const because = refusal === "" ? "" : `: ${refusal}`;
  return `no answer from ${server.address} port ${server.port} over ${protocol} within ${timeoutMs / 1000} s${because}`;
}

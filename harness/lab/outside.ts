import type { Socket } from "node:net";
import type { OutsideResolver, OutsideServer } from "../model/facts.ts";
import type { FarmEvent } from "../model/farm.ts";
import { FrameSplitter, frame } from "../words/dns-frames.ts";
import { durations } from "../words/durations.ts";
import { messageOf } from "../words/errors.ts";
import type { RunningContainer } from "./engine.ts";
import { askOutside, hear } from "./outside-dns.ts";
import { type FarmClient, farmProgram } from "./requests.ts";

/**
 * The way between the lab and one server outside it. The lab's network stays sealed: DNS messages for that server, and what it
 * asks in the lab, are carried by the harness over the engine's streams; nothing else is.
 */
export interface Outside {
  /** Of the lab for the server: asked there, and answered by the program that stands in for it. */
  carry(message: Outward, standIn: Pick<FarmClient, "outsideSaid">): Promise<void>;
  /** An answer of the server itself. HarnessError: it did not answer. */
  ask(message: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

export type Outward = Extract<FarmEvent, { readonly event: "outward" }>;

/** `ms`: what the server has for an answer. */
function wayTo(address: string, ms: number, close: () => void): Outside {
  return {
    async carry({ number, over, message }, standIn) {
      const query = Buffer.from(message, "base64");
      const answer = await askOutside(address, query, over, ms).catch(() => null);
      await standIn.outsideSaid(number, answer?.toString("base64") ?? null);
    },
    ask: (message) => askOutside(address, Buffer.from(message), "udp", durations.outsideAnswer),
    close,
  };
}

/** The answer of a server in the lab, as it came. */
async function answerInLab(
  witness: FarmClient,
  server: string,
  query: Buffer,
  over: "udp" | "tcp",
): Promise<Buffer | undefined> {
  const [raw] = await witness.ask(server, [query], { over });
  return raw?.message ? Buffer.from(raw.message, "base64") : undefined;
}

/** To a name server. `primary` is the hidden primary's address in the lab. */
export async function openOutside(
  { address, primary: place }: OutsideServer,
  farm: FarmClient,
  container: RunningContainer,
  primary: string,
  onFault: (message: string) => void,
): Promise<Outside> {
  const { close } = await hear(address, place, "--primary", {
    answer: (query) => answerInLab(farm, primary, query, "udp"),
    connected: (client) => {
      pipeTo(client, container, primary).catch((error) => onFault(messageOf(error)));
    },
  });
  return wayTo(address, durations.outsideAnswer, close);
}

/** A connection of the server to the hidden primary, octet by octet. */
async function pipeTo(client: Socket, container: RunningContainer, primary: string): Promise<void> {
  const stream = await container.stream(["node", farmProgram, "--pipe", primary]);
  client.on("data", (chunk: Buffer) => stream.send(chunk.toString("base64")));
  client.on("close", () => stream.close());
  for await (const line of stream.lines) if (client.writable) client.write(Buffer.from(line, "base64"));
  client.end();
}

/** To a resolver. `upstream` stands beside the server in the lab that answers its questions. */
export async function openResolver(
  { address, upstream: place }: OutsideResolver,
  upstream: FarmClient,
): Promise<Outside> {
  const { close } = await hear(address, place, "--upstream", {
    answer: (query) => answerInLab(upstream, "127.0.0.1", query, "udp"),
    connected: (client) => {
      const splitter = new FrameSplitter();
      client.on("data", (chunk: Buffer) => {
        for (const query of splitter.push(chunk))
          answerInLab(upstream, "127.0.0.1", query, "tcp").then(
            (answer) => answer && client.writable && client.write(frame(answer)),
            () => client.destroy(),
          );
      });
    },
  });
  return wayTo(address, durations.dnsAnswer, close);
}

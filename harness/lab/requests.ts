import type {
  DnsQuestion,
  DnsRelay,
  FarmEvent,
  FarmHost,
  FarmRequest,
  ForwardedZone,
  Login,
  MailToSubmit,
  RawAnswer,
  Session,
  StrayPacket,
  Submitted,
} from "../model/farm.ts";
import type { CaptureOrder } from "../model/packets.ts";
import type { ProbeOrder, ProbeRecord } from "../model/probe.ts";
import { durations } from "../words/durations.ts";
import { HarnessError, messageOf } from "../words/errors.ts";
import { within } from "../words/until.ts";
import type { LineStream, RunningContainer } from "./engine.ts";

export type { DnsQuestion };

/** What the farm's program tells without being asked. */
export interface FarmListener {
  opened(session: { readonly id: string; readonly domain: string; readonly remoteAddress: string }): void;
  session(session: Session, passedFrom?: string): void;
  stray(packet: StrayPacket): void;
  fault(message: string): void;
  /** A DNS message for the name server outside the lab. */
  outward?(message: Extract<FarmEvent, { readonly event: "outward" }>): void;
}

/** The program in a farm or witness container, spoken to over one held-open stream. */
export interface FarmClient {
  serve(hosts: readonly FarmHost[]): Promise<void>;
  /** Starts a DNS relay. */
  relayDns(relay: DnsRelay): Promise<void>;
  /** Changes how the DNS relay that listens on that address serves these zones. */
  forwardDns(listen: string, zones: readonly ForwardedZone[]): Promise<void>;
  guard(inside: readonly string[]): Promise<void>;
  /** Stands at the address for a name server outside the lab: its messages come as news. */
  standIn(listen: string): Promise<void>;
  /** Base64; null: the server said nothing. */
  outsideSaid(to: number, message: string | null): Promise<void>;
  /** Keeps the packets of the trials named in the order. */
  capture(order: CaptureOrder): Promise<void>;
  /** The capture file of one trial, pcapng.gz. With the first no more packets are kept of any. */
  packets(trial: string): Promise<Buffer>;
  stray(address: string): Promise<void>;
  /**
   * Puts DNS messages to the server, by UDP (TCP after TC), or by one of them alone. `ms`: what each has; then over UDP it is
   * sent once.
   */
  ask(
    server: string,
    messages: readonly Uint8Array[],
    how: { readonly source?: string; readonly over?: "tcp" | "udp"; readonly ms?: number },
  ): Promise<readonly RawAnswer[]>;
  submit(
    mails: readonly MailToSubmit[],
    to: {
      readonly port: number;
      readonly source?: string;
      readonly login?: Login;
      readonly sessions: number;
    },
  ): Promise<readonly Submitted[]>;
  probe(order: ProbeOrder): Promise<ProbeRecord>;
  close(): void;
}

export const farmProgram = "/danelab/farm.cjs";

/** Starts the program in the container and waits until it says that it is ready. */
export async function startFarmProgram(
  container: RunningContainer,
  listener: FarmListener,
  /** The program goes on when the harness ends. */
  stays = false,
): Promise<FarmClient> {
  const stream = await container.stream(["node", farmProgram, ...(stays ? ["--stay"] : [])]);
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const ready = Promise.withResolvers<void>();
  let number = 0;
  let closed = false;
  let ended: HarnessError | undefined;

  const end = (reason: string): void => {
    const error = new HarnessError(`[${container.name}] ${reason}`);
    ended = error;
    ready.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!closed) listener.fault(error.message);
  };
  readEvents(stream, (event) => {
    switch (event.event) {
      case "ready":
        return ready.resolve();
      case "answer": {
        const request = waiting.get(event.number);
        waiting.delete(event.number);
        return event.error === undefined
          ? request?.resolve(event.value)
          : request?.reject(new HarnessError(`[${container.name}] ${event.error}`));
      }
      case "opened":
        return listener.opened(event);
      case "session":
        return listener.session(event.session, event.passedFrom);
      case "stray":
        return listener.stray(event.packet);
      case "outward":
        return listener.outward?.(event);
      case "fault":
        return listener.fault(`[${container.name}] ${event.message}`);
      default:
        return event satisfies never;
    }
  }).then(
    () => end(`the farm's program ended${stream.lastWords() ? `: ${stream.lastWords()}` : ""}`),
    (error) => end(messageOf(error)),
  );
  await within(ready.promise, {
    ms: durations.programReady,
    waitedFor: `the farm's program in ${container.name}`,
  });

  const request = async (body: FarmRequest, ms: number): Promise<unknown> => {
    if (ended) throw ended;
    const mine = ++number;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(mine, { resolve, reject });
    stream.send(JSON.stringify({ number: mine, ...body }));
    return within(promise, { ms, waitedFor: `"${body.op}" in ${container.name}` });
  };

  return {
    async serve(hosts) {
      await request({ op: "serve", hosts }, durations.programReady);
    },
    async relayDns(relay) {
      await request({ op: "relay-dns", ...relay }, durations.programReady);
    },
    async forwardDns(listen, zones) {
      await request({ op: "forward-dns", listen, zones }, durations.programReady);
    },
    async guard(inside) {
      await request({ op: "guard", inside }, durations.programReady);
    },
    async standIn(listen) {
      await request({ op: "stand-in", listen }, durations.programReady);
    },
    async outsideSaid(to, message) {
      await request({ op: "outside-said", to, message }, durations.programReady);
    },
    async capture(order) {
      await request({ op: "capture", ...order }, durations.programReady);
    },
    async packets(trial) {
      const value = await request({ op: "packets", trial }, durations.programReady);
      return Buffer.from(value as string, "base64");
    },
    async stray(address) {
      await request({ op: "stray", address }, durations.programReady);
    },
    async ask(server, messages, { ms, ...how }) {
      const value = await request(
        {
          op: "ask",
          server,
          ...how,
          ...(ms === undefined ? {} : { once: true }),
          messages: messages.map((message) => Buffer.from(message).toString("base64")),
          timeoutMs: ms ?? durations.dnsAnswer,
        },
        2 * durations.dnsAnswer,
      );
      return value as readonly RawAnswer[];
    },
    async submit(mails, to) {
      const value = await request({ op: "submit", server: "127.0.0.1", ...to, mails }, durations.submission);
      return value as readonly Submitted[];
    },
    async probe(order) {
      const value = await request({ op: "probe", ...order }, durations.submission);
      return value as ProbeRecord;
    },
    close() {
      closed = true;
      stream.close();
    },
  };
}

async function readEvents(stream: LineStream, onEvent: (event: FarmEvent) => void): Promise<void> {
  for await (const line of stream.lines) onEvent(JSON.parse(line));
}

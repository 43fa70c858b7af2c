import type { DnsRelay as DnsRelaySpec, FarmEvent, FarmRequest } from "../../harness/model/farm.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import { ask } from "./ask.ts";
import { Capture } from "./capture.ts";
import { DnsRelay } from "./dns-relay.ts";
import { guard } from "./guard.ts";
import { MxListener } from "./listener.ts";
import { probe } from "./probe.ts";
import { StandIn } from "./stand-in.ts";
import { sendStray } from "./stray.ts";
import { submit } from "./submit.ts";

export type NumberedRequest = FarmRequest & { readonly number: number };

const smtpPort = 25;

/** Ports that the lab fixes, and tests choose: what stands in for port 25 and port 53. */
export interface FarmPorts {
  readonly smtp: number;
  readonly dns: number;
}

/** What the program can do: one method for each request, and events for what happens besides. */
export class Farm {
  readonly #ports: FarmPorts;
  readonly #emit: (event: FarmEvent) => void;
  readonly #listener: MxListener;
  /** By the address they listen on. */
  readonly #dnsRelays = new Map<string, DnsRelay>();
  readonly #stops: (() => void)[] = [];
  #capture: Capture | undefined;
  #standIn: StandIn | undefined;

  constructor(ports: FarmPorts, emit: (event: FarmEvent) => void) {
    this.#ports = ports;
    this.#emit = emit;
    this.#listener = new MxListener({
      opened: ({ id, domain, remoteAddress }) => emit({ event: "opened", id, domain, remoteAddress }),
      closed: (session, passedFrom) =>
        emit({ event: "session", session, ...(passedFrom === undefined ? {} : { passedFrom }) }),
      key: ({ localAddress, remoteAddress }, line) =>
        this.#capture?.addKey(localAddress, remoteAddress, line),
      fault: this.#fault,
    });
    this.#stops.push(() => this.#listener.close());
  }

  /** The value of the answer; throws where there is none. */
  async carryOut(request: FarmRequest): Promise<unknown> {
    switch (request.op) {
      case "serve":
        this.#listener.addHosts(request.hosts);
        for (const port of new Set([smtpPort, ...request.hosts.map((host) => host.port)]))
          await this.#listener.listen(port, port === smtpPort ? this.#ports.smtp : port);
        return null;
      case "ask":
        return ask(
          {
            address: request.server,
            port: this.#ports.dns,
            ...(request.source === undefined ? {} : { source: request.source }),
            ...(request.over === undefined ? {} : { over: request.over }),
            ...(request.once === undefined ? {} : { once: request.once }),
          },
          request.messages,
          request.timeoutMs,
        );
      case "submit":
        return submit(
          request.server,
          request.port,
          request.sessions,
          request.mails,
          request.login,
          request.source,
        );
      case "probe":
        return probe(request);
      case "relay-dns":
        await this.#relayDns(request);
        return null;
      case "forward-dns":
        this.#dnsRelayOn(request.listen).setZones(request.zones);
        return null;
      case "stand-in": {
        const standIn = new StandIn((message) => this.#emit({ event: "outward", ...message }));
        this.#stops.push(() => standIn.close());
        await standIn.listen(request.listen, this.#ports.dns);
        this.#standIn = standIn;
        return null;
      }
      case "outside-said":
        this.#standIn?.answer(
          request.to,
          request.message === null ? null : Buffer.from(request.message, "base64"),
        );
        return null;
      case "guard":
        this.#stops.push(
          await guard(request.inside, {
            stray: (packet) => this.#emit({ event: "stray", packet }),
            fault: this.#fault,
          }),
        );
        return null;
      case "capture": {
        const capture = await Capture.start(request);
        this.#capture = capture;
        this.#stops.push(() => capture.stop());
        return null;
      }
      case "packets":
        if (!this.#capture) throw new HarnessError("no packets are kept: that was not asked for");
        return (await this.#capture.file(request.trial)).toString("base64");
      case "stray":
        await sendStray(request.address);
        return null;
      default:
        throw new HarnessError(`unknown request: ${JSON.stringify(request satisfies never)}`);
    }
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  async #relayDns({ listen, forward, zones }: DnsRelaySpec): Promise<void> {
    const taken = listen.find((address) => this.#dnsRelays.has(address));
    if (taken !== undefined) throw new HarnessError(`there is a DNS relay on ${taken} already`);
    const relay = new DnsRelay({ listen, forward, zones, port: this.#ports.dns, fault: this.#fault });
    this.#stops.push(() => relay.close());
    await relay.start();
    for (const address of listen) this.#dnsRelays.set(address, relay);
  }

  #dnsRelayOn(listen: string): DnsRelay {
    const relay = this.#dnsRelays.get(listen);
    if (relay === undefined) throw new HarnessError(`there is no DNS relay on ${listen}`);
    return relay;
  }

  readonly #fault = (message: string): void => this.#emit({ event: "fault", message });
}

/** Reads a line of the stream. The harness writes it by the same contract, so only its envelope is looked at. */
export function readRequest(line: string): NumberedRequest {
  const request: unknown = JSON.parse(line);
  if (!isNumberedRequest(request)) throw new HarnessError(`not a request: ${line.slice(0, 200)}`);
  return request;
}

function isNumberedRequest(value: unknown): value is NumberedRequest {
  return (
    typeof value === "object" &&
    value !== null &&
    "number" in value &&
    typeof value.number === "number" &&
    "op" in value &&
    typeof value.op === "string"
  );
}

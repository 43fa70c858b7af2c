import type { WantedPackets } from "../../harness/model/packets.ts";
import { FrameSplitter } from "../../harness/words/dns-frames.ts";
import { HarnessError } from "../../harness/words/errors.ts";
import { readQuestion } from "./dns-message.ts";
import { addressKey, type Headers, readHeaders, tcpFlags } from "./packet-headers.ts";
import type { Packet } from "./pcap-reader.ts";

/** What is kept for one trial. */
interface Trial {
  readonly peers: ReadonlySet<string>;
  readonly packets: Packet[];
  readonly keys: Set<string>;
  octets: number;
  leftOut: number;
}

/** DNS between one port of a client and a server: what comes back belongs to whoever's question went there. */
interface Flow {
  readonly owners: Set<Trial>;
  readonly connection: Connection | null;
}

/** DNS over TCP: many a question may come, and what came before it is of interest to its trial too. */
interface Connection {
  readonly packets: Packet[];
  octets: number;
  /** The sequence number that the client's octets go on with. */
  next: number;
  readonly questions: FrameSplitter;
}

const dnsPort = 53;
/** Clients use a port once or twice; what is older is over. */
const mostFlows = 4096;

/** Octets. */
export interface IndexLimits {
  /** Of the packets of one trial, and of what is held of one DNS connection. */
  readonly each: number;
  /** Of the packets of all trials. */
  readonly all: number;
}

const usualLimits: IndexLimits = { each: 2 ** 20, all: 2 ** 29 };

/** What is kept for a trial, in order. */
export interface KeptPackets {
  readonly packets: readonly Packet[];
  /** TLS secrets, lines of the NSS key log format. */
  readonly keys: readonly string[];
  /** Packets that there was no room for. */
  readonly leftOut: number;
}

/** Sorts packets to the trials that want them; what nobody wants is forgotten at once. */
export class PacketIndex {
  readonly #limits: IndexLimits;
  readonly #trials = new Map<string, Trial>();
  /** By the addresses of MX host and peer. */
  readonly #byHost = new Map<string, Trial>();
  /** Two stacks may share a domain. */
  readonly #byZone = new Map<string, Set<Trial>>();
  readonly #flows = new Map<string, Flow>();
  #octets = 0;

  constructor(wanted: readonly WantedPackets[], limits = usualLimits) {
    this.#limits = limits;
    for (const one of wanted) this.#want(one);
  }

  #want(wanted: WantedPackets): void {
    const peers = new Set(wanted.peers.map(addressKey));
    const trial: Trial = { peers, packets: [], keys: new Set(), octets: 0, leftOut: 0 };
    this.#trials.set(wanted.trial, trial);
    for (const host of wanted.addresses.map(addressKey))
      for (const peer of peers) this.#byHost.set(host + peer, trial);
    for (const zone of wanted.zones) {
      const there = this.#byZone.get(zone) ?? new Set();
      this.#byZone.set(zone, there.add(trial));
    }
  }

  add(packet: Packet): void {
    const headers = readHeaders(packet.frame);
    if (headers === null) return;
    const { from, to, fromPort, toPort } = headers;
    const visited = this.#byHost.get(to + from) ?? this.#byHost.get(from + to);
    if (visited) this.#keep(visited, packet);
    else if (toPort === dnsPort) this.#fromClient(packet, headers);
    else if (fromPort === dnsPort) this.#toClient(packet, headers);
  }

  /** A line of TLS secrets of the session between these addresses. */
  addKey(host: string, peer: string, line: string): void {
    this.#byHost.get(addressKey(host) + addressKey(peer))?.keys.add(line);
  }

  /** All that belongs to the trial so far. HarnessError: it is not wanted. */
  packetsOf(name: string): KeptPackets {
    const trial = this.#trials.get(name);
    if (!trial) throw new HarnessError(`no packets are kept for ${name}`);
    const { packets, keys, leftOut } = trial;
    // What was held of a DNS connection comes late.
    return { packets: packets.toSorted((a, b) => a.at - b.at), keys: [...keys], leftOut };
  }

  #keep(trial: Trial, packet: Packet): void {
    const { length } = packet.frame;
    if (trial.octets + length > this.#limits.each || this.#octets + length > this.#limits.all) {
      trial.leftOut += 1;
      return;
    }
    trial.octets += length;
    this.#octets += length;
    // A copy: the chunk that it was read in holds many others.
    trial.packets.push({ at: packet.at, frame: Buffer.from(packet.frame) });
  }

  #ownerOf(question: Buffer, { from, to }: Headers): Trial | undefined {
    const name = readQuestion(question)?.name;
    if (name === undefined) return undefined;
    for (let zone = name; zone !== ""; zone = zone.replace(/^[^.]*\.?/, "")) {
      const trials = this.#byZone.get(zone);
      if (!trials) continue;
      return [...trials].find(({ peers }) => peers.has(from) || peers.has(to));
    }
    return undefined;
  }

  #fromClient(packet: Packet, headers: Headers): void {
    const key = flowKey(headers.from, headers.fromPort, headers.to);
    if (headers.transport === "tcp") {
      if ((headers.flags & tcpFlags.syn) !== 0) this.#begin(key, openConnection(headers));
      this.#onConnection(key, packet, headers, "client");
      return;
    }
    const owner = this.#ownerOf(headers.payload, headers);
    const flow = { owners: new Set(owner ? [owner] : []), connection: null };
    this.#begin(key + idOf(headers), flow);
    // What ICMP says of it does not hold its id.
    this.#begin(key, flow);
    if (owner) this.#keep(owner, packet);
  }

  #toClient(packet: Packet, headers: Headers): void {
    const key = flowKey(headers.to, headers.toPort, headers.from);
    if (headers.transport === "tcp") {
      this.#onConnection(key, packet, headers, "server");
      return;
    }
    for (const owner of this.#flows.get(key + idOf(headers))?.owners ?? []) this.#keep(owner, packet);
  }

  #onConnection(key: string, packet: Packet, headers: Headers, by: "client" | "server"): void {
    const flow = this.#flows.get(key);
    if (!flow?.connection) return;
    const { owners, connection } = flow;
    for (const question of by === "client" ? questionsIn(connection, headers) : []) {
      const owner = this.#ownerOf(question, headers);
      if (!owner || owners.has(owner)) continue;
      owners.add(owner);
      for (const earlier of connection.packets) this.#keep(owner, earlier);
    }
    for (const owner of owners) this.#keep(owner, packet);

    if (connection.octets + packet.frame.length <= this.#limits.each) {
      connection.octets += packet.frame.length;
      connection.packets.push({ at: packet.at, frame: Buffer.from(packet.frame) });
    }
    if ((headers.flags & (tcpFlags.fin | tcpFlags.rst)) === 0) return;
    connection.packets.length = 0;
    if (owners.size === 0) this.#flows.delete(key);
  }

  #begin(key: string, flow: Flow): void {
    // Anew at the end: the first are the oldest.
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    if (this.#flows.size <= mostFlows) return;
    const [oldest] = this.#flows.keys();
    if (oldest !== undefined) this.#flows.delete(oldest);
  }
}

function flowKey(client: string, port: number, server: string): string {
  return `${client} ${port} ${server}`;
}

/** Of a DNS message; the same port may ask for several trials. */
function idOf({ payload }: Headers): string {
  return payload.length < 2 ? "" : ` ${payload.readUInt16BE(0)}`;
}

function openConnection({ sequence }: Headers): Flow {
  const next = (sequence + 1) >>> 0;
  return { owners: new Set(), connection: { packets: [], octets: 0, next, questions: new FrameSplitter() } };
}

/** The questions that the client's segment completes. */
function questionsIn(connection: Connection, { sequence, payload }: Headers): readonly Buffer[] {
  // A segment that was sent again was read already.
  if (payload.length === 0 || sequence !== connection.next) return [];
  connection.next = (sequence + payload.length) >>> 0;
  return connection.questions.push(payload);
}

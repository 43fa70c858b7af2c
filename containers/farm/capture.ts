import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import type { CapturedPackets, CaptureOrder } from "../../harness/model/packets.ts";
import { HarnessError, messageOf } from "../../harness/words/errors.ts";
import { addressKey, readHeaders } from "./packet-headers.ts";
import { PacketIndex } from "./packet-index.ts";
import { PcapReader } from "./pcap-reader.ts";
import { startTcpdump } from "./tcpdump.ts";

/** RFC 6676, MCAST-TEST-NET: whoever listens there, listens in vain. */
const markerAddress = "233.252.0.1";
const markerPort = 9;
const markerDeadline = 10_000;

/**
 * Keeps the packets of the trials that are wanted, as they pass a network device. What is sent on loopback is not among
 * them; so each packet is there once.
 */
export class Capture {
  readonly #index: PacketIndex;
  readonly #reader = new PcapReader();
  readonly #markers: Socket;
  #stop: () => void = () => undefined;
  #lastMarker = 0;
  /** Who waits for the marker of that number. */
  readonly #waiting = new Map<number, { resolve(): void; reject(error: Error): void }>();
  #broken: string | null = null;

  private constructor(index: PacketIndex, markers: Socket) {
    this.#index = index;
    this.#markers = markers;
  }

  /** Resolves once packets are seen. HarnessError: they cannot be. */
  static async start({ device, networks, wanted }: CaptureOrder): Promise<Capture> {
    const [own] = (networkInterfaces()[device] ?? []).filter(({ family }) => family === "IPv4");
    if (!own) throw new HarnessError(`packets cannot be kept: ${device} has no IPv4 address`);
    const markers = createSocket("udp4");
    const capture = new Capture(new PacketIndex(wanted), markers);
    try {
      await new Promise<void>((resolve) => markers.bind(0, own.address, resolve));
      markers.setMulticastInterface(own.address);
      capture.#stop = await startTcpdump(
        ["-i", device, "-n", "-w", "-", "-U", "-B", "16384", filterFor(networks)],
        (output) => output.on("data", (chunk: Buffer) => capture.#read(chunk)),
        (message) => capture.#break(message),
      );
    } catch (error) {
      markers.close();
      throw error;
    }
    return capture;
  }

  /** All packets of the trial so far; the trial is over with that. HarnessError: they are not there. */
  async take(trial: string): Promise<CapturedPackets> {
    await this.#flush();
    return this.#index.take(trial);
  }

  addKey(host: string, peer: string, line: string): void {
    this.#index.addKey(host, peer, line);
  }

  stop(): void {
    this.#stop();
    this.#markers.close();
  }

  #read(chunk: Buffer): void {
    if (this.#broken !== null) return;
    try {
      for (const packet of this.#reader.push(chunk)) {
        const marker = markerIn(packet.frame);
        if (marker === null) this.#index.add(packet);
        else this.#waiting.get(marker)?.resolve();
      }
    } catch (error) {
      this.#stop();
      this.#break(messageOf(error));
    }
  }

  #break(message: string): void {
    this.#broken ??= message;
    for (const { reject } of this.#waiting.values()) reject(brokenBy(message));
  }

  /** Packets wait in the kernel for up to a second: what was sent before a marker is here when the marker is. */
  async #flush(): Promise<void> {
    if (this.#broken !== null) throw brokenBy(this.#broken);
    this.#lastMarker += 1;
    const number = this.#lastMarker;
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.set(number, { resolve, reject });
        const late = `it did not show a packet of its own within ${markerDeadline / 1000} s`;
        timer = setTimeout(() => reject(brokenBy(late)), markerDeadline);
        const octets = Buffer.alloc(4);
        octets.writeUInt32BE(number);
        this.#markers.send(octets, markerPort, markerAddress, (error) => {
          if (error) reject(brokenBy(messageOf(error)));
        });
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(number);
    }
  }
}

function brokenBy(reason: string): HarnessError {
  return new HarnessError(`the packets could not be kept: ${reason}`);
}

/** A pcap filter: mail, DNS and what ICMP says of it, and markers. */
export function filterFor(networks: readonly string[]): string {
  return [
    ...networks.map((network) => `net ${network}`),
    "port 53",
    "icmp[icmptype] == icmp-unreach",
    `dst host ${markerAddress}`,
  ].join(" or ");
}

const markerKey = addressKey(markerAddress);

/** The number of the marker that the frame is; null: it is none. */
function markerIn(frame: Buffer): number | null {
  const headers = readHeaders(frame);
  return headers?.to === markerKey && headers.payload.length === 4 ? headers.payload.readUInt32BE(0) : null;
}

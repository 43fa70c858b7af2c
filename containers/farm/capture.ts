import { createSocket, type Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { CaptureOrder } from "../../harness/model/packets.ts";
import { HarnessError, messageOf } from "../../harness/words/errors.ts";
import { addressKey, readHeaders } from "./packet-headers.ts";
import { PacketIndex } from "./packet-index.ts";
import { PcapReader } from "./pcap-reader.ts";
import { pcapng } from "./pcapng.ts";
import { startTcpdump } from "./tcpdump.ts";

/** RFC 6676, MCAST-TEST-NET: whoever listens there, listens in vain. */
const markerAddress = "233.252.0.1";
const markerPort = 9;
/**
 * The kernel hands packets over in blocks of 256 KiB (libpcap's choice): when one is full, or after a second. So many fill
 * one, and nobody has to wait.
 */
const markerCount = 256;
const marker = Buffer.alloc(1400);
const markerDeadline = 10_000;
/** Of the kernel's buffer, which must hold what comes while this program is busy. */
const bufferKib = 16_384;

/**
 * Keeps the packets of the trials that are wanted, as they pass a network device. What is sent on loopback is not among
 * them; so each packet is there once.
 */
export class Capture {
  readonly #order: CaptureOrder;
  readonly #index: PacketIndex;
  readonly #reader = new PcapReader();
  readonly #markers: Socket;
  #stopTcpdump: () => void = () => undefined;
  #onMarker: () => void = () => undefined;
  #onBroken: (reason: string) => void = () => undefined;
  #broken: string | null = null;
  #end: Promise<void> | undefined;

  private constructor(order: CaptureOrder, markers: Socket) {
    this.#order = order;
    this.#index = new PacketIndex(order.wanted);
    this.#markers = markers;
  }

  /** Resolves once packets are seen. HarnessError: they cannot be. */
  static async start(order: CaptureOrder): Promise<Capture> {
    const { device, networks } = order;
    const [own] = (networkInterfaces()[device] ?? []).filter(({ family }) => family === "IPv4");
    if (!own) throw new HarnessError(`packets cannot be kept: ${device} has no IPv4 address`);
    const markers = createSocket("udp4");
    const capture = new Capture(order, markers);
    try {
      await new Promise<void>((resolve) => markers.bind(0, own.address, resolve));
      markers.setMulticastInterface(own.address);
      capture.#stopTcpdump = await startTcpdump(
        ["-i", device, "-n", "-w", "-", "-U", "-B", String(bufferKib), filterFor(networks)],
        (output) => output.on("data", (chunk: Buffer) => capture.#read(chunk)),
        (reason) => capture.#break(reason),
      );
    } catch (error) {
      markers.close();
      throw error;
    }
    return capture;
  }

  /** A line of TLS secrets of the session between these addresses. */
  addKey(host: string, peer: string, line: string): void {
    this.#index.addKey(host, peer, line);
  }

  /** The trial's capture file, pcapng.gz. The first call ends the capture. HarnessError: there is none. */
  async file(trial: string): Promise<Buffer> {
    this.#end ??= this.#readRest();
    await this.#end;
    const { leftOut, ...kept } = this.#index.packetsOf(trial);
    const { device, comment } = this.#order;
    const missing = leftOut === 0 ? "" : ` ${leftOut} packets were left out: there were too many.`;
    return promisify(gzip)(pcapng({ ...kept, device, comment: `${comment} Trial ${trial}.${missing}` }));
  }

  stop(): void {
    this.#stopTcpdump();
    this.#markers.close();
  }

  #read(chunk: Buffer): void {
    if (this.#broken !== null) return;
    try {
      for (const packet of this.#reader.push(chunk)) {
        if (readHeaders(packet.frame)?.to === markerKey) this.#onMarker();
        else this.#index.add(packet);
      }
    } catch (error) {
      this.#stopTcpdump();
      this.#break(messageOf(error));
    }
  }

  #break(reason: string): void {
    this.#broken ??= reason;
    this.#onBroken(reason);
  }

  /** Once tcpdump shows a packet of our own, it has shown all that came before it. */
  async #readRest(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#onMarker = resolve;
        this.#onBroken = (reason) => reject(new HarnessError(`the packets could not be kept: ${reason}`));
        if (this.#broken !== null) this.#onBroken(this.#broken);
        const late = `tcpdump did not show a marker within ${markerDeadline / 1000} s`;
        timer = setTimeout(() => this.#onBroken(late), markerDeadline);
        for (let sent = 0; sent < markerCount; sent++) {
          this.#markers.send(marker, markerPort, markerAddress, (error) => {
            if (error) this.#onBroken(error.message);
          });
        }
      });
    } finally {
      clearTimeout(timer);
      this.#stopTcpdump();
    }
  }
}

/** A pcap filter: mail, DNS and what ICMP says of it, and markers. */
function filterFor(networks: readonly string[]): string {
  return [
    ...networks.map((network) => `net ${network}`),
    "port 53",
    "icmp[icmptype] == icmp-unreach",
    `dst host ${markerAddress}`,
  ].join(" or ");
}

const markerKey = addressKey(markerAddress);

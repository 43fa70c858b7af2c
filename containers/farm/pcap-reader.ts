import { HarnessError } from "../../harness/words/errors.ts";

export interface Packet {
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly frame: Buffer;
}

/** The only link type that is read: Ethernet. */
const ethernet = 1;
const fileHeader = 24;
const packetHeader = 16;
/** The longest that tcpdump passes on. */
const longestFrame = 262_144;

/** Takes apart the stream that `tcpdump -w -` writes: libpcap's savefile format, pcap-savefile(5). */
export class PcapReader {
  #rest: Buffer = Buffer.alloc(0);
  #isLittleEndian: boolean | undefined;

  /** The packets that the chunk completes. HarnessError: it is no such stream. */
  push(chunk: Buffer): Packet[] {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#isLittleEndian === undefined) {
      if (bytes.length < fileHeader) {
        this.#rest = bytes;
        return [];
      }
      this.#isLittleEndian = readFileHeader(bytes);
      bytes = bytes.subarray(fileHeader);
    }
    const isLittleEndian = this.#isLittleEndian;
    const number = (at: number): number => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
    const packets: Packet[] = [];
    let at = 0;
    while (at + packetHeader <= bytes.length) {
      const length = number(at + 8);
      if (length > longestFrame)
        throw new HarnessError(`a packet of ${length} octets: the stream is out of step`);
      const end = at + packetHeader + length;
      if (end > bytes.length) break;
      packets.push({
        at: number(at) * 1_000_000 + number(at + 4),
        frame: bytes.subarray(at + packetHeader, end),
      });
      at = end;
    }
    this.#rest = bytes.subarray(at);
    return packets;
  }
}

/** Whether its numbers are little-endian. */
function readFileHeader(bytes: Buffer): boolean {
  const magic = bytes.toString("hex", 0, 4);
  if (magic !== "d4c3b2a1" && magic !== "a1b2c3d4")
    throw new HarnessError(`not a capture with microseconds: it begins with ${magic}`);
  const isLittleEndian = magic === "d4c3b2a1";
  const link = isLittleEndian ? bytes.readUInt32LE(20) : bytes.readUInt32BE(20);
  if (link !== ethernet) throw new HarnessError(`not a capture of Ethernet: its link type is ${link}`);
  return isLittleEndian;
}

import type { Packet } from "./pcap-reader.ts";

/**
 * A capture file that Wireshark opens decrypted: packets and TLS secrets in one (pcapng,
 * https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-05.html).
 */
export interface CaptureFile {
  readonly comment: string;
  readonly device: string;
  /** Ethernet frames, in order. */
  readonly packets: readonly Packet[];
  /** Lines of the NSS key log format. */
  readonly keys: readonly string[];
}

const blocks = { section: 0x0a0d0d0a, interface: 1, packet: 6, secrets: 10 } as const;
const options = { comment: 1, interfaceName: 2, application: 4 } as const;
const byteOrderMagic = 0x1a2b3c4d;
/** "TLSK" */
const tlsKeyLog = 0x544c534b;
const ethernet = 1;

export function pcapng({ comment, device, packets, keys }: CaptureFile): Buffer {
  return Buffer.concat([
    block(blocks.section, [
      u32(byteOrderMagic),
      u16(1),
      u16(0),
      // The section's length is not told.
      Buffer.alloc(8, 0xff),
      option(options.comment, comment),
      option(options.application, "danelab"),
      endOfOptions,
    ]),
    block(blocks.interface, [
      u16(ethernet),
      u16(0),
      // No limit to a packet's length. Times are in microseconds unless told.
      u32(0),
      option(options.interfaceName, device),
      endOfOptions,
    ]),
    // Before the packets that they are for.
    ...(keys.length === 0 ? [] : [secretsBlock(keys)]),
    ...packets.map(packetBlock),
  ]);
}

function secretsBlock(keys: readonly string[]): Buffer {
  const text = Buffer.from(keys.map((key) => `${key}\n`).join(""));
  return block(blocks.secrets, [u32(tlsKeyLog), u32(text.length), padded(text)]);
}

function packetBlock({ at, frame }: Packet): Buffer {
  return block(blocks.packet, [
    u32(0),
    u32(Math.floor(at / 2 ** 32)),
    u32(at % 2 ** 32),
    u32(frame.length),
    u32(frame.length),
    padded(frame),
  ]);
}

function block(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length = u32(body.length + 12);
  return Buffer.concat([u32(type), length, body, length]);
}

function option(code: number, text: string): Buffer {
  const value = Buffer.from(text);
  return Buffer.concat([u16(code), u16(value.length), padded(value)]);
}

const endOfOptions = Buffer.alloc(4);

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

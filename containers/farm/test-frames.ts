import { addressKey, tcpFlags } from "./packet-headers.ts";

/** Ethernet frames for tests, as far as danelab reads them: checksums are zero. */

interface Ends {
  readonly from: string;
  readonly to: string;
}

const otherAddresses = Buffer.alloc(12);

function u16(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
}

export function ipFrame({ from, to }: Ends, protocol: number, segment: Buffer): Buffer {
  const addresses = Buffer.from(addressKey(from) + addressKey(to), "latin1");
  if (from.includes(":")) {
    const header = Buffer.from([0x60, 0, 0, 0, segment.length >> 8, segment.length & 255, protocol, 64]);
    return Buffer.concat([otherAddresses, u16(0x86dd), header, addresses, segment]);
  }
  const header = Buffer.concat([
    Buffer.from([0x45, 0]),
    u16(20 + segment.length, 0, 0),
    Buffer.from([64, protocol, 0, 0]),
  ]);
  return Buffer.concat([otherAddresses, u16(0x0800), header, addresses, segment]);
}

export function udpFrame(ends: Ends, fromPort: number, toPort: number, payload: Buffer): Buffer {
  return ipFrame(ends, 17, Buffer.concat([u16(fromPort, toPort, 8 + payload.length, 0), payload]));
}

export interface TcpText {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence?: number;
  readonly flags?: number;
  readonly payload?: Buffer;
}

export function tcpFrame(ends: Ends, text: TcpText): Buffer {
  const { fromPort, toPort, sequence = 0, flags = tcpFlags.ack, payload = Buffer.alloc(0) } = text;
  const header = Buffer.concat([
    u16(fromPort, toPort),
    Buffer.alloc(8),
    Buffer.from([0x50, flags]),
    u16(1000, 0, 0),
  ]);
  header.writeUInt32BE(sequence, 4);
  return ipFrame(ends, 6, Buffer.concat([header, payload]));
}

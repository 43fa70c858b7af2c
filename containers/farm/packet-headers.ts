/** The headers of an Ethernet frame, as far as it takes to tell whose it is. */
export interface Headers {
  /** Address keys, see addressKey(). */
  readonly from: string;
  readonly to: string;
  readonly transport: "tcp" | "udp" | "other";
  /** 0 where there are none. */
  readonly fromPort: number;
  readonly toPort: number;
  /** 0 where it is not TCP. */
  readonly sequence: number;
  readonly flags: number;
  readonly payload: Buffer;
}

export const tcpFlags = { fin: 0x01, syn: 0x02, rst: 0x04, ack: 0x10 } as const;

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const;
const protocols = { icmp: 1, tcp: 6, udp: 17 } as const;
const none = Buffer.alloc(0);

/** The octets of an address as a string: the key that packets and texts of it share. */
export function addressKey(address: string): string {
  return (address.includes(":") ? ipv6Octets(address) : Buffer.from(address.split(".").map(Number))).toString(
    "latin1",
  );
}

function ipv6Octets(address: string): Buffer {
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [head = "", tail = ""] = address.split("::");
  const [before, after] = [groups(head), groups(tail)];
  const between = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Buffer.from([...before, ...between, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}

/** null: not IP, or cut off. */
export function readHeaders(frame: Buffer): Headers | null {
  if (frame.length < 14) return null;
  const packet = frame.subarray(14);
  switch (frame.readUInt16BE(12)) {
    case etherTypes.ipv4:
      return readIpv4(packet);
    case etherTypes.ipv6: {
      if (packet.length < 40) return null;
      const [from, to] = [packet.toString("latin1", 8, 24), packet.toString("latin1", 24, 40)];
      // Frames may be padded.
      const payload = packet.subarray(40, 40 + packet.readUInt16BE(4));
      return readTransport(from, to, packet[6] ?? 0, payload);
    }
    default:
      return null;
  }
}

function readIpv4(packet: Buffer): Headers | null {
  const header = 4 * ((packet[0] ?? 0) & 0x0f);
  if (header < 20 || packet.length < header) return null;
  const [from, to] = [packet.toString("latin1", 12, 16), packet.toString("latin1", 16, 20)];
  const isFirstFragment = (packet.readUInt16BE(6) & 0x1fff) === 0;
  const protocol = isFirstFragment ? (packet[9] ?? 0) : -1;
  return readTransport(from, to, protocol, packet.subarray(header, packet.readUInt16BE(2)));
}

function readTransport(from: string, to: string, protocol: number, segment: Buffer): Headers | null {
  const other = {
    from,
    to,
    transport: "other",
    fromPort: 0,
    toPort: 0,
    sequence: 0,
    flags: 0,
    payload: none,
  } as const;
  switch (protocol) {
    case protocols.udp:
      if (segment.length < 8) return null;
      return { ...other, transport: "udp", ...portsOf(segment), payload: segment.subarray(8) };
    case protocols.tcp: {
      const header = 4 * ((segment[12] ?? 0) >> 4);
      if (header < 20 || segment.length < header) return null;
      return {
        ...other,
        transport: "tcp",
        ...portsOf(segment),
        sequence: segment.readUInt32BE(4),
        flags: segment[13] ?? 0,
        payload: segment.subarray(header),
      };
    }
    case protocols.icmp:
      return errorAbout(segment) ?? other;
    default:
      return other;
  }
}

function portsOf(segment: Buffer) {
  return { fromPort: segment.readUInt16BE(0), toPort: segment.readUInt16BE(2) };
}

/** RFC 792, "destination unreachable": told as what came back of the packet that it is about. */
function errorAbout(message: Buffer): Headers | null {
  const isUnreachable = message[0] === 3;
  const about = isUnreachable ? readIpv4(message.subarray(8)) : null;
  if (!about || about.transport === "other") return null;
  const { from, to, fromPort, toPort } = about;
  return { ...about, from: to, to: from, fromPort: toPort, toPort: fromPort, flags: 0, payload: none };
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

interface End {
  readonly address: string;
  readonly port: number;
}

/** A datagram that is to be answered as if nothing listened at its destination. */
export interface Datagram {
  readonly client: End;
  readonly server: End;
  /** Of its payload. */
  readonly octets: number;
}

/**
 * Sends ICMP "port unreachable". Node has no raw sockets; perl, which is part of each Debian system, sends what it is
 * given: a line with source, destination and the ICMP message in hexadecimal.
 */
export class UnreachableSender {
  readonly #fault: (message: string) => void;
  #perl: ChildProcessWithoutNullStreams | undefined;

  constructor(fault: (message: string) => void) {
    this.#fault = fault;
  }

  send(datagram: Datagram): void {
    this.#perl ??= this.#start();
    const { client, server } = datagram;
    this.#perl.stdin.write(
      `${server.address} ${client.address} ${portUnreachable(datagram).toString("hex")}\n`,
    );
  }

  close(): void {
    this.#perl?.removeAllListeners().kill();
  }

  #start(): ChildProcessWithoutNullStreams {
    const perl = spawn("perl", ["-MSocket", "-e", script]);
    const said: string[] = [];
    perl.stderr.on("data", (chunk: Buffer) => said.push(String(chunk)));
    perl.stdin.on("error", () => undefined);
    perl.on("error", ({ message }) => this.#fault(`ICMP cannot be sent: ${message}`));
    perl.on("close", () => this.#fault(`ICMP can no longer be sent: ${said.join("").trim()}`));
    return perl;
  }
}

const script = `
  while (<STDIN>) {
    my ($source, $destination, $message) = split;
    socket(my $raw, PF_INET, SOCK_RAW, 1) or die "socket: $!";
    bind($raw, pack_sockaddr_in(0, inet_aton($source))) or die "bind: $!";
    send($raw, pack("H*", $message), 0, pack_sockaddr_in(0, inet_aton($destination))) or die "send: $!";
  }
`;

/** RFC 792: type 3, code 3, then the header and the first 8 octets of the datagram. */
export function portUnreachable({ client, server, octets }: Datagram): Buffer {
  const message = Buffer.alloc(36);
  message[0] = 3;
  message[1] = 3;
  const ip = message.subarray(8, 28);
  // Version 4, five words of header.
  ip[0] = 0x45;
  ip.writeUInt16BE(28 + octets, 2);
  ip[8] = 64;
  ip[9] = 17;
  ip.set(client.address.split(".").map(Number), 12);
  ip.set(server.address.split(".").map(Number), 16);
  ip.writeUInt16BE(checksum(ip), 10);
  const udp = message.subarray(28);
  udp.writeUInt16BE(client.port, 0);
  udp.writeUInt16BE(server.port, 2);
  udp.writeUInt16BE(8 + octets, 4);
  message.writeUInt16BE(checksum(message), 2);
  return message;
}

/** RFC 1071. */
function checksum(octets: Buffer): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += octets.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

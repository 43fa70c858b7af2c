/** What the farm is told of the packets it keeps, and what it gives: of each trial that is wanted, those of its own. */

/** Which packets are a trial's: all of its MX hosts with its sender, and DNS about its zones with its resolver. */
export interface WantedPackets {
  readonly trial: string;
  /** Of its MX hosts. */
  readonly addresses: readonly string[];
  /** Of its sender and of the resolver. */
  readonly peers: readonly string[];
  /** Origins, with final dot, lower case. */
  readonly zones: readonly string[];
}

export interface CaptureOrder {
  /** The network device to listen at. */
  readonly device: string;
  /** The networks that hold the MX hosts, CIDR. */
  readonly networks: readonly string[];
  readonly wanted: readonly WantedPackets[];
}

export interface CapturedPacket {
  /** Microseconds since the epoch. */
  readonly at: number;
  /** Base64 of the Ethernet frame. */
  readonly frame: string;
}

export interface CapturedPackets {
  /** In order. */
  readonly packets: readonly CapturedPacket[];
  /** TLS secrets of the servers' and the attackers' ends, lines of the NSS key log format. */
  readonly keys: readonly string[];
  /** Packets that were left out because there were too many. */
  readonly leftOut: number;
}

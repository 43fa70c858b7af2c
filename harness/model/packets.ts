/** What the farm is told of the packets it keeps. It gives a capture file for each trial that is wanted. */

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
  /** Stands in each file, with the trial's name behind it. */
  readonly comment: string;
}

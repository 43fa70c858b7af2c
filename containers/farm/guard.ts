import { isIPv6 } from "node:net";
import { createInterface } from "node:readline";
import type { StrayPacket } from "../../harness/model/farm.ts";
import { startTcpdump } from "./tcpdump.ts";

export interface GuardReports {
  stray(packet: StrayPacket): void;
  /** The guard itself broke: from now on nothing is seen. */
  fault(message: string): void;
}

/** Networks that end on the machine or its link: never outside. */
const near = {
  ipv4: ["127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "0.0.0.0/32"],
  ipv6: ["::1/128", "::/128", "fe80::/10", "ff00::/8"],
};

/** A pcap filter: IP packets whose destination is neither in these networks (CIDR) nor near. */
export function filterFor(inside: readonly string[]): string {
  const isV6 = (network: string) => isIPv6(network.replace(/\/.*$/, ""));
  const destinations = (networks: readonly string[]) =>
    networks.map((network) => `dst net ${network}`).join(" or ");
  const v4 = destinations([...near.ipv4, ...inside.filter((network) => !isV6(network))]);
  const v6 = destinations([...near.ipv6, ...inside.filter(isV6)]);
  return `(ip and not (${v4})) or (ip6 and not (${v6}))`;
}

/**
 * Watches what this network namespace sends. Resolves with a function that ends that once it sees; HarnessError where it
 * does not.
 */
export function guard(inside: readonly string[], reports: GuardReports): Promise<() => void> {
  return startTcpdump(
    ["-i", "any", "-Q", "out", "-l", "-n", "-tt", "--immediate-mode", filterFor(inside)],
    (output) =>
      createInterface({ input: output }).on("line", (line) => {
        // It ends with an empty line.
        if (line !== "") reports.stray(packetOf(line));
      }),
    reports.fault,
  );
}

/** "1732437296.123456 eth0 Out IP 198.18.0.9.4242 > 192.0.2.1.9: UDP, length 5" */
export function packetOf(line: string): StrayPacket {
  const [, seconds, rest] = /^(\d+\.\d+) (.*)$/.exec(line) ?? [];
  if (seconds === undefined || rest === undefined) return { at: Date.now(), line };
  return { at: Math.round(Number(seconds) * 1000), line: rest };
}

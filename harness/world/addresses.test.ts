import { BlockList, isIPv4, isIPv6 } from "node:net";
import { describe, expect, it } from "vitest";
import { HarnessError } from "../words/errors.ts";
import { addressPlan, mostSteps, subnets } from "./addresses.ts";

const stacks = 192;
const testedServers = 47;
const mxHosts = 15359;

function within(...ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", bits] = range.split("/");
    list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return (address) => list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** All addresses of a lab but those of MX hosts. */
function fixed(subnet: number): readonly string[] {
  const plan = addressPlan(subnet);
  return [
    ...Object.values(plan.farm),
    ...Object.values(plan.nameServers),
    ...Object.values(plan.nobody),
    ...range(mostSteps).map((step) => plan.stepServer(step + 1)),
    plan.primary,
    ...range(testedServers).map(plan.testedServer),
    ...range(stacks).flatMap((index) => [
      ...Object.values(plan.stack(index)),
      ...Object.values(plan.remote(index)),
      plan.stub(index),
    ]),
  ];
}

describe.each([0, 1, subnets - 1])("lab network %i", (subnet) => {
  const plan = addressPlan(subnet);
  const hosts = range(mxHosts).flatMap((index) => Object.values(plan.mxHost(index)));
  const all = [...fixed(subnet), ...hosts];

  it("holds all its addresses, each one once", () => {
    // As the engine writes them, not as text: 2001:db8::10 and 2001:db8::0010 are the same.
    const canonical = all.map((address) =>
      isIPv6(address) ? new URL(`http://[${address}]`).hostname : address,
    );
    expect(new Set(canonical).size).toBe(all.length);
    const inside = within(plan.network.ipv4, plan.network.ipv6);
    expect(all.filter((address) => !inside(address))).toEqual([]);
  });

  it("leaves network, gateway and broadcast address alone", () => {
    const [network = ""] = plan.network.ipv4.split("/");
    const [a, b, c = 0] = network.split(".").map(Number);
    for (const taken of [network, `${a}.${b}.${c}.1`, `${a}.${b}.${c + 63}.255`])
      expect(all).not.toContain(taken);
    expect(all).not.toContain(`${plan.network.ipv6.split("/")[0]}1`);
  });

  it("routes to the farm what belongs to MX hosts, and nothing else", () => {
    const routed = within(...plan.mxHosts.ipv4, plan.mxHosts.ipv6);
    expect(hosts.filter((address) => !routed(address))).toEqual([]);
    expect(fixed(subnet).filter(routed)).toEqual([]);
  });

  it("says where its room ends", () => {
    expect(() => plan.mxHost(mxHosts)).toThrow(
      new HarnessError(`a run has room for ${mxHosts} MX hosts; select fewer scenarios`),
    );
    for (const place of [plan.stack, plan.remote, plan.stub])
      expect(() => place(stacks)).toThrow(
        new HarnessError(`a run has room for ${stacks} stacks; select fewer`),
      );
    expect(() => plan.testedServer(testedServers)).toThrow(
      new HarnessError(`a run has room for ${testedServers} name servers; select fewer`),
    );
  });
});

it("lab networks lie side by side in the ranges set aside for tests and documentation", () => {
  const networks = range(subnets).map((subnet) => addressPlan(subnet).network);
  const allowed = within("198.18.0.0/15", "2001:db8::/32");
  for (const [index, { ipv4, ipv6 }] of networks.entries()) {
    const own = within(ipv4, ipv6);
    for (const [other, network] of networks.entries()) {
      const starts = [network.ipv4.split("/")[0]!, network.ipv6.split("/")[0]!];
      expect(starts.every(allowed)).toBe(true);
      expect(starts.map(own)).toEqual([index === other, index === other]);
    }
  }
});

import { HarnessError } from "../words/errors.ts";

/**
 * The lab's addresses: one of the 8 /18 networks of 198.18.0.0/15 (RFC 2544) and the /64 of 2001:db8::/32 (RFC 3849) that
 * goes with it. MX hosts live in the upper part, which is routed to the farm; so do the DNS relays before name servers.
 */
export interface AddressPlan {
  readonly network: { readonly ipv4: string; readonly ipv6: string };
  readonly farm: { readonly ipv4: string; readonly ipv6: string };
  /** Name servers, on addresses of the farm's namespace. */
  readonly nameServers: {
    readonly root: string;
    readonly tld: string;
    readonly domains: string;
    /** Has the zones as attackers tell them. */
    readonly forger: string;
    /** Stands for the name server outside the lab. */
    readonly outside: string;
  };
  /** The name server that has the zones as they are from that step on (1, 2, ...), on an address of the farm's namespace. */
  readonly stepServer: (step: number) => string;
  /** The hidden primary of name servers under test, on an address of the farm's namespace. */
  readonly primary: string;
  /** A name server under test, on an address of the farm's namespace. */
  readonly testedServer: (index: number) => string;
  /** A stack's namespace: resolver, and sender with the resolver on its loopback. */
  readonly stack: (index: number) => { readonly ipv4: string; readonly ipv6: string };
  /** The namespace of the stack's second sender, which reaches the resolver over the network. */
  readonly remote: (index: number) => { readonly ipv4: string; readonly ipv6: string };
  /** Where that sender believes its resolver to be: the DNS relay, on an address of the farm's namespace. */
  readonly stub: (index: number) => string;
  /** The second name server of its resolv.conf. */
  readonly secondStub: (index: number) => string;
  /** Or the DNS relay where it stands before the name server of a domain. */
  readonly mxHost: (index: number) => { readonly ipv4: string; readonly ipv6: string };
  /** Nobody's: a connection to it fails. Of every MX host that is down. */
  readonly nobody: { readonly ipv4: string; readonly ipv6: string };
  /** The parts of the network that hold MX hosts and the relays, CIDR. */
  readonly mxHosts: { readonly ipv4: readonly string[]; readonly ipv6: string };
}

export const subnets = 8;
export const prefixLength = 18;
const networkSize = 2 ** (32 - prefixLength);
/** Steps that a scenario may have after the first. */
export const mostSteps = 8;
/** Each part of the network begins where the one before ends. */
const first = {
  stack: 16,
  testedServer: 208,
  remote: 256,
  stub: 512,
  secondStub: 768,
  mxHost: 1024,
  end: networkSize - 1,
} as const;
const mostStacks = first.testedServer - first.stack;
const mostTestedServers = first.remote - first.testedServer - 1;
const mostMxHosts = first.end - first.mxHost;

export function addressPlan(subnet: number): AddressPlan {
  const base = (198 << 24) + (18 << 16) + subnet * networkSize;
  const prefix6 = `2001:db8:${(0x100 + subnet).toString(16)}:`;
  const ipv4 = (offset: number): string => {
    const address = (base + offset) >>> 0;
    return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
  };
  const ipv6 = (offset: number): string => `${prefix6}:${offset.toString(16)}`;
  const pair = (offset: number) => ({ ipv4: ipv4(offset), ipv6: ipv6(offset) });
  const place = (part: "stack" | "remote" | "stub" | "secondStub", index: number): number => {
    if (index >= mostStacks) throw new HarnessError(`a run has room for ${mostStacks} stacks; select fewer`);
    return first[part] + index;
  };
  return {
    network: { ipv4: `${ipv4(0)}/${prefixLength}`, ipv6: `${prefix6}:/64` },
    farm: pair(2),
    nameServers: {
      ...{ root: ipv4(3), tld: ipv4(4), domains: ipv4(5), forger: ipv4(7) },
      outside: ipv4(first.mxHost - 2),
    },
    stepServer: (step) => ipv4(7 + step),
    primary: ipv4(first.remote - 1),
    testedServer: (index) => {
      if (index >= mostTestedServers)
        throw new HarnessError(`a run has room for ${mostTestedServers} name servers; select fewer`);
      return ipv4(first.testedServer + index);
    },
    stack: (index) => pair(place("stack", index)),
    remote: (index) => pair(place("remote", index)),
    stub: (index) => ipv4(place("stub", index)),
    secondStub: (index) => ipv4(place("secondStub", index)),
    mxHost: (index) => {
      if (index >= mostMxHosts)
        throw new HarnessError(`a run has room for ${mostMxHosts} MX hosts; select fewer scenarios`);
      const offset = first.mxHost + index;
      return { ipv4: ipv4(offset), ipv6: `${prefix6}:a:${offset.toString(16)}` };
    },
    nobody: pair(1023),
    mxHosts: {
      // From mxHost to the end: each range is as large as all before it.
      ipv4: Array.from({ length: Math.log2(networkSize / first.mxHost) }, (_, doubling) => {
        const start = first.mxHost * 2 ** doubling;
        return `${ipv4(start)}/${32 - Math.log2(start)}`;
      }),
      ipv6: `${prefix6}:a:0/112`,
    },
  };
}

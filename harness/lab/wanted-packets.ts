import type { WantedPackets } from "../model/packets.ts";
import type { Plan } from "../model/plan.ts";
import { HarnessError } from "../words/errors.ts";
import type { World } from "../world/world.ts";

/** Whose packets are whose: by the addresses and the zones that belong to one trial alone. */
export function wantedPackets(
  { stacks, trials }: Plan,
  { addresses, domains, hosts }: Pick<World, "addresses" | "domains" | "hosts">,
  wanted: ReadonlySet<string>,
): readonly WantedPackets[] {
  const served = [
    ...hosts,
    ...[...domains.values()].flatMap(({ steps }) => steps.flatMap((step) => step.hosts)),
  ];
  const byDomain = Map.groupBy(served, ({ domain }) => domain);
  return trials
    .filter(({ id }) => wanted.has(id))
    .map(({ id, domain, stack, reach }) => {
      const index = stacks.findIndex((one) => one.id === stack);
      const zones = domains.get(domain)?.zones;
      if (index === -1 || !zones) throw new HarnessError(`${id} has no stack or no domain in the world`);
      // The resolver is in the stack's own namespace also for a sender across the network.
      const hostsOfIt = [addresses.stack(index), ...(reach === "network" ? [addresses.remote(index)] : [])];
      return {
        trial: id,
        addresses: [...new Set((byDomain.get(domain) ?? []).flatMap((host) => host.addresses))],
        peers: hostsOfIt.flatMap(({ ipv4, ipv6 }) => [ipv4, ipv6]),
        zones: zones.map((zone) => `${zone.toLowerCase()}.`),
      };
    });
}

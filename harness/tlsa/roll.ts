import type { TlsaRecord } from "./records.ts";

export interface RollStep {
  readonly does: string;
  /** The whole set as this step publishes it; none: DNS stays as it is. */
  readonly publish: readonly TlsaRecord[];
}

/** How a server goes from one key or certificate to the next without a moment in which no record matches (RFC 7671 8.1). */
export function rollSteps(
  current: TlsaRecord,
  next: TlsaRecord,
  ttl: number | undefined,
): readonly RollStep[] {
  if (current.data.equals(next.data))
    return [
      {
        does: "Nothing changes in DNS: both make the same record. Install the new certificate whenever you like.",
        publish: [current],
      },
    ];
  const wait = ttl === undefined ? "two TTLs of the old records" : `${duration(2 * ttl)}, two TTLs`;
  return [
    { does: "Publish both, the new record beside the old one.", publish: [current, next] },
    {
      does: `Wait ${wait} at least, from when all name servers of the zone have them: until then caches may hold the old record alone (RFC 7671 8.1).`,
      publish: [],
    },
    { does: "Install the new key and certificate on the server, and check what it sends.", publish: [] },
    { does: "When no server uses the old one any more, publish the new record alone.", publish: [next] },
  ];
}

/** "2 hours", "90 minutes", "100 seconds" */
function duration(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds % size === 0 && seconds > 0) ?? ["second", 1];
  const count = seconds / length;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

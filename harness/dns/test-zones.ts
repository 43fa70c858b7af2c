import type { Denial } from "../model/scenario.ts";
import { type ResourceRecord, record } from "./record.ts";
import type { Signing, ZoneDraft } from "./zone.ts";

/** For tests: a zone with all that zones of scenarios have, and the ways in which it can be signed. */

const hour = 3_600_000;

export function signing(now: Date, more: Partial<Signing> = {}): Signing {
  return {
    algorithm: 13,
    keys: "ksk+zsk",
    denial: { type: "nsec" },
    inception: new Date(now.getTime() - hour),
    expiration: new Date(now.getTime() + 14 * 24 * hour),
    ...more,
  };
}

/** MX hosts with TLSA records, aliases, a wildcard, empty non-terminals, a secure and an insecure delegation, glue. */
export function richZone(origin: string): readonly ResourceRecord[] {
  const one = (name: string, type: string, data: string): ResourceRecord =>
    record(name === "@" ? origin : `${name}.${origin}`, type, 60, data);
  return [
    one("@", "SOA", `Ns.${origin} hostmaster.${origin} 1 3600 600 86400 10`),
    one("@", "NS", `ns.${origin}`),
    one("@", "MX", `10 MX.${origin}`),
    one("@", "MX", `20 mx2.${origin}`),
    one("ns", "A", "198.18.0.5"),
    one("mx", "A", "198.18.4.1"),
    one("mx", "AAAA", "2001:db8:100::a:401"),
    one("_25._tcp.mx", "TLSA", `3 1 1 ${"01".repeat(32)}`),
    one("_25._tcp.mx", "TLSA", `2 0 2 ${"02".repeat(64)}`),
    one("Mx2", "A", "198.18.4.2"),
    one("_25._tcp.mx2", "TLSA", `3 1 1 ${"03".repeat(32)}`),
    one("alias", "CNAME", `Mx.${origin}`),
    one("tree.deep", "DNAME", `other.${origin}`),
    one("*.wild", "MX", `10 mx.${origin}`),
    one("text", "TXT", '"some words" more'),
    one("odd", "TYPE65280", "\\# 3 010203"),
    one("secure", "NS", `ns.secure.${origin}`),
    one("secure", "DS", `12345 13 2 ${"04".repeat(32)}`),
    one("ns.secure", "A", "198.18.0.6"),
    one("insecure", "NS", `ns.insecure.${origin}`),
    one("ns.insecure", "A", "198.18.0.7"),
    one("insecure.below", "NS", `ns.${origin}`),
  ];
}

export const nsec3 = (more: Partial<Extract<Denial, { type: "nsec3" }>> = {}): Denial => ({
  type: "nsec3",
  iterations: 0,
  salt: "",
  optOut: false,
  ...more,
});

/** Ways of signing that must all be right. */
export const goodSignings: readonly (readonly [title: string, more: Partial<Signing>])[] = [
  ["NSEC", {}],
  ["one key", { keys: "single" }],
  ["algorithm 8", { algorithm: 8 }],
  ["algorithm 10", { algorithm: 10 }],
  ["algorithm 14", { algorithm: 14 }],
  ["algorithm 15", { algorithm: 15 }],
  ["algorithm 16, one key", { algorithm: 16, keys: "single" }],
  ["NSEC3", { denial: nsec3() }],
  ["NSEC3, 5 iterations and salt", { denial: nsec3({ iterations: 5, salt: "aabbccdd" }) }],
  ["NSEC3 with opt-out", { denial: nsec3({ optOut: true }) }],
  [
    "NSEC3 with opt-out and salt, one key of algorithm 15",
    { algorithm: 15, keys: "single", denial: nsec3({ optOut: true, salt: "00" }) },
  ],
];

export function zoneDraft(
  now: Date,
  more: Partial<Signing> = {},
  faults: ZoneDraft["faults"] = [],
  origin = "zone.example.",
): ZoneDraft {
  return { origin, records: richZone(origin), signing: signing(now, more), faults };
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FaultName, faultNames } from "../model/scenario.ts";
import { key } from "../vocabulary.ts";
import { faultKinds } from "./faults.ts";
import { record } from "./record.ts";
import { type Opinions, verifyZones, type ZoneToVerify } from "./test-opinions.ts";
import { startTools, type Tools } from "./test-tools.ts";
import { goodSignings, nsec3, signing, zoneDraft } from "./test-zones.ts";
import { masterFile, type SignedZone, signZone, type ZoneDraft, type ZoneFaultAt } from "./zone.ts";

/** The signer judged by others: ldns-verify-zone and BIND's dnssec-verify. */

const now = new Date();

function dsLines({ ds }: SignedZone): string {
  return ds
    .map(({ name, rdata }) => `${name} 60 IN DS \\# ${rdata.length} ${Buffer.from(rdata).toString("hex")}\n`)
    .join("");
}

function toVerify(name: string, draft: ZoneDraft): ZoneToVerify {
  const signed = signZone(draft);
  return {
    name,
    origin: signed.origin,
    file: masterFile(signed),
    ds: dsLines(signed),
    single: draft.signing?.keys === "single",
  };
}

const soa = (origin: string) => [
  record(origin, "SOA", 60, "a.root. h.root. 1 2 3 4 5"),
  record(origin, "NS", 60, "a.root."),
];
const root: ZoneDraft = {
  origin: ".",
  signing: signing(now),
  faults: [],
  records: [
    ...soa("."),
    record("a.root.", "A", 60, "198.18.0.3"),
    record("example.", "NS", 60, "a.nic.example."),
    record("example.", "DS", 60, `1 13 2 ${"00".repeat(32)}`),
    record("a.nic.example.", "A", 60, "198.18.0.4"),
  ],
};

function large(origin: string): ZoneDraft {
  const tlsa = Array.from({ length: 90 }, (_, index) =>
    record(`_25._tcp.mx.${origin}`, "TLSA", 60, `3 1 1 ${index.toString(16).padStart(64, "0")}`),
  );
  const long = `${["a", "b", "c"].map((letter) => letter.repeat(63)).join(".")}.${"d".repeat(30)}.${origin}`;
  return {
    origin,
    signing: signing(now, { denial: nsec3() }),
    faults: [],
    records: [
      ...soa(origin),
      ...tlsa,
      record(`*.${origin}`, "A", 60, "198.18.4.1"),
      record(`*._tcp.wild.${origin}`, "TLSA", 60, `3 1 1 ${"05".repeat(32)}`),
      record(long, "A", 60, "198.18.4.2"),
      record(`Text.${origin}`, "TXT", 60, `"${"x".repeat(255)}" "" z`),
      record(`\\000\\046\\255.${origin}`, "A", 60, "198.18.4.3"),
    ],
  };
}

const good: readonly ZoneToVerify[] = [
  ...goodSignings.map(([title, more]) => toVerify(title, zoneDraft(now, more))),
  toVerify("algorithm 5", zoneDraft(now, { algorithm: 5 })),
  toVerify("algorithm 7, NSEC3", zoneDraft(now, { algorithm: 7, denial: nsec3() })),
  toVerify(
    "small RSA key",
    zoneDraft(now, { keys: [key("ksk", { algorithm: 8 }), key("zsk", { algorithm: 8, bits: 1024 })] }),
  ),
  toVerify(
    "a key that stands by",
    zoneDraft(now, { keys: [key("ksk"), key("zsk"), key("zsk", { label: "next", signs: false })] }),
  ),
  toVerify(
    "two algorithms",
    zoneDraft(now, {
      keys: [
        key("ksk"),
        key("zsk"),
        key("ksk", { label: "other", algorithm: 15 }),
        key("zsk", { label: "other", algorithm: 15 }),
      ],
    }),
  ),
  toVerify("DS with SHA-1", zoneDraft(now, { dsDigests: [1] })),
  toVerify("DS with SHA-384", zoneDraft(now, { dsDigests: [4] })),
  toVerify("the root", root),
  toVerify("nothing but the apex", { ...root, origin: "apex.example.", records: soa("apex.example.") }),
  toVerify("large and odd", large("large.example.")),
];

const expired = /expired/;
const missing = /no signatures/i;
const bogus = /bogus/i;

/** What at least one of the tools must say. null: neither can see it. */
const complaints: Readonly<Record<FaultName, RegExp | null>> = {
  "signature-expired": expired,
  "signature-not-yet-valid": /not incepted yet/,
  "signature-flipped": bogus,
  "signature-missing": missing,
  "signature-wrong-key": /No keys with the keytag and algorithm from the RRSIG found for (?!\S+\tDNSKEY)/,
  "data-altered": bogus,
  // The zone itself is right. ldns sees it because it is given the parent's DS for an anchor; dnssec-verify is not asked.
  "ds-mismatch": /No keys with the keytag and algorithm from the RRSIG found for \S+\tDNSKEY/,
  "dnskey-missing": /No DNSKEY records at zone apex/,
  "denial-unproven": /there is no NSEC\(3\) for/,
  "denial-wrong-range": /points to the wrong next/,
  // Only dnssec-verify compares bitmaps.
  "denial-type-bit-set": /bit map mismatch/,
  "unknown-algorithm": /Unknown cryptographic algorithm/,
  // The only anchor is one that nobody can compare.
  "unknown-ds-digest": /No keys with the keytag and algorithm from the RRSIG found for \S+\tDNSKEY/,
  // What is not there cannot be wrong: insecure is not bogus.
  "delegation-unsigned": null,
};

const denials = [
  ["NSEC", { type: "nsec" }],
  ["NSEC3", nsec3()],
  ["NSEC3 with opt-out", nsec3({ optOut: true })],
] as const;

function strikesOf(fault: FaultName): readonly ZoneFaultAt[] {
  if (faultKinds[fault].strikes === "zone") return [{ fault }];
  if (fault === "denial-type-bit-set") return [{ fault, type: "TLSA", name: "mx.zone.example." }];
  if (faultKinds[fault].strikes === "denial") return [{ fault }];
  return [
    { fault, type: "TLSA", name: "_25._tcp.mx.zone.example." },
    { fault, type: "MX", name: "*.wild.zone.example." },
    { fault, type: "CNAME" },
    { fault, type: "DS" },
  ];
}

interface Bad {
  readonly name: string;
  readonly fault: FaultName;
  readonly zone: ZoneToVerify;
}

const bad: readonly Bad[] = faultNames.flatMap((fault) =>
  strikesOf(fault).flatMap((strike) =>
    // Only faults of denial differ with its kind.
    (faultKinds[fault].strikes === "denial" ? denials : denials.slice(0, 1)).map(([title, denial]): Bad => {
      const name = [fault, strike.type, strike.name, title].filter(Boolean).join(", ");
      return { name, fault, zone: toVerify(name, zoneDraft(now, { denial }, [strike])) };
    }),
  ),
);

let tools: Tools | undefined;
let opinions: Opinions = new Map();

beforeAll(async () => {
  tools = await startTools();
  opinions = await verifyZones(tools, [...good, ...bad.map(({ zone }) => zone)]);
});

afterAll(() => tools?.close());

describe("zones without faults are accepted by both", () => {
  it.each(good.map(({ name }) => name))("%s", (name) => {
    expect(opinions.get(name)).toMatchObject({ ldns: { accepts: true }, bind: { accepts: true } });
  });
});

describe("a fault is seen, for what it is, by", () => {
  it.each(bad)("$name", ({ name, fault }) => {
    const complaint = complaints[fault];
    const { ldns, bind } = opinions.get(name) ?? {};
    if (complaint === null) expect([ldns?.accepts, bind?.accepts]).toEqual([true, true]);
    else {
      expect(ldns?.accepts && bind?.accepts).toBe(false);
      const refusals = [ldns, bind].flatMap((one) => (one && !one.accepts ? [one.text] : []));
      expect(refusals.join("\n")).toMatch(complaint);
    }
  });
});

it("a fault at the parent leaves the zone itself right", () => {
  for (const fault of ["ds-mismatch", "unknown-ds-digest", "delegation-unsigned"] as const)
    expect(opinions.get(`${fault}, NSEC`)?.bind).toMatchObject({ accepts: true });
});

it("where a fault strikes one RRset, ldns finds nothing else wrong", () => {
  for (const { name, fault, zone } of bad) {
    if (faultKinds[fault].strikes !== "rrset") continue;
    const errors = opinions.get(name)?.ldns?.text.match(/^Error: .*$/gm) ?? [];
    expect(errors, `${name} in\n${zone.file}`).toHaveLength(1);
  }
});

// Compact denial (RFC 9824) has no chain, so that both tools would call it broken: a resolver has to judge it.

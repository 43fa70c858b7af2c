import { type ResourceRecord, typeNumber } from "../dns/record.ts";
import { coveredType } from "../dns/rrset.ts";
import type { SignedZone } from "../dns/zone.ts";
import type { RelayRule } from "../model/farm.ts";
import type { Scenario, TlsaSpec } from "../model/scenario.ts";

/**
 * Records that name servers refuse to load: TLSA RDATA too short to hold usage, selector, matching type and an octet of
 * data. They are left out of the zone's file, and the DNS relay gives them, with their signatures, as its own answer.
 */
const leastTlsa = 4;

export function withholdsRecords({ mx, steps }: Scenario): boolean {
  return [mx, ...steps.map((step) => step.mx)].flat().some(({ tlsa }) => tlsa.some(isTooShort));
}

function isTooShort({ data }: TlsaSpec): boolean {
  if ("rdata" in data) return data.rdata.length / 2 < leastTlsa;
  if ("hex" in data) return data.hex === "";
  return data.octets === 0 && !data.trailing;
}

function ownerOf({ name }: ResourceRecord): string {
  return name.toLowerCase();
}

/** The zone as it can be loaded, and the rules that answer for the rest. */
export function withhold(zone: SignedZone): {
  readonly zone: SignedZone;
  readonly rules: readonly RelayRule[];
} {
  const owners = new Set(
    zone.records.filter(({ type, rdata }) => type === "TLSA" && rdata.length < leastTlsa).map(ownerOf),
  );
  if (owners.size === 0) return { zone, rules: [] };
  const type = typeNumber("TLSA");
  const isWithheld = (one: ResourceRecord): boolean =>
    owners.has(ownerOf(one)) && (one.type === "TLSA" || (one.type === "RRSIG" && coveredType(one) === type));
  return {
    zone: { ...zone, records: zone.records.filter((one) => !isWithheld(one)) },
    rules: [...owners].map((name) => ({
      name,
      type,
      does: "records",
      records: zone.records
        .filter((one) => isWithheld(one) && ownerOf(one) === name)
        .map(({ type: mnemonic, ttl, rdata }) => ({
          type: typeNumber(mnemonic),
          ttl,
          rdata: Buffer.from(rdata).toString("base64"),
        })),
    })),
  };
}

import { type ResourceRecord, typeNumber } from "./record.ts";
import { signatureOf, verifies } from "./verify.ts";

/** For tests: a zone looked at as a validator does (RFC 4035 5.3). */

/** The records of a zone by "owner TYPE", without RRSIGs. */
export function setsOf(records: readonly ResourceRecord[]): ReadonlyMap<string, readonly ResourceRecord[]> {
  const sets = new Map<string, ResourceRecord[]>();
  for (const one of records) {
    if (one.type === "RRSIG") continue;
    const key = `${one.name} ${one.type}`;
    sets.set(key, [...(sets.get(key) ?? []), one]);
  }
  return sets;
}

/**
 * What a validator finds of each RRset at that time: by which keys it is rightly signed, "none" where there is no
 * signature at all, "bad" where none is right.
 */
export function verdicts(
  records: readonly ResourceRecord[],
  now: Date,
  dnskeys: readonly Uint8Array[] = records.flatMap(({ type, rdata }) => (type === "DNSKEY" ? [rdata] : [])),
): ReadonlyMap<string, string> {
  const signatures = records.filter(({ type }) => type === "RRSIG");
  return new Map(
    [...setsOf(records)].map(([key, set]) => {
      const [name, type] = key.split(" ");
      const covering = signatures.filter(
        (one) => one.name === name && signatureOf(one).covers === typeNumber(type ?? ""),
      );
      const right = covering.flatMap((one) => {
        const { inception, expiration, algorithm } = signatureOf(one);
        return dnskeys.filter(
          (dnskey) =>
            dnskey[3] === algorithm && inception <= now && now <= expiration && verifies(one, set, dnskey),
        );
      });
      const by = right.map((dnskey) => (dnskey[1] === 1 ? "ksk" : "zsk")).sort();
      return [key, covering.length === 0 ? "none" : by.length === 0 ? "bad" : by.join("+")];
    }),
  );
}

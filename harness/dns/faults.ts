import type { FaultName } from "../model/scenario.ts";

/** The table of DNSSEC faults. `zone.ts` carries them out, and refuses a fault that changes nothing. */
export interface FaultKind {
  readonly description: string;
  /** What a validator must make of it (RFC 4035 4.3). */
  readonly effect: "bogus" | "insecure";
  /** What it strikes: an RRset of a type, the proofs that a type is absent, or the zone as a whole. */
  readonly strikes: "rrset" | "denial" | "zone";
}

export const faultKinds: Readonly<Record<FaultName, FaultKind>> = {
  "signature-expired": {
    description: "RRSIG really made with an expiration in the past",
    effect: "bogus",
    strikes: "rrset",
  },
  "signature-not-yet-valid": {
    description: "RRSIG really made with an inception in the future",
    effect: "bogus",
    strikes: "rrset",
  },
  "signature-flipped": { description: "a bit of the signature flipped", effect: "bogus", strikes: "rrset" },
  "signature-missing": { description: "no RRSIG over the RRset", effect: "bogus", strikes: "rrset" },
  "signature-wrong-key": {
    description: "RRSIG by a key that is not in DNSKEY",
    effect: "bogus",
    strikes: "rrset",
  },
  "data-altered": { description: "RDATA changed after signing", effect: "bogus", strikes: "rrset" },
  "ds-mismatch": { description: "the parent's DS fits another key", effect: "bogus", strikes: "zone" },
  "dnskey-missing": { description: "no DNSKEY RRset at the apex", effect: "bogus", strikes: "zone" },
  "denial-unproven": { description: "no NSEC or NSEC3 records", effect: "bogus", strikes: "denial" },
  "denial-wrong-range": {
    description: "NSEC or NSEC3 that cover nothing, rightly signed",
    effect: "bogus",
    strikes: "denial",
  },
  "denial-type-bit-set": {
    description: "NSEC or NSEC3 says that the absent type exists",
    effect: "bogus",
    strikes: "denial",
  },
  "unknown-algorithm": {
    description: "DS, DNSKEY and RRSIG of algorithm 200",
    effect: "insecure",
    strikes: "zone",
  },
  "unknown-ds-digest": { description: "DS of digest type 200 only", effect: "insecure", strikes: "zone" },
  "delegation-unsigned": { description: "no DS at the parent", effect: "insecure", strikes: "zone" },
};

import type { Denial, DnssecAlgorithm, FaultName } from "../model/scenario.ts";
import { HarnessError } from "../words/errors.ts";
import { nsec3ParamRecord, nsec3Records, nsecRecords } from "./denial.ts";
import { faultKinds } from "./faults.ts";
import { createKey, dsRecord, type ZoneKey } from "./keys.ts";
import { isWithin, parentOf } from "./name.ts";
import { type ResourceRecord, rawRecord } from "./record.ts";
import { cutsOf, isSigned, type RRset, rrsetsOf, signSet, type Validity } from "./rrset.ts";

export interface Signing extends Validity {
  readonly algorithm: DnssecAlgorithm;
  readonly keys: "single" | "ksk+zsk";
  readonly denial: Denial;
}

export interface ZoneFaultAt {
  readonly fault: FaultName;
  readonly type?: string;
  /** FQDN; without it every RRset of the type is struck. */
  readonly name?: string;
}

export interface ZoneDraft {
  readonly origin: string;
  /** SOA, NS and all data; for delegations NS, DS and glue. */
  readonly records: readonly ResourceRecord[];
  /** null: the zone is not signed. */
  readonly signing: Signing | null;
  readonly faults: readonly ZoneFaultAt[];
}

export interface SignedZone {
  readonly origin: string;
  readonly records: readonly ResourceRecord[];
  /** What the parent is to hold. */
  readonly ds: readonly ResourceRecord[];
  /** Master-file line of the key that DS or a trust anchor points at; "" for unsigned zones. */
  readonly anchor: string;
}

const keyTtl = 60;
const day = 86_400_000;

/** Signs a zone, faults included. Throws HarnessError if a fault changed nothing: a scenario must not test nothing in silence. */
export function signZone(draft: ZoneDraft): SignedZone {
  const { origin, signing } = draft;
  if (!signing) {
    const [wrong] = draft.faults.filter(({ fault }) => fault !== "delegation-unsigned");
    if (wrong)
      throw new HarnessError(`zone ${origin} is unsigned: the fault "${wrong.fault}" cannot strike it`);
    return { origin, records: draft.records, ds: [], anchor: "" };
  }
  const changes = new Map(draft.faults.map((fault) => [fault, 0]));
  const change = (fault: ZoneFaultAt): void => {
    changes.set(fault, (changes.get(fault) ?? 0) + 1);
  };
  const zoneFault = (name: FaultName): ZoneFaultAt | undefined =>
    draft.faults.find(({ fault }) => fault === name);

  const { signer, keys } = zoneKeys(origin, signing, zoneFault("unknown-algorithm"), change);
  const dnskeys = keys.map(({ rdata }) => rawRecord(origin, "DNSKEY", keyTtl, rdata));
  const { denial } = signing;
  const own = [
    ...draft.records,
    ...dnskeys,
    ...(denial.type === "nsec3" ? [nsec3ParamRecord(origin, denial)] : []),
  ];
  const proofs = denialRecords(draft, own, denial, change);
  const cuts = cutsOf(origin, draft.records);

  const signed = rrsetsOf([...own, ...proofs]).flatMap((set) => {
    const faults = draft.faults.filter((fault) => strikes(fault, set));
    if (!isSigned(set, cuts)) return set.records;
    const sep = set.type === "DNSKEY" ? keys[0] : signer;
    return [
      ...altered(set, faults, change),
      ...signatures(set, sep ?? signer, draft, signing, faults, change),
    ];
  });

  const noKeys = zoneFault("dnskey-missing");
  const records = noKeys ? withoutKeys(signed, origin, () => change(noKeys)) : signed;
  const ds = delegationSigner(draft, keys[0] ?? signer, change);
  for (const [{ fault, name, type }, count] of changes) {
    if (count === 0) {
      throw new HarnessError(
        `zone ${origin}: the fault "${fault}" on ${name ?? "any name"} ${type ?? ""} changed no record; is there such an RRset?`,
      );
    }
  }
  const sep = dnskeys[0];
  return { origin, records, ds, anchor: sep ? masterLine(sep) : "" };
}

/** keys[0] is the secure entry point; `signer` signs all but DNSKEY. */
function zoneKeys(
  origin: string,
  { algorithm, keys }: Signing,
  unknown: ZoneFaultAt | undefined,
  change: (fault: ZoneFaultAt) => void,
) {
  const published = unknown ? 200 : algorithm;
  if (unknown) change(unknown);
  const sep = createKey(algorithm, 257, `sep ${origin === "." ? "root" : "zone"}`, published);
  const signer = keys === "single" ? sep : createKey(algorithm, 256, "zsk", published);
  return { signer, keys: keys === "single" ? [sep] : [sep, signer] };
}

function strikes({ fault, type, name }: ZoneFaultAt, set: RRset): boolean {
  return (
    faultKinds[fault].strikes === "rrset" &&
    type === set.type &&
    (name === undefined || name.toLowerCase() === set.name.toLowerCase())
  );
}

function denialRecords(
  draft: ZoneDraft,
  records: readonly ResourceRecord[],
  denial: Denial,
  change: (fault: ZoneFaultAt) => void,
) {
  const faults = draft.faults.filter(({ fault }) => faultKinds[fault].strikes === "denial");
  const find = (name: FaultName): ZoneFaultAt | undefined => faults.find(({ fault }) => fault === name);
  const [unproven, range] = [find("denial-unproven"), find("denial-wrong-range")];
  const input = {
    origin: draft.origin,
    records,
    cuts: cutsOf(draft.origin, draft.records),
    ttl: 10,
    emptyRanges: range !== undefined,
    extraTypes: (name: string): readonly string[] =>
      faults.flatMap((fault) => {
        const at = fault.name?.toLowerCase() ?? draft.origin.toLowerCase();
        if (fault.fault !== "denial-type-bit-set" || fault.type === undefined || at !== name) return [];
        change(fault);
        return [fault.type];
      }),
  };
  const proofs = denial.type === "nsec" ? nsecRecords(input) : nsec3Records(input, denial);
  if (range) for (const _ of proofs) change(range);
  if (!unproven) return proofs;
  for (const _ of proofs) change(unproven);
  return [];
}

/** The RRset, with the first octets of its last record changed where the fault "data-altered" says so. */
function altered(
  set: RRset,
  faults: readonly ZoneFaultAt[],
  change: (fault: ZoneFaultAt) => void,
): readonly ResourceRecord[] {
  const fault = faults.find((one) => one.fault === "data-altered");
  if (!fault) return set.records;
  return set.records.map((one) => {
    change(fault);
    const rdata = Buffer.from(one.rdata);
    // MX: the preference; others: the last octet (address, digest).
    const at = one.type === "MX" ? 1 : rdata.length - 1;
    rdata[at] = (rdata[at] ?? 0) ^ 1;
    return { ...one, rdata };
  });
}

function signatures(
  set: RRset,
  key: ZoneKey,
  { origin }: ZoneDraft,
  signing: Signing,
  faults: readonly ZoneFaultAt[],
  change: (fault: ZoneFaultAt) => void,
): readonly ResourceRecord[] {
  let validity: Validity = signing;
  let by = key;
  let flip = false;
  for (const fault of faults) {
    switch (fault.fault) {
      case "signature-missing":
        change(fault);
        return [];
      case "signature-expired":
        change(fault);
        validity = {
          inception: new Date(signing.inception.getTime() - 30 * day),
          expiration: new Date(signing.inception.getTime() - day),
        };
        break;
      case "signature-not-yet-valid":
        change(fault);
        validity = {
          inception: new Date(signing.expiration.getTime() - day),
          expiration: new Date(signing.expiration.getTime() + 30 * day),
        };
        break;
      case "signature-wrong-key":
        change(fault);
        by = createKey(signing.algorithm, 256, "stranger");
        break;
      case "signature-flipped":
        change(fault);
        flip = true;
        break;
      default:
        break;
    }
  }
  const signature = signSet(set, by, origin, validity);
  if (!flip) return [signature];
  const rdata = Buffer.from(signature.rdata);
  rdata[rdata.length - 1] = (rdata[rdata.length - 1] ?? 0) ^ 1;
  return [{ ...signature, rdata }];
}

function withoutKeys(
  records: readonly ResourceRecord[],
  origin: string,
  change: () => void,
): readonly ResourceRecord[] {
  const dnskey = 48;
  return records.filter((one) => {
    const key = one.type === "DNSKEY" && one.name === origin;
    const signature =
      one.type === "RRSIG" && one.name === origin && Buffer.from(one.rdata).readUInt16BE(0) === dnskey;
    if (key) change();
    return !key && !signature;
  });
}

function delegationSigner(
  draft: ZoneDraft,
  sep: ZoneKey,
  change: (fault: ZoneFaultAt) => void,
): readonly ResourceRecord[] {
  const { origin, signing, faults } = draft;
  const find = (name: FaultName): ZoneFaultAt | undefined => faults.find(({ fault }) => fault === name);
  const [none, mismatch, digest] = [
    find("delegation-unsigned"),
    find("ds-mismatch"),
    find("unknown-ds-digest"),
  ];
  for (const fault of [none, mismatch, digest]) if (fault) change(fault);
  if (none || !signing) return [];
  const key = mismatch ? createKey(signing.algorithm, 257, "stranger") : sep;
  return [dsRecord(origin, key, keyTtl, digest ? 200 : 2)];
}

/** What a validator must find for a question in this zone, its parents taken as secure. */
export function statusOf(draft: ZoneDraft, name: string, type: string): "secure" | "insecure" | "bogus" {
  if (!draft.signing) return "insecure";
  const whole = draft.faults
    .filter(({ fault }) => faultKinds[fault].strikes === "zone")
    .map(({ fault }) => faultKinds[fault].effect);
  if (whole.includes("insecure")) return "insecure";
  if (whole.includes("bogus")) return "bogus";
  const exists = ownersFor(draft, name).some((owner) =>
    draft.records.some((one) => one.type === type && one.name.toLowerCase() === owner),
  );
  const bogus = draft.faults.some((fault) => {
    const { strikes: target } = faultKinds[fault.fault];
    if (target === "denial") {
      // A wrong type bit hurts only the name and type it is set for.
      const at = fault.name?.toLowerCase() ?? draft.origin.toLowerCase();
      return (
        !exists &&
        (fault.fault !== "denial-type-bit-set" || (at === name.toLowerCase() && fault.type === type))
      );
    }
    return (
      exists &&
      fault.type === type &&
      (fault.name === undefined || ownersFor(draft, name).includes(fault.name.toLowerCase()))
    );
  });
  return bogus ? "bogus" : "secure";
}

/** The name itself, or the wildcard that stands for it where it does not exist (RFC 4592). */
function ownersFor({ origin, records }: ZoneDraft, name: string): readonly string[] {
  const low = name.toLowerCase();
  const exists = (candidate: string): boolean => records.some((one) => isWithin(one.name, candidate));
  if (exists(low)) return [low];
  let encloser = parentOf(low);
  while (encloser !== "." && !exists(encloser) && isWithin(encloser, origin)) encloser = parentOf(encloser);
  return [`*.${encloser}`];
}

/** One line of a master file, RDATA in the form of RFC 3597, which holds any octets. */
function masterLine({ name, type, ttl, rdata }: ResourceRecord): string {
  if (type === "DNSKEY") {
    const [flags, protocol, algorithm] = [Buffer.from(rdata).readUInt16BE(0), rdata[2], rdata[3]];
    return `${name} ${ttl} IN DNSKEY ${flags} ${protocol} ${algorithm} ${Buffer.from(rdata.subarray(4)).toString("base64")}`;
  }
  const hex = Buffer.from(rdata).toString("hex");
  return `${name} ${ttl} IN ${type} \\# ${rdata.length}${hex ? ` ${hex}` : ""}`;
}

/** RFC 1035 section 5, with absolute names. */
export function masterFile({ records }: SignedZone): string {
  const [soa, rest] = [
    records.filter(({ type }) => type === "SOA"),
    records.filter(({ type }) => type !== "SOA"),
  ];
  return `${[...soa, ...rest].map(masterLine).join("\n")}\n`;
}

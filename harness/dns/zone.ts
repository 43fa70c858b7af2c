import type { Denial, DnssecAlgorithm, FaultName, ZoneKeySpec } from "../model/scenario.ts";
import { HarnessError } from "../words/errors.ts";
import { compactRecords, nsec3ParamRecord, nsec3Records, nsecRecords } from "./denial.ts";
import { faultKinds } from "./faults.ts";
import { keySpecs } from "./key-specs.ts";
import { createKey, createKeyRing, dsRecord, type KeyRing, unknownDigest, type ZoneKey } from "./keys.ts";
import { presentation, readName } from "./message.ts";
import { namesInRdata, type ResourceRecord, rawRecord, typeNumber } from "./record.ts";
import { cutsOf, isSigned, type RRset, rrsetsOf, signSet, typesIn, type Validity } from "./rrset.ts";

export interface Signing extends Validity {
  /** Of the keys, where they are not listed. */
  readonly algorithm: DnssecAlgorithm;
  readonly keys: "single" | "ksk+zsk" | readonly ZoneKeySpec[];
  /** Digest types of DS; SHA-256 unless told. */
  readonly dsDigests?: readonly number[];
  readonly denial: Denial;
  /** Of DNSKEY and DS, seconds; 60 unless told. */
  readonly ttl?: number;
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
  /** Those that are published, by role. */
  readonly keys: readonly { readonly role: ZoneKeySpec["role"]; readonly key: ZoneKey }[];
  /** Master-file line of the key that DS or a trust anchor points at; "" for unsigned zones. */
  readonly anchor: string;
}

const day = 86_400_000;

/**
 * Signs a zone, faults included; the same ring gives a zone the same keys again. Throws HarnessError if a fault changed
 * nothing: a scenario must not test nothing in silence.
 */
export function signZone(draft: ZoneDraft, ring: KeyRing = createKeyRing()): SignedZone {
  const { origin, signing } = draft;
  if (!signing) {
    const [wrong] = draft.faults.filter(({ fault }) => fault !== "delegation-unsigned");
    if (wrong)
      throw new HarnessError(`zone ${origin} is unsigned: the fault "${wrong.fault}" cannot strike it`);
    return { origin, records: draft.records, ds: [], keys: [], anchor: "" };
  }
  const changes = new Map(draft.faults.map((fault) => [fault, 0]));
  const change = (fault: ZoneFaultAt): void => {
    changes.set(fault, (changes.get(fault) ?? 0) + 1);
  };
  const zoneFault = (name: FaultName): ZoneFaultAt | undefined =>
    draft.faults.find(({ fault }) => fault === name);

  const unknown = zoneFault("unknown-algorithm");
  if (unknown) change(unknown);
  const keys = keySpecs(draft, signing).map((spec) => ({ ...spec, key: ring.keyOf(origin, spec) }));
  const keyTtl = signing.ttl ?? 60;
  const dnskeys = keys
    .filter(({ published }) => published)
    .map(({ key }) => rawRecord(origin, "DNSKEY", keyTtl, key.rdata));
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
    const other = set.type === "DNSKEY" ? "zsk" : "ksk";
    const signers = keys.filter(({ role, signs }) => signs && role !== other);
    return [
      ...altered(set, faults, change),
      ...signers.flatMap((signer) => signatures(set, signer, draft.origin, signing, faults, change)),
    ];
  });

  const noKeys = zoneFault("dnskey-missing");
  const records = noKeys ? withoutKeys(signed, origin, () => change(noKeys)) : signed;
  const entries = keys.filter(({ ds, role }) => ds && role !== "zsk").map(({ key }) => key);
  const ds = delegationSigner(draft, signing, entries, change);
  for (const [{ fault, name, type }, count] of changes) {
    if (count === 0) {
      throw new HarnessError(
        `zone ${origin}: the fault "${fault}" on ${name ?? "any name"} ${type ?? ""} changed no record; is there such an RRset?`,
      );
    }
  }
  const [anchor] = entries;
  return {
    origin,
    records,
    ds,
    keys: keys.filter(({ published }) => published).map(({ role, key }) => ({ role, key })),
    anchor: anchor ? masterLine(rawRecord(origin, "DNSKEY", keyTtl, anchor.rdata)) : "",
  };
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
    ttl: negativeTtl(draft),
    emptyRanges: range !== undefined,
    extraTypes: (name: string): readonly string[] =>
      faults.flatMap((fault) => {
        const at = fault.name?.toLowerCase() ?? draft.origin.toLowerCase();
        if (fault.fault !== "denial-type-bit-set" || fault.type === undefined || at !== name) return [];
        change(fault);
        return [fault.type];
      }),
  };
  const proofs =
    denial.type === "nsec"
      ? nsecRecords(input)
      : denial.type === "compact"
        ? compactRecords(input, denial.names)
        : nsec3Records(input, denial);
  if (range) for (const _ of proofs) change(range);
  if (!unproven) return proofs;
  for (const _ of proofs) change(unproven);
  return [];
}

/** RFC 9077 3.1: the lesser of the SOA's minimum and its own TTL. */
function negativeTtl({ origin, records }: ZoneDraft): number {
  const soa = records.find(({ name, type }) => type === "SOA" && name.toLowerCase() === origin.toLowerCase());
  if (!soa) throw new HarnessError(`zone ${origin} has no SOA record`);
  return Math.min(soa.ttl, Buffer.from(soa.rdata).readUInt32BE(soa.rdata.length - 4));
}

/** The RRset, an octet of each record changed where the fault "data-altered" says so. */
function altered(
  set: RRset,
  faults: readonly ZoneFaultAt[],
  change: (fault: ZoneFaultAt) => void,
): readonly ResourceRecord[] {
  const fault = faults.find((one) => one.fault === "data-altered");
  if (!fault) return set.records;
  return set.records.map((one) => {
    change(fault);
    return alteredRecord(one);
  });
}

/** As the fault "data-altered" leaves it. */
export function alteredRecord(one: ResourceRecord): ResourceRecord {
  const rdata = Buffer.from(one.rdata);
  // MX: the preference; names: a letter; others: the last octet (address, digest).
  const at = ["MX", "CNAME", "DNAME", "NS", "PTR"].includes(one.type) ? 1 : rdata.length - 1;
  rdata[at] = (rdata[at] ?? 0) ^ 1;
  return { ...one, rdata };
}

function signatures(
  set: RRset,
  { key, algorithm }: ZoneKeySpec & { readonly key: ZoneKey },
  origin: string,
  signing: Validity,
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
          inception: new Date(signing.expiration.getTime() + day),
          expiration: new Date(signing.expiration.getTime() + 30 * day),
        };
        break;
      case "signature-wrong-key":
        change(fault);
        by = createKey(algorithm === "unknown" ? 13 : algorithm, 256, "stranger", key.algorithm);
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
  { origin, faults }: ZoneDraft,
  { dsDigests, ttl }: Signing,
  entries: readonly ZoneKey[],
  change: (fault: ZoneFaultAt) => void,
): readonly ResourceRecord[] {
  const find = (name: FaultName): ZoneFaultAt | undefined => faults.find(({ fault }) => fault === name);
  const [none, mismatch, digest] = [
    find("delegation-unsigned"),
    find("ds-mismatch"),
    find("unknown-ds-digest"),
  ];
  for (const fault of [none, mismatch, digest]) if (fault) change(fault);
  if (none) return [];
  const types = digest ? [unknownDigest] : (dsDigests ?? [2]);
  return entries.flatMap((key) => {
    // The same algorithm and tag, so that only the digest tells (RFC 4035 5.2).
    const named = mismatch ? { ...key, rdata: createKey(13, 257, "stranger").rdata } : key;
    return types.map((type) => dsRecord(origin, named, ttl ?? 60, type));
  });
}

/** One line of a master file, RDATA in the form of RFC 3597, which holds any octets. */
function masterLine({ name, type, ttl, rdata }: ResourceRecord): string {
  const octets = Buffer.from(rdata);
  const head = `${name} ${ttl} IN`;
  if (type === "DNSKEY") {
    const [flags, protocol, algorithm] = [octets.readUInt16BE(0), rdata[2], rdata[3]];
    return `${head} DNSKEY ${flags} ${protocol} ${algorithm} ${octets.subarray(4).toString("base64")}`;
  }
  if (type === "NSEC") {
    const { name: next, end } = readName(octets, 0);
    const types = [...typesIn(octets.subarray(end))];
    // NSD 4.12 takes type bitmaps of more than one window in their own form only.
    if (types.some((one) => typeNumber(one) > 255)) return `${head} NSEC ${next} ${types.join(" ")}`;
  }
  return `${head} ${type} \\# ${rdata.length}${rdata.length > 0 ? ` ${octets.toString("hex")}` : ""}`;
}

/** The same in the form of each type, as people write it: not all signers read the other. */
function usualLine(one: ResourceRecord): string {
  const octets = Buffer.from(one.rdata);
  const line = (data: string) => `${one.name} ${one.ttl} IN ${one.type} ${data}`;
  if (one.type === "TXT") return line(strings(octets).join(" "));
  if (one.type === "DS")
    return line(`${octets.readUInt16BE(0)} ${octets[2]} ${octets[3]} ${octets.subarray(4).toString("hex")}`);
  const names = namesInRdata[one.type];
  if (!names) {
    const data = presentation(octets, one.type, 0, octets.length);
    return data === undefined ? masterLine(one) : line(data);
  }
  const fields: (string | number)[] = [];
  let at = 0;
  for (; at < names.from; at += 2) fields.push(octets.readUInt16BE(at));
  for (let index = 0; index < names.count; index++) {
    const read = readName(octets, at);
    fields.push(read.name.replaceAll(/["();@$]/g, "\\$&"));
    at = read.end;
  }
  for (; at < octets.length; at += 4) fields.push(octets.readUInt32BE(at));
  return line(fields.join(" "));
}

/** RFC 1035 3.3.14, quoted. */
function strings(octets: Buffer): readonly string[] {
  const all: string[] = [];
  for (let at = 0; at < octets.length; at += 1 + (octets[at] ?? 0)) {
    const string = octets.subarray(at + 1, at + 1 + (octets[at] ?? 0));
    all.push(
      `"${[...string].map((octet) => (octet < 0x20 || octet > 0x7e || octet === 0x22 || octet === 0x5c ? `\\${String(octet).padStart(3, "0")}` : String.fromCharCode(octet))).join("")}"`,
    );
  }
  return all;
}

/** RFC 1035 section 5, with absolute names. `usual`: RDATA as people write it. */
export function masterFile({ records }: Pick<ZoneDraft, "records">, usual = false): string {
  const [soa, rest] = [
    records.filter(({ type }) => type === "SOA"),
    records.filter(({ type }) => type !== "SOA"),
  ];
  return `${[...soa, ...rest].map(usual ? usualLine : masterLine).join("\n")}\n`;
}

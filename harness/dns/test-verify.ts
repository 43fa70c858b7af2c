import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";
import { canonicalWireName } from "./name.ts";
import { canonicalRdata, type ResourceRecord, typeNumber } from "./record.ts";

/** For tests: signatures checked as a validator does (RFC 4034 3.1.8.1, RFC 4035 5.3), by node:crypto. */

interface Signature {
  readonly name: string;
  readonly covers: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly ttl: number;
  readonly expiration: Date;
  readonly inception: Date;
  readonly tag: number;
  /** All of RDATA but the signature itself. */
  readonly head: Buffer;
  readonly signature: Buffer;
}

export function signatureOf({ name, rdata }: ResourceRecord): Signature {
  const data = Buffer.from(rdata);
  let end = 18;
  while (data[end] !== 0) end += (data[end] ?? 0) + 1;
  return {
    name,
    covers: data.readUInt16BE(0),
    algorithm: data.readUInt8(2),
    labels: data.readUInt8(3),
    ttl: data.readUInt32BE(4),
    expiration: new Date(data.readUInt32BE(8) * 1000),
    inception: new Date(data.readUInt32BE(12) * 1000),
    tag: data.readUInt16BE(16),
    head: data.subarray(0, end + 1),
    signature: data.subarray(end + 1),
  };
}

function jwk(members: Readonly<Record<string, string | Buffer>>): KeyObject {
  const texts = Object.entries(members).map(([name, value]) => [
    name,
    typeof value === "string" ? value : value.toString("base64url"),
  ]);
  return createPublicKey({ key: Object.fromEntries(texts), format: "jwk" });
}

/** The public key in the RDATA of DNSKEY: RFC 3110, RFC 6605 section 4, RFC 8080 section 3. */
export function publicKeyOf(dnskey: Uint8Array): KeyObject {
  const key = Buffer.from(dnskey.subarray(4));
  const half = key.length / 2;
  switch (dnskey[3]) {
    case 13:
    case 14:
      return jwk({
        kty: "EC",
        crv: dnskey[3] === 13 ? "P-256" : "P-384",
        x: key.subarray(0, half),
        y: key.subarray(half),
      });
    case 15:
    case 16:
      return jwk({ kty: "OKP", crv: dnskey[3] === 15 ? "Ed25519" : "Ed448", x: key });
    default: {
      const exponent = key.readUInt8(0);
      return jwk({ kty: "RSA", e: key.subarray(1, 1 + exponent), n: key.subarray(1 + exponent) });
    }
  }
}

const digests = new Map([
  [1, "md5"],
  [5, "sha1"],
  [7, "sha1"],
  [8, "sha256"],
  [10, "sha512"],
  [13, "sha256"],
  [14, "sha384"],
]);

function signedData({ head, ttl }: Signature, set: readonly ResourceRecord[]): Buffer {
  const records = set
    .map((one) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(typeNumber(one.type), 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(ttl, 4);
      const rdata = canonicalRdata(one);
      fixed.writeUInt16BE(rdata.length, 8);
      return { rdata, whole: Buffer.concat([canonicalWireName(one.name), fixed, rdata]) };
    })
    .sort((a, b) => Buffer.compare(a.rdata, b.rdata));
  return Buffer.concat([head, ...records.map(({ whole }) => whole)]);
}

/** Whether the key made the signature over exactly these records; times are not looked at. */
export function verifies(rrsig: ResourceRecord, set: readonly ResourceRecord[], dnskey: Uint8Array): boolean {
  const parsed = signatureOf(rrsig);
  const key = publicKeyOf(dnskey);
  return verify(
    digests.get(dnskey[3] ?? 0),
    signedData(parsed, set),
    key.asymmetricKeyType === "ec"
      ? { key, dsaEncoding: "ieee-p1363" }
      : key.asymmetricKeyType === "rsa"
        ? { key, padding: constants.RSA_PKCS1_PADDING }
        : key,
    parsed.signature,
  );
}

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

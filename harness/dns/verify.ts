import { constants, createPublicKey, type KeyObject, verify } from "node:crypto";
import { HarnessError } from "../words/errors.ts";
import { readName } from "./message.ts";
import { canonicalWireName, labelsOf, parentOf } from "./name.ts";
import { canonicalRdata, type ResourceRecord, typeNumber } from "./record.ts";

/** Signatures checked as a validator does (RFC 4034 3.1.8.1, RFC 4035 5.3), by node:crypto. */

/** RFC 4034 3.1. */
export interface Signature {
  readonly name: string;
  readonly covers: number;
  readonly algorithm: number;
  readonly labels: number;
  readonly ttl: number;
  readonly expiration: Date;
  readonly inception: Date;
  readonly tag: number;
  /** FQDN. */
  readonly signer: string;
  /** All of RDATA but the signature itself, in canonical form. */
  readonly head: Buffer;
  readonly signature: Buffer;
}

/** HarnessError: the RDATA is no RRSIG. */
export function signatureOf({ name, rdata }: ResourceRecord): Signature {
  const data = Buffer.from(rdata);
  if (data.length < 20) throw new HarnessError(`the RRSIG at ${name} has no more than ${data.length} octets`);
  const { name: signer, end } = readName(data, 18);
  return {
    name,
    signer,
    covers: data.readUInt16BE(0),
    algorithm: data.readUInt8(2),
    labels: data.readUInt8(3),
    ttl: data.readUInt32BE(4),
    expiration: new Date(data.readUInt32BE(8) * 1000),
    inception: new Date(data.readUInt32BE(12) * 1000),
    tag: data.readUInt16BE(16),
    head: Buffer.concat([data.subarray(0, 18), canonicalWireName(signer)]),
    signature: data.subarray(end),
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

/** RFC 4035 5.3.2: the name of a record that a wildcard made is the wildcard's. */
function signedName(name: string, labels: number): string {
  let source = name;
  for (let more = labelsOf(name).length - labels; more > 0; more--) source = parentOf(source);
  return source === name || name.startsWith("*.") ? name : `*.${source === "." ? "" : source}`;
}

function signedData({ head, ttl, labels }: Signature, set: readonly ResourceRecord[]): Buffer {
  const records = set
    .map((one) => {
      const fixed = Buffer.alloc(10);
      fixed.writeUInt16BE(typeNumber(one.type), 0);
      fixed.writeUInt16BE(1, 2);
      fixed.writeUInt32BE(ttl, 4);
      const rdata = canonicalRdata(one);
      fixed.writeUInt16BE(rdata.length, 8);
      return { rdata, whole: Buffer.concat([canonicalWireName(signedName(one.name, labels)), fixed, rdata]) };
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

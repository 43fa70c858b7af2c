import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { DnssecAlgorithm } from "../model/scenario.ts";
import { canonicalWireName } from "./name.ts";
import { type ResourceRecord, rawRecord } from "./record.ts";

/** A zone key: RFC 4034 section 2; algorithms RFC 5702 (8), RFC 6605 (13, 14), RFC 8080 (15). */
export interface ZoneKey {
  readonly flags: 256 | 257;
  /** The number that DNSKEY, DS and RRSIG carry: the real algorithm's but for the fault "unknown-algorithm". */
  readonly algorithm: number;
  readonly rdata: Buffer;
  readonly tag: number;
  sign(data: Uint8Array): Buffer;
}

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function jwkMember(key: KeyObject, member: "x" | "y" | "n" | "e"): Buffer {
  return Buffer.from(String(key.export({ format: "jwk" })[member]), "base64url");
}

interface Algorithm {
  generate(): Pair;
  /** The public key field of DNSKEY. */
  publicKey(key: KeyObject): Buffer;
  sign(data: Uint8Array, key: KeyObject): Buffer;
}

function ecdsa(namedCurve: string, digest: string): Algorithm {
  return {
    generate: () => generateKeyPairSync("ec", { namedCurve }),
    publicKey: (key) => Buffer.concat([jwkMember(key, "x"), jwkMember(key, "y")]),
    sign: (data, key) => sign(digest, data, { key, dsaEncoding: "ieee-p1363" }),
  };
}

const algorithms: Readonly<Record<DnssecAlgorithm, Algorithm>> = {
  8: {
    generate: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
    publicKey: (key) => {
      const exponent = jwkMember(key, "e");
      return Buffer.concat([Buffer.from([exponent.length]), exponent, jwkMember(key, "n")]);
    },
    sign: (data, key) => sign("sha256", data, key),
  },
  13: ecdsa("P-256", "sha256"),
  14: ecdsa("P-384", "sha384"),
  15: {
    generate: () => generateKeyPairSync("ed25519"),
    publicKey: (key) => jwkMember(key, "x"),
    sign: (data, key) => sign(null, data, key),
  },
};

/** RSA keys take 100 ms to make: one of each kind serves the whole process. */
const rsaPool = new Map<string, Pair>();

function pairFor(algorithm: DnssecAlgorithm, use: string): Pair {
  if (algorithm !== 8) return algorithms[algorithm].generate();
  const pooled = rsaPool.get(use) ?? algorithms[algorithm].generate();
  rsaPool.set(use, pooled);
  return pooled;
}

/** RFC 4034 appendix B. */
export function keyTag(rdata: Uint8Array): number {
  let sum = 0;
  rdata.forEach((octet, index) => {
    sum += index % 2 === 0 ? octet << 8 : octet;
  });
  return (sum + (sum >>> 16)) & 0xffff;
}

/** `use` keeps pooled keys of different roles apart; `published` is the algorithm number to show. */
export function createKey(
  algorithm: DnssecAlgorithm,
  flags: 256 | 257,
  use: string,
  published: number = algorithm,
): ZoneKey {
  const { privateKey, publicKey } = pairFor(algorithm, use);
  const rdata = Buffer.concat([
    Buffer.from([flags >> 8, flags & 255, 3, published]),
    algorithms[algorithm].publicKey(publicKey),
  ]);
  return {
    flags,
    algorithm: published,
    rdata,
    tag: keyTag(rdata),
    sign: (data) => algorithms[algorithm].sign(data, privateKey),
  };
}

/** RFC 4034 section 5, digest type 2 (SHA-256). `digestType` only changes the number shown. */
export function dsRecord(origin: string, key: ZoneKey, ttl: number, digestType = 2): ResourceRecord {
  const digest = createHash("sha256").update(canonicalWireName(origin)).update(key.rdata).digest();
  const head = Buffer.from([key.tag >> 8, key.tag & 255, key.algorithm, digestType]);
  return rawRecord(origin, "DS", ttl, Buffer.concat([head, digest]));
}

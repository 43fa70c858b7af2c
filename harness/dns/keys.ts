import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import type { DnssecAlgorithm, ZoneKeySpec } from "../model/scenario.ts";
import { canonicalWireName } from "./name.ts";
import { type ResourceRecord, rawRecord } from "./record.ts";

/** A zone key: RFC 4034 section 2; algorithms RFC 3110 (1, 5, 7), RFC 5702 (8, 10), RFC 6605 (13, 14), RFC 8080 (15, 16). */
export interface ZoneKey {
  readonly flags: 256 | 257;
  /** The number that DNSKEY, DS and RRSIG carry: the real algorithm's but for one that no validator knows. */
  readonly algorithm: number;
  readonly rdata: Buffer;
  readonly tag: number;
  readonly privateKey: KeyObject;
  sign(data: Uint8Array): Buffer;
}

/** What stands for "unknown" in the wire: 253 and 254 have a meaning of their own. */
export const unknownAlgorithm = 200;
export const unknownDigest = 200;

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function jwkMember(key: KeyObject, member: "x" | "y" | "n" | "e"): Buffer {
  return Buffer.from(String(key.export({ format: "jwk" })[member]), "base64url");
}

interface Algorithm {
  generate(bits: number): Pair;
  /** The public key field of DNSKEY. */
  publicKey(key: KeyObject): Buffer;
  sign(data: Uint8Array, key: KeyObject): Buffer;
}

function rsa(digest: string): Algorithm {
  return {
    generate: (bits) => generateKeyPairSync("rsa", { modulusLength: bits }),
    publicKey: (key) => {
      const exponent = jwkMember(key, "e");
      return Buffer.concat([Buffer.from([exponent.length]), exponent, jwkMember(key, "n")]);
    },
    sign: (data, key) => sign(digest, data, key),
  };
}

function ecdsa(namedCurve: string, digest: string): Algorithm {
  return {
    generate: () => generateKeyPairSync("ec", { namedCurve }),
    publicKey: (key) => Buffer.concat([jwkMember(key, "x"), jwkMember(key, "y")]),
    // With the option at the key itself Node knows the key at sight, which saves a quarter of the time.
    sign: (data, key) => sign(digest, data, Object.assign(key, { dsaEncoding: "ieee-p1363" as const })),
  };
}

function edwards(generate: () => Pair): Algorithm {
  return {
    generate,
    publicKey: (key) => jwkMember(key, "x"),
    sign: (data, key) => sign(null, data, key),
  };
}

const algorithms: Readonly<Record<DnssecAlgorithm, Algorithm>> = {
  1: rsa("md5"),
  5: rsa("sha1"),
  7: rsa("sha1"),
  8: rsa("sha256"),
  10: rsa("sha512"),
  13: ecdsa("P-256", "sha256"),
  14: ecdsa("P-384", "sha384"),
  15: edwards(() => generateKeyPairSync("ed25519")),
  16: edwards(() => generateKeyPairSync("ed448")),
};

/** RSA keys take 100 ms to make: one of each kind serves the whole process. */
const rsaPool = new Map<string, Pair>();

function pairFor(algorithm: DnssecAlgorithm, use: string, bits: number): Pair {
  if (algorithm > 10) return algorithms[algorithm].generate(bits);
  const pool = `${bits} ${use}`;
  const pooled = rsaPool.get(pool) ?? algorithms[algorithm].generate(bits);
  rsaPool.set(pool, pooled);
  return pooled;
}

/** RFC 4034 appendix B; B.1 for algorithm 1, whose tag is taken from the modulus. */
export function keyTag(rdata: Uint8Array): number {
  if (rdata[3] === 1) return Buffer.from(rdata).readUInt16BE(rdata.length - 3);
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
  bits = 2048,
): ZoneKey {
  return zoneKey(pairFor(algorithm, use, bits), algorithm, flags, published);
}

function zoneKey(
  { privateKey, publicKey }: Pair,
  algorithm: DnssecAlgorithm,
  flags: 256 | 257,
  published: number,
): ZoneKey {
  const rdata = Buffer.concat([
    Buffer.from([flags >> 8, flags & 255, 3, published]),
    algorithms[algorithm].publicKey(publicKey),
  ]);
  return {
    flags,
    algorithm: published,
    rdata,
    tag: keyTag(rdata),
    privateKey,
    sign: (data) => algorithms[algorithm].sign(data, privateKey),
  };
}

function pairOf(privateKey: string): Pair {
  return { privateKey: createPrivateKey(privateKey), publicKey: createPublicKey(privateKey) };
}

/** The keys of all zones: a zone that is signed again, as it is in a later step, has the same keys. */
export interface KeyRing {
  keyOf(origin: string, spec: ZoneKeySpec): ZoneKey;
}

/** `rootKey`: the root's key-signing key, of algorithm 13, PKCS #8 in PEM; a new one without it. */
export function createKeyRing(rootKey?: string): KeyRing {
  const keys = new Map<string, ZoneKey>();
  return {
    keyOf(origin, { label, role, algorithm, bits }) {
      const name = [origin.toLowerCase(), label, role, algorithm, bits].join(" ");
      const known = keys.get(name);
      if (known) return known;
      const [real, shown] =
        algorithm === "unknown" ? ([13, unknownAlgorithm] as const) : ([algorithm] as const);
      // The trust anchor is a key that no other zone has.
      const use = `${origin === "." ? "root " : ""}${role} ${label}`;
      const key =
        rootKey !== undefined && origin === "." && role === "ksk"
          ? zoneKey(pairOf(rootKey), 13, 257, 13)
          : createKey(real, role === "zsk" ? 256 : 257, use, shown, bits);
      keys.set(name, key);
      return key;
    },
  };
}

const digests: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 4: "sha384" };

/** RFC 4034 section 5, RFC 4509, RFC 6605. Of a digest type that nobody knows only the number is unknown. */
export function dsRecord(origin: string, key: ZoneKey, ttl: number, digestType = 2): ResourceRecord {
  const digest = createHash(digests[digestType] ?? "sha256")
    .update(canonicalWireName(origin))
    .update(key.rdata)
    .digest();
  const head = Buffer.from([key.tag >> 8, key.tag & 255, key.algorithm, digestType]);
  return rawRecord(origin, "DS", ttl, Buffer.concat([head, digest]));
}

import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { KeyType } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";

export interface SigningKey {
  readonly type: KeyType;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
  /** usual: with the digest that fits the key. */
  sign(data: Uint8Array, digest?: "usual" | "sha1"): Buffer;
}

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** RSA keys take long to make (2048 bits 100 ms, 4096 bits a second): those made once serve the whole process. */
const pool = new Map<string, Pair>();

function rsaPair(modulusLength: number, nth: number | undefined): Pair {
  if (nth === undefined) return generateKeyPairSync("rsa", { modulusLength });
  const known = pool.get(`${modulusLength} ${nth}`);
  if (known) return known;
  const made = generateKeyPairSync("rsa", { modulusLength });
  pool.set(`${modulusLength} ${nth}`, made);
  return made;
}

function pair(type: KeyType, nth: number | undefined): Pair {
  switch (type) {
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "ed25519":
      return generateKeyPairSync("ed25519");
    case "rsa1024":
      return rsaPair(1024, nth);
    case "rsa2048":
      return rsaPair(2048, nth);
    case "rsa4096":
      return rsaPair(4096, nth);
  }
}

/** A fresh key; with `nth`, an RSA key that whoever asked for the same number before has too. */
export function createKey(type: KeyType, nth?: number): SigningKey {
  const { publicKey, privateKey } = pair(type, nth);
  const usual = type === "ed25519" ? null : type === "p384" ? "sha384" : "sha256";
  return {
    type,
    spki: publicKey.export({ format: "der", type: "spki" }),
    privateKey,
    sign: (data, digest = "usual") => sign(digest === "usual" ? usual : digest, data, privateKey),
  };
}

export function pkcs8(key: KeyObject): string {
  return String(key.export({ format: "pem", type: "pkcs8" }));
}

/**
 * A private key that a server loads together with the certificate of `key`, because the public half in it is the
 * certificate's, but that signs with another secret: the server "lacks the key". P-256 only.
 */
export function lostKey(key: SigningKey): string {
  if (key.type !== "p256")
    throw new UsageError(`a certificate with keyLost takes a p256 key, not ${key.type}`);
  const [own, other] = [
    key.privateKey.export({ format: "der", type: "sec1" }),
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "der", type: "sec1" }),
  ];
  // ECPrivateKey (RFC 5915): SEQUENCE { INTEGER 1, OCTET STRING secret (32 octets at offset 7), [0] curve, [1] public key }.
  const forged = Buffer.concat([own.subarray(0, 7), other.subarray(7, 39), own.subarray(39)]);
  return pkcs8(createPrivateKey({ key: forged, format: "der", type: "sec1" }));
}

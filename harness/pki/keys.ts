import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { KeyType } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";

export interface SigningKey {
  readonly type: KeyType;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Buffer;
  readonly privateKey: KeyObject;
  sign(data: Uint8Array): Buffer;
}

/** RSA keys take 100 ms to make: two serve the whole process, in turn. */
const rsaPool: { publicKey: KeyObject; privateKey: KeyObject }[] = [];
let rsaTurn = 0;

function pair(type: KeyType): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (type) {
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "P-256" });
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "P-384" });
    case "ed25519":
      return generateKeyPairSync("ed25519");
    case "rsa2048": {
      if (rsaPool.length < 2) rsaPool.push(generateKeyPairSync("rsa", { modulusLength: 2048 }));
      const pooled = rsaPool[rsaTurn++ % rsaPool.length];
      return pooled ?? generateKeyPairSync("rsa", { modulusLength: 2048 });
    }
  }
}

export function createKey(type: KeyType): SigningKey {
  const { publicKey, privateKey } = pair(type);
  const digest = type === "ed25519" ? null : type === "p384" ? "sha384" : "sha256";
  return {
    type,
    spki: publicKey.export({ format: "der", type: "spki" }),
    privateKey,
    sign: (data) => sign(digest, data, privateKey),
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

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UsageError } from "../words/errors.ts";
import { createKey, lostKey, pkcs8 } from "./keys.ts";

const types = [
  ["p256", "ec", "sha256"],
  ["p384", "ec", "sha384"],
  ["rsa2048", "rsa", "sha256"],
  ["ed25519", "ed25519", null],
] as const;

describe.each(types)("%s", (type, kind, digest) => {
  const key = createKey(type);
  const publicKey = createPublicKey({ key: key.spki, format: "der", type: "spki" });

  it("is what it says", () => {
    expect(publicKey.asymmetricKeyType).toBe(kind);
    const details = publicKey.asymmetricKeyDetails;
    if (type === "p256") expect(details?.namedCurve).toBe("prime256v1");
    if (type === "p384") expect(details?.namedCurve).toBe("secp384r1");
    if (type === "rsa2048") expect(details?.modulusLength).toBe(2048);
  });

  it("signs what its public half verifies", () => {
    const data = Buffer.from("to be signed");
    expect(verify(digest, data, publicKey, key.sign(data))).toBe(true);
    expect(verify(digest, Buffer.from("another text"), publicKey, key.sign(data))).toBe(false);
  });

  it("goes to PEM and back", () => {
    const again = createPrivateKey(pkcs8(key.privateKey));
    expect(createPublicKey(again).export({ format: "der", type: "spki" })).toEqual(key.spki);
  });

  it("is another one next time", () => {
    expect(createKey(type).spki.equals(createKey(type).spki)).toBe(false);
  });
});

describe("a lost key", () => {
  it("goes with the certificate's public key, and signs with another", () => {
    const key = createKey("p256");
    const lost = createPrivateKey(lostKey(key));
    const publicKey = createPublicKey({ key: key.spki, format: "der", type: "spki" });
    expect(createPublicKey(lost).equals(publicKey)).toBe(true);
    const data = Buffer.from("to be signed");
    expect(verify("sha256", data, publicKey, sign("sha256", data, lost))).toBe(false);
    expect(verify("sha256", data, publicKey, key.sign(data))).toBe(true);
  });

  it.each(["p384", "rsa2048", "ed25519"] as const)("is not to be had of %s", (type) => {
    expect(() => lostKey(createKey(type))).toThrow(UsageError);
  });
});

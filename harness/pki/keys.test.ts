import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { UsageError } from "../words/errors.ts";
import { createKey, lostKey, pkcs8 } from "./keys.ts";

const types = [
  ["p256", "ec", "sha256"],
  ["p384", "ec", "sha384"],
  ["rsa1024", "rsa", "sha256"],
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
    if (kind === "rsa") expect(details?.modulusLength).toBe(Number(type.slice(3)));
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

it("RSA keys, which take long to make, are shared by those who ask with the same number", () => {
  const first = createKey("rsa1024", 1).spki;
  expect(createKey("rsa1024", 1).spki).toEqual(first);
  expect(createKey("rsa1024", 2).spki).not.toEqual(first);
  expect(createKey("rsa1024").spki).not.toEqual(first);
  expect(createKey("p256", 1).spki).not.toEqual(createKey("p256", 1).spki);
});

it("signs with SHA-1 where that is asked for", () => {
  const key = createKey("p256");
  const data = Buffer.from("to be signed");
  const publicKey = createPublicKey({ key: key.spki, format: "der", type: "spki" });
  expect(verify("sha1", data, publicKey, key.sign(data, "sha1"))).toBe(true);
  expect(verify("sha256", data, publicKey, key.sign(data, "sha1"))).toBe(false);
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

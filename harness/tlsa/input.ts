import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { messageOf, UsageError } from "../words/errors.ts";
import { type ReadCertificate, readCertificate } from "./certificate.ts";
import { elementsOf, tags } from "./der-elements.ts";

/** What a file holds that a TLSA record can be made from, in its order. */
export interface Material {
  /** The server's first. */
  readonly certificates: readonly ReadCertificate[];
  /** SubjectPublicKeyInfo of further keys, and what each was read from: "private key". */
  readonly keys: readonly { readonly spki: Buffer; readonly from: string }[];
}

/** The certificates and keys of a file, PEM or DER. UsageError: there are none, or one cannot be read; `shown` names the file. */
export function readMaterial(bytes: Buffer, shown: string): Material {
  try {
    const text = bytes.toString("latin1");
    const items = text.includes("-----BEGIN ") ? fromPem(text) : fromDer(bytes);
    const certificates = items.flatMap((item) => ("der" in item ? [item] : []));
    const keys = items.flatMap((item) => ("from" in item ? [item] : []));
    if (items.length === 0) throw new UsageError("holds no certificate and no key");
    return { certificates, keys };
  } catch (error) {
    throw new UsageError(`${shown}: ${messageOf(error)}`);
  }
}

type Item = ReadCertificate | Material["keys"][number];

/** RFC 7468; text between the blocks is left alone, as openssl s_client prints a good deal. */
function fromPem(text: string): readonly Item[] {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g)];
  if (blocks.length === 0)
    throw new UsageError("a PEM block begins and does not end; the file may be cut short");
  return blocks.flatMap(([block, label = "", body = ""]): readonly Item[] => {
    const der = Buffer.from(body.replace(/[^A-Za-z0-9+/=]/g, ""), "base64");
    switch (label) {
      case "CERTIFICATE":
      case "X509 CERTIFICATE":
        return [readCertificate(der)];
      case "TRUSTED CERTIFICATE": {
        // OpenSSL appends what it trusts the certificate for.
        const [certificate] = elementsOf(der);
        return certificate ? [readCertificate(certificate.whole)] : [];
      }
      case "PUBLIC KEY":
        return [{ spki: publicKeyInfo(der), from: "public key" }];
      case "RSA PUBLIC KEY":
        return [keyItem(() => createPublicKey(block), "public key")];
      case "CERTIFICATE REQUEST":
      case "NEW CERTIFICATE REQUEST":
        return [{ spki: requestKey(der), from: "certificate request" }];
      case "PRIVATE KEY":
      case "RSA PRIVATE KEY":
      case "EC PRIVATE KEY":
        if (body.includes("ENCRYPTED")) throw encrypted();
        return [keyItem(() => createPublicKey(createPrivateKey(block)), "private key")];
      case "ENCRYPTED PRIVATE KEY":
        throw encrypted();
      // They stand beside keys and say nothing of them that these do not.
      case "EC PARAMETERS":
      case "DH PARAMETERS":
        return [];
      case "PKCS7":
        throw new UsageError("holds PKCS #7; first: openssl pkcs7 -in FILE -print_certs -out chain.pem");
      default:
        throw new UsageError(`a PEM block "${label}" is neither certificate nor key`);
    }
  });
}

function encrypted(): UsageError {
  return new UsageError(
    "the private key is encrypted; its public half is enough: openssl pkey -in FILE -pubout -out public.pem",
  );
}

/** Any number of certificates one after the other, or one key or request. */
function fromDer(bytes: Buffer): readonly Item[] {
  const noise = "neither PEM nor DER of a certificate, a key or a request";
  if (bytes.length === 0) throw new UsageError("is empty");
  if (bytes[0] !== tags.sequence) throw new UsageError(noise);
  const elements = elementsOf(bytes);
  const readers: readonly (() => Item)[] = [
    () => ({ spki: publicKeyInfo(bytes), from: "public key" }),
    () => privateKeyItem(bytes),
    () => ({ spki: requestKey(bytes), from: "certificate request" }),
  ];
  const certificates = attempt(() => elements.map(({ whole }) => readCertificate(whole)));
  if (certificates) return certificates;
  for (const reader of elements.length === 1 ? readers : []) {
    const item = attempt(reader);
    if (item) return [item];
  }
  throw new UsageError(
    isPkcs12(bytes)
      ? "holds PKCS #12; first: openssl pkcs12 -in FILE -nokeys -out chain.pem"
      : `${noise}; an encrypted key must be opened first: openssl pkey -in FILE -pubout -out public.pem`,
  );
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function keyItem(read: () => KeyObject, from: string): Material["keys"][number] {
  try {
    return { spki: read().export({ format: "der", type: "spki" }), from };
  } catch (error) {
    throw new UsageError(`a ${from} in it cannot be read: ${messageOf(error)}`);
  }
}

function privateKeyItem(der: Buffer): Item {
  const types = ["pkcs8", "pkcs1", "sec1"] as const;
  for (const type of types) {
    const key = attempt(() => createPrivateKey({ key: der, format: "der", type }));
    if (key) return keyItem(() => createPublicKey(key), "private key");
  }
  throw new UsageError("no private key");
}

/** The octets as they are: a key written anew may come out otherwise (compressed points, parameters). */
function publicKeyInfo(der: Buffer): Buffer {
  createPublicKey({ key: der, format: "der", type: "spki" });
  return der;
}

/** RFC 2986 4.1: version, subject, key. */
function requestKey(der: Buffer): Buffer {
  const [request] = elementsOf(der);
  const [information] = request ? elementsOf(request.content) : [];
  const [version, , key] = information ? elementsOf(information.content) : [];
  if (version?.tag !== tags.integer || !key) throw new UsageError("no certificate request");
  return publicKeyInfo(key.whole);
}

/** RFC 7292 4: version 3, then ContentInfo. */
function isPkcs12(bytes: Buffer): boolean {
  const [version] = elementsOf(bytes).flatMap(({ content }) => attempt(() => elementsOf(content)) ?? []);
  return version?.tag === tags.integer && version.content.equals(Buffer.from([3]));
}

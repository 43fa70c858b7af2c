import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { encoded, integer, sequence, sequenceOfEncoded, tagged } from "../pki/der.ts";
import { createPki } from "../pki/pki.ts";
import { dv } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { readMaterial } from "./input.ts";

const pki = createPki(new Date());
const issued = pki.issue(dv({ names: ["mx.test"], commonName: "mx.test" }));
const [leaf, intermediate] = issued.sent;
const spki = Buffer.from(leaf!.spki);

const read = (content: string | Uint8Array) => readMaterial(Buffer.from(content), "a.pem");
/** What was read, by the keys: of certificates, then others. */
const digest = (key: Uint8Array) => createHash("sha256").update(key).digest("hex");
const keysIn = (content: string | Uint8Array) => {
  const { certificates, keys } = read(content);
  return [certificates.map((one) => digest(one.spki)), keys.map((one) => [one.from, digest(one.spki)])];
};

test("a chain, PEM or DER, in its order and with its octets, whatever stands between", () => {
  const ders = issued.sent.map(({ der }) => Buffer.from(der));
  const chatty = `CONNECTED(00000003)\n---\n 0 s:CN = mx.test\n${issued.chain}---\nServer certificate\n`;
  for (const content of [issued.chain, chatty, chatty.replaceAll("\n", "\r\n"), Buffer.concat(ders)]) {
    const { certificates, keys } = read(content);
    expect(certificates.map(({ der }) => der)).toEqual(ders);
    expect(certificates.map((one) => digest(one.spki))).toEqual(issued.sent.map((one) => digest(one.spki)));
    expect(keys).toEqual([]);
  }
});

test("a certificate that OpenSSL calls trusted is read without what it appends", () => {
  const trusted = Buffer.concat([Buffer.from(leaf!.der), encoded(sequence())]).toString("base64");
  const { certificates } = read(
    `-----BEGIN TRUSTED CERTIFICATE-----\n${trusted}\n-----END TRUSTED CERTIFICATE-----\n`,
  );
  expect(certificates.map(({ der }) => der)).toEqual([Buffer.from(leaf!.der)]);
});

test("key and chain in one file", () => {
  expect(keysIn(issued.key + issued.chain)).toEqual([
    issued.sent.map((one) => digest(one.spki)),
    [["private key", digest(spki)]],
  ]);
});

const pairs = {
  ec: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  rsa: generateKeyPairSync("rsa", { modulusLength: 1024 }),
  ed25519: generateKeyPairSync("ed25519"),
} as const;
const kinds = (["ec", "rsa", "ed25519"] as const).flatMap((name) => {
  const { publicKey, privateKey } = pairs[name];
  const own = name === "ec" ? (["sec1"] as const) : name === "rsa" ? (["pkcs1"] as const) : [];
  return (["pem", "der"] as const).flatMap((format) => [
    {
      title: `${name}, SPKI, ${format}`,
      name,
      from: "public key",
      content: publicKey.export({ format, type: "spki" } as never),
    },
    ...(["pkcs8", ...own] as const).map((type) => ({
      title: `${name}, ${type}, ${format}`,
      name,
      from: "private key",
      content: privateKey.export({ format, type } as never),
    })),
  ]);
});

test.each(kinds)("a key: $title", ({ name, from, content }) => {
  const own = pairs[name].publicKey.export({ format: "der", type: "spki" });
  expect(keysIn(content as unknown as Uint8Array)).toEqual([[], [[from, digest(own)]]]);
});

test("a public key keeps its octets: a compressed point is not written anew", () => {
  const jwk = pairs.ec.publicKey.export({ format: "jwk" });
  const [x, y] = [Buffer.from(jwk.x!, "base64url"), Buffer.from(jwk.y!, "base64url")];
  const usual = pairs.ec.publicKey.export({ format: "der", type: "spki" });
  const algorithm = usual.subarray(2, 2 + 2 + usual[3]!);
  const point = Buffer.concat([Buffer.from([0x03, 50, 0, (y.at(-1)! & 1) + 2]), x]);
  const compressed = sequenceOfEncoded(algorithm, point);
  expect(createPublicKey({ key: compressed, format: "der", type: "spki" }).equals(pairs.ec.publicKey)).toBe(
    true,
  );
  expect(keysIn(compressed)).toEqual([[], [["public key", digest(compressed)]]]);
});

test("a certificate request", () => {
  const request = sequenceOfEncoded(
    sequenceOfEncoded(encoded(integer(Buffer.from([0]))), encoded(sequence()), spki, encoded(tagged(0, []))),
    encoded(sequence()),
  );
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${request.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
  for (const content of [request, pem])
    expect(keysIn(content)).toEqual([[], [["certificate request", digest(spki)]]]);
});

const locked = pairs.ec.privateKey.export({
  format: "pem",
  type: "pkcs8",
  cipher: "aes-128-cbc",
  passphrase: "x",
});
const cut = Buffer.from(intermediate!.der).subarray(0, 100);

test.each<[title: string, content: string | Uint8Array, message: string]>([
  ["nothing", "", "a.pem: is empty"],
  ["text", "hello\n", "a.pem: neither PEM nor DER of a certificate, a key or a request"],
  [
    "an encrypted key",
    locked,
    "a.pem: the private key is encrypted; its public half is enough: openssl pkey",
  ],
  ["DER that is cut", cut, "a.pem: no DER: "],
  ["PEM that is cut", leaf!.pem.slice(0, 200), "a.pem: a PEM block begins and does not end"],
  [
    "PEM of nonsense",
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    "a.pem: no certificate: ",
  ],
  [
    "a CRL",
    "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n",
    'a.pem: a PEM block "X509 CRL" is neither',
  ],
  [
    "parameters alone",
    "-----BEGIN EC PARAMETERS-----\nAAAA\n-----END EC PARAMETERS-----\n",
    "a.pem: holds no cert",
  ],
  [
    "PKCS #12",
    encoded(sequence(integer(Buffer.from([3])), sequence())),
    "a.pem: holds PKCS #12; first: openssl",
  ],
  ["other DER", encoded(sequence(sequence())), "a.pem: neither PEM nor DER"],
])("%s is refused, and what to do is told", (_, content, message) => {
  expect(() => read(content)).toThrow(UsageError);
  expect(() => read(content)).toThrow(message);
});

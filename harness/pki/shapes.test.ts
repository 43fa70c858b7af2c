import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { chains, pathOf } from "../model/chains.ts";
import { type CertificateSpec, chainNames } from "../model/scenario.ts";
import { dv, selfSigned, years } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { createPki } from "./pki.ts";

const now = new Date("2026-06-15T12:00:00Z");
const pki = createPki(now);
const named = { names: ["mx.test"], commonName: "mx.test" };
const shape = (text: Parameters<typeof selfSigned>[0]): CertificateSpec => selfSigned({ ...named, ...text });

function leafOf(spec: CertificateSpec): X509Certificate {
  return new X509Certificate(pki.issue(spec).certificate("leaf").der);
}

/** The value of an extension: what stands behind its identifier, the criticality and an OCTET STRING's head. */
function extension(
  certificate: X509Certificate,
  id: string,
): { critical: boolean; value: string } | undefined {
  const hex = certificate.raw.toString("hex");
  const at = hex.indexOf(`06${(id.length / 2).toString(16).padStart(2, "0")}${id}`);
  if (at < 0) return undefined;
  const rest = hex.slice(at + 4 + id.length);
  const critical = rest.startsWith("0101ff");
  const octets = critical ? rest.slice(6) : rest;
  const length = Number.parseInt(octets.slice(2, 4), 16);
  return { critical, value: octets.slice(4, 4 + 2 * length) };
}

describe("a leaf", () => {
  it.each([
    ["rsa1024", 1024],
    ["rsa2048", 2048],
    ["rsa4096", 4096],
  ] as const)("%s has a key of so many bits", (key, bits) => {
    const leaf = leafOf(shape({ key }));
    expect(leaf.publicKey.asymmetricKeyDetails?.modulusLength).toBe(bits);
    expect(leaf.verify(leaf.publicKey)).toBe(true);
  });

  it("may name purposes, or none", () => {
    expect(leafOf(shape({ purposes: ["clientAuth"] })).keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(leafOf(shape({ purposes: [] })).keyUsage).toBeUndefined();
  });

  it.each([
    [["digitalSignature"], "03020780"],
    [["keyEncipherment"], "03020520"],
    [["digitalSignature", "keyAgreement"], "03020388"],
    [["keyCertSign", "cRLSign"], "03020106"],
  ] as const)("may have the key usage %j", (keyUsage, value) => {
    expect(extension(leafOf(shape({ keyUsage })), "551d0f")).toEqual({ critical: true, value });
  });

  it("may have no key usage", () => {
    expect(extension(leafOf(shape({ keyUsage: null })), "551d0f")).toBeUndefined();
  });

  it("may say that it is a CA, as those that openssl makes do", () => {
    expect(leafOf(shape({ isCa: true, keyUsage: null })).ca).toBe(true);
  });

  it("may have an unknown critical extension, and must-staple (RFC 7633)", () => {
    const leaf = leafOf(shape({ oddExtensions: ["unknown-critical", "must-staple"] }));
    expect(extension(leaf, "2b0601040181fd5901")).toEqual({ critical: true, value: "0500" });
    expect(extension(leaf, "2b06010505070118")).toEqual({ critical: false, value: "3003020105" });
  });

  it("may be of version 1: no version, no extensions", () => {
    const leaf = leafOf(shape({ version: 1, names: [] }));
    // SEQUENCE { SEQUENCE { INTEGER serial ..., where others have [0] version.
    expect(leaf.raw.toString("hex")).toMatch(/^3082....3081..0210|^3081..3081..0210/);
    expect(leaf.subjectAltName).toBeUndefined();
    expect(leaf.keyUsage).toBeUndefined();
    expect(leaf.verify(leaf.publicKey)).toBe(true);
  });

  it.each([
    ["p256", "2a8648ce3d0401"],
    ["rsa2048", "2a864886f70d010105"],
  ] as const)("may be signed with SHA-1 (%s)", (key, algorithm) => {
    const leaf = leafOf(shape({ key, digest: "sha1" }));
    expect(leaf.raw.toString("hex").split(algorithm)).toHaveLength(3);
    expect(leaf.verify(leaf.publicKey)).toBe(true);
    expect(leafOf(shape({ key })).raw.toString("hex")).not.toContain(algorithm);
  });

  it("has SHA-1 from Ed25519 neither", () => {
    expect(() => pki.issue(shape({ key: "ed25519", digest: "sha1" }))).toThrow(UsageError);
  });

  it("may have addresses as names", () => {
    const leaf = leafOf(
      shape({ names: [], addresses: ["198.18.0.1", "2001:db8::7:1"], emails: ["post@mx.test"] }),
    );
    expect(leaf.subjectAltName).toBe(
      "IP Address:198.18.0.1, IP Address:2001:DB8:0:0:0:0:7:1, email:post@mx.test",
    );
    expect(leaf.checkIP("2001:db8::7:1")).toBeDefined();
    expect(leaf.checkEmail("post@mx.test")).toBeDefined();
    expect(() => pki.issue(shape({ addresses: ["{ipv4}"] }))).toThrow(/"\{ipv4\}" is no IP address/);
  });

  it.each([
    ["NUL", "mx.test\0.evil.test", "6d782e74657374002e6576696c2e74657374"],
    ["UTF-8", "mü.test", "6dc3bc2e74657374"],
    ["a dot at the end", "mx.test.", "6d782e746573742e"],
  ])("may have %s in a name, octet for octet", (_, name, hex) => {
    const { value } = extension(leafOf(shape({ names: [name] })), "551d11") ?? {};
    const length = (octets: number): string => octets.toString(16).padStart(2, "0");
    const entry = `82${length(hex.length / 2)}${hex}`;
    expect(value).toBe(`30${length(entry.length / 2)}${entry}`);
  });

  it("may have a thousand names, and be large", () => {
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}.test`);
    expect(leafOf(shape({ names })).checkHost("n999.test")).toBe("n999.test");
    const large = leafOf(shape({ padding: 70_000 }));
    expect(large.raw.length).toBeGreaterThan(70_000);
    expect(large.verify(large.publicKey)).toBe(true);
  });

  it("may have expired years ago", () => {
    const leaf = leafOf(shape({ notBefore: years(-12), notAfter: years(-10) }));
    expect(leaf.validToDate.getUTCFullYear()).toBe(2016);
  });
});

describe("RSA keys", () => {
  const spec = shape({ key: "rsa2048" });
  const keyOf = (nth?: number): Buffer =>
    createPrivateKey(pki.issue(spec, nth).key).export({ format: "der", type: "pkcs8" });

  it("are the same for the same number, else fresh", () => {
    expect(keyOf(7).equals(keyOf(7))).toBe(true);
    expect(keyOf(7).equals(keyOf(8))).toBe(false);
    expect(keyOf().equals(keyOf())).toBe(false);
  });
});

describe.each(chainNames)("the chain %s", (chain) => {
  const issued = pki.issue(dv({ ...named, chain }));
  const certificates = pathOf(chain).map((ref) => new X509Certificate(issued.certificate(ref).der));

  it("is a path from the leaf to a root, each signed by the next", () => {
    expect(certificates.length).toBeGreaterThan(1);
    certificates.forEach((certificate, index) => {
      const issuer = certificates[index + 1] ?? certificate;
      expect(certificate.issuer).toBe(issuer.subject);
      expect(certificate.verify(issuer.publicKey)).toBe(true);
    });
  });

  it("is sent whole unless told otherwise", () => {
    expect(issued.sent.map(({ der }) => Buffer.from(der).toString("hex"))).toEqual(
      certificates.map(({ raw }) => raw.toString("hex")),
    );
  });

  it("has no CAs but its own", () => {
    const absent = (["cross-root", "intermediate-5", "intermediate"] as const).find(
      (one) => !chains[chain].cas[one],
    );
    if (absent) expect(() => issued.certificate(absent)).toThrow(`has no ${absent}`);
  });
});

describe("chains", () => {
  const ca = (
    chain: (typeof chainNames)[number],
    name: Parameters<ReturnType<typeof pki.issue>["certificate"]>[0],
  ) => new X509Certificate(pki.issue(dv({ ...named, chain })).certificate(name).der);
  const isExpired = ({ validToDate }: X509Certificate): boolean => validToDate < now;

  it("share the CAs that are the same, and no others", () => {
    const roots = chainNames.map((chain) => ca(chain, "root"));
    const base = roots[0]!.fingerprint256;
    const sharing = chainNames.filter((_, index) => roots[index]!.fingerprint256 === base);
    expect(sharing).toEqual(
      chainNames.filter((chain) => Object.keys(chains[chain].cas.root ?? {}).length === 1),
    );
    expect(new Set(roots.map(({ subject }) => subject)).size).toBe(chainNames.length - sharing.length + 1);
  });

  it("five-intermediates has five", () => {
    expect(pathOf("five-intermediates")).toHaveLength(7);
  });

  it("differ in what they are named for", () => {
    expect(ca("issuer-not-ca", "intermediate").ca).toBe(false);
    expect(ca("root-not-ca", "root").ca).toBe(false);
    expect(isExpired(ca("intermediate-expired", "intermediate"))).toBe(true);
    expect(isExpired(ca("intermediate-expired", "root"))).toBe(false);
    expect(isExpired(ca("root-expired", "root"))).toBe(true);
    expect(extension(ca("root-path-length-0", "root"), "551d13")?.value).toBe("30060101ff020100");
    expect(extension(ca("intermediate", "root"), "551d13")?.value).toBe("30030101ff");
    // NameConstraints { excludedSubtrees [1] { GeneralSubtree { dNSName "example" } } }
    expect(extension(ca("root-excludes-names", "root"), "551d1e")).toEqual({
      critical: true,
      value: "300da10b300982076578616d706c65",
    });
    expect(extension(ca("root-may-not-sign", "root"), "551d0f")?.value).toBe("03020102");
    expect(ca("intermediate-sha1", "intermediate").raw.toString("hex")).toContain("2a8648ce3d0401");
    expect(ca("intermediate-sha1", "root").raw.toString("hex")).not.toContain("2a8648ce3d0401");
  });

  it("root-key-identifier-differs: the leaf calls its issuer's key another name than the root does", () => {
    const [leaf, root] = [
      ca("root-key-identifier-differs", "leaf"),
      ca("root-key-identifier-differs", "root"),
    ];
    const own = extension(root, "551d0e")?.value.slice(4);
    const called = extension(leaf, "551d23")?.value.slice(8);
    expect(own).toHaveLength(40);
    expect(called).toHaveLength(40);
    expect(own).not.toBe(called);
    expect(extension(ca("direct", "root"), "551d0e")?.value.slice(4)).toBe(
      extension(ca("direct", "leaf"), "551d23")?.value.slice(8),
    );
  });

  it("cross-signed: two roots vouch for the intermediate's one name and key", () => {
    const [own, cross] = [ca("cross-signed", "intermediate"), ca("cross-signed", "cross-intermediate")];
    const [root, crossRoot] = [ca("cross-signed", "root"), ca("cross-signed", "cross-root")];
    expect(cross.subject).toBe(own.subject);
    expect(cross.publicKey.equals(own.publicKey)).toBe(true);
    expect(cross.verify(crossRoot.publicKey)).toBe(true);
    expect(cross.verify(root.publicKey)).toBe(false);
    expect(crossRoot.subject).not.toBe(root.subject);
    expect(ca("cross-signed", "leaf").verify(cross.publicKey)).toBe(true);
  });

  it("namesakes have the root's name and not its key", () => {
    for (const chain of ["root-has-namesake", "issued-under-namesake"] as const) {
      const [root, namesake] = [ca(chain, "root"), ca(chain, "namesake-root")];
      expect(namesake.subject).toBe(root.subject);
      expect(namesake.publicKey.equals(root.publicKey)).toBe(false);
      const intermediate = ca(chain, "intermediate");
      expect(intermediate.verify(root.publicKey)).toBe(chain === "root-has-namesake");
    }
  });

  it("of the public CA lead to the root that senders trust", () => {
    const direct = pki.issue(dv({ ...named, ca: "public", chain: "direct" }));
    expect(direct.certificate("root").pem).toBe(pki.trustStore);
  });
});

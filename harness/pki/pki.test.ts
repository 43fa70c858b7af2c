import { createHash, createPrivateKey, sign, verify, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { CertificateRef, CertificateSpec } from "../model/scenario.ts";
import { dv, ev, selfSigned } from "../vocabulary.ts";
import { UsageError } from "../words/errors.ts";
import { createPki, type IssuedChain } from "./pki.ts";

const now = new Date("2026-06-15T12:00:00Z");
const pki = createPki(now);
const named = { names: ["mx.test"], commonName: "mx.test" };

function parse(chain: IssuedChain, ref: CertificateRef): X509Certificate {
  return new X509Certificate(chain.certificate(ref).der);
}

function leafOf(spec: CertificateSpec): X509Certificate {
  return parse(pki.issue(spec), "leaf");
}

/** Signed by that issuer, and named as it is. */
function issuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey);
}

/** DER of an object identifier, tag and length included. */
const identifiers = { dv: "060667810c010201", ev: "060567810c0101", subjectAltName: "0603551d11" };

const day = 86_400_000;

describe("a self-signed certificate", () => {
  it("is its own issuer, no CA, for TLS servers", () => {
    const leaf = leafOf(selfSigned(named));
    expect(issuedBy(leaf, leaf)).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(leaf.subject).toBe("CN=mx.test");
  });

  it.each(["p256", "p384", "rsa2048", "ed25519"] as const)("may have a key of type %s", (key) => {
    const chain = pki.issue(selfSigned({ ...named, key }));
    const leaf = parse(chain, "leaf");
    const kind = { p256: "ec", p384: "ec", rsa2048: "rsa", ed25519: "ed25519" }[key];
    expect(leaf.publicKey.asymmetricKeyType).toBe(kind);
    expect(leaf.verify(leaf.publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(chain.key))).toBe(true);
  });

  it("has all names that it is given, wildcards too", () => {
    const leaf = leafOf(selfSigned({ names: ["mx.test", "*.other.test"], commonName: "cn.test" }));
    expect(leaf.subjectAltName).toBe("DNS:mx.test, DNS:*.other.test");
    expect(leaf.checkHost("mx.test")).toBe("mx.test");
    expect(leaf.checkHost("a.other.test")).toBeDefined();
    expect(leaf.checkHost("a.b.other.test")).toBeUndefined();
    // A common name counts for nothing beside subjectAltName (RFC 6125 6.4.4).
    expect(leaf.checkHost("cn.test")).toBeUndefined();
  });

  it("may have no name at all, or a common name only", () => {
    const nameless = leafOf(selfSigned({ names: [], commonName: null }));
    expect(nameless.subject ?? "").toBe("");
    expect(nameless.subjectAltName).toBeUndefined();
    const common = leafOf(selfSigned({ names: [], commonName: "mx.test" }));
    expect(common.subjectAltName).toBeUndefined();
    expect(common.subject).toBe("CN=mx.test");
  });

  it("marks subjectAltName critical where the subject is empty, only there (RFC 5280 4.1.2.6)", () => {
    const critical = `${identifiers.subjectAltName}0101ff`;
    const hex = (commonName: string | null): string =>
      leafOf(selfSigned({ names: ["mx.test"], commonName })).raw.toString("hex");
    expect(hex(null)).toContain(critical);
    expect(hex("mx.test")).toContain(identifiers.subjectAltName);
    expect(hex("mx.test")).not.toContain(critical);
  });

  it.each([
    [-1, 90],
    [-90, -1],
    [1, 90],
    [-1, 20 * 365],
    [-1, 40 * 365],
  ])("is valid from day %i to day %i, past the year 2049 too", (notBefore, notAfter) => {
    const leaf = leafOf(selfSigned({ ...named, notBefore, notAfter }));
    expect(leaf.validFromDate).toEqual(new Date(now.getTime() + notBefore * day));
    expect(leaf.validToDate).toEqual(new Date(now.getTime() + notAfter * day));
  });

  it("has no issuer to be named", () => {
    const chain = pki.issue(selfSigned(named));
    expect(() => chain.certificate("root")).toThrow(UsageError);
    expect(() => chain.certificate("intermediate")).toThrow("a self-signed certificate has no intermediate");
  });

  it("has a serial number that is positive and not another's", () => {
    const serials = Array.from({ length: 20 }, () => leafOf(selfSigned(named)).serialNumber);
    expect(new Set(serials).size).toBe(20);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });
});

describe("a domain-validated certificate", () => {
  it("chains to the root of its CA", () => {
    const chain = pki.issue(dv(named));
    const [leaf, intermediate, root] = (["leaf", "intermediate", "root"] as const).map((ref) =>
      parse(chain, ref),
    );
    expect(issuedBy(leaf!, intermediate!)).toBe(true);
    expect(issuedBy(intermediate!, root!)).toBe(true);
    expect(issuedBy(root!, root!)).toBe(true);
    expect([leaf!.ca, intermediate!.ca, root!.ca]).toEqual([false, true, true]);
    expect(issuedBy(leaf!, root!)).toBe(false);
  });

  it("says so by its policy", () => {
    const raw = leafOf(dv(named)).raw.toString("hex");
    expect(raw).toContain(identifiers.dv);
    expect(raw).not.toContain(identifiers.ev);
    expect(leafOf(selfSigned(named)).raw.toString("hex")).not.toContain("67810c01");
  });

  it("comes from the CA that is asked for; only the public one is in the trust store", () => {
    const trusted = new X509Certificate(pki.trustStore);
    const roots = (["public", "private", "other"] as const).map((ca) =>
      parse(pki.issue(dv({ ...named, ca })), "root"),
    );
    expect(roots[0]!.fingerprint256).toBe(trusted.fingerprint256);
    expect(new Set(roots.map((root) => root.fingerprint256)).size).toBe(3);
    expect(new Set(roots.map((root) => root.subject)).size).toBe(3);
  });

  it("may have an issuer that is no CA and signs all the same", () => {
    const chain = pki.issue(dv({ ...named, chain: "issuer-not-ca" }));
    const [leaf, impostor] = [parse(chain, "leaf"), parse(chain, "intermediate")];
    expect(issuedBy(leaf, impostor)).toBe(true);
    expect(issuedBy(impostor, parse(chain, "root"))).toBe(true);
    expect(impostor.ca).toBe(false);
    const honest = parse(pki.issue(dv(named)), "intermediate");
    expect(impostor.fingerprint256).not.toBe(honest.fingerprint256);
  });
});

describe("an extended-validation certificate", () => {
  it("has the policy, and a subject with organisation, jurisdiction and registration", () => {
    const leaf = leafOf(ev(named));
    const raw = leaf.raw.toString("hex");
    expect(raw).toContain(identifiers.ev);
    expect(raw).not.toContain(identifiers.dv);
    expect(leaf.subject?.split("\n")).toEqual([
      "jurisdictionC=AQ",
      "businessCategory=Private Organization",
      "serialNumber=4711",
      "C=AQ",
      "L=Harness Bay",
      "O=Recipient Organisation",
      "CN=mx.test",
    ]);
  });
});

describe("what the handshake sends", () => {
  const shown = (chain: IssuedChain): readonly string[] =>
    chain.chain
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem).fingerprint256);

  it("is what the spec says, in its order", () => {
    const sends = ["leaf", "other-intermediate", "root", "intermediate", "private-root"] as const;
    const chain = pki.issue(dv({ ...named, sends, ca: "private" }));
    const expected = sends.map((ref) => parse(chain, ref).fingerprint256);
    expect(shown(chain)).toEqual(expected);
    expect(chain.sent.map(({ der }) => new X509Certificate(der).fingerprint256)).toEqual(expected);
    expect(expected[2]).toBe(expected[4]);
    expect(new Set(expected).size).toBe(4);
  });

  it("may hold CAs that have nothing to do with it, the same ones each time", () => {
    const fingerprints = [1, 2].map(
      () => shown(pki.issue(selfSigned({ ...named, sends: ["leaf", "other-root"] })))[1],
    );
    expect(fingerprints[0]).toBe(fingerprints[1]);
  });

  it("has the fingerprint of the leaf, wherever it stands", () => {
    const chain = pki.issue(dv({ ...named, sends: ["root", "leaf"] }));
    const digest = createHash("sha256").update(chain.certificate("leaf").der).digest("hex");
    expect(chain.fingerprint).toBe(digest);
    expect(shown(chain)[1]?.replaceAll(":", "").toLowerCase()).toBe(digest);
  });
});

describe("other certificates", () => {
  it("the previous leaf has the same key, name and issuer, and has expired", () => {
    const chain = pki.issue(dv(named));
    const [leaf, previous] = [parse(chain, "leaf"), parse(chain, "previous-leaf")];
    expect(previous.publicKey.equals(leaf.publicKey)).toBe(true);
    expect(previous.fingerprint256).not.toBe(leaf.fingerprint256);
    expect(previous.subjectAltName).toBe(leaf.subjectAltName);
    expect(issuedBy(previous, parse(chain, "intermediate"))).toBe(true);
    expect(previous.validToDate.getTime()).toBeLessThan(now.getTime());
    expect(parse(chain, "previous-leaf").fingerprint256).toBe(previous.fingerprint256);
  });

  it("strangers are the same by index, and nobody else's", () => {
    const prints = (index: number): readonly string[] =>
      [pki.stranger(index).leaf, pki.stranger(index).root].map(
        ({ der }) => new X509Certificate(der).fingerprint256,
      );
    expect(prints(1)).toEqual(prints(1));
    expect(new Set([0, 1, 2].flatMap(prints)).size).toBe(6);
    expect(new X509Certificate(pki.stranger(0).leaf.der).ca).toBe(false);
    expect(new X509Certificate(pki.stranger(0).root.der).ca).toBe(true);
  });
});

it("a server that lost its key can show the certificate, not sign for it", () => {
  const chain = pki.issue(selfSigned({ ...named, keyLost: true }));
  const leaf = parse(chain, "leaf");
  const key = createPrivateKey(chain.key);
  expect(leaf.checkPrivateKey(key)).toBe(true);
  const data = Buffer.from("CertificateVerify");
  expect(verify("sha256", data, leaf.publicKey, sign("sha256", data, key))).toBe(false);
  expect(() => pki.issue(selfSigned({ ...named, keyLost: true, key: "rsa2048" }))).toThrow(UsageError);
});

it("SubjectPublicKeyInfo is the key's own, where its octets look like ASN.1 too", () => {
  // An uncompressed point begins with 4, an OCTET STRING's tag; 63 behind it would be the rest's length.
  for (let tries = 0; tries < 20_000; tries++) {
    const chain = pki.issue(selfSigned({ ...named, key: "p256" }));
    const { der, spki } = chain.certificate("leaf");
    if (spki[27] !== 63) continue;
    expect(new X509Certificate(der).publicKey.export({ format: "der", type: "spki" })).toEqual(
      Buffer.from(spki),
    );
    return;
  }
  expect.fail("no such key in 20000");
});

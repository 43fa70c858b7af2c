import { createHash, type X509Certificate } from "node:crypto";
import { once } from "node:events";
import { type ConnectionOptions, connect, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";
import type { PemChain } from "../../harness/model/farm.ts";
import { createPki } from "../../harness/pki/pki.ts";
import { dv, selfSigned } from "../../harness/vocabulary.ts";
import { certificateFor, credentialsOf, servedFingerprint } from "./certificates.ts";
import { genuineCertificate, otherCertificate } from "./fixtures.ts";
import { createLink } from "./link.ts";
import { hostAt } from "./test-farm.ts";

const versions = { minVersion: "TLSv1.2", maxVersion: "TLSv1.3" } as const;

describe("certificateFor", () => {
  const host = hostAt("127.0.0.2", { sni: { "other.example": otherCertificate } });

  it.each(["other.example", "OTHER.example", "other.example."])("%s has its own", (name) => {
    expect(certificateFor(host, name)).toBe(otherCertificate);
  });

  it.each([null, "", "mx.domain.example", "constructor"])("%s gets the default", (name) => {
    expect(certificateFor(host, name)).toBe(genuineCertificate);
  });
});

describe("credentialsOf", () => {
  it("makes a context once for each certificate and range of versions", () => {
    const first = credentialsOf(genuineCertificate, versions);
    expect(credentialsOf(genuineCertificate, versions)).toBe(first);
    expect(credentialsOf(genuineCertificate, { ...versions, maxVersion: "TLSv1.2" })).not.toBe(first);
    expect(credentialsOf(otherCertificate, versions).fingerprint).not.toBe(first.fingerprint);
    expect(first.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it("says what is wrong with what it cannot read", () => {
    expect(() => credentialsOf({ chain: "not PEM", key: genuineCertificate.key }, versions)).toThrow(/PEM/);
  });
});

describe("in a handshake", () => {
  const pki = createPki(new Date());
  const pem = ({ chain, key }: PemChain): PemChain => ({ chain, key });
  const weakClient: ConnectionOptions = { ciphers: "DEFAULT@SECLEVEL=0" };

  /** What a client that wants no verification is shown, and what the server says it showed. */
  async function shake(certificate: PemChain, options: ConnectionOptions = {}) {
    const [near, far] = createLink();
    const server = new TLSSocket(far, {
      isServer: true,
      secureContext: credentialsOf(certificate, versions).context,
    });
    const client = connect({ socket: near, rejectUnauthorized: false, ...options });
    await Promise.all([once(client, "secureConnect"), once(server, "secure")]);
    const leaf = client.getPeerX509Certificate();
    const chain: X509Certificate[] = [];
    for (let at = leaf; at; at = at.issuerCertificate) chain.push(at);
    const shown = createHash("sha256")
      .update(leaf?.raw ?? "")
      .digest("hex");
    const said = servedFingerprint(server);
    client.destroy();
    server.destroy();
    return { leaf, shown, said };
  }

  it.each([
    selfSigned({ key: "rsa1024" }),
    selfSigned({ key: "rsa4096" }),
    selfSigned({ key: "p384" }),
    selfSigned({ key: "ed25519" }),
    selfSigned({ digest: "sha1" }),
    selfSigned({ version: 1, names: [] }),
    dv({ chain: "intermediate-sha1" }),
    dv({ chain: "five-intermediates" }),
    selfSigned({ oddExtensions: ["unknown-critical"], padding: 60_000 }),
    selfSigned({ keyUsage: ["keyCertSign"] }),
  ])("any certificate is served, weak ones too (%#)", async (spec) => {
    const issued = pki.issue(spec);
    const { shown, said } = await shake(issued, weakClient);
    expect(shown).toBe(issued.fingerprint);
    expect(said).toBe(issued.fingerprint);
  });

  it("the client's signature algorithms choose between an RSA and an ECDSA certificate", async () => {
    const [ecdsa, rsa] = [pki.issue(selfSigned()), pki.issue(selfSigned({ key: "rsa2048" }))];
    const dual: PemChain = { ...pem(ecdsa), further: [pem(rsa)] };
    const toEcdsa = await shake(dual, { sigalgs: "ecdsa_secp256r1_sha256" });
    expect([toEcdsa.shown, toEcdsa.said]).toEqual([ecdsa.fingerprint, ecdsa.fingerprint]);
    const toRsa = await shake(dual, { sigalgs: "rsa_pss_rsae_sha256" });
    expect([toRsa.shown, toRsa.said]).toEqual([rsa.fingerprint, rsa.fingerprint]);
  });
});

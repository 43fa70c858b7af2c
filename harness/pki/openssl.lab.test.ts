import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { pathOf } from "../model/chains.ts";
import type { CertificateSpec, ChainName, TlsaSpec } from "../model/scenario.ts";
import { asText, dv, mismatch, selfSigned, tlsa, trailing } from "../vocabulary.ts";
import { createPki, type IssuedChain } from "./pki.ts";
import { tlsaRdata } from "./tlsa.ts";

/** What OpenSSL, as the senders use it, makes of our certificates, chains and records. */

let tools: Tools;
beforeAll(async () => {
  tools = await startTools();
});
afterAll(() => tools?.close());

const pki = createPki(new Date());
const named = { names: ["mx.example"], commonName: "mx.example" };
let count = 0;

async function put(text: string): Promise<string> {
  const path = `/tmp/${++count}.pem`;
  await tools.copy([{ path, content: text }]);
  return path;
}

describe("openssl verify, with the root as trust anchor", () => {
  const sound = "OK";
  const verdicts: Readonly<Record<ChainName, string>> = {
    intermediate: sound,
    direct: sound,
    "five-intermediates": sound,
    "issuer-not-ca": "invalid CA certificate",
    "root-not-ca": "invalid CA certificate",
    "intermediate-expired": "certificate has expired",
    "root-expired": "certificate has expired",
    "root-path-length-0": "path length constraint exceeded",
    "root-excludes-names": "excluded subtree violation",
    "root-may-not-sign": "invalid CA certificate",
    "root-key-identifier-differs": "unable to get local issuer certificate",
    "root-large": sound,
    "intermediate-sha1": "CA signature digest algorithm too weak",
    "cross-signed": sound,
    "root-has-namesake": sound,
    "issued-under-namesake": "self-signed certificate in certificate chain",
  };

  it.each(Object.entries(verdicts))("%s: %s", async (name, verdict) => {
    const chain = Object.keys(verdicts).find((one): one is ChainName => one === name) ?? "intermediate";
    const issued = pki.issue(dv({ ...named, chain }));
    const between = pathOf(chain).filter((ref) => ref !== "leaf" && ref !== "root");
    const [leaf, root, untrusted] = await Promise.all([
      put(issued.certificate("leaf").pem),
      put(issued.certificate("root").pem),
      put(between.map((ref) => issued.certificate(ref).pem).join("") || "\n"),
    ]);
    const said = await tools.run(
      `openssl verify -x509_strict -auth_level 1 -CAfile ${root} ${between.length > 0 ? `-untrusted ${untrusted}` : ""} ${leaf} || true`,
    );
    expect(said).toContain(verdict);
  });
});

it.each([
  [selfSigned({ ...named, key: "rsa1024" }), "Public-Key: (1024 bit)"],
  [selfSigned({ ...named, key: "rsa4096" }), "Public-Key: (4096 bit)"],
  [selfSigned({ ...named, key: "p384" }), "ASN1 OID: secp384r1"],
  [selfSigned({ ...named, key: "ed25519" }), "Public Key Algorithm: ED25519"],
  [selfSigned({ ...named, digest: "sha1" }), "Signature Algorithm: ecdsa-with-SHA1"],
  [selfSigned({ ...named, version: 1, names: [] }), "Version: 1 (0x0)"],
  [selfSigned({ ...named, oddExtensions: ["must-staple"] }), "TLS Feature: \n                status_request"],
  [selfSigned({ ...named, oddExtensions: ["unknown-critical"] }), "1.3.6.1.4.1.32473.1: critical"],
  [
    selfSigned({ ...named, keyUsage: ["keyAgreement"] }),
    "Key Usage: critical\n                Key Agreement",
  ],
  [selfSigned({ ...named, purposes: ["clientAuth"] }), "TLS Web Client Authentication"],
  [selfSigned({ ...named, isCa: true }), "CA:TRUE"],
  [
    selfSigned({ ...named, addresses: ["198.18.0.1", "2001:db8::1"] }),
    "IP Address:198.18.0.1, IP Address:2001:DB8:0:0:0:0:0:1",
  ],
  [selfSigned({ ...named, emails: ["post@mx.example"] }), "email:post@mx.example"],
])("openssl x509 reads certificate %#", async (spec: CertificateSpec, text: string) => {
  const path = await put(pki.issue(spec).certificate("leaf").pem);
  expect(await tools.run(`openssl x509 -noout -text -in ${path}`)).toContain(text);
});

describe("openssl s_client -dane_tlsa_rrdata", () => {
  /** The client's report on a handshake with a server of this chain. */
  async function report(issued: IssuedChain, record: TlsaSpec): Promise<string> {
    const rdata = Buffer.from(tlsaRdata(record, issued, pki));
    const text = `${rdata[0]} ${rdata[1]} ${rdata[2]} ${rdata.subarray(3).toString("hex")}`;
    const [chain, key] = await Promise.all([put(issued.chain), put(issued.key)]);
    const socket = `/tmp/${++count}.sock`;
    return tools.run(`
      openssl s_server -quiet -unix ${socket} -naccept 1 -cert ${chain} -cert_chain ${chain} -key ${key} &
      until [ -S ${socket} ]; do :; done
      openssl s_client -unix ${socket} -brief -servername mx.example -dane_tlsa_domain mx.example \\
        -dane_tlsa_rrdata "${text}" </dev/null
      true`);
  }

  it.each([
    [selfSigned(named), "3 1 1"],
    [selfSigned(named), "3 0 1"],
    [selfSigned(named), "3 1 0"],
    [selfSigned(named), "3 0 2"],
    [dv(named), "2 0 1"],
    [dv(named), "2 1 2"],
    [dv({ ...named, sends: ["leaf", "intermediate"] }), "2 0 0"],
    [dv({ ...named, chain: "five-intermediates" }), "2 0 1"],
  ] as const)("%#: a %s record matches", async (spec, parameters) => {
    expect(await report(pki.issue(spec), tlsa(parameters))).toContain("Verification: OK");
  });

  it("a record of a stranger does not match", async () => {
    expect(await report(pki.issue(selfSigned(named)), mismatch("3 1 1"))).toContain(
      "no matching DANE TLSA records",
    );
  });

  it.each([
    [asText("3 1 1"), selfSigned(named)],
    [trailing("00ff", "2 0 0"), dv(named)],
  ])("record %# is unusable", async (record, spec) => {
    expect(await report(pki.issue(spec), record)).toContain("unusable TLSA rrdata");
  });
});

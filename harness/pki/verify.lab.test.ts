import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { type CertificateRef, type CertificateSpec, keyTypes, type TlsaSpec } from "../model/scenario.ts";
import { dataOf, dv, ev, mismatch, octets, of, selfSigned, tlsa } from "../vocabulary.ts";
import { createPki } from "./pki.ts";
import { tlsaRdata } from "./tlsa.ts";

/** Certificates and records judged by OpenSSL: keys, names, dates, issuers; chains of every shape: openssl.lab.test.ts. */

const pki = createPki(new Date());
const named = { names: ["mx.test"], commonName: "mx.test" };
const forHost = "-x509_strict -purpose sslserver -verify_hostname mx.test";

interface Case {
  readonly title: string;
  readonly spec: CertificateSpec;
  /** What is trusted; "store": what senders trust. */
  readonly anchor?: CertificateRef | "store";
  readonly asked?: string;
}

const accepted: readonly Case[] = [
  ...keyTypes.flatMap((key): Case[] => [
    { title: `a self-signed certificate, ${key}`, spec: selfSigned({ ...named, key }), anchor: "leaf" },
    { title: `dv, ${key}`, spec: dv({ ...named, key }), asked: forHost },
  ]),
  {
    title: "dv of the CA that senders trust",
    spec: dv({ ...named, ca: "public" }),
    anchor: "store",
    asked: forHost,
  },
  {
    title: "ev of the CA that senders trust",
    spec: ev({ ...named, ca: "public" }),
    anchor: "store",
    asked: forHost,
  },
  { title: "the last day", spec: dv({ ...named, notBefore: -90, notAfter: 1 }), asked: forHost },
  { title: "past 2049", spec: dv({ ...named, notAfter: 15_000 }), asked: forHost },
  {
    title: "a wildcard",
    spec: dv({ ...named, names: ["*.hosts.test"] }),
    asked: "-verify_hostname mx.hosts.test",
  },
  { title: "an empty subject", spec: dv({ ...named, commonName: null }), asked: forHost },
  { title: "a common name alone", spec: dv({ ...named, names: [] }), asked: "-verify_hostname mx.test" },
  {
    title: "an address",
    spec: dv({ ...named, addresses: ["2001:db8::4"] }),
    asked: "-verify_ip 2001:db8::4",
  },
  { title: "must-staple", spec: dv({ ...named, oddExtensions: ["must-staple"] }), asked: forHost },
  { title: "a large one", spec: dv({ ...named, padding: 60_000 }), asked: forHost },
];

const refused: readonly (Case & { readonly why: RegExp })[] = [
  {
    title: "expired",
    spec: dv({ ...named, notBefore: -90, notAfter: -1 }),
    why: /error 10 at 0 .*has expired/,
  },
  { title: "not yet valid", spec: dv({ ...named, notBefore: 1 }), why: /error 9 at 0 .*not yet valid/ },
  {
    title: "issued by a server that is no CA",
    spec: dv({ ...named, chain: "issuer-not-ca" }),
    why: /error 79 at 1 .*invalid CA certificate/,
  },
  { title: "of a CA that nobody trusts", spec: dv(named), anchor: "store", why: /error 19 at 2 / },
  {
    title: "of another CA",
    spec: dv({ ...named, ca: "other" }),
    anchor: "private-root",
    why: /error 19 at 2 /,
  },
  { title: "self-signed, not trusted", spec: selfSigned(named), anchor: "store", why: /error 18 at 0 / },
  {
    title: "without its intermediate",
    spec: dv({ ...named, sends: ["leaf", "root"] }),
    why: /error 20 at 0 .*unable to get local issuer/,
  },
  {
    title: "of another name",
    spec: dv({ ...named, names: ["other.test"] }),
    asked: "-verify_hostname mx.test",
    why: /error 62 at 0 .*hostname mismatch/,
  },
  {
    title: "of a name that goes on",
    spec: dv({ ...named, names: ["mx.test.evil.test"], commonName: null }),
    asked: "-verify_hostname mx.test",
    why: /hostname mismatch/,
  },
  {
    title: "of no name",
    spec: dv({ names: [], commonName: null }),
    asked: "-verify_hostname mx.test",
    why: /hostname mismatch/,
  },
  {
    title: "of another address",
    spec: dv({ ...named, addresses: ["2001:db8::5"] }),
    asked: "-verify_ip 2001:db8::4",
    why: /error 64 at 0 .*IP address mismatch/,
  },
  {
    title: "for clients",
    spec: dv({ ...named, purposes: ["clientAuth"] }),
    asked: "-purpose sslserver",
    why: /error 26 at 0 .*unsuitable certificate purpose/,
  },
  {
    title: "with what nobody knows and all must",
    spec: dv({ ...named, oddExtensions: ["unknown-critical"] }),
    why: /error 34 at 0 .*unhandled critical extension/,
  },
  {
    title: "signed with SHA-1, where that is not enough",
    spec: dv({ ...named, digest: "sha1" }),
    asked: "-auth_level 1",
    why: /error 68 at 0 .*digest algorithm too weak/,
  },
];

const server = pki.issue(dv(named));

/** In the form that s_client takes. */
function rrdata(spec: TlsaSpec): string {
  const rdata = Buffer.from(tlsaRdata(spec, server, pki));
  return `${rdata[0]} ${rdata[1]} ${rdata[2]} ${rdata.toString("hex", 3)}`;
}

const parameters = [0, 1, 2, 3].flatMap((usage) =>
  [0, 1].flatMap((selector) => [0, 1, 2].map((matchingType) => `${usage} ${selector} ${matchingType}`)),
);

/** Records, and what OpenSSL says of a handshake with `server`. PKIX usages (0, 1) find the root in the trust store. */
const records: readonly { readonly title: string; readonly record: TlsaSpec; readonly says: RegExp }[] = [
  ...parameters.map((text) => ({
    title: `${text} matches`,
    record: tlsa(text),
    says: new RegExp(
      `Verification: OK[\\s\\S]*DANE TLSA ${text} \\S+ matched the ${/^[02]/.test(text) ? "TA certificate at depth 2" : "EE certificate at depth 0"}`,
    ),
  })),
  ...parameters.map((text) => ({
    title: `${text} of a stranger does not`,
    record: mismatch(text),
    says: /no matching DANE TLSA records/,
  })),
  {
    title: "2 0 1 of the intermediate matches",
    record: of("intermediate", "2 0 1"),
    says: /matched the TA certificate at depth 1/,
  },
  {
    title: "3 1 1 of the intermediate does not",
    record: of("intermediate", "3 1 1"),
    says: /no matching DANE/,
  },
  { title: "2 1 1 of another CA does not", record: of("other-root", "2 1 1"), says: /no matching DANE/ },
  {
    title: "3 1 1 of the previous leaf matches",
    record: of("previous-leaf", "3 1 1"),
    says: /matched the EE certificate/,
  },
  {
    title: "3 0 1 of the previous leaf does not",
    record: of("previous-leaf", "3 0 1"),
    says: /no matching DANE/,
  },
  {
    title: "3 1 1 with the digest of a 3 0 1 does not",
    record: dataOf("3 0 1", "3 1 1"),
    says: /no matching DANE/,
  },
  { title: "31 octets are no SHA-256", record: octets(31, "3 1 1"), says: /bad digest length/ },
];

let tools: Tools | undefined;
let answers: readonly string[] = [];
let handshakes: readonly string[] = [];

/** What each of the commands writes. */
async function run(before: string, commands: readonly string[]): Promise<readonly string[]> {
  const output = await tools?.run(
    `${before}\n${commands.map((command) => `echo "== next"; ${command}`).join("\n")}\ntrue`,
  );
  return (output ?? "").split(/^== next\n/m).slice(1);
}

beforeAll(async () => {
  tools = await startTools();
  const cases = [...accepted, ...refused];
  await tools.copy(
    cases.flatMap(({ spec, anchor }, index) => {
      const issued = pki.issue(spec);
      const others = issued.sent.slice(1).map(({ pem }) => pem);
      const fallback = spec.kind === "self-signed" ? "leaf" : "root";
      return [
        { path: `/c/${index}.leaf`, content: issued.certificate("leaf").pem },
        { path: `/c/${index}.sent`, content: others.join("") || "\n" },
        {
          path: `/c/${index}.anchor`,
          content: anchor === "store" ? pki.trustStore : issued.certificate(anchor ?? fallback).pem,
        },
      ];
    }),
  );
  answers = await run(
    "cd /c",
    cases.map(({ spec, asked = "" }, index) => {
      const sent = spec.sends.length > 1 ? `-untrusted ${index}.sent` : "";
      return `openssl verify -no-CAfile -no-CApath -no-CAstore -trusted ${index}.anchor ${sent} ${asked} ${index}.leaf`;
    }),
  );

  await tools.copy([
    { path: "/s/chain", content: server.chain },
    { path: "/s/key", content: server.key },
    { path: "/s/root", content: server.certificate("root").pem },
  ]);
  const connect = "openssl s_client -brief -unix /s/socket";
  handshakes = await run(
    "openssl s_server -quiet -unix /s/socket -cert /s/chain -cert_chain /s/chain -key /s/key >/dev/null 2>&1 &\nuntil [ -S /s/socket ]; do :; done",
    records.map(
      ({ record }) =>
        `${connect} -no-CApath -no-CAstore -CAfile /s/root -dane_tlsa_domain mx.test -dane_tlsa_rrdata "${rrdata(record)}" -verify_return_error </dev/null`,
    ),
  );
});

afterAll(() => tools?.close());

describe("openssl verify accepts", () => {
  it.each(accepted.map(({ title }, index) => ({ title, index })))("$title", ({ index }) => {
    expect(answers[index]).toBe(`${index}.leaf: OK\n`);
  });
});

describe("openssl verify refuses a certificate", () => {
  it.each(refused.map(({ title, why }, index) => ({ title, why, index: accepted.length + index })))(
    "$title",
    ({ why, index }) => {
      expect(answers[index]).toMatch(why);
      expect(answers[index]).toContain("verification failed");
    },
  );
});

describe("openssl s_client: a record", () => {
  it.each(records.map(({ title, says }, index) => ({ title, says, index })))("$title", ({ says, index }) => {
    expect(handshakes[index]).toMatch(says);
    if (!says.source.includes("matched the")) expect(handshakes[index]).not.toContain("Verification: OK");
  });
});

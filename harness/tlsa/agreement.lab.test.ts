import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTools, type Tools } from "../dns/test-tools.ts";
import { keyTypes, type TlsaSpec } from "../model/scenario.ts";
import { createPki, type IssuedChain } from "../pki/pki.ts";
import { tlsaRdata } from "../pki/tlsa.ts";
import { dv, mismatch, of, selfSigned, tlsa } from "../vocabulary.ts";
import { checkRecords } from "./check.ts";
import { readMaterial } from "./input.ts";
import { makeRecord } from "./make.ts";
import { rdataText, readRecords, recordText } from "./records.ts";

/** Records that danelab makes, and its verdicts on records, beside those of openssl and Debian's hash-slinger. */

const now = new Date();
const pki = createPki(now);
const named = { names: ["mx.test"], commonName: "mx.test" };

let tools: Tools;
beforeAll(async () => {
  tools = await startTools({
    name: "test-hash-slinger",
    folder: fileURLToPath(new URL("test-hash-slinger", import.meta.url)),
    suite: "trixie",
  });
});
afterAll(() => tools?.close());

/** What each of the commands writes. */
async function outputs(before: string, commands: readonly string[]): Promise<readonly string[]> {
  const text = await tools.run(
    `${before}\n${commands.map((one) => `echo "== next"; ${one}; echo`).join("\n")}\ntrue`,
  );
  return text
    .split(/^== next\n/m)
    .slice(1)
    .map((one) => one.trimEnd());
}

const combinations = ([0, 1, 2, 3] as const).flatMap((usage) =>
  ([0, 1] as const).flatMap((selector) =>
    ([0, 1, 2] as const).map((matchingType) => ({ usage, selector, matchingType })),
  ),
);

describe.each(keyTypes)("made of a certificate over a key of type %s", (key) => {
  // As usage 0 is of CAs, hash-slinger makes none of another certificate.
  const own = selfSigned({ ...named, key, isCa: true, keyUsage: ["keyCertSign", "digitalSignature"] });
  const issued = pki.issue(own);
  const made = combinations.map((parameters) =>
    makeRecord(readMaterial(Buffer.from(issued.chain), "it"), parameters, "it", now),
  );
  const hex = made.map(({ record }) => record.data.toString("hex"));
  beforeAll(() =>
    tools.copy([
      { path: "/c/cert.pem", content: issued.chain },
      { path: "/c/key.pem", content: issued.key },
    ]),
  );

  test("as openssl x509, pkey and dgst make it, of the certificate and of the key", async () => {
    const digest = ["cat", "openssl dgst -sha256 -binary", "openssl dgst -sha512 -binary"];
    const sources = [
      "openssl x509 -in cert.pem -outform DER",
      "openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform DER",
    ];
    const commands = combinations.map(
      ({ selector, matchingType }) =>
        `${sources[selector]} | ${digest[matchingType]} | od -An -v -tx1 | tr -d ' \\n'`,
    );
    expect(await outputs("cd /c", commands)).toEqual(hex);

    const ofKey = combinations.filter(({ selector }) => selector === 1);
    const fromKey = ofKey.map(
      (parameters) =>
        makeRecord(readMaterial(Buffer.from(issued.key), "it"), parameters, "it", now).record.data,
    );
    const keyCommands = ofKey.map(
      ({ matchingType }) =>
        `openssl pkey -in key.pem -pubout -outform DER | ${digest[matchingType]} | od -An -v -tx1 | tr -d ' \\n'`,
    );
    expect(await outputs("cd /c", keyCommands)).toEqual(fromKey.map((data) => data.toString("hex")));
  });

  test("as hash-slinger makes it, in both of its forms", async () => {
    const command = ({ usage, selector, matchingType }: (typeof combinations)[number], form: string) =>
      `tlsa --create --certificate cert.pem --usage ${usage} --selector ${selector} --mtype ${matchingType} --port 25 --output ${form} mx.test`;
    const said = await outputs(
      "cd /c",
      combinations.map((one) => `{ ${command(one, "rfc")}; ${command(one, "generic")}; } 2>/dev/null`),
    );
    const expected = made.map(({ record }) => recordText({ ...record, owner: "_25._tcp.mx.test." }));
    const records = said.map((text) => {
      const lines = text.split("\n").filter((line) => / IN (TLSA|TYPE52) /.test(line));
      return readRecords(lines.join("\n"), "tlsa").map(recordText);
    });
    expect(records).toEqual(expected.map((record) => [record, record]));
  });
});

/** Chains, each with records of all kinds: whether senders that use OpenSSL take the server for the one that is meant. */
const chains: Readonly<Record<string, IssuedChain>> = {
  "root sent": pki.issue(dv(named)),
  "root not sent": pki.issue(dv({ ...named, sends: ["leaf", "intermediate"] })),
  "out of order": pki.issue(dv({ ...named, sends: ["leaf", "root", "intermediate"] })),
  "without intermediate": pki.issue(dv({ ...named, sends: ["leaf", "root"] })),
  "of another name": pki.issue(dv({ names: ["other.test"], commonName: "mx.test" })),
  "of a wildcard": pki.issue(dv({ names: ["*.test"], commonName: null })),
  "without names": pki.issue(dv({ names: [], commonName: "mx.test" })),
  expired: pki.issue(dv({ ...named, notBefore: -90, notAfter: -1 })),
  "not yet valid": pki.issue(dv({ ...named, notBefore: 1 })),
  "for clients": pki.issue(dv({ ...named, purposes: ["clientAuth"] })),
  ...Object.fromEntries(
    (
      [
        "five-intermediates",
        "issuer-not-ca",
        "root-not-ca",
        "intermediate-expired",
        "root-expired",
        "root-path-length-0",
        "root-excludes-names",
        "root-may-not-sign",
        "root-key-identifier-differs",
      ] as const
    ).map((chain) => [chain, pki.issue(dv({ ...named, chain }))]),
  ),
};

const specs: readonly TlsaSpec[] = [
  ...[
    "2 0 0",
    "2 0 1",
    "2 0 2",
    "2 1 0",
    "2 1 1",
    "2 1 2",
    "3 0 0",
    "3 0 1",
    "3 0 2",
    "3 1 0",
    "3 1 1",
    "3 1 2",
  ].flatMap((text) => [tlsa(text), mismatch(text)]),
  of("root", "3 1 1"),
  of("leaf", "2 1 1"),
];
/** Of a certificate that not all chains have. */
const ofIntermediate = [of("intermediate", "2 0 1"), of("intermediate", "2 1 0")];
const withoutIntermediate: readonly string[] = ["root-not-ca", "root-key-identifier-differs"];

describe.each(Object.entries(chains))("a server with a chain: %s", (name, chain) => {
  test("is authenticated by each record, or not, as by openssl s_client", async () => {
    const further = withoutIntermediate.includes(name) ? [] : ofIntermediate;
    const records = [...specs, ...further].map((spec) => {
      const [usage = 0, selector = 0, matchingType = 0, ...data] = tlsaRdata(spec, chain, pki);
      return { usage, selector, matchingType, data: Buffer.from(data) };
    });
    await tools.copy([
      { path: "/s/chain", content: chain.chain },
      { path: "/s/key", content: chain.key },
    ]);
    const said = await outputs(
      [
        "rm -f /s/socket",
        "openssl s_server -quiet -unix /s/socket -cert /s/chain -cert_chain /s/chain -key /s/key >/dev/null 2>&1 &",
        'trap "kill $!" EXIT',
        "until [ -S /s/socket ]; do :; done",
      ].join("\n"),
      records.map(
        (record) =>
          `openssl s_client -brief -unix /s/socket -no-CApath -no-CAstore -no-CAfile -dane_tlsa_domain mx.test -dane_ee_no_namechecks -dane_tlsa_rrdata "${rdataText(record)}" -verify_return_error </dev/null`,
      ),
    );
    const material = readMaterial(Buffer.from(chain.chain), "it");
    const told = (record: (typeof records)[number], yes: boolean) =>
      `${rdataText(record).slice(0, 40)} ${yes}`;
    expect(
      records.map((record) =>
        told(
          record,
          checkRecords([record], material, { names: ["mx.test"], now }).outcome === "authenticated",
        ),
      ),
    ).toEqual(records.map((record, index) => told(record, /^Verification: OK$/m.test(said[index] ?? ""))));
  });
});

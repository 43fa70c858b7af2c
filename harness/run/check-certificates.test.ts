import { expect, it } from "vitest";
import {
  dv,
  intercept,
  leaksToTheAttacker,
  type MxText,
  mismatch,
  must,
  of,
  recordOf,
  scenarios,
  selfSigned,
} from "../vocabulary.ts";
import { checkFile } from "./check-scenarios.ts";

function check(mx: MxText): void {
  const control = mx.attacker ? { control: leaksToTheAttacker("encrypted") } : {};
  checkFile(
    scenarios("group", [
      {
        id: "x",
        title: "X",
        cites: ["RFC 7672 2.2"],
        mx,
        expect: { dane: must("authenticated"), ...control },
      },
    ]),
    "file",
  );
}

const large = selfSigned({ version: 1 });

it.each<[string, MxText]>([
  ["cannot send root", { certificate: selfSigned({ sends: ["leaf", "root"] }) }],
  ["cannot send intermediate", { certificate: dv({ chain: "direct", sends: ["leaf", "intermediate"] }) }],
  ["cannot send cross-root", { certificate: dv({ sends: ["leaf", "cross-root"] }) }],
  ['"mx.tlsa": the certificate has no root', { tlsa: ["2 0 1"] }],
  [
    '"mx.tlsa": the certificate has no intermediate-5',
    { certificate: dv(), tlsa: [of("intermediate-5", "2 0 1")] },
  ],
  ['"mx.tlsa": the certificate has no root', { tlsa: [recordOf(selfSigned({ label: "next" }), "2 0 1")] }],
  ['"mx.tlsa": keyLost', { tlsa: [recordOf(selfSigned({ keyLost: true, key: "p384" }), "3 1 1")] }],
  [
    '"mx.certificate": keyLost takes a p256 key',
    { certificate: selfSigned({ keyLost: true, key: "rsa2048" }) },
  ],
  ['"mx.certificate": of version 1', { certificate: large }],
  ['"mx.sni": of version 1', { sni: { "other.example": large } }],
  ['"mx.attacker": of version 1', { attacker: intercept(large) }],
  ["an Ed25519 key cannot sign with SHA-1", { certificate: selfSigned({ key: "ed25519", digest: "sha1" }) }],
  ["there are two of p256", { furtherCertificates: [selfSigned({ label: "more" })] }],
])("%s", (text, mx) => {
  expect(() => check(mx)).toThrow(text);
});

it.each<MxText>([
  { certificate: dv({ chain: "cross-signed", sends: ["leaf", "cross-intermediate", "other-root"] }) },
  { certificate: dv({ chain: "five-intermediates" }), tlsa: [of("intermediate-5", "2 0 1")] },
  { certificate: dv({ digest: "sha1", key: "ed25519" }) },
  // A stranger's certificate has a root.
  { tlsa: [mismatch("2 0 1")] },
  { tlsa: [of("private-root", "2 0 1"), recordOf(dv(), "2 0 1"), recordOf(dv(), "2 0 1", "intermediate")] },
  { furtherCertificates: [selfSigned({ key: "rsa2048" })] },
])("%# is in order", (mx) => {
  expect(() => check(mx)).not.toThrow();
});

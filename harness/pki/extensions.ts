import { createHash } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { type KeyUsage, keyUsages, type OddExtension } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import type { CertificateInput } from "./certificate.ts";
import {
  bits,
  encoded,
  integer,
  type Node,
  nothing,
  octetString,
  oid,
  sequence,
  tagged,
  truth,
} from "./der.ts";

/** Extensions of a certificate (RFC 5280 4.2). */

const purposeOids = { serverAuth: "1.3.6.1.5.5.7.3.1", clientAuth: "1.3.6.1.5.5.7.3.2" } as const;

/** Under IANA's number for documentation (RFC 5612). */
const inventedOids = { critical: "1.3.6.1.4.1.32473.1", padding: "1.3.6.1.4.1.32473.2" } as const;

const odd: Readonly<Record<OddExtension, () => Node>> = {
  "unknown-critical": () => extension(inventedOids.critical, true, nothing),
  // TLS Feature: status_request (RFC 7633, RFC 6066 8).
  "must-staple": () => extension("1.3.6.1.5.5.7.1.24", false, sequence(integer(Buffer.from([5])))),
};

function extension(id: string, critical: boolean, value: Node): Node {
  return sequence(oid(id), ...(critical ? [truth] : []), octetString(encoded(value)));
}

/** RFC 7093 section 2, method 4: a hash of the whole SubjectPublicKeyInfo, here its first 160 bits. */
function keyIdentifier(spki: Uint8Array): Buffer {
  return createHash("sha256").update(spki).digest().subarray(0, 20);
}

export function extensionsOf(input: CertificateInput): Node {
  const { key, issuerKey, ca, policy, purposes, pathLength, keyUsage, excludes = [] } = input;
  const usage = keyUsage === undefined ? (ca ? certificateAndCrlSigning : digitalSignature) : keyUsage;
  const extended = purposes ?? (ca ? [] : (["serverAuth"] as const));
  const alternatives = subjectAlternatives(input);
  const own = keyIdentifier(input.keyIdentifier === "other" ? Buffer.from("another key") : key.spki);
  const constraints = ca
    ? sequence(truth, ...(pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))]))
    : sequence();
  return sequence(
    extension("2.5.29.19", ca, constraints),
    ...(usage ? [extension("2.5.29.15", true, bits(usage.map((name) => keyUsages.indexOf(name))))] : []),
    ...(extended.length > 0
      ? [extension("2.5.29.37", false, sequence(...extended.map((purpose) => oid(purposeOids[purpose]))))]
      : []),
    extension("2.5.29.14", false, octetString(own)),
    extension("2.5.29.35", false, sequence(tagged(0, keyIdentifier(issuerKey.spki)))),
    // Critical where it alone names the subject (RFC 5280 4.1.2.6).
    ...(alternatives.length > 0
      ? [extension("2.5.29.17", input.subject.length === 0, sequence(...alternatives))]
      : []),
    ...(policy ? [extension("2.5.29.32", false, sequence(sequence(oid(policy))))] : []),
    ...(excludes.length > 0
      ? [
          extension(
            "2.5.29.30",
            true,
            sequence(
              tagged(
                1,
                excludes.map((name) => sequence(dnsName(name))),
              ),
            ),
          ),
        ]
      : []),
    ...(input.odd ?? []).map((name) => odd[name]()),
    ...(input.padding
      ? [extension(inventedOids.padding, false, octetString(Buffer.alloc(input.padding)))]
      : []),
  );
}

const digitalSignature: readonly KeyUsage[] = ["digitalSignature"];
const certificateAndCrlSigning: readonly KeyUsage[] = ["keyCertSign", "cRLSign"];

function dnsName(name: string): Node {
  return tagged(2, Buffer.from(name));
}

/** RFC 5280 4.2.1.6. */
function subjectAlternatives({ names, addresses = [], emails = [] }: CertificateInput): readonly Node[] {
  return [
    ...names.map(dnsName),
    ...addresses.map((address) => tagged(7, addressOctets(address))),
    ...emails.map((email) => tagged(1, Buffer.from(email))),
  ];
}

function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  if (!isIPv6(address) || /[.%]/.test(address))
    throw new UsageError(`"${address}" is no IP address that a certificate can hold`);
  const [front = [], back = []] = address
    .split("::")
    .map((part) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16))));
  const between = Array<number>(8 - front.length - back.length).fill(0);
  return Buffer.from([...front, ...between, ...back].flatMap((group) => [group >> 8, group & 255]));
}

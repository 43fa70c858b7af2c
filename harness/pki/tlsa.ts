import { createHash } from "node:crypto";
import type { TlsaSpec } from "../model/scenario.ts";
import { UsageError } from "../words/errors.ts";
import type { Certificate, IssuedChain, Pki } from "./pki.ts";

/** Certificate association data (RFC 6698 2.1.4). */
export function associationData(
  certificate: Pick<Certificate, "der" | "spki">,
  selector: 0 | 1,
  matchingType: 0 | 1 | 2,
): Buffer {
  const selected = Buffer.from(selector === 0 ? certificate.der : certificate.spki);
  switch (matchingType) {
    case 0:
      return selected;
    case 1:
      return createHash("sha256").update(selected).digest();
    case 2:
      return createHash("sha512").update(selected).digest();
  }
}

/**
 * TLSA RDATA: usage, selector, matching type, data, of the chain that the record is about. Records of one RRset that match nothing are told apart by their
 * index, as an RRset holds no record twice (RFC 2181 5).
 */
export function tlsaRdata(
  { usage, selector, matchingType, data }: TlsaSpec,
  chain: IssuedChain,
  pki: Pki,
  index = 0,
): Uint8Array {
  if ("rdata" in data) return Buffer.from(data.rdata, "hex");
  const head = Buffer.from([usage, selector, matchingType]);
  if ("hex" in data) return Buffer.concat([head, Buffer.from(data.hex, "hex")]);
  const anchor = usage === 0 || usage === 2;
  const certificate = data.matches
    ? chain.certificate(data.from)
    : anchor
      ? pki.stranger(index).root
      : pki.stranger(index).leaf;
  const honest = associationData(certificate, data.selector, data.matchingType);
  const whole = data.asText ? Buffer.from(honest.toString("hex")) : honest;
  const { octets = whole.length, trailing = "" } = data;
  return Buffer.concat([
    head,
    whole.subarray(0, octets),
    Buffer.alloc(Math.max(0, octets - whole.length)),
    Buffer.from(trailing, "hex"),
  ]);
}

/** "3 1 1" */
export function parseTlsa(text: string): {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
} {
  const found = /^(\d{1,3}) (\d{1,3}) (\d{1,3})$/.exec(text);
  const [usage = 256, selector = 256, matchingType = 256] = (found ?? []).slice(1).map(Number);
  if (usage > 255 || selector > 255 || matchingType > 255)
    throw new UsageError(`"${text}" is not usage, selector and matching type`);
  return { usage, selector, matchingType };
}

/** Which of the certificates the record's data is made from, by index; usage is left out of it. Unknown parameters match nothing. */
export function tlsaMatches(
  rdata: Uint8Array,
  certificates: readonly Pick<Certificate, "der" | "spki">[],
): readonly number[] {
  const [, selector, matchingType] = rdata;
  if ((selector !== 0 && selector !== 1) || (matchingType !== 0 && matchingType !== 1 && matchingType !== 2))
    return [];
  const data = Buffer.from(rdata.subarray(3));
  return certificates.flatMap((certificate, index) =>
    associationData(certificate, selector, matchingType).equals(data) ? [index] : [],
  );
}

import { UsageError } from "../words/errors.ts";

/** One element of DER (X.690): tag octet, what stands in it, and both with the length between them. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

/** The elements that stand one after the other in `bytes`. UsageError: the octets are no DER. */
export function elementsOf(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const { tag, start, length } = headOf(rest);
    const whole = rest.subarray(0, start + length);
    if (whole.length < start + length)
      throw new UsageError(`no DER: ${start + length - whole.length} octets are missing at its end`);
    found.push({ tag, content: whole.subarray(start), whole });
    rest = rest.subarray(whole.length);
  }
  return found;
}

function headOf(bytes: Buffer): { readonly tag: number; readonly start: number; readonly length: number } {
  const [tag = 0, first] = bytes;
  // Tags of more than one octet do not occur in certificates and keys.
  if (first === undefined || (tag & 0x1f) === 0x1f) throw new UsageError("no DER");
  if (first < 0x80) return { tag, start: 2, length: first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 4 || bytes.length < 2 + octets) throw new UsageError("no DER");
  return { tag, start: 2 + octets, length: bytes.readUIntBE(2, octets) };
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  oid: 0x06,
  sequence: 0x30,
  /** Of the context, constructed. */
  context: (number: number): number => 0xa0 | number,
  /** Of the context, in place of a primitive type's tag. */
  implicit: (number: number): number => 0x80 | number,
} as const;

import { UsageError } from "../words/errors.ts";

/** Domain names in presentation form: FQDN with final dot. No escapes but \\. and \\DDD (RFC 1035 5.1). */

export function labelsOf(name: string): readonly Buffer[] {
  if (name === ".") return [];
  if (!name.endsWith("."))
    throw new UsageError(`"${name}" is not a fully qualified domain name (no final dot)`);
  const labels: Buffer[] = [];
  let label: number[] = [];
  for (let at = 0; at < name.length; at++) {
    const character = name[at] ?? "";
    if (character === "\\") {
      const decimal = /^\d{3}/.exec(name.slice(at + 1));
      label.push(octet(decimal ? Number(decimal[0]) : name.charCodeAt(at + 1), name));
      at += decimal ? 3 : 1;
    } else if (character === ".") {
      if (label.length === 0 || label.length > 63)
        throw new UsageError(`"${name}" has a label of ${label.length} octets`);
      labels.push(Buffer.from(label));
      label = [];
    } else label.push(octet(character.charCodeAt(0), name));
  }
  if (label.length > 0)
    throw new UsageError(`"${name}" is not a fully qualified domain name (its final dot is escaped)`);
  return labels;
}

function octet(value: number, name: string): number {
  if (value > 255) throw new UsageError(`"${name}" holds what is no octet; write \\DDD, 000 to 255`);
  return value;
}

/** Labels, or names in wire form: the octets that hold lengths are below those of letters. */
function lower(label: Buffer): Buffer {
  return Buffer.from(label.map((value) => (value >= 65 && value <= 90 ? value + 32 : value)));
}

/** Uncompressed wire form. */
export function wireName(name: string): Buffer {
  const wire = Buffer.concat([
    ...labelsOf(name).flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.from([0]),
  ]);
  if (wire.length > 255) throw new UsageError(`"${name}" is longer than 255 octets`);
  return wire;
}

/** RFC 1035 2.3.4: a name of more than 255 octets cannot exist. */
export function fitsInDns(name: string): boolean {
  return labelsOf(name).reduce((octets, label) => octets + 1 + label.length, 1) <= 255;
}

/** RFC 4034 6.2: letters in lower case. */
export function canonicalWireName(name: string): Buffer {
  return lower(wireName(name));
}

/** RFC 4034 6.1: by labels from the right, as lower-case octets. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [labelsOf(a).toReversed(), labelsOf(b).toReversed()];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = Buffer.compare(
      lower(left[index] ?? Buffer.alloc(0)),
      lower(right[index] ?? Buffer.alloc(0)),
    );
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

export function parentOf(name: string): string {
  const first = /^(?:\\\d{3}|\\.|[^.\\])*\./.exec(name);
  return name.slice(first?.[0].length ?? name.length) || ".";
}

/** Whether `name` is `ancestor` or below it. */
export function isWithin(name: string, ancestor: string): boolean {
  const [low, of] = [name.toLowerCase(), ancestor.toLowerCase()];
  return low === of || of === "." || low.endsWith(`.${of}`);
}

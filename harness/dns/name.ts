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
      label.push(decimal ? Number(decimal[0]) : name.charCodeAt(at + 1));
      at += decimal ? 3 : 1;
    } else if (character === ".") {
      if (label.length === 0 || label.length > 63)
        throw new UsageError(`"${name}" has a label of ${label.length} octets`);
      labels.push(Buffer.from(label));
      label = [];
    } else label.push(character.charCodeAt(0));
  }
  return labels;
}

function lower(label: Buffer): Buffer {
  return Buffer.from(label.map((octet) => (octet >= 65 && octet <= 90 ? octet + 32 : octet)));
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

/** RFC 4034 6.2: letters in lower case. */
export function canonicalWireName(name: string): Buffer {
  return wireName(name.toLowerCase());
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
  const labels = name.split(/(?<!\\)\./);
  return labels.length <= 2 ? "." : labels.slice(1).join(".");
}

/** Whether `name` is `ancestor` or below it. */
export function isWithin(name: string, ancestor: string): boolean {
  const [low, of] = [name.toLowerCase(), ancestor.toLowerCase()];
  return low === of || of === "." || low.endsWith(`.${of}`);
}

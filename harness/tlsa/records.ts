import { UsageError } from "../words/errors.ts";

/** A TLSA record (RFC 6698 2.1), well-formed or not, with its name and time to live where they are told. */
export interface TlsaRecord {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly data: Buffer;
  readonly owner?: string;
  readonly ttl?: number;
}

/** "3 1 1 ab…" */
export function rdataText({ usage, selector, matchingType, data }: TlsaRecord): string {
  return `${usage} ${selector} ${matchingType} ${data.toString("hex")}`.trimEnd();
}

/** As in a master file; without an owner the RDATA alone. */
export function recordText(record: TlsaRecord): string {
  const { owner, ttl } = record;
  if (owner === undefined) return rdataText(record);
  return `${owner}${ttl === undefined ? "" : ` ${ttl}`} IN TLSA ${rdataText(record)}`;
}

/** Acronyms of RFC 7218: "DANE-EE SPKI SHA2-256". */
export function acronyms({ usage, selector, matchingType }: Omit<TlsaRecord, "data">): string {
  return [
    ["PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"][usage] ?? (usage === 255 ? "PrivCert" : `usage ${usage}`),
    ["Cert", "SPKI"][selector] ?? (selector === 255 ? "PrivSel" : `selector ${selector}`),
    ["Full", "SHA2-256", "SHA2-512"][matchingType] ??
      (matchingType === 255 ? "PrivMatch" : `matching type ${matchingType}`),
  ].join(" ");
}

/** RFC 6698 3: "_25._tcp.mx.example.com." */
export function ownerOf(host: string, port: number): string {
  return `_${port}._tcp.${host.replace(/\.$/, "")}.`;
}

/** The base domain that a record's owner tells, without final dot: whom the server must be. */
export function baseDomain(owner: string): string | undefined {
  return /^_\d+\._[a-z]+\.(.+?)\.?$/i.exec(owner)?.[1];
}

/** Whether the text is that of a record, and not the name of a file that holds some. */
export function isRecordText(text: string): boolean {
  return /^\s*\d+\s+\d+\s+\d+(\s|$)|\s(TLSA|TYPE52)\s/i.test(text);
}

/**
 * The TLSA records of a text: RDATA alone, lines of a master file, the answer of dig, short or long. Comments and records of
 * other types are left alone. UsageError: a line is none of these, or there are no records.
 */
export function readRecords(text: string, shown: string): readonly TlsaRecord[] {
  const records = logicalLines(text).flatMap((line): readonly TlsaRecord[] => {
    const record = recordOf(line);
    if (record) return [record];
    if (isOther(line)) return [];
    throw new UsageError(`${shown}: "${shorten(line)}" is no TLSA record; wanted is such as 3 1 1 0b9f…`);
  });
  if (records.length === 0) throw new UsageError(`${shown}: holds no TLSA record`);
  return records;
}

/** Without comments, and what parentheses hold together on one line (RFC 1035 5.1). */
function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let open = false;
  for (const line of text.split(/\r?\n/)) {
    const plain = line.replace(/;.*/, "");
    const joined = plain.replace(/[()]/g, " ").trim();
    if (open) lines.push(`${lines.pop() ?? ""} ${joined}`);
    else if (joined) lines.push(joined);
    const last = Math.max(plain.lastIndexOf("("), plain.lastIndexOf(")"));
    open = last < 0 ? open : plain[last] === "(";
  }
  return lines;
}

function recordOf(line: string): TlsaRecord | undefined {
  const [, owner, rdata = line] =
    /^(?:(\S+)\s+)??(?:\d\w*\s+)?(?:IN\s+)?(?:\d\w*\s+)?(?:TLSA|TYPE52)\s+(.*)$/i.exec(line) ?? [];
  const octets = octetsOf(rdata);
  if (!octets) return undefined;
  const [usage, selector, matchingType] = octets;
  if (usage === undefined || selector === undefined || matchingType === undefined) return undefined;
  return {
    usage,
    selector,
    matchingType,
    data: octets.subarray(3),
    ...(owner === undefined ? {} : { owner }),
  };
}

/** Of RDATA in the type's own form, or in that of RFC 3597 5. */
function octetsOf(rdata: string): Buffer | undefined {
  const [, length, generic] = /^\\#\s+(\d+)\s+([0-9a-f\s]*)$/i.exec(rdata) ?? [];
  if (length !== undefined && generic !== undefined) {
    const octets = hex(generic);
    return octets?.length === Number(length) ? octets : undefined;
  }
  const [, ...fields] = /^(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+([0-9a-f\s]*))?$/i.exec(rdata) ?? [];
  const parameters = fields.slice(0, 3).map(Number);
  const data = hex(fields[3] ?? "");
  if (parameters.length < 3 || parameters.some((value) => value > 255) || !data) return undefined;
  return Buffer.concat([Buffer.from(parameters), data]);
}

function hex(text: string): Buffer | undefined {
  const digits = text.replace(/\s/g, "");
  return digits.length % 2 === 0 ? Buffer.from(digits, "hex") : undefined;
}

/** A record of another type, as dig answers with aliases and signatures; or a directive of a master file. */
function isOther(line: string): boolean {
  const type = /^(?:\S+\s+)?(?:\d\w*\s+)?IN\s+(?:\d\w*\s+)?([A-Z][A-Z0-9]*)\s/i
    .exec(line)?.[1]
    ?.toUpperCase();
  if (type !== undefined) return type !== "TLSA" && type !== "TYPE52";
  // dig +short shows an alias by its target alone.
  return /^\$|^\S+\.$/.test(line);
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

import { wireName } from "../../dns/name.ts";
import { typeNumber } from "../../dns/record.ts";
import type { FileToCopy } from "../../model/facts.ts";

/**
 * A resolver that reads the lab's own signed zone files. It validates as far as the tests of the pipeline need it: DS
 * at each delegation, and for each RRset a signature whose time is now. It computes no signature.
 */
export interface FakeResolver {
  /** `client`: the address that the question comes from. */
  lookUp(name: string, type: string, client: string): FakeAnswer;
  /** The same for a DNS message, as the farm's program asks it. */
  answer(query: Buffer, client: string): Buffer;
}

export interface FakeAnswer {
  readonly rcode: "NOERROR" | "NXDOMAIN" | "SERVFAIL";
  readonly secure: boolean;
  readonly records: readonly FakeRecord[];
}

export interface FakeRecord {
  readonly name: string;
  readonly type: string;
  readonly rdata: Buffer;
}

interface FakeZone {
  readonly origin: string;
  readonly records: readonly FakeRecord[];
}

type Status = "secure" | "insecure" | "bogus";

const rcodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;
const ttl = 60;
/** RFC 4034 section 3.1: type covered, algorithm, labels, TTL, then the two times. */
const rrsig = { expiration: 8, inception: 12 } as const;

function isBelow(name: string, ancestor: string): boolean {
  return ancestor === "." || name === ancestor || name.endsWith(`.${ancestor}`);
}

/** The master files that danelab writes: RDATA in the form of RFC 3597, but for DNSKEY, which is of no use here. */
function readZone(text: string): FakeZone {
  const records = [...text.matchAll(/^(\S+) \d+ IN (\S+) (?:\\# \d+ ?([0-9a-f]*))?/gm)].map(
    ([, name = "", type = "", hex = ""]): FakeRecord => ({ name, type, rdata: Buffer.from(hex, "hex") }),
  );
  return { origin: records.find(({ type }) => type === "SOA")?.name ?? ".", records };
}

function named(wire: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  for (let length = wire[at] ?? 0; length > 0; length = wire[at] ?? 0) {
    labels.push(wire.subarray(at + 1, at + 1 + length).toString("latin1"));
    at += 1 + length;
  }
  return { name: `${labels.join(".").toLowerCase()}.`, end: at + 1 };
}

/** The name that RDATA holds from this octet on. */
export function nameIn(rdata: Buffer, from = 0): string {
  return named(rdata, from).name;
}

export function fakeResolver(
  files: () => readonly FileToCopy[],
  { validates }: { readonly validates: boolean },
  onQuestion: (client: string, name: string, type: string) => void,
): FakeResolver {
  let read: readonly FakeZone[] | undefined;
  const zones = (): readonly FakeZone[] => {
    read ??= files()
      // The zones of later steps lie deeper.
      .filter(({ path }) => /^\/zones\/[^/]+\.zone$/.test(path))
      .map(({ content }) => readZone(content.toString()))
      .sort((a, b) => b.origin.length - a.origin.length);
    return read;
  };
  const zoneOf = (name: string): FakeZone | undefined => zones().find(({ origin }) => isBelow(name, origin));
  const parentOf = ({ origin }: FakeZone): FakeZone | undefined =>
    zones().find((zone) => zone.origin !== origin && isBelow(origin, zone.origin));
  const held = (zone: FakeZone, name: string, type: string): readonly FakeRecord[] =>
    zone.records.filter((one) => one.type === type && one.name.toLowerCase() === name);

  const isSigned = (zone: FakeZone): boolean => {
    const parent = parentOf(zone);
    return !parent || (isSigned(parent) && held(parent, zone.origin, "DS").length > 0);
  };
  const statusOf = (zone: FakeZone, name: string, type: string): Status => {
    if (!isSigned(zone)) return "insecure";
    const now = Date.now() / 1000;
    const valid = held(zone, name, "RRSIG").some(
      ({ rdata }) =>
        rdata.readUInt16BE(0) === typeNumber(type) &&
        rdata.readUInt32BE(rrsig.inception) <= now &&
        now <= rdata.readUInt32BE(rrsig.expiration),
    );
    return valid ? "secure" : "bogus";
  };

  const find = (asked: string, type: string): FakeAnswer => {
    const name = asked.toLowerCase();
    const zone = zoneOf(name);
    const failed: FakeAnswer = { rcode: "SERVFAIL", secure: false, records: [] };
    if (!zone) return failed;
    const found = held(zone, name, type);
    const [alias] = found.length === 0 ? held(zone, name, "CNAME") : [];
    const kind = alias ? "CNAME" : type;
    const records = alias ? [alias] : found;
    const status = records.length > 0 ? statusOf(zone, name, kind) : isSigned(zone) ? "secure" : "insecure";
    if (validates && status === "bogus") return failed;
    const secure = validates && status === "secure";
    if (alias) {
      const rest = find(nameIn(alias.rdata), type);
      return { rcode: rest.rcode, secure: secure && rest.secure, records: [...records, ...rest.records] };
    }
    const exists = zone.records.some((one) => isBelow(one.name.toLowerCase(), name));
    return { rcode: exists ? "NOERROR" : "NXDOMAIN", secure, records };
  };

  const lookUp = (name: string, type: string, client: string): FakeAnswer => {
    onQuestion(client, name, type);
    return find(name, type);
  };

  return {
    lookUp,
    answer(query, client) {
      const { name, end } = named(query, 12);
      const typed = query.readUInt16BE(end);
      const known = ["A", "AAAA", "MX", "TLSA", "CNAME", "SOA", "NS", "DNSKEY", "DS", "TXT"];
      const { rcode, secure, records } = lookUp(
        name,
        known.find((one) => typeNumber(one) === typed) ?? "",
        client,
      );
      const header = Buffer.alloc(12);
      query.copy(header, 0, 0, 2);
      // QR, RD, RA, and AD where it is secure.
      header.writeUInt16BE(0x8180 | (secure ? 0x20 : 0) | rcodes[rcode], 2);
      header.writeUInt16BE(1, 4);
      header.writeUInt16BE(records.length, 6);
      const answers = records.flatMap((one) => {
        const fixed = Buffer.alloc(10);
        fixed.writeUInt16BE(typeNumber(one.type), 0);
        fixed.writeUInt16BE(1, 2);
        fixed.writeUInt32BE(ttl, 4);
        fixed.writeUInt16BE(one.rdata.length, 8);
        return [wireName(one.name), fixed, one.rdata];
      });
      return Buffer.concat([header, query.subarray(12, end + 4), ...answers]);
    },
  };
}

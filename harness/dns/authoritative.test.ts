import { describe, expect, it } from "vitest";
import { type Asked, checkAuthoritative } from "./authoritative.ts";
import { wireName } from "./name.ts";
import { type ResourceRecord, typeNumber } from "./record.ts";
import { coveredType } from "./rrset.ts";
import { nsec3, zoneDraft } from "./test-zones.ts";
import { signZone } from "./zone.ts";

const now = new Date("2026-06-15T12:00:00Z");
const origin = "zone.example.";
const under = (name: string): string => (name === "@" ? origin : `${name}.${origin}`);

interface Reply {
  readonly flags?: number;
  readonly rcode?: number;
  readonly question?: string;
  readonly answer?: readonly ResourceRecord[];
  readonly authority?: readonly ResourceRecord[];
  /** DO of its OPT record; null: it has none. */
  readonly edns?: boolean | null;
  readonly behind?: number;
}

const [response, authoritative, truncated, recursionAvailable, authenticData] = [
  0x8000, 0x400, 0x200, 0x80, 0x20,
];

function u16(...values: readonly number[]): Buffer {
  return Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
}

function encoded(asked: Asked, reply: Reply): Buffer {
  const { answer = [], authority = [], edns = asked.edns?.do ?? null } = reply;
  const record = ({ name, type, ttl, rdata }: ResourceRecord): Buffer =>
    Buffer.concat([wireName(name), u16(typeNumber(type), 1, 0, ttl, rdata.length), rdata]);
  const opt = Buffer.concat([Buffer.from([0]), u16(41, 1232, 0, edns ? 0x8000 : 0, 0)]);
  const flags = (reply.flags ?? response + authoritative) | (reply.rcode ?? 0);
  return Buffer.concat([
    u16(1, flags, 1, answer.length, authority.length, edns === null ? 0 : 1),
    wireName(reply.question ?? asked.name),
    u16(typeNumber(asked.type), 1),
    ...[...answer, ...authority].map(record),
    ...(edns === null ? [] : [opt]),
    Buffer.alloc(reply.behind ?? 0),
  ]);
}

/** A signed zone, and what a server has to pick from. */
function signed(more: Parameters<typeof zoneDraft>[1] = {}) {
  const draft = zoneDraft(now, more);
  const zone = signZone(draft);
  const keys = zone.records.filter(({ type }) => type === "DNSKEY").map(({ rdata }) => rdata);
  /** The set with its signatures, at `as` where a wildcard made it. */
  const set = (name: string, type: string, as = name): readonly ResourceRecord[] =>
    zone.records
      .filter((one) => one.name.toLowerCase() === under(name).toLowerCase())
      .filter((one) => one.type === type || (one.type === "RRSIG" && coveredType(one) === typeNumber(type)))
      .map((one) => ({ ...one, name: under(as) }));
  const proofs = ["NSEC", "NSEC3"].flatMap((type) =>
    zone.records
      .filter((one) => one.type === type)
      .map((one) => set(one.name.slice(0, -origin.length - 1) || "@", type)),
  );
  const check = (asked: Asked, reply: Reply | Uint8Array) => {
    const keysOf = (name: string) => (name === origin ? keys : null);
    const bytes = reply instanceof Uint8Array ? reply : encoded(asked, reply);
    return checkAuthoritative(bytes, asked, { draft, keysOf }, now);
  };
  return { check, set, proofs };
}

function asking(name: string, type: string, more: Partial<Asked> = {}): Asked {
  return { name: under(name), type, edns: { payload: 65_535, do: true }, over: "udp", ...more };
}

const nxdomain = 3;

describe("an answer from the zone", () => {
  const { check, set } = signed();
  const asked = asking("_25._tcp.mx", "TLSA");
  const answer = set("_25._tcp.mx", "TLSA");
  const withoutDnssec = asking("_25._tcp.mx", "TLSA", { edns: { payload: 1232, do: false } });
  const plain = answer.filter(({ type }) => type === "TLSA");

  it("is right with its signature", () => {
    expect(check(asked, { answer })).toMatchObject({ authenticated: true, wrong: [], bogus: [] });
  });

  it("is right without, where DNSSEC was not asked for", () => {
    const found = check(withoutDnssec, { answer: plain, edns: false });
    expect(found).toMatchObject({ authenticated: false, wrong: [], bogus: [] });
  });

  it.each<[string, Asked, Reply]>([
    ["NXDOMAIN, where the zone demands NOERROR", asked, { answer, rcode: nxdomain }],
    ["AA is clear", asked, { answer, flags: response }],
    ["RA is set", asked, { answer, flags: response + authoritative + recursionAvailable }],
    ["AD is set", asked, { answer, flags: response + authoritative + authenticData }],
    ["it is no response", asked, { answer, flags: authoritative }],
    ["it does not repeat the question", asked, { answer, question: under("mx") }],
    ["another case", asked, { answer, question: under("_25._TCP.mx") }],
    ["no OPT record", asked, { answer, edns: null }],
    [
      "an OPT record, which was not asked for",
      asking("_25._tcp.mx", "TLSA", { edns: null }),
      { answer: plain, edns: false },
    ],
    ["DO is not as in the question", asked, { answer, edns: false }],
    ["where 512 are taken", asking("_25._tcp.mx", "TLSA", { edns: null }), { answer: plain, behind: 512 }],
    [
      "TC is set over TCP",
      { ...asked, over: "tcp" },
      { answer, flags: response + authoritative + truncated },
    ],
    ["7 octets stand behind its last record", asked, { answer, behind: 7 }],
    ["is not in the answer", asked, { answer: [] }],
    ["other records than the zone's", asked, { answer: answer.slice(1) }],
    ["RRSIG records, though DO is clear", withoutDnssec, { answer, edns: false }],
  ])("%s", (what, question, reply) => {
    expect(check(question, reply).wrong).toContainEqual(expect.stringContaining(what));
  });

  it("has a signature that is missing, or wrong", () => {
    const damaged = answer.map((one) => ({
      ...one,
      rdata: one.type === "RRSIG" ? Buffer.from(one.rdata).fill(7, 60) : one.rdata,
    }));
    expect(check(asked, { answer: plain }).bogus).toEqual([expect.stringContaining("has no signature")]);
    expect(check(asked, { answer: damaged }).bogus).toEqual([
      expect.stringContaining("no signature of _25._tcp.mx.zone.example. TLSA is right"),
    ]);
  });

  it("uses nothing of what is truncated", () => {
    const flags = response + authoritative + truncated;
    expect(check(asked, { flags })).toMatchObject({ truncated: true, wrong: [], bogus: [] });
  });
});

describe.each([
  ["NSEC", {}],
  ["NSEC3", { denial: nsec3({ salt: "aabb" }) }],
] as const)("what is not there, by %s", (kind, more) => {
  const { check, set, proofs } = signed(more);
  const soa = set("@", "SOA");

  it.each<[string, string, string, Reply]>([
    ["a name", "nowhere", "A", { rcode: nxdomain }],
    ["a name below an empty non-terminal", "_26._tcp.mx", "TLSA", { rcode: nxdomain }],
    ["a type", "mx", "TLSA", {}],
    ["an empty non-terminal", "_tcp.mx", "TLSA", {}],
    ["a type of a wildcard", "a.wild", "A", {}],
    ["DS of an unsigned child", "insecure", "DS", {}],
  ])("%s: takes a proof, and each part of it", (_, name, type, reply) => {
    const asked = asking(name, type);
    const withProofs = (some: typeof proofs) =>
      check(asked, { ...reply, authority: [...soa, ...some.flat()] });
    expect(withProofs(proofs)).toMatchObject({ authenticated: true, wrong: [], bogus: [] });
    expect(withProofs([])).toMatchObject({
      authenticated: false,
      bogus: [expect.stringContaining("no NSEC or NSEC3")],
    });
    // Those without which the proof does not hold are enough by themselves.
    const needed = proofs.filter((one) => !withProofs(proofs.filter((other) => other !== one)).authenticated);
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.length).toBeLessThanOrEqual(3);
    expect(withProofs(needed).bogus).toEqual([]);
  });

  it("takes a SOA record", () => {
    const { wrong } = check(asking("mx", "TLSA"), { authority: proofs.flat() });
    expect(wrong).toEqual([expect.stringContaining("no SOA record")]);
  });

  it("does not believe a proof whose signature is missing", () => {
    const bare = proofs.flat().filter(({ type }) => type !== "RRSIG");
    const { bogus } = check(asking("nowhere", "A"), { rcode: nxdomain, authority: [...soa, ...bare] });
    expect(bogus.join()).toMatch(new RegExp(`${kind} has no signature.*no NSEC or NSEC3`));
  });

  it("is a wildcard's answer with the proof that nothing closer exists", () => {
    const asked = asking("a.wild", "MX");
    const answer = set("*.wild", "MX", "a.wild");
    expect(check(asked, { answer, authority: proofs.flat() })).toMatchObject({
      authenticated: true,
      wrong: [],
      bogus: [],
    });
    expect(check(asked, { answer }).bogus).toEqual([expect.stringContaining("no NSEC or NSEC3")]);
  });

  it("is a referral with DS, or with the proof that there is none", () => {
    const flags = response;
    const ns = (name: string) => set(name, "NS");
    const toSecure = { flags, authority: [...ns("secure"), ...set("secure", "DS")] };
    const toInsecure = { flags, authority: [...ns("insecure"), ...proofs.flat()] };
    expect(check(asking("mx.secure", "A"), toSecure)).toMatchObject({ authenticated: true, wrong: [] });
    expect(check(asking("mx.insecure", "A"), toInsecure)).toMatchObject({ authenticated: true, wrong: [] });
    expect(check(asking("mx.insecure", "A"), { flags, authority: ns("insecure") }).bogus).toHaveLength(1);
    const { wrong } = check(asking("mx.secure", "A"), { authority: set("secure", "DS") });
    expect(wrong.join()).toMatch(/AA is set in a referral.*no NS records/);
  });
});

describe("aliases", () => {
  const { check, set } = signed();

  it("lead on within the zone", () => {
    const asked = asking("alias", "A");
    const alias = set("alias", "CNAME");
    expect(check(asked, { answer: [...alias, ...set("mx", "A")] })).toMatchObject({
      authenticated: true,
      wrong: [],
    });
    expect(check(asked, { answer: alias }).wrong).toEqual([expect.stringContaining("is not in the answer")]);
  });
});

describe("a message that ends too early", () => {
  const { check, set } = signed();
  const asked = asking("_25._tcp.mx", "TLSA");

  it("is wrong", () => {
    const whole = encoded(asked, { answer: set("_25._tcp.mx", "TLSA") });
    const found = check(asked, whole.subarray(0, 100));
    expect(found).toMatchObject({
      rcode: "NOERROR",
      wrong: [expect.stringMatching(/runs past|ends in the middle/)],
    });
  });
});

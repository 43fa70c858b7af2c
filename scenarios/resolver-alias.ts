import {
  fault,
  type LookupText,
  lookups,
  must,
  nsec3,
  open,
  record,
  type ZoneText,
} from "danelab/vocabulary";

/** An answer by way of aliases is as good as its weakest link (RFC 4035 3.2.3, RFC 7672 2.1.3). */
type Status = "secure" | "insecure" | "bogus";
type Kind = "cname" | "dname";

/** Zones of each status: as what they hold is, so is what they are asked for. */
const like = (status: Status, ...types: readonly string[]): ZoneText =>
  status === "insecure"
    ? { unsigned: true }
    : status === "bogus"
      ? { faults: types.map((type) => fault("signature-flipped", type)) }
      : {};

const said: Readonly<Record<Status, string>> = { secure: "signed", insecure: "unsigned", bogus: "bogus" };
const article = (word: string): string => `${/^[aeiou]/.test(word) ? "An" : "A"} ${word}`;
const weakest = (one: Status, other: Status): Status =>
  (["bogus", "insecure", "secure"] as const).find((status) => status === one || status === other) ?? "bogus";

const links: Readonly<Record<Kind, { readonly at: string; readonly record: ReturnType<typeof record> }>> = {
  cname: { at: "_25._tcp.alias", record: record("_25._tcp.alias", "CNAME", "_25._tcp.mx.{hosts}") },
  dname: { at: "_25._tcp.alias", record: record("_tcp.alias", "DNAME", "_tcp.mx.{hosts}") },
};

/** From a zone of one status to a zone of another. */
const crossings = (["cname", "dname"] as const).flatMap((kind) =>
  (["secure", "insecure", "bogus"] as const).flatMap((from) =>
    (["secure", "insecure", "bogus"] as const).map((to): LookupText => {
      const zone = like(from, kind.toUpperCase());
      return {
        id: `res-${kind}-${from}-to-${to}`,
        title: `${article(said[from])} ${kind.toUpperCase()} leads to ${said[to]} TLSA records in another zone`,
        cites: [
          "RFC 4035 3.2.3",
          "RFC 7672 2.1.3",
          ...(kind === "dname" ? ["RFC 6672 5.3.1"] : []),
          ...(from === "bogus" || to === "bogus" ? ["RFC 4035 5.5"] : []),
        ],
        zone: { ...zone, records: [links[kind].record] },
        zones: { hosts: { under: "tld", ...like(to, "TLSA") } },
        mx: { zone: "hosts" },
        ask: { name: links[kind].at, zone: "@", type: "TLSA" },
        expect: must(weakest(from, to)),
      };
    }),
  ),
);

const others: readonly LookupText[] = [
  {
    id: "res-cname-itself",
    title: "The CNAME record of a signed zone by itself, which leads to an unsigned one",
    why: "It tells a client whether the alias can be trusted, where the answer as a whole has no AD.",
    cites: ["RFC 7672 2.2.2", "RFC 4035 3.2.3"],
    zone: { records: [record("alias", "CNAME", "mx.{hosts}")] },
    zones: { hosts: { under: "tld", unsigned: true } },
    mx: { zone: "hosts" },
    ask: { name: "alias", zone: "@", type: "CNAME" },
    expect: must("secure"),
  },
  {
    id: "res-cname-address",
    title: "A records by a CNAME record of a signed zone, which leads to an unsigned one",
    cites: ["RFC 7672 2.1.3", "RFC 4035 3.2.3"],
    zone: { records: [record("alias", "CNAME", "mx.{hosts}")] },
    zones: { hosts: { under: "tld", unsigned: true } },
    mx: { zone: "hosts" },
    ask: { name: "alias", zone: "@", type: "A" },
    expect: must("insecure"),
  },
  {
    id: "res-cname-nodata",
    title: "A CNAME record leads to a name without TLSA records in another signed zone",
    cites: ["RFC 4035 5.4", "RFC 2308 2.2"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "mx.{hosts}")] },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-cname-nxdomain",
    title: "A CNAME record leads to a name that another signed zone does not have",
    cites: ["RFC 4035 5.4", "RFC 2308 2.1"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "gone.{hosts}")] },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-cname-nxdomain-insecure",
    title: "A CNAME record leads to a name that an unsigned zone does not have",
    cites: ["RFC 4035 3.2.3", "RFC 2308 2.1"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "gone.{hosts}")] },
    zones: { hosts: { under: "tld", unsigned: true } },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("insecure"),
  },
  {
    id: "res-cname-denial-unproven",
    title: "A CNAME record leads to a name that is not there, which nothing proves",
    cites: ["RFC 4035 5.4", "RFC 4035 5.5"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "gone.{hosts}")] },
    zones: { hosts: { under: "tld", faults: [fault("denial-unproven")] } },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("bogus"),
  },
  {
    id: "res-cname-optout-end",
    title: "A CNAME record leads to a name in an opt-out span",
    cites: ["RFC 5155 9.2", "RFC 4035 3.2.3"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "gone.{hosts}")] },
    zones: { hosts: { under: "tld", denial: nsec3({ optOut: true }) } },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("insecure"),
  },
  {
    id: "res-cname-insecure-between",
    title: "Two CNAME records from a signed zone through an unsigned one to TLSA records of a signed one",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.1.3"],
    zone: { records: [record("_25._tcp.alias", "CNAME", "between.{middle}")] },
    zones: {
      middle: { under: "tld", unsigned: true, records: [record("between", "CNAME", "_25._tcp.mx.{hosts}")] },
      hosts: { under: "tld" },
    },
    mx: { zone: "hosts" },
    ask: { name: "_25._tcp.alias", zone: "@", type: "TLSA" },
    expect: must("insecure"),
  },
  {
    id: "res-dname-same-zone",
    title: "TLSA records by a DNAME record of the same zone",
    cites: ["RFC 6672 5.3.1", "RFC 4035 3.2.3"],
    zone: { records: [record("_tcp.alias", "DNAME", "_tcp.mx")] },
    ask: { name: "_25._tcp.alias", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-dname-chain",
    title: "TLSA records by a DNAME record and a CNAME record behind it",
    cites: ["RFC 6672 5.3.1", "RFC 4035 3.2.3"],
    zone: {
      records: [
        record("_tcp.alias", "DNAME", "_tcp.middle"),
        record("_25._tcp.middle", "CNAME", "_25._tcp.mx"),
      ],
    },
    ask: { name: "_25._tcp.alias", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-dname-nxdomain",
    title: "A DNAME record leads to a name that does not exist",
    cites: ["RFC 6672 5.3.1", "RFC 4035 5.4"],
    zone: { records: [record("_tcp.alias", "DNAME", "_tcp.gone")] },
    ask: { name: "_25._tcp.alias", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-cname-loop",
    title: "Two CNAME records that lead to each other",
    cites: ["RFC 1034 3.6.2", "RFC 1034 5.2.2"],
    zone: {
      records: [
        record("_25._tcp.one", "CNAME", "_25._tcp.two"),
        record("_25._tcp.two", "CNAME", "_25._tcp.one"),
      ],
    },
    ask: { name: "_25._tcp.one", type: "TLSA" },
    expect: open("bogus", "secure", "insecure", "refused"),
  },
];

/** Each name is an alias of the next; behind the last link stand the TLSA records. */
const chains = [2, 4, 8, 9, 10, 11, 12, 13, 16, 17, 24].map((count): LookupText => {
  const records = Array.from({ length: count }, (_, index) =>
    record(`link${index + 1}`, "CNAME", index + 1 === count ? "_25._tcp.mx" : `link${index + 2}`),
  );
  return {
    id: `res-cname-chain-${count}`,
    title: `TLSA records behind ${count} CNAME records`,
    why: "How many a resolver follows is its choice; a chain that it breaks off is a failure or ends at an alias.",
    cites: ["RFC 1034 5.2.2", "RFC 1034 3.6.2"],
    zone: { records },
    ask: { name: "link1", type: "TLSA" },
    ways: ["DO", "AD"],
    measure: { of: "CNAME records in a chain", value: count },
    expect: open("secure", "bogus", "wrong", "refused").floor("insecure"),
  };
});

export default lookups("res-alias", [...crossings, ...others, ...chains]);

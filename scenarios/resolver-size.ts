import { key, type LookupText, lookups, mismatch, must, nsec3, open, rawTlsa } from "danelab/vocabulary";

/** Large answers: they come over TCP, whole, or fail (RFC 7766 5). */
const records = (count: number) => Array.from({ length: count }, () => mismatch("3 1 1"));

/** A KSK, a ZSK, and keys that sign nothing. */
const keys = (count: number) => [
  key("ksk"),
  key("zsk"),
  ...Array.from({ length: count - 2 }, (_, index) =>
    key("zsk", { label: `next-${index + 1}`, signs: false }),
  ),
];

const fitting: readonly LookupText[] = [
  {
    id: "res-size-512",
    title: "8 TLSA records: with their signature just more than 512 octets",
    cites: ["RFC 6891 6.2.5", "RFC 4035 4.1"],
    mx: { tlsa: records(8) },
    expect: must("secure"),
  },
  {
    id: "res-size-1232",
    title: "22 TLSA records: with their signature just more than 1232 octets",
    cites: ["RFC 6891 6.2.5", "RFC 7766 5"],
    mx: { tlsa: records(22) },
    expect: must("secure"),
  },
  {
    id: "res-size-4096",
    title: "90 TLSA records: more than 4096 octets",
    cites: ["RFC 7766 5", "RFC 6891 6.2.5"],
    mx: { tlsa: records(90) },
    expect: must("secure"),
  },
  {
    id: "res-size-insecure",
    title: "90 TLSA records in an unsigned zone",
    cites: ["RFC 7766 5", "RFC 4035 4.3"],
    zone: { unsigned: true },
    mx: { tlsa: records(90) },
    expect: must("insecure"),
  },
  {
    id: "res-size-bogus",
    title: "90 TLSA records whose signature is broken",
    cites: ["RFC 7766 5", "RFC 4035 5.5"],
    zone: { faults: [{ fault: "signature-flipped", type: "TLSA" }] },
    mx: { tlsa: records(90) },
    expect: must("bogus"),
  },
  {
    id: "res-size-record",
    title: "A TLSA record of 4000 octets",
    cites: ["RFC 7671 10.1", "RFC 7766 5"],
    mx: { tlsa: [rawTlsa("3 0 0", "ab".repeat(4000))] },
    expect: must("secure"),
  },
  {
    id: "res-size-keys",
    title: "TLSA records in a zone with 15 keys: more than 1232 octets",
    cites: ["RFC 7766 5", "RFC 4035 5.2"],
    zone: { denial: nsec3(), keys: keys(15) },
    expect: must("secure"),
  },
];

/** How many records an RRset may have is up to programs. */
const counts = [91, 100, 101, 128, 129, 256, 257, 500, 1000].map(
  (count): LookupText => ({
    id: `res-size-records-${count}`,
    title: `${count} TLSA records`,
    why: "No RFC says how many records a set may have; resolvers refuse large ones to protect themselves.",
    cites: ["RFC 2181 5", "RFC 7766 5"],
    mx: { tlsa: records(count) },
    ways: ["DO", "AD"],
    measure: { of: "TLSA records in a set", value: count },
    expect: open("secure", "bogus", "refused"),
  }),
);

/** Few records, large ones. */
const octets = [8, 16, 32, 48, 60].map(
  (thousands): LookupText => ({
    id: `res-size-octets-${thousands}000`,
    title: `TLSA records of ${thousands}000 octets`,
    why: "A DNS message has at most 65535 octets.",
    cites: ["RFC 1035 4.2.2", "RFC 7671 10.1"],
    mx: {
      tlsa: Array.from({ length: thousands / 4 }, (_, index) =>
        rawTlsa("3 0 0", (16 + index).toString(16).repeat(4000)),
      ),
    },
    ways: ["DO", "AD"],
    measure: { of: "octets of a TLSA set", value: thousands * 1000 },
    expect: open("secure", "bogus", "refused"),
  }),
);

/** A validator may have to try many keys: some give up early. */
const keyCounts = [16, 17, 24, 32, 33, 48, 64].map(
  (count): LookupText => ({
    id: `res-size-keys-${count}`,
    title: `TLSA records in a zone with ${count} keys`,
    why: "No RFC says how many keys a zone may have; resolvers limit their work to protect themselves.",
    cites: ["RFC 4035 5.2", "RFC 7766 5"],
    zone: { keys: keys(count) },
    ways: ["DO", "AD"],
    measure: { of: "keys of a zone", value: count },
    expect: open("secure", "bogus", "refused"),
  }),
);

export default lookups("res-size", [...fitting, ...counts, ...octets, ...keyCounts]);

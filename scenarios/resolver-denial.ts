import { compactDenial, type LookupText, lookups, must, nsec3, open, record } from "danelab/vocabulary";

/** That something is not there must be proven: by NSEC, by NSEC3, by wildcards' own rules; opt-out spans prove little. */
const something = record("_25._tcp.mx", "TXT", "something-else");

const bothWays = (["nsec", "nsec3"] as const).flatMap((denial): LookupText[] => {
  const own = denial === "nsec3" ? { denial: nsec3() } : {};
  const kind = denial.toUpperCase();
  const cites = denial === "nsec3" ? ["RFC 5155 8.4"] : ["RFC 4035 5.4"];
  return [
    {
      id: `res-${denial}-ent`,
      title: `TLSA records at an empty non-terminal, which ${kind} denies`,
      cites: ["RFC 4592 2.2.2", ...cites],
      zone: own,
      ask: { name: "_tcp.mx", type: "TLSA" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-ent-only`,
      title: `No TLSA records for port 25, but for another port, which ${kind} denies`,
      cites: ["RFC 4592 2.2.2", ...cites],
      zone: { ...own, records: [record("_587._tcp.mx", "TXT", "something-else")] },
      mx: { tlsa: [] },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-last`,
      title: `A name behind the last one of the zone, which ${kind} denies`,
      cites: [...cites, "RFC 4034 4.1.1"],
      zone: own,
      ask: { name: "zzz", type: "TLSA" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-wildcard`,
      title: `TLSA records by a wildcard, in a zone with ${kind}`,
      cites: [denial === "nsec3" ? "RFC 5155 8.8" : "RFC 4035 5.3.4", "RFC 7672 2.2.3"],
      zone: own,
      mx: { tlsaAt: "*._tcp.mx" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-wildcard-itself`,
      title: `TLSA records at the name that begins with an asterisk, in a zone with ${kind}`,
      cites: ["RFC 4592 2.1.1", "RFC 4035 5.3.4"],
      zone: own,
      mx: { tlsaAt: "*._tcp.mx" },
      ask: { name: "*._tcp.mx", type: "TLSA" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-wildcard-nodata`,
      title: `A wildcard that has no TLSA records, which ${kind} denies`,
      cites: ["RFC 4592 2.2.1", denial === "nsec3" ? "RFC 5155 8.7" : "RFC 4035 3.1.3.4"],
      zone: { ...own, records: [record("*._tcp.mx", "TXT", "something-else")] },
      mx: { tlsa: [] },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-wildcard-closer`,
      title: `A wildcard has TLSA records, the name itself exists and has none, which ${kind} denies`,
      cites: ["RFC 4592 2.2.1", ...cites],
      zone: { ...own, records: [something] },
      mx: { tlsaAt: "*._tcp.mx" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-wildcard-cname`,
      title: `An alias by a wildcard, in a zone with ${kind}`,
      cites: ["RFC 4592 3.3.3", denial === "nsec3" ? "RFC 5155 8.8" : "RFC 4035 5.3.4"],
      zone: { ...own, records: [record("*._tcp.mx", "CNAME", "tlsa._dane")] },
      mx: { tlsaAt: "tlsa._dane" },
      expect: must("secure"),
    },
    {
      id: `res-${denial}-apex`,
      title: `No TLSA records at the apex, which ${kind} denies`,
      cites,
      zone: own,
      ask: { name: "@", type: "TLSA" },
      expect: must("secure"),
    },
  ];
});

const optOut: readonly LookupText[] = [
  {
    id: "res-optout-nxdomain",
    title: "A name that does not exist, in an opt-out span",
    cites: ["RFC 5155 9.2", "RFC 5155 6"],
    zone: { denial: nsec3({ optOut: true }) },
    mx: { tlsa: [] },
    expect: must("insecure"),
  },
  {
    id: "res-optout-nodata",
    title: "No TLSA records at a name that exists, in a zone with opt-out",
    why: "The NSEC3 record is that of the name itself: no span is involved.",
    cites: ["RFC 5155 8.5", "RFC 5155 9.2"],
    zone: { denial: nsec3({ optOut: true }), records: [something] },
    mx: { tlsa: [] },
    expect: must("secure"),
  },
  {
    id: "res-optout-data",
    title: "TLSA records in a zone with opt-out",
    cites: ["RFC 5155 6"],
    zone: { denial: nsec3({ optOut: true }) },
    expect: must("secure"),
  },
  {
    id: "res-optout-wildcard",
    title: "TLSA records by a wildcard, the closer name in an opt-out span",
    why: "The records are signed; whether an unsigned delegation stands in their place cannot be told.",
    cites: ["RFC 5155 8.8", "RFC 5155 9.2"],
    zone: { denial: nsec3({ optOut: true }) },
    mx: { tlsaAt: "*._tcp.mx" },
    expect: open("insecure", "secure"),
  },
  {
    id: "res-optout-delegation",
    title: "TLSA records in an unsigned zone, delegated in an opt-out span",
    cites: ["RFC 5155 8.9", "RFC 4035 5.2"],
    zone: { denial: nsec3({ optOut: true }) },
    zones: { hosts: { unsigned: true } },
    mx: { zone: "hosts" },
    expect: must("insecure"),
  },
  {
    id: "res-optout-signed-delegation",
    title: "TLSA records in a signed zone, delegated by one with opt-out",
    cites: ["RFC 5155 6", "RFC 4035 5.2"],
    zone: { denial: nsec3({ optOut: true }) },
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: must("secure"),
  },
];

/** RFC 9276 3.2: a validator may take more iterations than none for insecure, or refuse them; from where on is its choice. */
const iterations = [1, 50, 51, 100, 101, 150, 151, 500, 2500].map(
  (count): LookupText => ({
    id: `res-nsec3-iterations-${count}`,
    title: `A name that does not exist, which NSEC3 with ${count} ${count === 1 ? "iteration" : "iterations"} denies`,
    cites: ["RFC 9276 3.2", "RFC 5155 10.3"],
    zone: { denial: nsec3({ iterations: count }) },
    mx: { tlsa: [] },
    ways: ["DO", "AD"],
    measure: { of: "NSEC3 iterations", value: count },
    expect: open("secure", "insecure", "bogus"),
  }),
);

const further: readonly LookupText[] = [
  {
    id: "res-nsec3-iterations-0",
    title: "A name that does not exist, which NSEC3 without iterations denies",
    cites: ["RFC 9276 3.1", "RFC 5155 8.4"],
    zone: { denial: nsec3() },
    mx: { tlsa: [] },
    measure: { of: "NSEC3 iterations", value: 0 },
    expect: must("secure"),
  },
  ...iterations,
  {
    id: "res-nsec3-iterations-data",
    title: "TLSA records in a zone with NSEC3 of 2500 iterations, which has nothing to deny here",
    cites: ["RFC 9276 3.2", "RFC 5155 10.3"],
    zone: { denial: nsec3({ iterations: 2500 }) },
    expect: must("secure"),
  },
  {
    id: "res-nsec3-salt",
    title: "A name that does not exist, which NSEC3 with a salt of 8 octets denies",
    cites: ["RFC 5155 5", "RFC 9276 3.1"],
    zone: { denial: nsec3({ salt: "0123456789abcdef" }) },
    mx: { tlsa: [] },
    expect: must("secure"),
  },
  {
    id: "res-compact-denial",
    title: "A name that does not exist, told by a compact denial: NOERROR, an NSEC record of the name itself",
    cites: ["RFC 9824 3.1", "RFC 4035 5.4"],
    zone: { denial: compactDenial("_25._tcp.mx") },
    mx: { tlsa: [] },
    expect: must("secure"),
  },
];

export default lookups("res-denial", [...bothWays, ...optOut, ...further]);

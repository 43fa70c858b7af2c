import { fault, type LookupText, lookups, must, record } from "danelab/vocabulary";

/** What a DANE client depends on, asked of the resolver itself (RFC 7672 2.1): what AD says of good answers. */
const zoneData: readonly LookupText[] = [
  {
    id: "res-ad-secure",
    title: "TLSA records in a signed zone",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.1.1"],
    expect: must("secure"),
    ways: ["DO", "AD", "plain", "CD", "TCP"],
  },
  {
    id: "res-ad-mx",
    title: "MX records in a signed zone",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.2.1"],
    ask: { name: "@", type: "MX" },
    expect: must("secure"),
  },
  {
    id: "res-ad-address",
    title: "A records in a signed zone",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.2.2"],
    ask: { name: "mx", type: "A" },
    expect: must("secure"),
  },
  {
    id: "res-ad-no-aaaa",
    title: "No AAAA records at a name that has A records",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.2.2"],
    mx: { addresses: "ipv4" },
    ask: { name: "mx", type: "AAAA" },
    expect: must("secure"),
  },
  {
    id: "res-ad-dnskey",
    title: "The zone's own keys",
    cites: ["RFC 4035 3.2.3", "RFC 4035 5.2"],
    ask: { name: "@", type: "DNSKEY" },
    expect: must("secure"),
  },
  {
    id: "res-ad-soa",
    title: "The SOA record of a signed zone",
    cites: ["RFC 4035 3.2.3"],
    ask: { name: "@", type: "SOA" },
    expect: must("secure"),
  },
  {
    id: "res-ad-ds",
    title: "The DS records of a signed delegation",
    cites: ["RFC 4035 3.1.4.1", "RFC 4035 5.2"],
    zones: { hosts: {} },
    ask: { name: "hosts", type: "DS" },
    expect: must("secure"),
  },
  {
    id: "res-ad-no-ds",
    title: "No DS records at an unsigned delegation",
    cites: ["RFC 4035 5.2", "RFC 4035 5.4"],
    zones: { hosts: { unsigned: true } },
    ask: { name: "hosts", type: "DS" },
    expect: must("secure"),
  },
  {
    id: "res-ad-case",
    title: "TLSA records asked for in upper case",
    cites: ["RFC 4343 3", "RFC 4034 6.2"],
    ask: { name: "_25._TCP.MX", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-ad-ttl-0",
    title: "TLSA records that may not be cached: TTL 0",
    cites: ["RFC 1035 3.2.1", "RFC 4035 5.3.3"],
    zone: { ttl: 0 },
    expect: must("secure"),
  },
  {
    id: "res-ad-one-key",
    title: "TLSA records in a zone with one key for all",
    cites: ["RFC 4035 2.1", "RFC 6840 6.2"],
    zone: { keys: "single" },
    expect: must("secure"),
  },
  {
    id: "res-ad-tcp-zone",
    title: "TLSA records in a zone of their own, delegated at _tcp of the host",
    cites: ["RFC 4035 5.2"],
    zones: { tlsa: { origin: "_tcp.mx" } },
    expect: must("secure"),
  },
  {
    id: "res-ad-deep",
    title: "TLSA records six signed delegations below the domain",
    cites: ["RFC 4035 5.2"],
    zones: {
      one: {},
      two: { under: "one" },
      three: { under: "two" },
      four: { under: "three" },
      five: { under: "four" },
      six: { under: "five" },
    },
    mx: { zone: "six" },
    expect: must("secure"),
  },
];

const absence: readonly LookupText[] = [
  {
    id: "res-ad-nodata",
    title: "No TLSA records at a name that exists",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.1.1"],
    zone: { records: [record("_25._tcp.mx", "TXT", "something-else")] },
    mx: { tlsa: [] },
    expect: must("secure"),
    ways: ["DO", "AD", "plain", "CD", "TCP"],
  },
  {
    id: "res-ad-nxdomain",
    title: "TLSA records of a name that does not exist",
    cites: ["RFC 4035 3.2.3", "RFC 4035 5.4"],
    mx: { tlsa: [] },
    expect: must("secure"),
    ways: ["DO", "AD", "plain", "CD", "TCP"],
  },
];

const insecure: readonly LookupText[] = [
  {
    id: "res-ad-insecure",
    title: "TLSA records in an unsigned zone",
    cites: ["RFC 4035 4.3", "RFC 4035 5.2"],
    zone: { unsigned: true },
    expect: must("insecure"),
  },
  {
    id: "res-ad-insecure-nodata",
    title: "No TLSA records at a name of an unsigned zone",
    cites: ["RFC 4035 4.3"],
    zone: { unsigned: true, records: [record("_25._tcp.mx", "TXT", "something-else")] },
    mx: { tlsa: [] },
    expect: must("insecure"),
  },
  {
    id: "res-ad-insecure-nxdomain",
    title: "TLSA records of a name that an unsigned zone does not have",
    cites: ["RFC 4035 4.3"],
    zone: { unsigned: true },
    mx: { tlsa: [] },
    expect: must("insecure"),
  },
  {
    id: "res-ad-island",
    title: "TLSA records in a signed zone without a DS record",
    cites: ["RFC 4035 5.2", "RFC 4035 4.3"],
    zone: { faults: [fault("delegation-unsigned")] },
    expect: must("insecure"),
  },
  {
    id: "res-ad-below-unsigned",
    title: "TLSA records in a signed zone with a DS record, delegated by an unsigned zone",
    cites: ["RFC 4035 5.2", "RFC 4035 4.3"],
    zone: { unsigned: true },
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: must("insecure"),
  },
];

export default lookups("res-ad", [...zoneData, ...absence, ...insecure]);

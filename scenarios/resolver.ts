import { fault, lookups, must, nsec3, open, rawRdata, record } from "danelab/vocabulary";

/** What a DANE client depends on, asked of the resolver itself (RFC 7672 2.1). */
export default lookups("res", [
  {
    id: "res-ad-secure",
    title: "TLSA records in a signed zone",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.1.1"],
    expect: must("secure"),
    ways: ["DO", "AD", "plain", "CD", "TCP"],
  },
  {
    id: "res-ad-insecure",
    title: "TLSA records in an unsigned zone",
    cites: ["RFC 4035 4.3"],
    zone: { unsigned: true },
    expect: must("insecure"),
  },
  {
    id: "res-ad-nodata",
    title: "No TLSA records at a name that exists",
    cites: ["RFC 4035 3.2.3", "RFC 7672 2.1.1"],
    zone: { records: [record("_25._tcp.mx", "TXT", "something-else")] },
    mx: { tlsa: [] },
    expect: must("secure"),
  },
  {
    id: "res-ad-nxdomain",
    title: "TLSA records of a name that does not exist",
    cites: ["RFC 4035 3.2.3", "RFC 4035 5.4"],
    mx: { tlsa: [] },
    expect: must("secure"),
  },
  {
    id: "res-ent",
    title: "TLSA records at an empty non-terminal",
    cites: ["RFC 4592 2.2.2", "RFC 4035 5.4"],
    ask: { name: "_tcp.mx", type: "TLSA" },
    expect: must("secure"),
  },
  {
    id: "res-bogus-expired",
    title: "TLSA records whose signature has expired",
    cites: ["RFC 4035 5.3.1", "RFC 4035 5.5"],
    zone: { faults: [fault("signature-expired", "TLSA")] },
    expect: must("bogus"),
  },
  {
    id: "res-wildcard",
    title: "TLSA records by a wildcard",
    cites: ["RFC 4035 5.3.4", "RFC 7672 2.2.3"],
    mx: { tlsaAt: "*._tcp.mx" },
    expect: must("secure"),
  },
  {
    id: "res-nsec3-iterations-150",
    title: "The denial of TLSA records by NSEC3 with 150 iterations",
    cites: ["RFC 9276 3.2"],
    zone: { denial: nsec3({ iterations: 150 }) },
    mx: { tlsa: [] },
    measure: { of: "NSEC3 iterations", value: 150 },
    expect: open("secure", "insecure", "bogus"),
  },
  {
    id: "res-tlsa-rdata-3",
    title: "A TLSA record without data",
    cites: ["RFC 6698 2.1", "RFC 3597 3"],
    mx: { tlsa: [rawRdata("030101")] },
    expect: open("secure", "bogus", "refused", "silent"),
  },
]);

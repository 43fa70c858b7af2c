import { at, mismatch, must, open, record, scenarios } from "danelab/vocabulary";

/** Wildcards: their answers are secure only with the proof that nothing closer exists. */
export default scenarios("wild", [
  {
    id: "wild-tlsa",
    title: "TLSA records by a wildcard for every port",
    cites: ["RFC 6698 A.2.1.3", "RFC 4592 3.3.1"],
    mx: { tlsaAt: "*._tcp.mx" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "wild-tlsa-cname",
    title: "A wildcard for every port is an alias of the name with the TLSA records",
    cites: ["RFC 6698 A.2.1.3", "RFC 7672 2.2.3"],
    zone: { records: [record("*._tcp.mx", "CNAME", "tlsa._dane")] },
    mx: { tlsaAt: "tlsa._dane" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "wild-zone-accident",
    title: "A wildcard for the whole zone makes the MX host, and wrong TLSA records under it",
    why: "A wildcard for hosts covers _25._tcp below them too.",
    cites: ["RFC 4592 3.3.1", "RFC 7672 2.2.3"],
    mx: { host: "*", alias: { name: "mx", target: null }, tlsa: [at("*", mismatch("3 1 1"))] },
    expect: { dane: open("deferred") },
  },
  {
    id: "wild-mx",
    title: "The MX records of the next hop come from a wildcard",
    cites: ["RFC 7672 2.2.1", "RFC 4035 5.3.4"],
    recipient: "team.wild",
    zone: { records: [record("*.wild", "MX", "10 mx")] },
    mx: { published: false },
    expect: { dane: must("authenticated") },
  },
  {
    id: "wild-star-in-target",
    title: "The TLSA owner is an alias of a name with a literal asterisk, an alias again",
    why: "An asterisk is a label like any other where a name is not looked up by a wildcard.",
    cites: ["RFC 4592 2.3", "RFC 7672 2.2.3"],
    zone: {
      records: [record("_25._tcp.mx", "CNAME", "*._dane"), record("*._dane", "CNAME", "tlsa")],
    },
    mx: { tlsaAt: "tlsa" },
    expect: { dane: must("authenticated") },
  },
]);

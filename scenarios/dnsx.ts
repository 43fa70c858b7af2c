import { answer, dv, mismatch, must, open, rawTlsa, scenarios, should } from "danelab/vocabulary";

/** Answers that are large, and answers that do not last. */
const records = (count: number) => Array.from({ length: count }, () => mismatch("3 1 1"));

/** Malformed, and so unusable; each of 4000 octets. */
const large = Array.from({ length: 15 }, (_, index) =>
  rawTlsa("3 1 1", (16 + index).toString(16).repeat(4000)),
);

export default scenarios("dnsx", [
  {
    id: "dnsx-tlsa-large-tcp",
    title: "90 TLSA records, more than 4096 octets: the answer comes over TCP",
    cites: ["RFC 7766 5", "RFC 6891 6.2.5"],
    mx: { tlsa: [...records(89), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "dnsx-tlsa-1232",
    title: "22 TLSA records: with their signature just more than 1232 octets",
    cites: ["RFC 6891 6.2.5", "RFC 7766 5"],
    mx: { tlsa: [...records(21), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "dnsx-200-size",
    title: "A 2 0 0: a trust anchor's certificate of 4000 octets, in full",
    cites: ["RFC 7671 10.1", "RFC 7766 5"],
    mx: { certificate: dv({ chain: "root-large" }), tlsa: ["2 0 0"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "dnsx-64k",
    title: "TLSA records of more than 60000 octets, of which one is usable",
    why: "It is near the largest message there can be; stub resolvers and senders have smaller buffers.",
    cites: ["RFC 1035 4.2.2", "RFC 7671 10.1"],
    mx: { tlsa: ["3 1 1", ...large] },
    expect: { dane: open("authenticated", "deferred").floor("encrypted", "cleartext") },
  },
  {
    id: "dnsx-edns-blocked",
    title: "The zone's name server knows no EDNS",
    why: "Without EDNS there is no DNSSEC: the answers of a signed zone are bogus, and those who do without DANE fail too.",
    cites: ["RFC 4035 3", "RFC 7672 2.1.2"],
    zone: { answers: [answer("no-edns")] },
    expect: { dane: open("deferred"), may: must("deferred") },
  },
  {
    id: "dnsx-ttl-0",
    title: "No record of the zone may be cached: TTL 0",
    cites: ["RFC 1035 3.2.1"],
    zone: { ttl: 0 },
    expect: { dane: should("authenticated") },
  },
]);

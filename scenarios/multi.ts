import { dv, mismatch, must, open, recordOf, scenarios, selfSigned, should } from "danelab/vocabulary";

/** Several records: one that matches is enough, whatever stands beside it. */
const anyMatch = ["RFC 7672 2.2", "RFC 6698 2.1"];
const otherName = { names: ["other.example"], commonName: "other.example" };

export default scenarios("multi", [
  {
    id: "multi-match-plus-unusable",
    title: "A 3 1 1 that matches, a 0 0 1 and a 3 1 255",
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.3"],
    mx: { certificate: dv(), tlsa: ["3 1 1", "0 0 1", "3 1 255"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-mismatch-plus-pkix-match",
    title: "A 3 1 1 that does not match, and a 1 1 1 that does",
    why: "The 3 1 1 is usable and does not match; a sender that gives usage 1 a meaning must validate the chain as well.",
    cites: ["RFC 7672 3.1.3", "RFC 7672 2.2"],
    mx: { certificate: dv({ ca: "public" }), tlsa: [mismatch("3 1 1"), "1 1 1"] },
    expect: {
      dane: open("deferred", "authenticated").floor("encrypted", "cleartext", "bounced"),
    },
  },
  {
    id: "multi-ee-first-ta-second",
    title: "A 3 1 1 that matches and a 2 0 1 that does not",
    cites: anyMatch,
    mx: { certificate: dv(), tlsa: ["3 1 1", mismatch("2 0 1")] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-ee-wrong-ta-match",
    title: "A 3 1 1 that does not match and a 2 0 1 that does",
    cites: anyMatch,
    mx: { certificate: dv(), tlsa: [mismatch("3 1 1"), "2 0 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-ee-match-ta-match-badname",
    title: "A 3 1 1 and a 2 0 1 that match a certificate of another name",
    why: "DANE-EE ignores names, and one match is enough.",
    cites: ["RFC 7672 3.1.1", "RFC 7672 3.2.1"],
    mx: { certificate: dv(otherName), tlsa: ["3 1 1", "2 0 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-ee-match-expired",
    title: "A 3 1 1 and a 2 0 1 that match a certificate that has expired",
    why: "DANE-EE ignores expiry, and one match is enough.",
    cites: ["RFC 7672 3.1.1"],
    mx: { certificate: dv({ notBefore: -90, notAfter: -1 }), tlsa: ["3 1 1", "2 0 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-two-ee",
    title: "Two 3 1 1: the key before and the key of today",
    cites: ["RFC 7672 4", "RFC 7671 8.1"],
    mx: { tlsa: [recordOf(selfSigned({ label: "before" }), "3 1 1"), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-last-of-8",
    title: "Eight 3 1 1, of which one matches",
    cites: anyMatch,
    mx: { tlsa: [...Array.from({ length: 7 }, () => mismatch("3 1 1")), "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
  {
    id: "multi-last-of-100",
    title: "A hundred 3 1 1, of which one matches",
    why: "So many do not fit into a UDP answer. No RFC limits their number, and no RFC says how many a sender must bear.",
    cites: ["RFC 6698 2.1", "RFC 7766 5"],
    mx: { tlsa: [...Array.from({ length: 99 }, () => mismatch("3 1 1")), "3 1 1"] },
    expect: { dane: should("authenticated").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "multi-all-usages",
    title: "Records of all four usages, all matching",
    cites: ["RFC 7671 4", "RFC 7672 2.2"],
    mx: { certificate: dv({ ca: "public" }), tlsa: ["0 0 1", "1 1 1", "2 0 1", "3 1 1"] },
    expect: { dane: must("authenticated") },
  },
]);

import { mismatch, must, scenarios, should } from "danelab/vocabulary";

/** Sanity: with and without TLSA, with and without DNSSEC, with and without STARTTLS. */
export default scenarios("base", [
  {
    id: "base-311",
    title: "A matching 3 1 1 in a signed zone",
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    expect: { dane: must("authenticated") },
  },
  {
    id: "base-wrong",
    title: "The only TLSA record holds the digest of another key",
    cites: ["RFC 7672 2.2", "RFC 7672 3.2"],
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "base-no-tlsa",
    title: "A signed zone proves that there is no TLSA record",
    cites: ["RFC 7672 2.2"],
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "base-no-tlsa-no-starttls",
    title: "A signed zone without TLSA records, a server without STARTTLS",
    cites: ["RFC 7672 2.2"],
    mx: { tlsa: [], server: "no-starttls" },
    expect: { dane: should("cleartext"), may: must("cleartext") },
  },
  {
    id: "base-unsigned",
    title: "An unsigned zone without TLSA records",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "base-unsigned-no-starttls",
    title: "An unsigned zone without TLSA records, a server without STARTTLS",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    mx: { tlsa: [], server: "no-starttls" },
    expect: { dane: should("cleartext"), may: must("cleartext") },
  },
  {
    id: "base-unsigned-tlsa-wrong",
    title: "An unsigned zone publishes a TLSA record of another key",
    why: "What is not secure is unusable: such a record must not stop mail.",
    cites: ["RFC 6698 4.1", "RFC 7672 2.2"],
    zone: { unsigned: true },
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("encrypted") },
  },
  {
    id: "base-unsigned-tlsa-no-starttls",
    title: "An unsigned zone publishes a TLSA record, the server has no STARTTLS",
    cites: ["RFC 7672 2.2"],
    zone: { unsigned: true },
    mx: { server: "no-starttls" },
    expect: { dane: should("cleartext"), may: must("cleartext") },
  },
  {
    id: "base-retry-after-fix",
    title: "The wrong record is corrected while the message waits",
    cites: ["RFC 7672 2.1.2", "RFC 7672 2.2"],
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
    steps: [
      { title: "the record is right", mx: { tlsa: ["3 1 1"] }, expect: { dane: must("authenticated") } },
    ],
  },
]);

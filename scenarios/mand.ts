import { mismatch, must, open, scenarios } from "danelab/vocabulary";

/** Mandatory DANE (policy `dane-only`): what is not authenticated is delayed. */
export default scenarios("mand", [
  {
    id: "mand-good",
    title: "A good DANE domain",
    cites: ["RFC 7672 6"],
    expect: { "dane-only": must("authenticated") },
  },
  {
    id: "mand-no-tlsa",
    title: "A signed zone proves that there is no TLSA record",
    why: "Delivery is delayed, not given up.",
    cites: ["RFC 7672 6", "RFC 7672 2.2"],
    mx: { tlsa: [] },
    expect: { "dane-only": must("deferred") },
  },
  {
    id: "mand-insecure-mx",
    title: "An insecure MX record, a secure MX host with a matching TLSA record",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts" },
    expect: { "dane-only": must("deferred") },
  },
  {
    id: "mand-all-unusable",
    title: "No record is usable",
    cites: ["RFC 7672 6"],
    mx: { tlsa: ["3 1 255"] },
    expect: { "dane-only": must("deferred") },
  },
  {
    id: "mand-no-starttls",
    title: "The server has no STARTTLS",
    cites: ["RFC 7672 6", "RFC 7672 2.2"],
    mx: { server: "no-starttls" },
    expect: { "dane-only": must("deferred"), may: must("cleartext") },
  },
  {
    id: "mand-mismatch",
    title: "The only TLSA record is of another key",
    cites: ["RFC 7672 6"],
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { "dane-only": must("deferred") },
  },
  {
    id: "mand-second-mx",
    title: "The first MX host has no TLSA record, the second one a matching one",
    why: "Passing the first host over is as good as a delay.",
    cites: ["RFC 7672 6", "RFC 7672 2.2.1"],
    mx: [{ tlsa: [] }, {}],
    expect: {
      "dane-only": open("authenticated", "deferred").floor("encrypted", "cleartext", "bounced"),
    },
  },
]);

import { fault, mismatch, must, scenarios } from "danelab/vocabulary";

/** They prove the lab, at the start and at the end of each run: if one of them fails, nothing else is believed. */
export default scenarios("canary", [
  {
    id: "canary-good",
    title: "A good DANE domain is delivered to, authenticated",
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    canary: true,
    expect: { dane: must("authenticated") },
  },
  {
    id: "canary-mismatch",
    title: "A TLSA record of another key stops delivery",
    cites: ["RFC 7672 2.2"],
    canary: true,
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "canary-bogus",
    title: "A TLSA record whose signature expired stops delivery",
    cites: ["RFC 7672 2.1.2", "RFC 6698 4.1"],
    canary: true,
    zone: { faults: [fault("signature-expired", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "canary-plain",
    title: "A domain without DNSSEC and without STARTTLS is delivered to in clear text",
    cites: ["RFC 7672 2.2.1"],
    canary: true,
    zone: { unsigned: true },
    mx: { server: "no-starttls", tlsa: [] },
    expect: { dane: must("cleartext"), may: must("cleartext") },
  },
  {
    id: "canary-remote",
    title:
      "A good DANE domain is delivered to, authenticated, by a sender whose resolver is across the network",
    why: "Proves the second sending host and the DNS relay in front of its resolver, where a run needs them.",
    cites: ["RFC 7672 2.2", "RFC 7672 3.1.1"],
    canary: true,
    resolver: { answers: [] },
    expect: { dane: must("authenticated") },
  },
]);

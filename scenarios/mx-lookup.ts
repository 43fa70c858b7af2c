import { answer, fault, must, open, scenarios, should } from "danelab/vocabulary";

/**
 * Lookups of MX hosts that fail. The domain itself has an address as well, with a server that takes mail: a sender that takes
 * an error for the absence of MX records delivers there.
 */
const hostAndFallback = [{ host: "mx" }, { host: "@", published: false, tlsa: [] }];

export default scenarios("mx", [
  {
    id: "mx-lookup-servfail",
    title: "The name server answers SERVFAIL to MX questions",
    cites: ["RFC 7672 2.1.2"],
    zone: { answers: [answer("servfail", "MX")] },
    mx: hostAndFallback,
    expect: { dane: must("deferred"), may: must("deferred") },
  },
  {
    id: "mx-lookup-bogus",
    title: "The MX records are bogus",
    cites: ["RFC 7672 2.1.2"],
    zone: { faults: [fault("signature-flipped", "MX")] },
    mx: hostAndFallback,
    expect: { dane: must("deferred"), may: must("deferred") },
  },
  {
    id: "mx-lookup-timeout",
    title: "The name server does not answer MX questions",
    cites: ["RFC 7672 2.1.2"],
    zone: { answers: [answer("drop", "MX")] },
    mx: hostAndFallback,
    expect: { dane: must("deferred"), may: must("deferred") },
  },
  {
    id: "mx-lookup-refused",
    title: "The resolver answers REFUSED to MX questions",
    cites: ["RFC 7672 2.1.2"],
    mx: hostAndFallback,
    resolver: { answers: [answer("refused", "MX")] },
    expect: { dane: must("deferred"), may: must("deferred", "encrypted") },
  },
  {
    id: "mx-all-servfail",
    title: "Two MX hosts; the name server answers SERVFAIL to all TLSA questions",
    cites: ["RFC 7672 2.1.2", "RFC 7672 2.2"],
    zone: { answers: [answer("servfail", "TLSA")] },
    mx: [{}, {}],
    expect: { dane: must("deferred") },
  },
  {
    id: "mx-host-unsigned-tlsa-broken",
    title: "The MX host is in an unsigned zone whose name server does not answer TLSA questions",
    why: "Such name servers are why TLSA should not be looked up where the address is insecure.",
    cites: ["RFC 7672 2.2.2"],
    zones: { hosts: { under: "tld", unsigned: true, answers: [answer("drop", "TLSA")] } },
    mx: { zone: "hosts", tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "mx-insecure-tlsa-servfail",
    title: "The MX record is insecure; its host is in a signed zone where TLSA lookups fail",
    why: "Whether DANE is done with the hosts of an insecure MX record is left open.",
    cites: ["RFC 7672 2.2.1", "RFC 7672 2.1.2"],
    zone: { unsigned: true },
    zones: { hosts: { under: "tld", answers: [answer("servfail", "TLSA")] } },
    mx: { zone: "hosts" },
    expect: { dane: open("encrypted", "deferred") },
  },
]);

import { answer, fault, open, scenarios } from "danelab/vocabulary";

/** One of the two lookups for an MX host's addresses fails. */
const withoutLoss = open("authenticated", "deferred").floor("encrypted", "cleartext");

export default scenarios("addr", [
  {
    id: "addr-aaaa-servfail",
    title: "A is there, the name server answers SERVFAIL to AAAA questions",
    why: "Whether a server counts as unreachable when one of its addresses cannot be learned is left open. The host is in a zone of its own, so that no answer has the address beside the MX record.",
    cites: ["RFC 7672 2.1.2", "RFC 7672 2.2.2"],
    zones: { hosts: { answers: [answer("servfail", "AAAA", { name: "mx" })] } },
    mx: { zone: "hosts" },
    expect: { dane: withoutLoss },
  },
  {
    id: "addr-a-nodata-bogus",
    title: "AAAA is there, the absence of A is not proven",
    cites: ["RFC 7672 2.1.2", "RFC 7672 2.2.2"],
    zone: { faults: [fault("denial-type-bit-set", "A", "mx")] },
    mx: { addresses: "ipv6" },
    expect: { dane: withoutLoss },
  },
]);

import { answer, must, open, scenarios, should } from "danelab/vocabulary";

/**
 * Lookups that fail. An error is not an absence: a server whose TLSA lookup failed must not be used (RFC 7672 2.1.2), else
 * whoever can drop a packet can turn DANE off.
 */
const broken = ["RFC 7672 2.1.2", "RFC 7672 2.2"];

/** Of 23 and three times 63 octets: under any policy the host fits into 255 octets, and nothing fits below it. */
const longHost = ["a".repeat(23), "b".repeat(63), "c".repeat(63), "d".repeat(63)].join(".");

export default scenarios("err", [
  // The zone's name server misbehaves.
  {
    id: "err-tlsa-servfail",
    title: "The name server answers SERVFAIL to TLSA questions",
    cites: broken,
    zone: { answers: [answer("servfail", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-timeout",
    title: "The name server does not answer TLSA questions",
    why: "The classic downgrade: so do some firewalls, and so does an attacker.",
    cites: broken,
    zone: { answers: [answer("drop", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-refused",
    title: "The name server answers REFUSED to TLSA questions",
    cites: broken,
    zone: { answers: [answer("refused", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-notimp",
    title: "The name server answers NOTIMP to TLSA questions",
    cites: broken,
    zone: { answers: [answer("notimp", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-formerr",
    title: "The name server answers FORMERR to TLSA questions",
    cites: broken,
    zone: { answers: [answer("formerr", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-lame",
    title: "_tcp.mx is delegated to a server that does not have it",
    cites: broken,
    zones: { tlsa: { origin: "_tcp.mx", answers: [answer("refused")] } },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-garbage",
    title: "The name server's answers to TLSA questions cannot be read",
    cites: broken,
    zone: { answers: [answer("garbage", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-tlsa-wrong-type",
    title: "The name server answers TLSA questions with a TXT record",
    cites: [...broken, "RFC 6698 4.1"],
    zone: { answers: [answer("wrong-type", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-addr-servfail",
    title: "The name server answers SERVFAIL to questions for the MX host's addresses",
    cites: ["RFC 7672 2.1.2"],
    zone: { answers: [answer("servfail", "A", { name: "mx" }), answer("servfail", "AAAA", { name: "mx" })] },
    expect: { dane: must("deferred"), may: must("deferred") },
  },
  {
    id: "err-name-too-long",
    title: "The MX host's name is so long that _25._tcp below it is no name",
    why: "There cannot be TLSA records, but no resolver can say so.",
    cites: ["RFC 7672 2.2", "RFC 1035 2.3.4"],
    mx: { host: longHost, tlsa: [] },
    expect: { dane: open("encrypted", "deferred") },
  },

  // The resolver itself misbehaves, or what stands before it.
  {
    id: "err-stub-servfail",
    title: "The resolver answers SERVFAIL to TLSA questions",
    cites: broken,
    resolver: { answers: [answer("servfail", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-notimp",
    title: "The resolver answers NOTIMP to TLSA questions",
    cites: broken,
    resolver: { answers: [answer("notimp", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-formerr",
    title: "The resolver answers FORMERR to TLSA questions",
    cites: broken,
    resolver: { answers: [answer("formerr", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-timeout",
    title: "The resolver does not answer TLSA questions",
    cites: broken,
    resolver: { answers: [answer("drop", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-timeout-then-ok",
    title: "The first TLSA question to the resolver is lost",
    why: "UDP may lose a packet: whoever asks is expected to ask again (RFC 1035 4.2.1).",
    cites: ["RFC 7672 2.2", "RFC 1035 4.2.1"],
    resolver: { answers: [answer("drop", "TLSA", { times: 1 })] },
    expect: { dane: should("authenticated") },
  },
  {
    id: "err-stub-icmp",
    title: "TLSA questions to the resolver come back as port unreachable",
    cites: broken,
    resolver: { answers: [answer("unreachable", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-truncated-udp",
    title: "The resolver's TLSA answers are truncated, and TCP to it gives none",
    cites: [...broken, "RFC 7766 5"],
    resolver: { answers: [answer("truncate", "TLSA")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-stub-nxdomain-as-servfail",
    title: "A forwarder makes SERVFAIL of NXDOMAIN; there are no TLSA records",
    why: "The sender cannot know better; Docker 24.0.0 did so.",
    cites: broken,
    mx: { tlsa: [] },
    resolver: { answers: [answer("nxdomain-as-servfail")] },
    expect: { dane: must("deferred") },
  },
  {
    id: "err-two-resolvers",
    title: "The first of two resolvers answers SERVFAIL to TLSA questions, the second one is good",
    why: "Whether an error of the first is the end, or reason to ask the second, is the stub resolver's choice.",
    cites: broken,
    resolver: { answers: [answer("servfail", "TLSA")], second: [] },
    expect: { dane: open("authenticated", "deferred").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "err-two-resolvers-mixed-trust",
    title: "The first of two resolvers is dead, and the second one does not validate",
    why: "A sender that believes the second one is downgraded without a word: each resolver in the list must validate.",
    cites: ["RFC 7672 2.1.1"],
    resolver: { answers: [answer("unreachable")], second: [answer("no-validation")] },
    expect: { dane: open("encrypted", "deferred").floor("bounced") },
  },
]);

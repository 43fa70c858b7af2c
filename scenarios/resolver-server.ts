import { answer, failures, type LookupText, lookups, must, open } from "danelab/vocabulary";

/**
 * Name servers that are dead, lame or broken. A client of DANE must be told that the lookup failed (RFC 7672 2.1.2): whatever
 * looks like an absence of TLSA records would be the attacker's way to send the mail in clear.
 */
const failed = must("bogus", "refused", "silent");
/** Each may have to wait for the end of all tries: two ways are enough. */
const twoWays = { ways: ["DO", "AD"] } as const;

const tlsaOnly = (
  [
    ["drop", "drops", "RFC 1034 5.3.3"],
    ["servfail", "answers with SERVFAIL", "RFC 1035 4.1.1"],
    ["refused", "refuses", "RFC 1035 4.1.1"],
    ["notimp", "answers with NOTIMP", "RFC 1035 4.1.1"],
    ["formerr", "answers with FORMERR", "RFC 1035 4.1.1"],
    ["truncate", "truncates its answer, and gives none over TCP", "RFC 7766 5"],
    ["garbage", "answers with garbage", "RFC 1035 4.1"],
    ["unreachable", "does not listen", "RFC 1034 5.3.3"],
  ] as const
).map(
  ([does, told, section]): LookupText => ({
    id: `res-server-tlsa-${does}`,
    title: `Asked for TLSA, the name server ${told}`,
    cites: ["RFC 7672 2.1.2", section],
    zone: { answers: [answer(does, "TLSA")] },
    ...twoWays,
    expect: failed,
  }),
);

const denied = (
  [
    ["nodata", "that there are none"],
    ["nxdomain", "that the name does not exist"],
    ["wrong-type", "with a record of another type"],
  ] as const
).map(
  ([does, told]): LookupText => ({
    id: `res-server-tlsa-${does}`,
    title: `Asked for TLSA, the name server of a signed zone says ${told}, without proof`,
    cites: ["RFC 4035 5.4", "RFC 7672 2.1.2"],
    zone: { answers: [answer(does, "TLSA")] },
    ...twoWays,
    expect: failed,
  }),
);

const whole: readonly LookupText[] = [
  {
    id: "res-server-dead",
    title: "The zone's only name server keeps silent",
    cites: ["RFC 7672 2.1.2", "RFC 1034 5.3.3"],
    zone: { answers: [answer("drop")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-dead-unsigned",
    title: "The only name server of an unsigned zone keeps silent",
    cites: ["RFC 7672 2.1.2", "RFC 1034 5.3.3"],
    zone: { unsigned: true, answers: [answer("drop")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-unreachable",
    title: "Nothing listens at the zone's only name server",
    cites: ["RFC 7672 2.1.2", "RFC 1034 5.3.3"],
    zone: { answers: [answer("unreachable")] },
    ...twoWays,
    expect: failed,
  },
  ...failures.map(
    (does): LookupText => ({
      id: `res-server-lame-${does}`,
      title: `The name server answers whatever it is asked with ${does.toUpperCase()}: the delegation is lame`,
      cites: ["RFC 7672 2.1.2", "RFC 1912 2.8"],
      zone: { answers: [answer(does)] },
      ...twoWays,
      expect: failed,
    }),
  ),
  {
    id: "res-server-lame-unsigned",
    title: "The name server of an unsigned zone refuses whatever it is asked",
    cites: ["RFC 7672 2.1.2", "RFC 1912 2.8"],
    zone: { unsigned: true, answers: [answer("refused")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-dnskey-dropped",
    title: "Asked for its keys, the zone's name server keeps silent",
    cites: ["RFC 4035 5.2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("drop", "DNSKEY")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-dnskey-refused",
    title: "Asked for its keys, the zone's name server refuses",
    cites: ["RFC 4035 5.2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("refused", "DNSKEY")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-dnskey-absent",
    title: "Asked for its keys, the zone's name server says that there are none",
    cites: ["RFC 4035 5.2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("nodata", "DNSKEY")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-no-edns",
    title: "The name server of a signed zone knows no EDNS",
    cites: ["RFC 4035 3", "RFC 7672 2.1.2"],
    zone: { answers: [answer("no-edns")] },
    ...twoWays,
    expect: failed,
  },
  {
    id: "res-server-no-edns-unsigned",
    title: "The name server of an unsigned zone knows no EDNS",
    cites: ["RFC 6891 7", "RFC 4035 4.3"],
    zone: { unsigned: true, answers: [answer("no-edns")] },
    ...twoWays,
    expect: must("insecure"),
  },
  {
    id: "res-server-other-case",
    title: "The name server gives the question back in letters of the other case",
    why: "A resolver that chose the case at random takes the answer for a forged one, and may ask over TCP.",
    cites: ["RFC 4343 3"],
    zone: { answers: [answer("other-case")] },
    ...twoWays,
    expect: open("secure", "bogus", "refused", "silent").floor("insecure", "wrong"),
  },
  {
    id: "res-server-ent-nxdomain",
    title: "The name server denies that _tcp of the host exists, though there are TLSA records below it",
    why: "A resolver that asks label by label may believe it (RFC 9156 3); the denial has no proof.",
    cites: ["RFC 8020 2", "RFC 4035 5.4"],
    zone: { answers: [answer("nxdomain", undefined, { name: "_tcp.mx" })] },
    ...twoWays,
    expect: open("secure", "bogus", "refused").floor("insecure", "wrong"),
  },
  {
    id: "res-server-ent-nxdomain-unsigned",
    title: "The name server of an unsigned zone denies that _tcp of the host exists, though it does",
    cites: ["RFC 8020 2", "RFC 9156 3"],
    zone: { unsigned: true, answers: [answer("nxdomain", undefined, { name: "_tcp.mx" })] },
    ...twoWays,
    expect: open("insecure", "wrong", "bogus").floor("secure"),
  },
  {
    id: "res-server-ent-servfail",
    title: "The name server answers with SERVFAIL at _tcp of the host",
    cites: ["RFC 9156 3", "RFC 4592 2.2.2"],
    zone: { answers: [answer("servfail", undefined, { name: "_tcp.mx" })] },
    ...twoWays,
    expect: open("secure", "bogus", "refused").floor("insecure", "wrong"),
  },
  {
    id: "res-server-a-dropped",
    title: "Asked for A records at the TLSA owner's name or above it, the name server keeps silent",
    why: "A resolver that asks label by label does so by type A (RFC 9156 2.1).",
    cites: ["RFC 9156 2.1", "RFC 9156 3"],
    zone: { answers: [answer("drop", "A")] },
    ...twoWays,
    expect: open("secure", "bogus", "refused", "silent").floor("insecure", "wrong"),
  },
];

export default lookups("res-server", [...tlsaOnly, ...denied, ...whole]);

import { fault, mismatch, must, open, type ScenarioText, scenarios, should } from "danelab/vocabulary";

/**
 * Several MX hosts, insecure MX records, hosts in zones of their own, next hops that are hosts.
 *
 * Where it matters which host gets the message, the one that should not get it refuses every recipient for good: whoever goes
 * there bounces. Hosts have one address each where two must be tried, as senders give up after so many.
 */
const signedHosts = { hosts: { under: "tld" } } as const;
const unsignedHosts = { hosts: { under: "tld", unsigned: true } } as const;

/** What TLSA records are worth behind insecure MX records is for the operator to say, as it is with mandatory DANE. */
const insecureByPolicy = [
  {
    as: "dane",
    id: "good",
    title: "a matching TLSA record: delivered, which is not called secure",
    mx: {},
    watch: ["not-claimed-secure"],
    expect: { dane: must("encrypted") },
  },
  {
    as: "dane",
    id: "wrong",
    title: "a wrong TLSA record",
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("deferred") },
  },
  {
    as: "dane",
    id: "no-starttls",
    title: "a TLSA record, no STARTTLS",
    mx: { server: "no-starttls" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    as: "encrypt",
    id: "wrong",
    title: "a wrong TLSA record: TLS is demanded, the record is not compared",
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("encrypted") },
  },
  {
    as: "encrypt",
    id: "no-starttls",
    title: "a TLSA record, no STARTTLS",
    mx: { server: "no-starttls" },
    expect: { dane: must("deferred"), may: must("cleartext") },
  },
  {
    as: "encrypt",
    id: "no-tlsa",
    title: "no TLSA record, no STARTTLS: nothing is demanded",
    mx: { tlsa: [], server: "no-starttls" },
    expect: { dane: must("cleartext"), may: must("cleartext") },
  },
  {
    as: "may",
    id: "wrong",
    title: "a wrong TLSA record: it counts for nothing",
    mx: { tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("encrypted") },
  },
  {
    as: "may",
    id: "no-starttls",
    title: "a TLSA record, no STARTTLS",
    mx: { server: "no-starttls" },
    expect: { dane: must("cleartext"), may: must("cleartext") },
  },
] as const;

const insecureMeanings = { dane: "DANE", encrypt: "TLS", may: "nothing" } as const;

export default scenarios("mx", [
  {
    id: "mx-two-both-good",
    title: "Two MX hosts that can be authenticated: the first is taken",
    cites: ["RFC 7672 2.2.1", "RFC 5321 5.1"],
    mx: [{}, { server: "rcpt-550" }],
    expect: { dane: must("authenticated") },
  },
  {
    id: "mx-first-mismatch-second-good",
    title: "The first MX host does not match its TLSA record, the second does",
    why: "The first one bounces whatever it gets, as the sender without DANE shows.",
    cites: ["RFC 7672 2.2", "RFC 7672 2.2.1"],
    mx: [{ addresses: "ipv4", tlsa: [mismatch("3 1 1")], server: "rcpt-550" }, { addresses: "ipv4" }],
    expect: { dane: must("authenticated"), may: must("bounced") },
  },
  {
    id: "mx-first-mismatch-second-none",
    title: "The first MX host does not match its TLSA record, the second has none",
    why: "An MX host without TLSA records may be used at any preference. The first one bounces whatever it gets.",
    cites: ["RFC 7672 2.2", "RFC 7672 2.2.1"],
    mx: [
      { addresses: "ipv4", tlsa: [mismatch("3 1 1")], server: "rcpt-550" },
      { addresses: "ipv4", tlsa: [] },
    ],
    expect: { dane: must("encrypted", "deferred"), may: must("bounced") },
  },
  {
    id: "mx-first-none-nostarttls-second-dane",
    title: "The first MX host has neither TLSA records nor STARTTLS, the second could be authenticated",
    why: "A host of a worse preference must not be taken for its TLSA records.",
    cites: ["RFC 7672 2.2.1"],
    mx: [{ tlsa: [], server: "no-starttls" }, {}],
    expect: {
      dane: must("cleartext"),
      "dane-only": must("authenticated", "deferred"),
      may: must("cleartext"),
    },
  },
  {
    id: "mx-equal-mixed",
    title: "Of two MX hosts of the same preference one has TLSA records",
    cites: ["RFC 7672 2.2.1"],
    mx: [{ preference: 10 }, { preference: 10, tlsa: [] }],
    expect: {
      dane: open("authenticated", "encrypted"),
      "dane-only": open("authenticated", "deferred"),
    },
  },
  {
    id: "mx-first-down-second-none",
    title: "The first MX host has TLSA records and is down, the second has none",
    why: "Each MX host needs TLSA records of its own: whoever can keep mail from the first can read it at the second.",
    cites: ["RFC 7672 2.2.1"],
    mx: [{ server: "down" }, { tlsa: [] }],
    expect: { dane: open("encrypted") },
  },
  {
    id: "mx-first-addr-bogus",
    title: "The first MX host's addresses are bogus, the second is good",
    cites: ["RFC 7672 2.1.2"],
    zone: { faults: [fault("signature-expired", "A", "mx1"), fault("signature-expired", "AAAA", "mx1")] },
    mx: [{}, {}],
    expect: {
      dane: open("authenticated", "deferred").floor("encrypted", "cleartext"),
      may: open("encrypted", "deferred"),
    },
  },
  {
    id: "mx-20-hosts",
    title: "Of twenty MX hosts only the last matches its TLSA record",
    why: "Senders try so many hosts and no more.",
    cites: ["RFC 7672 2.2", "RFC 5321 5.1"],
    mx: [
      ...Array.from({ length: 19 }, () => ({ addresses: "ipv4", tlsa: [mismatch("3 1 1")] }) as const),
      { addresses: "ipv4" },
    ],
    expect: { dane: open("authenticated", "deferred").floor("encrypted", "cleartext") },
  },
  {
    id: "mx-insecure-tlsa-good",
    title: "An insecure MX record, an MX host in a signed zone with a matching TLSA record",
    why: "DANE may be done with such a host; it does not make the delivery to the domain secure.",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    zones: signedHosts,
    mx: { zone: "hosts" },
    expect: { dane: open("encrypted", "authenticated"), "dane-only": must("deferred") },
  },
  {
    id: "mx-insecure-tlsa-wrong",
    title: "An insecure MX record, an MX host in a signed zone with a wrong TLSA record",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    zones: signedHosts,
    mx: { zone: "hosts", tlsa: [mismatch("3 1 1")] },
    expect: { dane: open("encrypted", "deferred"), "dane-only": must("deferred") },
  },
  {
    id: "mx-insecure-no-starttls",
    title: "An insecure MX record, an MX host in a signed zone with a TLSA record and without STARTTLS",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    zones: signedHosts,
    mx: { zone: "hosts", server: "no-starttls" },
    expect: {
      dane: open("cleartext", "deferred"),
      "dane-only": must("deferred"),
      may: must("cleartext"),
    },
  },
  {
    id: "mx-insecure-log",
    title: "Success by way of an insecure MX record is not told as a secure delivery",
    cites: ["RFC 7672 2.2.1"],
    zone: { unsigned: true },
    zones: signedHosts,
    mx: { zone: "hosts" },
    watch: ["not-claimed-secure"],
    expect: { dane: must("encrypted") },
  },
  ...insecureByPolicy.map(
    ({ as, id, title, mx, expect, ...rest }): ScenarioText => ({
      id: `mx-insecure-as-${as}-${id}`,
      title: `Insecure MX records, where the operator asks for ${insecureMeanings[as]}: ${title}`,
      cites: ["RFC 7672 2.2.1"],
      zone: { unsigned: true },
      zones: signedHosts,
      mx: { zone: "hosts", ...mx },
      setup: `insecure-mx-${as}`,
      ...rest,
      expect: { ...expect, "dane-only": must("deferred") },
    }),
  ),
  {
    id: "mx-host-unsigned",
    title: "A secure MX record, an MX host in an unsigned zone: TLSA is not asked for",
    why: "Name servers of unsigned zones are known to fail on TLSA questions.",
    cites: ["RFC 7672 2.2.2"],
    zones: unsignedHosts,
    mx: { zone: "hosts", tlsa: [] },
    watch: ["no-tlsa-query"],
    expect: { dane: should("encrypted") },
  },
  {
    id: "mx-host-unsigned-tlsa-wrong",
    title: "A secure MX record, an MX host in an unsigned zone with a wrong TLSA record",
    cites: ["RFC 7672 2.2.2", "RFC 6698 4.1"],
    zones: unsignedHosts,
    mx: { zone: "hosts", tlsa: [mismatch("3 1 1")] },
    expect: { dane: must("encrypted") },
  },
  {
    id: "mx-query-order",
    title: "The addresses of each MX host are asked for before its TLSA record",
    cites: ["RFC 7672 2.2.2"],
    mx: [{ addresses: "ipv4", tlsa: [mismatch("3 1 1")] }, { addresses: "ipv4" }],
    watch: ["addresses-before-tlsa"],
    expect: { dane: must("authenticated") },
  },
  {
    id: "mx-bracketed-host",
    title: "Mail is routed to a host: there is no MX lookup, its TLSA record counts",
    cites: ["RFC 7672 2.2.2"],
    mx: { published: false },
    route: { to: "mx" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "mx-bracketed-host-unsigned",
    title: "Mail is routed to a host in an unsigned zone",
    cites: ["RFC 7672 2.2.2"],
    zones: unsignedHosts,
    mx: { zone: "hosts", published: false, tlsa: [] },
    route: { to: "mx.{hosts}" },
    expect: { dane: should("encrypted") },
  },
  {
    id: "mx-bracketed-host-wrong",
    title: "Mail is routed to a host whose TLSA record is wrong",
    cites: ["RFC 7672 2.2.2", "RFC 7672 2.2"],
    mx: { published: false, tlsa: [mismatch("3 1 1")] },
    route: { to: "mx" },
    expect: { dane: must("deferred") },
  },
]);

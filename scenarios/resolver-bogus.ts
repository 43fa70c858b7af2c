import { fault, key, type LookupText, lookups, must, nsec3, open, record } from "danelab/vocabulary";

/** Every fault of the signer that a validator must not let pass: SERVFAIL, unless CD asks for the data as they are. */
const bogus = must("bogus");

type Fault = Parameters<typeof fault>[0];

const signatureFaults: readonly (readonly [Fault, string, string])[] = [
  ["signature-expired", "expired", "RFC 4035 5.3.1"],
  ["signature-not-yet-valid", "not valid yet", "RFC 4035 5.3.1"],
  ["signature-flipped", "broken by one bit", "RFC 4035 5.3.3"],
  ["signature-missing", "missing", "RFC 4035 2.2"],
  ["signature-wrong-key", "by a key that is not the zone's", "RFC 4035 5.3.1"],
];

const idOf = (name: Fault): string => name.replace("signature-", "");

/** Each subject's signature with each fault. */
const signatures = signatureFaults.flatMap(([name, is, section]): LookupText[] => [
  {
    id: `res-bogus-${idOf(name)}`,
    title: `TLSA records whose signature is ${is}`,
    cites: [section, "RFC 4035 5.5"],
    zone: { faults: [fault(name, "TLSA")] },
    expect: bogus,
  },
  {
    id: `res-bogus-dnskey-${idOf(name)}`,
    title: `TLSA records in a zone with keys whose signature is ${is}`,
    cites: [section, "RFC 4035 5.2"],
    zone: { faults: [fault(name, "DNSKEY")] },
    expect: bogus,
  },
]);

const others: readonly LookupText[] = [
  {
    id: "res-bogus-altered",
    title: "TLSA records altered after they were signed",
    cites: ["RFC 4035 5.3.3", "RFC 4035 5.5"],
    zone: { faults: [fault("data-altered", "TLSA")] },
    expect: bogus,
  },
  {
    id: "res-bogus-address",
    title: "A records altered after they were signed",
    cites: ["RFC 4035 5.3.3", "RFC 7672 2.2.2"],
    zone: { faults: [fault("data-altered", "A")] },
    ask: { name: "mx", type: "A" },
    expect: bogus,
  },
  {
    id: "res-bogus-mx",
    title: "MX records whose signature has expired",
    cites: ["RFC 4035 5.3.1", "RFC 7672 2.2.1"],
    zone: { faults: [fault("signature-expired", "MX")] },
    ask: { name: "@", type: "MX" },
    expect: bogus,
  },
  {
    id: "res-bogus-other-type",
    title: "TLSA records are good, the host's addresses have no good signature",
    why: "Each RRset is judged by itself.",
    cites: ["RFC 4035 5.3"],
    zone: { faults: [fault("signature-flipped", "A"), fault("signature-flipped", "AAAA")] },
    expect: must("secure"),
  },
  {
    id: "res-bogus-ds",
    title: "TLSA records in a zone whose DS record fits another key",
    cites: ["RFC 4035 5.2"],
    zone: { faults: [fault("ds-mismatch")] },
    expect: bogus,
  },
  {
    id: "res-bogus-ds-expired",
    title: "TLSA records in a zone whose DS record's signature has expired",
    cites: ["RFC 4035 5.2", "RFC 4035 5.3.1"],
    zone: { faults: [fault("signature-expired", "DS", "hosts")] },
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: bogus,
  },
  {
    id: "res-bogus-ds-missing-signature",
    title: "TLSA records in a zone whose DS record is not signed",
    cites: ["RFC 4035 5.2", "RFC 4035 5.5"],
    zone: { faults: [fault("signature-missing", "DS", "hosts")] },
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: bogus,
  },
  {
    id: "res-bogus-no-dnskey",
    title: "TLSA records in a zone that does not give its keys",
    cites: ["RFC 4035 5.2"],
    zone: { faults: [fault("dnskey-missing")] },
    expect: bogus,
  },
  {
    id: "res-bogus-ksk-silent",
    title: "TLSA records in a zone whose key that DS names signs nothing",
    cites: ["RFC 4035 5.2"],
    zone: { keys: [key("ksk", { signs: false }), key("zsk")] },
    expect: bogus,
  },
  {
    id: "res-bogus-zsk-unpublished",
    title: "TLSA records signed by a key that the zone does not publish",
    cites: ["RFC 4035 5.3.1", "RFC 4035 2.2"],
    zone: { keys: [key("ksk"), key("zsk", { published: false })] },
    expect: bogus,
  },
  {
    id: "res-bogus-above",
    title: "TLSA records in a good zone below one whose DS record fits another key",
    cites: ["RFC 4035 5.2", "RFC 4035 4.3"],
    zone: { faults: [fault("ds-mismatch")] },
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: bogus,
  },
  {
    id: "res-bogus-above-unsigned",
    title: "TLSA records in an unsigned zone below one whose DS record fits another key",
    cites: ["RFC 4035 5.2", "RFC 4035 4.3"],
    zone: { faults: [fault("ds-mismatch")] },
    zones: { hosts: { unsigned: true } },
    mx: { zone: "hosts" },
    expect: bogus,
  },
  {
    id: "res-bogus-delegation-unproven",
    title: "TLSA records in an unsigned zone; nothing proves that it may be unsigned",
    cites: ["RFC 4035 5.2", "RFC 4035 5.4"],
    zone: { faults: [fault("denial-unproven")] },
    zones: { hosts: { unsigned: true } },
    mx: { zone: "hosts" },
    expect: bogus,
  },
  {
    id: "res-bogus-delegation-unproven-nsec3",
    title: "TLSA records in an unsigned zone; no NSEC3 record proves that it may be unsigned",
    cites: ["RFC 5155 8.9", "RFC 4035 5.2"],
    zone: { denial: nsec3(), faults: [fault("denial-unproven")] },
    zones: { hosts: { unsigned: true } },
    mx: { zone: "hosts" },
    expect: bogus,
  },
];

/** Denials that prove nothing, with NSEC and with NSEC3. */
const denials = (["nsec", "nsec3"] as const).flatMap((denial): LookupText[] => {
  const own = denial === "nsec3" ? { denial: nsec3() } : {};
  const cites = denial === "nsec3" ? ["RFC 5155 8.1", "RFC 4035 5.4"] : ["RFC 4035 5.4"];
  const kind = denial.toUpperCase();
  const something = record("_25._tcp.mx", "TXT", "something-else");
  return [
    {
      id: `res-bogus-${denial}-nodata`,
      title: `No TLSA records at a name that exists, and no ${kind} record to prove it`,
      cites,
      zone: { ...own, records: [something], faults: [fault("denial-unproven")] },
      mx: { tlsa: [] },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-nxdomain`,
      title: `A name that does not exist, and no ${kind} record to prove it`,
      cites,
      zone: { ...own, faults: [fault("denial-unproven")] },
      mx: { tlsa: [] },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-range`,
      title: `A name that does not exist, and ${kind} records that cover nothing`,
      cites,
      zone: { ...own, faults: [fault("denial-wrong-range")] },
      mx: { tlsa: [] },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-bit`,
      title: `No TLSA records, and an ${kind} record that says that there are some`,
      cites,
      zone: {
        ...own,
        records: [something],
        faults: [fault("denial-type-bit-set", "TLSA", "_25._tcp.mx")],
      },
      mx: { tlsa: [] },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-expired`,
      title: `A name that does not exist, and ${kind} records whose signatures have expired`,
      cites: [...cites, "RFC 4035 5.3.1"],
      zone: { ...own, faults: [fault("signature-expired", kind)] },
      mx: { tlsa: [] },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-wildcard`,
      title: `TLSA records by a wildcard, and no ${kind} record to prove that nothing closer exists`,
      cites: [...cites, denial === "nsec3" ? "RFC 5155 8.8" : "RFC 4035 5.3.4"],
      zone: { ...own, faults: [fault("denial-unproven")] },
      mx: { tlsaAt: "*._tcp.mx" },
      expect: bogus,
    },
    {
      id: `res-bogus-${denial}-wildcard-range`,
      title: `TLSA records by a wildcard, and ${kind} records that cover nothing`,
      cites: [...cites, denial === "nsec3" ? "RFC 5155 8.8" : "RFC 4035 5.3.4"],
      zone: { ...own, faults: [fault("denial-wrong-range")] },
      mx: { tlsaAt: "*._tcp.mx" },
      expect: bogus,
    },
  ];
});

const openOnes: readonly LookupText[] = [
  {
    id: "res-bogus-soa-in-denial",
    title: "A name that does not exist; NSEC proves it, the SOA record beside it is not signed",
    why: "The SOA record proves nothing, and may count as part of the denial or not.",
    cites: ["RFC 4035 5.4", "RFC 4035 3.2.3"],
    zone: { faults: [fault("signature-missing", "SOA")] },
    mx: { tlsa: [] },
    expect: open("secure", "insecure", "bogus").floor("wrong"),
  },
];

export default lookups("res-bogus", [...signatures, ...others, ...denials, ...openOnes]);

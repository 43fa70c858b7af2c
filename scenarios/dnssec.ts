import {
  answer,
  at,
  compactDenial,
  type FurtherZoneText,
  fault,
  key,
  mismatch,
  must,
  nsec3,
  open,
  record,
  type ScenarioText,
  scenarios,
  should,
  tlsa,
  type ZoneText,
} from "danelab/vocabulary";

/** Every state that DNSSEC gives an answer, at the MX records, the MX host's addresses, the TLSA records. */
type Subject = "mx" | "addr" | "tlsa";
type Setup = Pick<ScenarioText, "zone" | "zones" | "mx" | "recipient">;

const subjects: readonly Subject[] = ["mx", "addr", "tlsa"];
const types = { mx: ["MX"], addr: ["A", "AAAA"], tlsa: ["TLSA"] } as const;
const named = { mx: "MX records", addr: "Addresses", tlsa: "TLSA records" } as const;

/** A failed lookup of TLSA concerns only those who ask for it; without MX records or addresses nobody delivers. */
const failed = (subject: Subject): ScenarioText["expect"] => ({
  dane: must("deferred"),
  may: must(subject === "tlsa" ? "encrypted" : "deferred"),
});

/** Everything in one zone; the fault strikes the RRset. */
const struck =
  (name: Parameters<typeof fault>[0]) =>
  (subject: Subject): Setup => ({ zone: { faults: types[subject].map((type) => fault(name, type)) } });

/** MX records, addresses and TLSA records each in a zone of their own; one of the zones is like this. */
function inZone(subject: Subject, zone: ZoneText): Setup {
  const hosts: FurtherZoneText = { under: "tld", ...(subject === "addr" ? zone : {}) };
  const records: FurtherZoneText = { under: "hosts", origin: "_tcp.mx", ...(subject === "tlsa" ? zone : {}) };
  return {
    ...(subject === "mx" ? { zone } : {}),
    zones: { hosts, tlsa: records },
    mx: { zone: "hosts" },
  };
}
const inZoneWith =
  (zone: ZoneText) =>
  (subject: Subject): Setup =>
    inZone(subject, zone);

/** Nothing is there; what denies it is like this. */
const absent: Readonly<Record<Subject, (zone: ZoneText) => Setup>> = {
  mx: (zone) => ({ zone, mx: { host: "@", published: false } }),
  addr: (zone) => ({
    zones: { hosts: { under: "tld", ...zone } },
    mx: { zone: "hosts", addresses: "none", tlsa: [] },
  }),
  tlsa: (zone) => ({ zone, mx: { tlsa: [] } }),
};

/** The name itself is not there: what exists needs no range to deny the rest of it. */
function wrongRange(subject: Subject): Setup {
  const zone = { faults: [fault("denial-wrong-range")] };
  return subject === "mx" ? { zone, recipient: "ghost", mx: { published: false } } : absent[subject](zone);
}

/** Something else is at the name, so that it has a list of types. */
function typeBitSet(subject: Subject): Setup {
  const owner = { mx: "@", addr: "mx", tlsa: "_25._tcp.mx" }[subject];
  return absent[subject]({
    records: [record(owner, "TXT", "something-else")],
    faults: types[subject].map((type) => fault("denial-type-bit-set", type, owner)),
  });
}

/** What a wildcard gives needs the proof that nothing closer exists. */
const byWildcard: Readonly<Record<Subject, (zone: ZoneText) => Setup>> = {
  mx: (zone) => ({
    recipient: "team.wild",
    zone: { ...zone, records: [record("*.wild", "MX", "10 mx.{hosts}")] },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts", published: false },
  }),
  addr: (zone) => ({
    zones: { hosts: { under: "tld", ...zone } },
    mx: { host: "*", zone: "hosts", alias: { name: "mx", zone: "hosts", target: null }, tlsaAt: "*" },
  }),
  tlsa: (zone) => ({ zone, mx: { tlsaAt: "*._tcp.mx" } }),
};

interface BogusState {
  readonly state: string;
  readonly is: string;
  readonly cites: readonly string[];
  readonly setup: (subject: Subject) => Setup;
}

const bogusStates: readonly BogusState[] = [
  {
    state: "sig-corrupt",
    is: "whose signature has a flipped bit",
    cites: ["RFC 4035 5.3.3"],
    setup: struck("signature-flipped"),
  },
  {
    state: "sig-expired",
    is: "whose signature has expired",
    cites: ["RFC 4035 5.3.1"],
    setup: struck("signature-expired"),
  },
  {
    state: "sig-future",
    is: "whose signature is not valid yet",
    cites: ["RFC 4035 5.3.1"],
    setup: struck("signature-not-yet-valid"),
  },
  {
    state: "sig-missing",
    is: "without a signature in a signed zone",
    cites: ["RFC 4035 2.2", "RFC 4035 5.2"],
    setup: struck("signature-missing"),
  },
  {
    state: "sig-wrong-key",
    is: "signed by a key that is not the zone's",
    cites: ["RFC 4035 5.3.1"],
    setup: struck("signature-wrong-key"),
  },
  {
    state: "data-altered",
    is: "altered after they were signed",
    cites: ["RFC 4035 5.3.3"],
    setup: struck("data-altered"),
  },
  {
    state: "ds-mismatch",
    is: "in a zone whose DS record fits another key",
    cites: ["RFC 4035 5.2"],
    setup: inZoneWith({ faults: [fault("ds-mismatch")] }),
  },
  {
    state: "dnskey-missing",
    is: "in a zone that does not give its keys",
    cites: ["RFC 4035 5.2"],
    setup: inZoneWith({ faults: [fault("dnskey-missing")] }),
  },
  {
    state: "denial-unproven",
    is: "that are not there, which nothing proves",
    cites: ["RFC 4035 5.4"],
    setup: (subject) => absent[subject]({ faults: [fault("denial-unproven")] }),
  },
  {
    state: "denial-wrong-range",
    is: "that are not there, with a proof for other names",
    cites: ["RFC 4035 5.4"],
    setup: wrongRange,
  },
  {
    state: "denial-type-bit-set",
    is: "that are not there, with a proof that says they are",
    cites: ["RFC 4035 5.4"],
    setup: typeBitSet,
  },
];

const insecureStates = [
  {
    state: "insecure-delegation",
    is: "in an unsigned zone",
    cites: ["RFC 4035 5.2"],
    zone: { unsigned: true },
  },
  {
    state: "unsupported-alg",
    is: "in a zone signed only with an algorithm that nobody knows",
    cites: ["RFC 4035 5.2"],
    zone: { faults: [fault("unknown-algorithm")] },
  },
  {
    state: "unsupported-ds-digest",
    is: "in a zone whose only DS record has a digest that nobody knows",
    cites: ["RFC 6840 5.2"],
    zone: { faults: [fault("unknown-ds-digest")] },
  },
] as const;

/** What is insecure is not bogus: mail flows as if it were not for DANE. */
const insecure: Readonly<
  Record<
    Subject,
    (zone: ZoneText) => Pick<ScenarioText, "zone" | "zones" | "mx" | "watch" | "expect" | "why" | "cites">
  >
> = {
  mx: (zone) => ({
    ...inZone("mx", zone),
    why: "Whether DANE is done with hosts of insecure MX records is left to the sender.",
    cites: ["RFC 7672 2.2.1"],
    expect: { dane: open("encrypted", "authenticated") },
  }),
  addr: (zone) => ({
    ...inZone("addr", zone),
    cites: ["RFC 7672 2.2.2"],
    watch: ["no-tlsa-query"],
    expect: { dane: should("encrypted") },
  }),
  tlsa: (zone) => ({
    ...inZone("tlsa", zone),
    mx: { zone: "hosts", tlsa: [mismatch("3 1 1")] },
    why: "The record is wrong; as it is insecure, it must not be used.",
    cites: ["RFC 7672 2.2.3", "RFC 6698 4.1"],
    expect: { dane: must("encrypted") },
  }),
};

const states = subjects.flatMap((subject): ScenarioText[] => [
  ...bogusStates.map(
    ({ state, is, cites, setup }): ScenarioText => ({
      id: `dnssec-${subject}-${state}`,
      title: `${named[subject]} ${is}`,
      cites: ["RFC 7672 2.1.2", ...cites],
      ...setup(subject),
      expect: failed(subject),
    }),
  ),
  ...insecureStates.map(({ state, is, cites, zone }): ScenarioText => {
    const text = insecure[subject](zone);
    return {
      ...text,
      id: `dnssec-${subject}-${state}`,
      title: `${named[subject]} ${is}`,
      cites: [...text.cites, ...cites],
    };
  }),
  {
    id: `dnssec-${subject}-nsec3-iterations`,
    title: `${named[subject]} by a wildcard, which NSEC3 with 2000 iterations proves`,
    why: "Validators may take that many iterations for insecure, or refuse them.",
    cites: ["RFC 9276 3.2", "RFC 5155 10.3"],
    ...byWildcard[subject]({ denial: nsec3({ iterations: 2000 }) }),
    expect: {
      dane: open("authenticated", "encrypted", "deferred").floor("cleartext", "bounced"),
      may: open("encrypted", "deferred"),
    },
  },
]);

/** RFC 8624 3.1 and 3.3 say how well an algorithm must be known to validators. */
const ifKnown = open("authenticated", "encrypted");

const variety: readonly ScenarioText[] = [
  {
    id: "dnssec-nsec",
    title: "A zone with one key for all, and NSEC, has no TLSA record",
    cites: ["RFC 4035 5.4", "RFC 7672 2.2"],
    zone: { keys: "single" },
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-nsec3",
    title: "A zone with NSEC3 has no TLSA record",
    cites: ["RFC 5155 8.4", "RFC 7672 2.2"],
    zone: { denial: nsec3() },
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-nsec3-optout-denial",
    title: "The absence of TLSA records is covered by an opt-out span",
    why: "Such an answer is insecure, not an error.",
    cites: ["RFC 5155 9.2", "RFC 7672 2.2"],
    zone: { denial: nsec3({ optOut: true }) },
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-nsec-nodata-ent",
    title: "TLSA records for another port only: _tcp.mx exists, with no records of its own",
    cites: ["RFC 4035 5.4", "RFC 7672 2.2"],
    mx: { tlsa: [at("_587._tcp.mx", tlsa("3 1 1"))] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-ent-nxdomain-broken",
    title: "A name server denies that _tcp.mx exists, though there are TLSA records below it",
    why: "Resolvers that ask label by label may be deceived (RFC 9156 3).",
    cites: ["RFC 8020 2", "RFC 7672 2.1.2"],
    zone: { answers: [answer("nxdomain", undefined, { name: "_tcp.mx" })] },
    expect: { dane: open("authenticated", "deferred").floor("encrypted", "cleartext") },
  },
  {
    id: "dnssec-compact-denial",
    title: "The absence of TLSA records is told by a compact denial",
    cites: ["RFC 9824 3.1", "RFC 7672 2.2"],
    zone: { denial: compactDenial("_25._tcp.mx") },
    mx: { tlsa: [] },
    expect: { dane: open("encrypted") },
  },
  {
    id: "dnssec-alg-8",
    title: "A zone signed with RSASHA256 (8)",
    cites: ["RFC 8624 3.1", "RFC 5702 3.1"],
    zone: { algorithm: 8 },
    expect: { dane: must("authenticated") },
  },
  {
    id: "dnssec-alg-10",
    title: "A zone signed with RSASHA512 (10)",
    cites: ["RFC 8624 3.1", "RFC 5702 3.2"],
    zone: { algorithm: 10 },
    expect: { dane: should("authenticated") },
  },
  {
    id: "dnssec-alg-13",
    title: "A zone signed with ECDSAP256SHA256 (13) by one key for all",
    cites: ["RFC 8624 3.1", "RFC 6605 4"],
    zone: { algorithm: 13, keys: "single" },
    expect: { dane: must("authenticated") },
  },
  ...(
    [
      [14, "ECDSAP384SHA384", "RFC 6605 4"],
      [15, "Ed25519", "RFC 8080 4"],
      [16, "Ed448", "RFC 8080 4"],
    ] as const
  ).map(
    ([algorithm, name, defined]): ScenarioText => ({
      id: `dnssec-alg-${algorithm}`,
      title: `A zone signed with ${name} (${algorithm})`,
      why: "Validators should know it, but need not; to one that does not, the zone is insecure.",
      cites: ["RFC 8624 3.1", defined],
      zone: { algorithm },
      expect: { dane: ifKnown },
    }),
  ),
  {
    id: "dnssec-alg-5-7",
    title: "MX records in a zone signed with RSASHA1 (5), their host in one with RSASHA1-NSEC3-SHA1 (7)",
    why: "Validators know both, but operators, and the crypto policies of distributions, turn SHA-1 off.",
    cites: ["RFC 9905 2", "RFC 8624 3.1"],
    zone: { algorithm: 5 },
    zones: { hosts: { under: "tld", algorithm: 7, denial: nsec3() } },
    mx: { zone: "hosts" },
    expect: { dane: ifKnown },
  },
  {
    id: "dnssec-alg-1",
    title: "A zone signed with RSAMD5 (1), which must not be validated",
    cites: ["RFC 8624 3.1", "RFC 4035 5.2"],
    zone: { algorithm: 1 },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-alg-mixed",
    title: "A zone signed with a known algorithm and one that nobody knows, DS records for both",
    cites: ["RFC 4035 5.2", "RFC 4035 2.2"],
    zone: {
      keys: [
        key("ksk"),
        key("zsk"),
        key("ksk", { label: "other-ksk", algorithm: "unknown" }),
        key("zsk", { label: "other-zsk", algorithm: "unknown" }),
      ],
    },
    expect: { dane: must("authenticated") },
  },
  {
    id: "dnssec-ds-sha1-only",
    title: "The only DS record has a SHA-1 digest",
    cites: ["RFC 8624 3.3", "RFC 9905 2"],
    zone: { dsDigests: [1] },
    expect: { dane: ifKnown },
  },
  {
    id: "dnssec-ds-sha384",
    title: "The only DS record has a SHA-384 digest",
    cites: ["RFC 8624 3.3", "RFC 6605 2"],
    zone: { dsDigests: [4] },
    expect: { dane: open("authenticated") },
  },
  {
    id: "dnssec-rsa-512",
    title: "A zone signed by an RSA key of 512 bits",
    why: "Algorithm 8 permits such keys; cryptographic libraries and resolvers may refuse them.",
    cites: ["RFC 5702 2.1"],
    zone: { keys: [key("ksk", { algorithm: 8 }), key("zsk", { algorithm: 8, bits: 512 })] },
    expect: {
      dane: open("authenticated", "encrypted", "deferred").floor("cleartext"),
      may: open("encrypted", "deferred"),
    },
  },
  {
    id: "dnssec-island",
    title: "A signed zone without a DS record",
    cites: ["RFC 4035 5.2", "RFC 7672 2.2"],
    zone: { faults: [fault("delegation-unsigned")] },
    expect: { dane: should("encrypted") },
  },
  {
    id: "dnssec-long-chain",
    title: "The MX host is six signed delegations below the next hop",
    cites: ["RFC 4035 5.2"],
    zones: {
      one: {},
      two: { under: "one" },
      three: { under: "two" },
      four: { under: "three" },
      five: { under: "four" },
      six: { under: "five" },
    },
    mx: { zone: "six" },
    expect: { dane: must("authenticated") },
  },
];

export default scenarios("dnssec", [...states, ...variety]);

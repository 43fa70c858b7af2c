import { fault, key, type LookupText, lookups, must, open, should } from "danelab/vocabulary";

/** Algorithms of keys and digests of DS records: what a validator must know, may know, and must not use (RFC 8624). */
const algorithms: readonly LookupText[] = (
  [
    [8, "RSASHA256", "RFC 5702 3.1", must("secure")],
    [10, "RSASHA512", "RFC 5702 3.2", must("secure")],
    [13, "ECDSAP256SHA256", "RFC 6605 4", must("secure")],
    [14, "ECDSAP384SHA384", "RFC 6605 4", should("secure").floor("bogus", "refused", "silent")],
    [15, "Ed25519", "RFC 8080 4", should("secure").floor("bogus", "refused", "silent")],
    [16, "Ed448", "RFC 8080 4", should("secure").floor("bogus", "refused", "silent")],
  ] as const
).map(
  ([algorithm, name, section, expect]): LookupText => ({
    id: `res-alg-${algorithm}`,
    title: `TLSA records in a zone signed with ${name} (${algorithm})`,
    ...(algorithm > 13
      ? { why: "Validators should know it; to one that does not, the zone is insecure, not bogus." }
      : {}),
    cites: ["RFC 8624 3.1", section, "RFC 4035 5.2"],
    zone: { algorithm },
    expect,
  }),
);

const insecureOrSecure = open("secure", "insecure").floor("bogus", "refused", "silent");

const further: readonly LookupText[] = [
  {
    id: "res-alg-5",
    title: "TLSA records in a zone signed with RSASHA1 (5)",
    why: "Validators know it, but operators, and the crypto policies of distributions, turn SHA-1 off.",
    cites: ["RFC 9905 2", "RFC 8624 3.1"],
    zone: { algorithm: 5 },
    expect: insecureOrSecure,
  },
  {
    id: "res-alg-7",
    title: "TLSA records in a zone signed with RSASHA1-NSEC3-SHA1 (7)",
    why: "Validators know it, but operators, and the crypto policies of distributions, turn SHA-1 off.",
    cites: ["RFC 9905 2", "RFC 8624 3.1"],
    zone: { algorithm: 7 },
    expect: insecureOrSecure,
  },
  {
    id: "res-alg-1",
    title: "TLSA records in a zone signed with RSAMD5 (1)",
    cites: ["RFC 8624 3.1", "RFC 4035 5.2"],
    zone: { algorithm: 1 },
    expect: must("insecure"),
  },
  {
    id: "res-alg-unknown",
    title: "TLSA records in a zone signed only with an algorithm that nobody knows",
    cites: ["RFC 4035 5.2", "RFC 6840 5.2"],
    zone: { faults: [fault("unknown-algorithm")] },
    expect: should("insecure").floor("secure"),
  },
  {
    id: "res-alg-known-and-unknown",
    title: "TLSA records in a zone signed with a known algorithm and one that nobody knows",
    cites: ["RFC 4035 5.2", "RFC 6840 5.11"],
    zone: {
      keys: [
        key("ksk"),
        key("zsk"),
        key("ksk", { label: "other-ksk", algorithm: "unknown" }),
        key("zsk", { label: "other-zsk", algorithm: "unknown" }),
      ],
    },
    expect: must("secure"),
  },
  {
    id: "res-alg-two",
    title: "TLSA records in a zone signed with RSASHA256 and ECDSAP256SHA256",
    cites: ["RFC 6840 5.11", "RFC 4035 2.2"],
    zone: {
      keys: [
        key("ksk"),
        key("zsk"),
        key("ksk", { label: "rsa-ksk", algorithm: 8 }),
        key("zsk", { label: "rsa-zsk", algorithm: 8 }),
      ],
    },
    expect: must("secure"),
  },
  {
    id: "res-alg-ds-of-one",
    title: "TLSA records in a zone signed with two algorithms; the DS records name one of them",
    cites: ["RFC 6840 5.11"],
    zone: {
      keys: [
        key("ksk"),
        key("zsk"),
        key("ksk", { label: "rsa-ksk", algorithm: 8, ds: false }),
        key("zsk", { label: "rsa-zsk", algorithm: 8 }),
      ],
    },
    expect: must("secure"),
  },
  {
    id: "res-alg-rollover-data",
    title: "TLSA records signed with one of two algorithms that the DS records name",
    why: "A validator must accept any valid path, and not insist that all algorithms work.",
    cites: ["RFC 6840 5.11"],
    zone: {
      keys: [key("ksk"), key("zsk"), key("ksk", { label: "rsa-ksk", algorithm: 8 })],
    },
    expect: must("secure"),
  },
  {
    id: "res-key-standby",
    title: "TLSA records in a zone with a second key that signs nothing yet",
    cites: ["RFC 6781 4.1.1", "RFC 4035 2.1"],
    zone: { keys: [key("ksk"), key("zsk"), key("zsk", { label: "next", signs: false })] },
    expect: must("secure"),
  },
  {
    id: "res-key-standby-ds",
    title: "TLSA records in a zone with a second DS record, of a key that is not published yet",
    cites: ["RFC 6781 4.1.2", "RFC 4035 5.2"],
    zone: {
      keys: [key("ksk"), key("zsk"), key("ksk", { label: "next", published: false, signs: false })],
    },
    expect: must("secure"),
  },
  {
    id: "res-key-double-signature",
    title: "TLSA records signed by two keys",
    cites: ["RFC 6781 4.1.1", "RFC 4035 5.3.3"],
    zone: { keys: [key("ksk"), key("zsk"), key("zsk", { label: "next" })] },
    expect: must("secure"),
  },
  {
    id: "res-key-one-unpublished",
    title: "TLSA records signed by two keys, of which one is published",
    cites: ["RFC 4035 5.3.3", "RFC 4035 5.3.1"],
    zone: { keys: [key("ksk"), key("zsk"), key("zsk", { label: "lost", published: false })] },
    expect: must("secure"),
  },
  {
    id: "res-rsa-1024",
    title: "TLSA records signed by an RSA key of 1024 bits",
    cites: ["RFC 5702 2.1", "RFC 8624 3.1"],
    zone: { keys: [key("ksk", { algorithm: 8 }), key("zsk", { algorithm: 8, bits: 1024 })] },
    expect: must("secure"),
  },
  {
    id: "res-rsa-4096",
    title: "TLSA records signed by an RSA key of 4096 bits",
    cites: ["RFC 5702 2.1", "RFC 8624 3.1"],
    zone: { keys: [key("csk", { algorithm: 8, bits: 4096 })] },
    expect: must("secure"),
  },
  {
    id: "res-rsa-512",
    title: "TLSA records signed by an RSA key of 512 bits",
    why: "The algorithm permits such keys; cryptographic libraries and resolvers may refuse them.",
    cites: ["RFC 5702 2.1"],
    zone: { keys: [key("ksk", { algorithm: 8 }), key("zsk", { algorithm: 8, bits: 512 })] },
    expect: open("secure", "insecure", "bogus"),
  },
];

const digests: readonly LookupText[] = [
  {
    id: "res-ds-1",
    title: "TLSA records in a zone whose only DS record has a SHA-1 digest",
    cites: ["RFC 9905 2", "RFC 8624 3.3"],
    zone: { dsDigests: [1] },
    expect: insecureOrSecure,
  },
  {
    id: "res-ds-2",
    title: "TLSA records in a zone with one key for all, whose DS record has a SHA-256 digest",
    cites: ["RFC 4509 2.1", "RFC 8624 3.3"],
    zone: { keys: "single", algorithm: 8, dsDigests: [2] },
    expect: must("secure"),
  },
  {
    id: "res-ds-4",
    title: "TLSA records in a zone whose only DS record has a SHA-384 digest",
    cites: ["RFC 6605 2", "RFC 8624 3.3"],
    zone: { dsDigests: [4] },
    expect: should("secure").floor("bogus", "refused", "silent"),
  },
  {
    id: "res-ds-1-2",
    title: "TLSA records in a zone whose DS records have SHA-1 and SHA-256 digests",
    cites: ["RFC 4509 3"],
    zone: { dsDigests: [1, 2] },
    expect: must("secure"),
  },
  {
    id: "res-ds-2-4",
    title: "TLSA records in a zone whose DS records have SHA-256 and SHA-384 digests",
    cites: ["RFC 8624 3.3", "RFC 4035 5.2"],
    zone: { dsDigests: [2, 4] },
    expect: must("secure"),
  },
  {
    id: "res-ds-3",
    title: "TLSA records in a zone whose only DS record has a digest of GOST R 34.11-94",
    why: "The digest in the record is not one of GOST: a validator that knows it finds the zone bogus.",
    cites: ["RFC 8624 3.3", "RFC 6840 5.2"],
    zone: { dsDigests: [3] },
    expect: open("insecure", "bogus").floor("secure"),
  },
  {
    id: "res-ds-unknown",
    title: "TLSA records in a zone whose only DS record has a digest that nobody knows",
    cites: ["RFC 6840 5.2", "RFC 4035 5.2"],
    zone: { faults: [fault("unknown-ds-digest")] },
    expect: should("insecure").floor("secure"),
  },
  {
    id: "res-ds-known-and-unknown",
    title: "TLSA records in a zone whose DS records have a SHA-256 digest and one that nobody knows",
    cites: ["RFC 6840 5.2", "RFC 4035 5.2"],
    zone: { dsDigests: [2, 200] },
    expect: must("secure"),
  },
];

export default lookups("res-keys", [...algorithms, ...further, ...digests]);

import {
  dv,
  fault,
  key,
  mismatch,
  must,
  of,
  recordOf,
  scenarios,
  selfSigned,
  should,
} from "danelab/vocabulary";

/** What changes over time: keys, records, issuers, DNSSEC. Each step is a message; caches run out in between. */
const now = selfSigned();
const next = selfSigned({ label: "next" });
const throughout = must("authenticated");

export default scenarios("roll", [
  {
    id: "roll-prepublish",
    title: "The next key's record is published beside the current one, then the server switches",
    cites: ["RFC 7672 4", "RFC 7671 8.1"],
    mx: { certificate: now, tlsa: ["3 1 1", recordOf(next, "3 1 1")] },
    expect: { dane: throughout },
    steps: [
      {
        title: "the server shows the next key",
        mx: { certificate: next, tlsa: [recordOf(now, "3 1 1"), "3 1 1"] },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-remove-old-early",
    title: "DNS has the next key's record only, while the server still shows the old key",
    cites: ["RFC 7671 8.1", "RFC 7672 2.2"],
    mx: { certificate: now, tlsa: [recordOf(next, "3 1 1")] },
    expect: { dane: must("deferred") },
    steps: [
      {
        title: "the server shows the next key",
        mx: { certificate: next, tlsa: ["3 1 1"] },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-param-change",
    title: "From 3 1 1 to 3 1 2: both for the current key, then the new one alone",
    cites: ["RFC 7671 8.3", "RFC 7671 9"],
    mx: { tlsa: ["3 1 1"] },
    expect: { dane: throughout },
    steps: [
      { title: "both records stand", mx: { tlsa: ["3 1 1", "3 1 2"] }, expect: { dane: throughout } },
      { title: "3 1 2 stands alone", mx: { tlsa: ["3 1 2"] }, expect: { dane: throughout } },
    ],
  },
  {
    id: "roll-param-change-bad",
    title: "A 3 1 2 of the next key only, while the server shows the key of the 3 1 1",
    why: "The stronger digest hides the weaker one, so that the record that matches does not count.",
    cites: ["RFC 7671 9", "RFC 7671 8.3"],
    mx: { certificate: now, tlsa: ["3 1 1", recordOf(next, "3 1 2")] },
    expect: { dane: should("deferred").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "roll-ee-to-ta",
    title: "From 3 1 1 to 2 0 1: both for the current chain, then the new one alone",
    cites: ["RFC 7671 8.2"],
    mx: { certificate: dv(), tlsa: ["3 1 1"] },
    expect: { dane: throughout },
    steps: [
      {
        title: "both records stand",
        mx: { certificate: dv(), tlsa: ["3 1 1", "2 0 1"] },
        expect: { dane: throughout },
      },
      {
        title: "2 0 1 stands alone",
        mx: { certificate: dv(), tlsa: ["2 0 1"] },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-ta-change",
    title: "The issuer changes under two 2 0 1, of the old anchor and of the new",
    cites: ["RFC 7672 4", "RFC 7671 8.1"],
    mx: { certificate: dv(), tlsa: [of("private-root", "2 0 1"), of("other-root", "2 0 1")] },
    expect: { dane: throughout },
    steps: [
      {
        title: "the new issuer's certificate is shown",
        mx: {
          certificate: dv({ ca: "other" }),
          tlsa: [of("private-root", "2 0 1"), of("other-root", "2 0 1")],
        },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-zsk",
    title: "The zone signing key is rolled: published, used, the old one withdrawn",
    cites: ["RFC 6781 4.1.1.1", "RFC 7672 2.2"],
    zone: { keys: [key("ksk"), key("zsk"), key("zsk", { label: "next", signs: false })] },
    expect: { dane: throughout },
    steps: [
      {
        title: "the new key signs",
        zone: { keys: [key("ksk"), key("zsk", { signs: false }), key("zsk", { label: "next" })] },
        expect: { dane: throughout },
      },
      {
        title: "the old key is gone",
        zone: { keys: [key("ksk"), key("zsk", { label: "next" })] },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-ksk",
    title: "The key signing key of the MX host's zone is rolled, its DS record with it",
    cites: ["RFC 6781 4.1.2", "RFC 7672 2.2"],
    zones: { hosts: { keys: [key("ksk"), key("ksk", { label: "next", ds: false }), key("zsk")] } },
    mx: { zone: "hosts" },
    expect: { dane: throughout },
    steps: [
      {
        title: "the DS record is of the next key",
        zones: { hosts: { keys: [key("ksk", { ds: false }), key("ksk", { label: "next" }), key("zsk")] } },
        expect: { dane: throughout },
      },
      {
        title: "the old key is gone",
        zones: { hosts: { keys: [key("ksk", { label: "next" }), key("zsk")] } },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-alg",
    title: "The MX host's zone changes from RSASHA256 to ECDSAP256SHA256",
    cites: ["RFC 6781 4.1.4", "RFC 7672 2.2"],
    zones: {
      hosts: {
        keys: [key("csk", { algorithm: 8 }), key("csk", { label: "next", algorithm: 13, ds: false })],
      },
    },
    mx: { zone: "hosts" },
    expect: { dane: throughout },
    steps: [
      {
        title: "the DS record is of the next key",
        zones: {
          hosts: {
            keys: [key("csk", { algorithm: 8, ds: false }), key("csk", { label: "next", algorithm: 13 })],
          },
        },
        expect: { dane: throughout },
      },
      {
        title: "the old algorithm is gone",
        zones: { hosts: { keys: [key("csk", { label: "next", algorithm: 13 })] } },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-go-insecure",
    title: "The DS record of the MX host's zone is withdrawn",
    cites: ["RFC 6781 4.3.5", "RFC 7672 2.2.2"],
    zones: { hosts: {} },
    mx: { zone: "hosts" },
    expect: { dane: throughout },
    steps: [
      {
        title: "the DS record is gone",
        zones: { hosts: { faults: [fault("delegation-unsigned")] } },
        expect: { dane: should("encrypted") },
      },
    ],
  },
  {
    id: "roll-tlsa-removed",
    title: "The TLSA record is withdrawn",
    cites: ["RFC 7672 2.2", "RFC 7671 13"],
    expect: { dane: throughout },
    steps: [{ title: "the record is gone", mx: { tlsa: [] }, expect: { dane: should("encrypted") } }],
  },
  {
    id: "roll-tlsa-added",
    title: "A TLSA record appears where its absence was cached",
    why: "Until the negative answer runs out, a sender may or may not know of the record.",
    cites: ["RFC 7672 2.2", "RFC 2308 5"],
    mx: { tlsa: [] },
    expect: { dane: should("encrypted") },
    steps: [
      {
        title: "the record is there, its absence still cached",
        mx: { tlsa: ["3 1 1"] },
        afterTtl: false,
        expect: { dane: should("encrypted", "authenticated").floor("cleartext", "bounced") },
      },
      {
        title: "the negative answer has run out",
        mx: { tlsa: ["3 1 1"] },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-mta-cache",
    title: "Key and record change together; the sender asks again once the TTL has passed",
    cites: ["RFC 1035 3.2.1", "RFC 7671 8.1"],
    mx: { certificate: now },
    expect: { dane: throughout },
    steps: [
      {
        title: "key and record are new",
        mx: { certificate: next },
        expect: { dane: throughout },
      },
    ],
  },
  {
    id: "roll-record-breaks",
    title: "A record that matched is replaced by one that does not, under a sender that has delivered before",
    cites: ["RFC 7672 2.2"],
    expect: { dane: throughout },
    steps: [
      {
        title: "the record is of another key",
        mx: { tlsa: [mismatch("3 1 1")] },
        expect: { dane: must("deferred") },
      },
    ],
  },
]);

import { fault, type LookupText, lookups, must, open, rawRdata, rawTlsa, tlsa } from "danelab/vocabulary";

/**
 * TLSA RDATA of every kind. A resolver that does not know a parameter passes it on unchanged (RFC 3597); RDATA that holds no
 * whole record may be passed on, or taken for a malformed message. It must not look as if there were no record.
 */
const malformed = open("secure", "bogus", "refused", "silent").floor("wrong", "insecure");

const tooShort = (["", "03", "0301", "030101"] as const).map(
  (hex): LookupText => ({
    id: `res-tlsa-rdata-${hex.length / 2}`,
    title:
      hex === "030101" ? "A TLSA record without data" : `A TLSA record of ${hex.length / 2} octets in all`,
    cites: ["RFC 6698 2.1", "RFC 3597 3"],
    mx: { tlsa: [rawRdata(hex)] },
    expect: malformed,
  }),
);

const further: readonly LookupText[] = [
  {
    id: "res-tlsa-rdata-3-and-good",
    title: "A TLSA record without data beside a good one",
    cites: ["RFC 6698 2.1", "RFC 3597 3"],
    mx: { tlsa: [rawRdata("030101"), tlsa("3 1 1")] },
    ways: ["DO", "AD", "TCP"],
    expect: malformed,
  },
  {
    id: "res-tlsa-rdata-3-insecure",
    title: "A TLSA record without data in an unsigned zone",
    cites: ["RFC 6698 2.1", "RFC 3597 3"],
    zone: { unsigned: true },
    mx: { tlsa: [rawRdata("030101")] },
    ways: ["DO", "AD", "TCP"],
    expect: open("insecure", "bogus", "refused", "silent").floor("wrong", "secure"),
  },
  {
    id: "res-tlsa-rdata-3-bogus",
    title: "A TLSA record without data whose signature is broken",
    cites: ["RFC 6698 2.1", "RFC 4035 5.5"],
    zone: { faults: [fault("signature-flipped", "TLSA")] },
    mx: { tlsa: [rawRdata("030101")] },
    ways: ["DO", "AD", "TCP"],
    expect: must("bogus", "refused", "silent"),
  },
  {
    id: "res-tlsa-data-1",
    title: "A TLSA record with one octet of data, too short for its digest",
    cites: ["RFC 6698 2.1.4", "RFC 3597 3"],
    mx: { tlsa: [rawTlsa("3 1 1", "ab")] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-data-33",
    title: "A TLSA record with 33 octets of data, too long for its digest",
    cites: ["RFC 6698 2.1.4", "RFC 3597 3"],
    mx: { tlsa: [rawTlsa("3 1 1", "ab".repeat(33))] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-usage-unknown",
    title: "A TLSA record with the unassigned usage 200",
    cites: ["RFC 3597 3", "RFC 6698 2.1.1"],
    mx: { tlsa: [rawTlsa("200 1 1", "ab".repeat(32))] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-selector-unknown",
    title: "A TLSA record with the unassigned selector 200",
    cites: ["RFC 3597 3", "RFC 6698 2.1.2"],
    mx: { tlsa: [rawTlsa("3 200 1", "ab".repeat(32))] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-matching-unknown",
    title: "A TLSA record with the unassigned matching type 200",
    cites: ["RFC 3597 3", "RFC 6698 2.1.3"],
    mx: { tlsa: [rawTlsa("3 1 200", "ab".repeat(32))] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-private",
    title: "A TLSA record with the parameters for private use, 255 255 255",
    cites: ["RFC 3597 3", "RFC 7218 2"],
    mx: { tlsa: [rawTlsa("255 255 255", "00".repeat(32))] },
    expect: must("secure"),
  },
  {
    id: "res-tlsa-many-kinds",
    title: "TLSA records of all usages, selectors and matching types at one name",
    cites: ["RFC 3597 3", "RFC 4034 6.3"],
    mx: {
      tlsa: [0, 1, 2, 3].flatMap((usage) =>
        [0, 1].flatMap((selector) =>
          [
            [0, 80],
            [1, 32],
            [2, 64],
          ].map(([type, length]) => rawTlsa(`${usage} ${selector} ${type}`, "cd".repeat(length ?? 32))),
        ),
      ),
    },
    expect: must("secure"),
  },
];

export default lookups("res-rdata", [...tooShort, ...further]);

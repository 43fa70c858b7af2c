import { must, open, scenarios, selfSigned } from "danelab/vocabulary";

/** Which addresses an MX host has, and what stands there. */
export default scenarios("addr", [
  {
    id: "addr-v6-only",
    title: "The MX host has an IPv6 address only",
    cites: ["RFC 7672 2.2.2"],
    mx: { addresses: "ipv6" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "addr-v4-only",
    title: "The MX host has an IPv4 address only",
    cites: ["RFC 7672 2.2.2"],
    mx: { addresses: "ipv4" },
    expect: { dane: must("authenticated") },
  },
  {
    id: "addr-two-one-bad",
    title: "Of two servers at the MX host's addresses one shows another certificate",
    cites: ["RFC 7672 2.2", "RFC 5321 5.1"],
    mx: [
      { host: "mx", addresses: "ipv4" },
      {
        host: "mx",
        addresses: "ipv4",
        published: false,
        certificate: selfSigned({ label: "another" }),
        tlsa: [],
      },
    ],
    expect: { dane: open("authenticated", "deferred").floor("encrypted", "cleartext") },
  },
  {
    id: "addr-literal",
    title: "The recipient's domain is an address literal: DANE does not apply",
    cites: ["RFC 7672 2.2", "RFC 5321 4.1.3"],
    mx: { addresses: "ipv4" },
    recipientText: "[{ipv4}]",
    expect: { dane: open("encrypted") },
  },
]);

import { dv, must, open, record, scenarios, should } from "danelab/vocabulary";

/** Reference identifiers: which names in a certificate count for DANE-TA. All with 2 0 1, anchor sent. */
const tlsa = ["2 0 1"];
const named = (...names: readonly string[]) => dv({ names, commonName: null });

export default scenarios("name", [
  {
    id: "name-base",
    title: "The name is the MX host's",
    cites: ["RFC 7672 3.2.2"],
    mx: { certificate: named("{mx}"), tlsa },
    expect: { dane: must("authenticated") },
  },
  {
    id: "name-nexthop",
    title: "The name is the next-hop domain's only",
    cites: ["RFC 7672 3.2.2"],
    mx: { certificate: named("{recipient}"), tlsa },
    expect: { dane: must("authenticated") },
  },
  {
    id: "name-nexthop-expanded",
    title: "The next hop is a secure alias; the name is that of the domain it points at",
    cites: ["RFC 7672 3.2.2"],
    recipient: "alias",
    zone: { records: [record("alias", "CNAME", "@")] },
    mx: { certificate: named("{domain}"), tlsa },
    expect: { dane: must("authenticated") },
  },
  {
    id: "name-insecure-mx-host",
    title: "An insecure MX record, a secure MX host; the name is the host's",
    why: "Senders may use DANE here, but must not call it secure delivery to the domain. Mandatory DANE delays.",
    cites: ["RFC 7672 2.2.1", "RFC 7672 3.2.2"],
    zone: { unsigned: true },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts", certificate: named("{mx}"), tlsa },
    expect: {
      dane: open("encrypted", "authenticated").floor("cleartext", "bounced"),
      "dane-only": must("deferred"),
    },
  },
  {
    id: "name-insecure-mx-nexthop",
    title: "An insecure MX record, a secure MX host; the name is the next hop's only",
    cites: ["RFC 7672 3.2.2"],
    zone: { unsigned: true },
    zones: { hosts: { under: "tld" } },
    mx: { zone: "hosts", certificate: named("{recipient}"), tlsa },
    expect: { dane: must("encrypted", "deferred"), "dane-only": must("deferred") },
  },
  {
    id: "name-cn-only",
    title: "No subjectAltName, the MX host's name as common name",
    cites: ["RFC 7672 3.2.3"],
    mx: { certificate: dv({ names: [], commonName: "{mx}" }), tlsa },
    expect: { dane: should("authenticated").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "name-cn-good-san-other",
    title: "The common name is right, but subjectAltName has another name",
    why: "Where there is a DNS-ID, only DNS-IDs count.",
    cites: ["RFC 7672 3.2.3"],
    mx: { certificate: dv({ names: ["other.example"], commonName: "{mx}" }), tlsa },
    expect: { dane: must("deferred") },
  },
  {
    id: "name-wildcard",
    title: "A wildcard in place of the first label",
    cites: ["RFC 7672 3.2.3"],
    mx: { certificate: named("*.{domain}"), tlsa },
    expect: { dane: must("authenticated") },
  },
  {
    id: "name-wildcard-partial",
    title: "A wildcard in place of a part of a label",
    cites: ["RFC 7672 3.2.3"],
    mx: { certificate: named("m*.{domain}"), tlsa },
    expect: { dane: must("deferred") },
  },
  {
    id: "name-wildcard-multi",
    title: "A wildcard in place of two labels",
    cites: ["RFC 7672 3.2.3"],
    mx: { host: "a.mx", certificate: named("*.{domain}"), tlsa },
    expect: { dane: open("deferred", "authenticated").floor("encrypted", "cleartext", "bounced") },
  },
  {
    id: "name-wildcard-apex",
    title: "A wildcard in place of the MX host's one label too many; it does not stand for the domain itself",
    cites: ["RFC 7672 3.2.3"],
    mx: { host: "mx", certificate: named("*.mx.{domain}"), tlsa },
    expect: { dane: must("deferred") },
  },
  {
    id: "name-case",
    title: "The name is in mixed case",
    cites: ["RFC 7672 3.2.3", "RFC 4343 3"],
    mx: { certificate: named("MX.{domain}"), tlsa },
    expect: { dane: must("authenticated") },
  },
]);
